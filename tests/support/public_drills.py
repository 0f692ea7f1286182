"""Drills about what comes from outside: a message from the public that nobody reads, feeds of warnings that fail or are refused.

Thresholds of feeds are minutes; Prometheus gets rules here in which they are short. That of a message is waited for.
"""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dispatch.plans.book import BUILT_IN, load_builtin
from streams import clock
from streams.monitoring.queried_alarms import QUERIED, REFUSED_S, SILENT_S
from streams.readers import plans
from streams.settings import Settings
from tests.support.alert_feed import EMPTY, AlertFeed
from tests.support.cap_alerts import alert, area, reference
from tests.support.drills import Fault, Ground, drill
from tests.support.fake_gateways import FakeGateway, served_beside
from tests.support.town import Town
from tests.support.waiting import until

FEED, GATEWAY = AlertFeed(), FakeGateway()
"""Of the stack of the drills."""
SECRET = "the secret of the gateway of the drills"
HASTENED_SILENT_S, HASTENED_REFUSED_S = 30, 8
"""A feed of the drills is asked every ten seconds."""
ACKNOWLEDGED = "Сообщение получено. Если вы в опасности, звоните 112."
STEPPE = "46.0,60.0 46.1,60.0 46.1,60.1 46.0,60.1 46.0,60.0"
"""Where nobody of another drill is."""


@contextmanager
def neighbours() -> Iterator[dict[str, str]]:
    """The systems of others. Yields what the stack is told of them."""
    with FEED.served() as feed, served_beside(GATEWAY):
        yield {
            "KOMEK_CAP_FEEDS": feed,
            "KOMEK_CAP_EVERY_S": "10",
            "KOMEK_CAP_PRIVATE": "on",
            "KOMEK_SMS_URL": f"json://{GATEWAY.host}/send?:to={{to}}",
            "KOMEK_SMS_SECRET": SECRET,
            "KOMEK_PUBLIC_MESSAGES": "sms",
        }


def hastened(rules: str) -> str:
    """The alert rules with short thresholds for feeds."""
    of_feeds = {"feed_silent": (SILENT_S, HASTENED_SILENT_S), "feed_refused": (REFUSED_S, HASTENED_REFUSED_S)}
    for alarm in QUERIED:
        if alarm.name in of_feeds:
            seconds, soon = of_feeds[alarm.name]
            stated, short = json.dumps(alarm.holds), json.dumps(alarm.holds.replace(f"> {seconds}", f"> {soon}"))
            assert stated in rules
            rules = rules.replace(stated, short)
    return rules


@drill("message_unread")
def _unread(at: Ground) -> Iterator[Fault]:
    """Somebody writes by SMS and is told that the message came; nobody reads it for two minutes."""
    number = f"+7705{clock.now_ms() % 10_000_000:07}"
    body = {"id": clock.fresh_id(), "from": number, "text": "Пожар на Абая 10, третий этаж"}
    fault = Fault(lambda: _read_and_discarded(at.town, item["id"]))
    sent = at.town.http.post("/v1/inbound/sms", headers={"X-Komek-Secret": SECRET}, json=body)
    assert sent.status_code == 204, sent.text
    (item,) = until(lambda: at.town.call("GET", "/v1/conversations", "operator", "op-1").json()["items"])
    assert (item["phone"], item["text"], item["state"]) == (number, body["text"], "waiting")
    assert until(lambda: _sent_to(number)) == [ACKNOWLEDGED]
    yield fault


def _sent_to(number: str) -> list[str]:
    told = [json.loads(sent.body) for sent in GATEWAY.sent]
    return [one["message"] for one in told if one["to"].lstrip("+") == number.lstrip("+")]


def _read_and_discarded(town: Town, conversation: str) -> None:
    """As the page says: it is taken, and then it ends."""
    for verb, body in (("take", None), ("discard", {"reason": "test"})):
        answer = town.call("POST", f"/v1/conversations/{conversation}/{verb}", "operator", "op-1", body)
        assert answer.status_code == 202, answer.text


@drill("feed_silent")
def _failing_feed(at: Ground) -> Iterator[Fault]:
    fault = Fault(lambda: _answers_again(at), _known(at))
    FEED.status = 503
    yield fault


def _answers_again(at: Ground) -> None:
    FEED.status = 200
    # As the page says: it is asked at once then, and not after the pause that its failures have earned.
    at.komek.kill("follower", signal.SIGTERM)


@drill("feed_refused")
def _refused_warning(at: Ground) -> Iterator[Fault]:
    """The plans lose the type of floods while a feed warns of one."""
    whole, version = BUILT_IN.read_text("utf-8"), load_builtin().version
    begin, end = whole.index("[types.flood]"), whole.index("[types.earthquake]")
    _in_force(at, whole[:begin] + whole[end:], version, f"{version}-{at.town.tag}")
    fault = Fault(lambda: _taken(at, whole, version), _known(at))
    FEED.text = alert("KZ-DRILL", areas=area(STEPPE))
    yield fault


def _in_force(at: Ground, text: str, version: str, named: str) -> None:
    plans.apply(Settings(kafka=at.komek.kafka, data=Path()), text.replace(version, named))
    types = "/v1/incident-types"
    until(lambda: at.town.call("GET", types, "operator", "op-1").json()["version"] == named)


def _taken(at: Ground, whole: str, version: str) -> None:
    """With the plans of before the warning is carried out, and it ends with its cancellation."""
    _in_force(at, whole, version, f"{version}-{at.town.tag}-again")
    (flood,) = until(lambda: _floods(at))
    FEED.text = alert(
        "KZ-OVER", message_type="Cancel", sent="2026-11-22T09:00:00+05:00", references=reference("KZ-DRILL"), infos=""
    )
    until(lambda: at.town.incident(flood["id"])["status"] == "closed")
    FEED.text = EMPTY


def _floods(at: Ground) -> list[Any]:
    found = at.town.call("GET", "/v1/incidents?type=flood", "operator", "op-1").json()["items"]
    return [one for one in found if (one["location"] or {}).get("type") == "Polygon"]


def _known(at: Ground) -> dict[str, str]:
    return {"URL": FEED.url, "FILE": str(at.komek.data / "token-of-the-page")}
