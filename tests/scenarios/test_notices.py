"""People are told, the whole way: an offer becomes a notice on its person's stream, and a notifier that is killed loses none."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from tests.support.town import Town
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack, WholeStack

pytestmark = pytest.mark.stack


class Phone:
    """What one person's stream says, gathered by a thread of its own; `ended` ends it.

    After `silence_s` without an event it connects anew and has to catch up, which takes longer than an event on an open stream.
    """

    def __init__(self, komek: RunningStack, person: str, silence_s: float = 1.0) -> None:
        self._silence_s = silence_s
        self._komek = komek
        self._headers = komek.headers("volunteer", person)
        self._ended = False
        self.is_open = False
        self.notices: list[dict[str, Any]] = []
        self.offers: list[dict[str, Any]] = []

    def listen(self) -> None:
        timeout = httpx2.Timeout(10, read=self._silence_s)
        last_id = ""
        while not self._ended:
            headers = {**self._headers, **({"Last-Event-ID": last_id} if last_id else {})}
            try:
                with httpx2.stream("GET", f"{self._komek.api}/v1/events", headers=headers, timeout=timeout) as answer:
                    for event in httpx2.EventSource(answer):
                        self.is_open = True
                        last_id = event.id or last_id
                        if event.event == "notice":
                            self.notices.append(json.loads(event.data))
                        if event.event == "offer":
                            self.offers.append(json.loads(event.data))
            except httpx2.HTTPError:
                continue

    def end(self) -> None:
        self._ended = True

    def heard(self, incident: str) -> list[str]:
        """Kinds, each notice once."""
        seen = {one["id"]: one["kind"] for one in self.notices if one["incident_id"] == incident}
        return list(seen.values())


@contextmanager
def listening(komek: RunningStack, person: str, silence_s: float = 1.0) -> Iterator[Phone]:
    phone = Phone(komek, person, silence_s)
    thread = threading.Thread(target=phone.listen, daemon=True)
    thread.start()
    try:
        until(lambda: phone.is_open)
        yield phone
    finally:
        phone.end()
        thread.join(10)


def test_an_offer_is_told_and_so_is_what_becomes_of_it(town: Town) -> None:
    person = town.volunteer("near")
    with listening(town.komek, person) as phone:
        incident = town.report()
        until(lambda: phone.heard(incident) == ["offered"])
        offer = town.live(incident)[person]
        town.answer(offer, "accept")
        until(lambda: phone.heard(incident) == ["offered", "confirmed"])
        town.call("POST", f"/v1/incidents/{incident}/cancel", "operator", "op-1", {})
        until(lambda: phone.heard(incident) == ["offered", "confirmed", "stood_down"])

    assert {one["offer_id"] for one in phone.notices} == {offer["id"]}
    assert {one["volunteer_id"] for one in phone.notices} == {person}


def test_a_notifier_killed_again_and_again_loses_no_notice(breakable_stack: WholeStack, breakable_town: Town) -> None:
    """Each notice is heard, in order; a repeat has the id of the first."""
    town = breakable_town
    person = town.volunteer("near")
    need = {"capability": "field", "skill": "first_aid", "count": 1, "window_s": 300}
    with listening(town.komek, person) as phone:
        incident = town.report(requirements=[need])
        until(lambda: person in town.live(incident))
        first = breakable_stack.kill("notifier")
        until(lambda: "offered" in phone.heard(incident))
        town.answer(town.live(incident)[person], "accept")
        breakable_stack.await_restart("notifier", first)
        breakable_stack.kill("notifier")
        until(lambda: "confirmed" in phone.heard(incident))
        town.call("POST", f"/v1/incidents/{incident}/cancel", "operator", "op-1", {})
        until(lambda: "stood_down" in phone.heard(incident))

        assert phone.heard(incident) == ["offered", "confirmed", "stood_down"]
        until(lambda: component(town)["status"] == "up" and component(town)["lag"] == 0)


def component(town: Town) -> Any:
    return town.call("GET", "/v1/status", "operator", "op-1").json()["components"]["notifier"]
