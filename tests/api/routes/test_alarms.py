"""Alarms that operators have heard: at every desk, until they end, and again for a new cause."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from api.process.live_views import Wanted
from api.reads.row_news import RowNews
from api.views.rows import row
from api.views.standing_alarms import SEVERE_FOR_S, UNANSWERED_AFTER_S
from api.writes.alarm_answers import KEPT_MS, AlarmTidy
from dispatch.model.ids import incident_id
from dispatch.model.incidents import Attention, Incident, Times
from dispatch.model.vocabulary import IncidentStatus, OfferState, Priority
from streams import clock, wire
from streams.errors import OutcomeUnknown
from streams.monitoring.alarm_board import Alarm, AlarmSnapshot
from streams.monitoring.alarms import Concern, Severity
from streams.topics import ALARMS
from streams.wire import AlarmAnswer
from tests.api.reads.test_event_stream import OPERATOR
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, NOW_MS, ZONE, incident, offer

OTHER = incident_id(ZONE, "operator", "unknown")
OVERDUE = f"/v1/alarms/check_in_overdue/{INCIDENT}.{NOW_MS}"
ROWS = Wanted(is_row=True)


@pytest.fixture(autouse=True)
def _standing(world: World) -> None:
    """The alarms that the tests answer: somebody is overdue, and nobody has accepted for too long."""
    world.redis.add(overdue(NOW_MS))


def tidy_of(world: World) -> AlarmTidy:
    return AlarmTidy(world.alarm_book, world.redis, world.alarms, world.log.send_alarm_answer)


def overdue(*since_ms: int) -> Incident:
    attention = tuple(Attention(reason="check_in_overdue", since_ms=one) for one in since_ms)
    return reported(200, Priority.HIGH, attention=attention)


def reported(ago_s: int, priority: Priority, **known: Any) -> Incident:
    """An incident short of people, by the clock of the process."""
    at_ms = clock.now_ms() - ago_s * 1000
    return incident(priority=priority, times=Times(reported_ms=at_ms, logged_ms=at_ms, decided_ms=at_ms), **known)


async def answers(news: RowNews) -> list[dict[str, Any]]:
    """Of the next `alarm` event; nothing if there is none."""
    events = [one for one in await news() if one.name == "alarm"]
    return [one for event in events for one in json.loads(event.data)["answers"]]


async def test_an_acknowledged_alarm_names_who_and_when_to_every_desk(world: World) -> None:
    desk = RowNews(world.app.state.services, OPERATOR, ROWS)
    assert await answers(desk) == []

    answer = await world.ask("POST", f"{OVERDUE}/ack", {"sounded": 3}, key=None, subject="op-7")

    assert answer.status_code == 202
    assert answer.json()["acked_by"] == "op-7"
    assert answer.json()["shelved_until"] is None
    assert await answers(desk) == [answer.json()]
    assert await answers(desk) == []
    assert await answers(RowNews(world.app.state.services, OPERATOR, ROWS)) == [answer.json()]
    (entry,) = world.log.audits
    assert (entry.actor, entry.action, entry.subject) == ("op-7", "alarm.ack", INCIDENT)


async def test_a_shelved_alarm_comes_back_by_itself(world: World) -> None:
    desk = RowNews(world.app.state.services, OPERATOR, ROWS)
    await world.ask("POST", f"/v1/alarms/unanswered/{INCIDENT}/shelve", {"minutes": 10}, key=None)
    (shelved,) = await answers(desk)

    world.ahead_ms = 10 * 60_000
    (ended,) = await answers(desk)

    assert shelved["shelved_until"] is not None
    assert ended == {"name": "unanswered", "ref": INCIDENT, "acked_by": None, "at": None, "shelved_until": None}
    assert world.alarm_book.ended() == [f"unanswered|{INCIDENT}"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/alarms/kafka_away/-/shelve", {"minutes": 11}),
        ("/v1/alarms/kafka_away/-/shelve", {"minutes": 0}),
        ("/v1/alarms/kafka_away/-/shelve", None),
        ("/v1/alarms/kafka_away/-/ack", {"minutes": 5}),
    ],
)
async def test_a_body_that_is_none_is_refused(world: World, path: str, body: Any) -> None:
    assert (await world.ask("POST", path, body, key=None)).status_code in (400, 422)
    assert world.log.messages == []


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("no_such_alarm", "-"),
        ("severe", "-"),  # of an incident only
        ("kafka_away", INCIDENT),  # of the system only
        ("check_in_overdue", "i-1"),
        ("check_in_overdue", f"{INCIDENT}.soon"),
        ("check_in_overdue", f"{INCIDENT}.1.2"),
    ],
)
async def test_an_alarm_that_nothing_can_raise_is_not_found(world: World, name: str, ref: str) -> None:
    assert (await world.ask("POST", f"/v1/alarms/{name}/{ref}/ack", key=None)).status_code == 404


async def test_while_kafka_is_away_nothing_is_silenced_and_the_caller_is_told(world: World) -> None:
    world.log.trouble = OutcomeUnknown("Kafka did not answer in time")

    answer = await world.ask("POST", f"{OVERDUE}/ack", key=None)

    assert answer.status_code == 503
    assert world.alarm_book.in_force() == {}


async def test_redis_is_not_needed(world: World) -> None:
    world.redis.is_down = True

    assert (await world.ask("POST", f"{OVERDUE}/ack", key=None)).status_code == 202


def counted(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


async def test_the_metrics_count_what_was_answered_and_how_often_it_had_sounded(world: World) -> None:
    before = counted("komek_alarms_answered_total", name="severe", answer="ack")
    sounds = counted("komek_alarm_sounds_total", name="severe")
    world.redis.add(reported(5, Priority.CRITICAL))

    await world.ask("POST", f"/v1/alarms/severe/{INCIDENT}/ack", {"sounded": 4}, key=None)

    assert counted("komek_alarms_answered_total", name="severe", answer="ack") == before + 1
    assert counted("komek_alarm_sounds_total", name="severe") == sounds + 4


async def test_an_answer_ends_with_its_cause_and_a_new_cause_has_none(world: World) -> None:
    await world.ask("POST", f"{OVERDUE}/ack", key=None)
    tidy = tidy_of(world)

    world.redis.add(overdue(NOW_MS, NOW_MS + 5))
    await rounds(tidy.tidy)
    assert list(world.alarm_book.in_force()) == [f"check_in_overdue|{INCIDENT}.{NOW_MS}"]

    world.redis.add(overdue(NOW_MS + 5))
    await rounds(tidy.tidy)
    assert world.alarm_book.in_force() == {}
    assert [one.value for one in world.log.messages if one.topic == ALARMS.name][-1] is None


async def test_somebody_who_accepts_ends_the_alarm_of_an_unanswered_incident(world: World) -> None:
    await world.ask("POST", f"/v1/alarms/unanswered/{INCIDENT}/ack", key=None)
    tidy = tidy_of(world)

    world.redis.add(incident())
    await rounds(tidy.tidy)
    assert world.alarm_book.in_force() != {}

    world.redis.add(incident(offers=(offer(OfferState.ACCEPTED, id="o-1", volunteer_id="v-1"),)))
    await rounds(tidy.tidy)
    assert world.alarm_book.in_force() == {}


async def test_who_accepts_and_leaves_gives_the_alarm_a_new_cause(world: World) -> None:
    left = replace(offer(OfferState.WITHDRAWN, id="o-1", volunteer_id="v-1"), accepted_ms=NOW_MS, changed_ms=NOW_MS + 4)
    world.redis.add(reported(5, Priority.CRITICAL, offers=(left,)))

    since = row(incident(offers=(left,)))["alarms_since"]
    ref = f"{INCIDENT}.{NOW_MS + 4}"

    assert {*since} == {"unanswered", "severe"}
    assert (await world.ask("POST", f"/v1/alarms/severe/{ref}/ack", key=None)).status_code == 202
    assert (await world.ask("POST", f"/v1/alarms/severe/{INCIDENT}.{NOW_MS}/ack", key=None)).status_code == 409
    assert list(world.alarm_book.in_force()) == [f"severe|{ref}"]


@pytest.mark.parametrize(
    ("name", "ref", "state"),
    [
        ("check_in_overdue", f"{INCIDENT}.{NOW_MS + 1}", lambda: overdue(NOW_MS)),  # another cause
        ("person_silent", INCIDENT, lambda: overdue(NOW_MS)),
        ("severe", INCIDENT, lambda: reported(5, Priority.HIGH)),
        ("severe", INCIDENT, lambda: reported(700, Priority.CRITICAL)),  # no news any more
        ("severe", INCIDENT, lambda: reported(90, Priority.CRITICAL)),  # nobody has accepted: `unanswered` by now
        ("unanswered", INCIDENT, lambda: reported(5, Priority.CRITICAL)),  # too early
        ("unanswered", INCIDENT, lambda: reported(9_999, Priority.LOW)),
        ("unanswered", INCIDENT, lambda: reported(9_999, Priority.HIGH, status=IncidentStatus.CLOSED)),
        ("unanswered", f"{INCIDENT}.{NOW_MS}", lambda: reported(9_999, Priority.HIGH)),  # nobody has left
        ("distress", INCIDENT, lambda: reported(5, Priority.CRITICAL, type="distress", status=IncidentStatus.CLOSED)),
        ("check_in_overdue", INCIDENT, lambda: reported(5, Priority.CRITICAL, type="distress")),
        ("distress", f"{INCIDENT}.{NOW_MS}", lambda: reported(5, Priority.CRITICAL, type="distress")),
        ("kafka_away", "-", lambda: overdue(NOW_MS)),
    ],
)
async def test_what_does_not_stand_is_not_answered_and_nothing_is_written(
    world: World, name: str, ref: str, state: Callable[[], Incident]
) -> None:
    world.redis.add(state())
    for order, body in (("ack", None), ("shelve", {"minutes": 5})):
        answer = await world.ask("POST", f"/v1/alarms/{name}/{ref}/{order}", body, key=None)

        assert (answer.status_code, code(answer)) == (409, "alarm_not_standing")
    assert world.log.messages == []


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("severe", lambda: reported(5, Priority.CRITICAL)),
        # The desk's clock is a moment behind, or ahead.
        ("severe", lambda: reported(62, Priority.CRITICAL)),
        ("unanswered", lambda: reported(57, Priority.CRITICAL)),
        ("unanswered", lambda: reported(600, Priority.NORMAL)),
        ("distress", lambda: reported(9_999, Priority.CRITICAL, type="distress")),
    ],
)
async def test_what_stands_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, state: Callable[[], Incident]
) -> None:
    # The clock stands: a slow machine must not make it later.
    now_ms = clock.now_ms()
    monkeypatch.setattr(clock, "now_ms", lambda: now_ms)
    world.redis.add(state())

    assert (await world.ask("POST", f"/v1/alarms/{name}/{INCIDENT}/ack", key=None)).status_code == 202


async def test_an_alarm_of_an_incident_that_nobody_knows_is_not_found(world: World) -> None:
    assert (await world.ask("POST", f"/v1/alarms/severe/{OTHER}/ack", key=None)).status_code == 404


def test_the_page_counts_the_same_limits() -> None:
    console = Path(__file__).parents[3] / "api" / "web" / "console"
    (block,) = re.findall(
        r"const AGE_LIMITS_S[^{]*{(.*?)};", (console / "queue" / "order.ts").read_text("utf-8"), re.DOTALL
    )
    minutes = {name: int(first or "1") for name, first in re.findall(r"(\w+): \[(?:(\d+) \* )?MINUTE_S", block)}
    (severe,) = re.findall(r"SEVERE_FOR_MS = (\d+) \* 60_000", (console / "alarms" / "standing.ts").read_text("utf-8"))

    assert {name: limit * 60 for name, limit in minutes.items() if name != "low"} == UNANSWERED_AFTER_S
    assert int(severe) * 60 == SEVERE_FOR_S


async def test_an_alarm_of_the_system_ends_after_two_rounds_without_it_and_never_while_it_is_unknown(
    world: World,
) -> None:
    world.alarms.last = AlarmSnapshot(alarms=(standing("timers_late"),))
    await world.ask("POST", "/v1/alarms/timers_late/-/ack", key=None)
    tidy = tidy_of(world)

    world.alarms.last = AlarmSnapshot(unknown=("timers_late",))
    await rounds(tidy.tidy)
    assert world.alarm_book.in_force() != {}

    world.alarms.last = AlarmSnapshot()
    await tidy.tidy()
    world.alarms.last = AlarmSnapshot(alarms=(standing("timers_late"),))
    await tidy.tidy()
    world.alarms.last = AlarmSnapshot()
    await tidy.tidy()
    assert world.alarm_book.in_force() != {}
    await tidy.tidy()
    assert world.alarm_book.in_force() == {}


async def test_while_redis_is_away_answers_stay_until_their_own_end(world: World) -> None:
    await world.ask("POST", f"{OVERDUE}/ack", key=None)
    world.redis.is_down = True
    tidy = tidy_of(world)

    await rounds(tidy.tidy)
    assert world.alarm_book.in_force() != {}

    world.ahead_ms = KEPT_MS + 1
    await tidy.tidy()
    assert world.alarm_book.ended() == []


async def test_a_record_in_the_log_is_what_was_answered(world: World) -> None:
    world.redis.add(reported(5, Priority.CRITICAL))
    await world.ask("POST", f"/v1/alarms/severe/{INCIDENT}/shelve", {"minutes": 5}, key=None, subject="op-1")

    (message,) = world.log.messages
    record = wire.decode_alarm_answer(message.value)

    assert (message.topic, message.key) == (ALARMS.name, f"severe|{INCIDENT}")
    assert isinstance(record, AlarmAnswer)
    assert (record.by, record.shelved_until_ms) == ("op-1", record.at_ms + 300_000)


def standing(name: str) -> Alarm:
    return Alarm(
        name=name,
        severity=Severity.WARNING,
        concern=Concern.SYSTEM,
        about="",
        since_ms=NOW_MS,
        count=0,
        details=(),
    )


async def rounds(tidy: Callable[[], Awaitable[None]]) -> None:
    """Enough of them for what is over to end."""
    await tidy()
    await tidy()
