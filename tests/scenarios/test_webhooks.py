"""Webhooks on a whole Komek: a receiver that fails, hangs and redirects, and a notifier that is killed; nothing is lost."""

import json
import signal
from collections import Counter
from typing import Any

import pytest

from streams.local.keys import write_secret
from streams.webhooks.sending import WITHIN_S
from tests.support.receiver import SECRET, Receiver, receiving
from tests.support.shared_stack import webhooks_file
from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack

SUBSCRIPTION = """
[webhooks.{name}]
url = "{url}"
secret = "{secret}"
private = true
types = ["incident.reported", "incident.cancelled"]
actor = "op-own"
"""
BROKEN = (503, 302, 429, 500, 0)
"""Answers of a receiver in trouble, in turn; 0: it hangs."""


class Hooked:
    """One subscription of its own on the stack."""

    def __init__(self, komek: WholeStack, receiver: Receiver, name: str) -> None:
        self.komek, self.name = komek, name
        self.file = webhooks_file(komek.data)
        write_secret(self.file, SUBSCRIPTION.format(name=name, url=receiver.url, secret=SECRET))
        until(lambda: self.listed() is not None)

    def listed(self) -> dict[str, Any] | None:
        done = self.komek.run("webhooks", "list", "--json")
        assert done.returncode == 0, done.stderr
        return next((dict(one) for one in json.loads(done.stdout)["items"] if one["name"] == self.name), None)

    def end(self) -> None:
        write_secret(self.file, "")


def test_nothing_is_lost_though_the_receiver_fails_and_the_notifier_is_killed(
    breakable_stack: WholeStack, breakable_town: Town
) -> None:
    komek, town = breakable_stack, breakable_town
    with receiving() as receiver:
        hooked = Hooked(komek, receiver, f"gis-{town.tag}")
        first = town.report()
        until(lambda: receiver.of(first) == ["komek.incident.reported"])

        # Every second request fails, each time in another way.
        receiver.answer = lambda number: BROKEN[number // 2 % len(BROKEN)] if number % 2 else 200
        incidents = [town.report() for _ in range(6)]
        komek.restart("notifier", signal.SIGKILL)
        incidents += [town.report() for _ in range(3)]
        own = town.report()
        assert town.call("POST", f"/v1/incidents/{own}/cancel", "operator", "op-own").status_code == 202
        receiver.answer = lambda _: 200
        assert town.call("POST", f"/v1/incidents/{first}/cancel", "operator", "op-town").status_code == 202

        within_s = 6 * WITHIN_S
        until(lambda: set(receiver.of(first)) == {"komek.incident.reported", "komek.incident.cancelled"}, within_s)
        assert all(receiver.of(one)[0] == "komek.incident.reported" for one in incidents)
        # In order, although some came twice.
        assert list(dict.fromkeys(receiver.of(first))) == ["komek.incident.reported", "komek.incident.cancelled"]
        # What the receiver orders itself is not sent back to it.
        assert set(receiver.of(own)) == {"komek.incident.reported"}
        assert receiver.forged == 0
        repeats = sum(Counter(receiver.ids()).values()) - len(set(receiver.ids()))
        assert repeats <= 3, "more than what was delivered within a second of the kill"
        until(lambda: (hooked.listed() or {})["state"] == "delivers")
        hooked.end()


def test_an_event_that_is_refused_is_sent_again_when_somebody_asks(
    breakable_stack: WholeStack, breakable_town: Town
) -> None:
    komek, town = breakable_stack, breakable_town
    with receiving() as receiver:
        hooked = Hooked(komek, receiver, f"ref-{town.tag}")
        receiver.answer = lambda _: 422
        refused = town.report()
        until(lambda: (hooked.listed() or {})["given_up"] == 1)
        receiver.answer = lambda _: 200
        taken = town.report()
        until(lambda: receiver.of(taken) == ["komek.incident.reported"])
        assert receiver.of(refused) == []

        done = komek.run("webhooks", "replay", hooked.name)

        assert (done.returncode, done.stdout.startswith("1 event is sent again")) == (0, True), done.stderr
        until(lambda: receiver.of(refused) == ["komek.incident.reported"])
        until(lambda: (hooked.listed() or {})["given_up"] == 0)
        hooked.end()
