"""Alarms that operators have heard: at every desk, until they end, and again for a new cause."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from api.process.live_views import Wanted
from api.reads.row_news import RowNews
from api.views.rows import row
from api.writes.alarm_answers import KEPT_MS, AlarmTidy
from dispatch.model.ids import incident_id
from dispatch.model.incidents import Attention, Incident
from dispatch.model.vocabulary import OfferState
from streams import wire
from streams.errors import OutcomeUnknown
from streams.monitoring.alarm_board import Alarm, AlarmSnapshot
from streams.monitoring.alarms import Concern, Severity
from streams.topics import ALARMS
from streams.wire import AlarmAnswer
from tests.api.reads.test_event_stream import OPERATOR
from tests.support.api_world import World
from tests.support.builders import INCIDENT, NOW_MS, ZONE, incident, offer

OTHER = incident_id(ZONE, "operator", "unknown")
OVERDUE = f"/v1/alarms/check_in_overdue/{INCIDENT}.{NOW_MS}"
ROWS = Wanted(is_row=True)


@pytest.fixture(autouse=True)
def _standing(world: World) -> None:
    """The alarms that the tests answer: somebody is overdue, and nobody has accepted."""
    world.redis.add(overdue(NOW_MS))


def tidy_of(world: World) -> AlarmTidy:
    return AlarmTidy(world.alarm_book, world.redis, world.alarms, world.log.send_alarm_answer)


def overdue(*since_ms: int) -> Incident:
    return replace(incident(), attention=tuple(Attention(reason="check_in_overdue", since_ms=one) for one in since_ms))


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
    world.redis.add(incident(offers=(left,)))

    since = row(incident(offers=(left,)))["alarms_since"]
    ref = f"{INCIDENT}.{NOW_MS + 4}"

    assert {*since} == {"unanswered", "severe"}
    assert (await world.ask("POST", f"/v1/alarms/severe/{ref}/ack", key=None)).status_code == 202
    assert (await world.ask("POST", f"/v1/alarms/severe/{INCIDENT}.{NOW_MS}/ack", key=None)).status_code == 404
    assert list(world.alarm_book.in_force()) == [f"severe|{ref}"]


@pytest.mark.parametrize("path", [f"check_in_overdue/{INCIDENT}.{NOW_MS + 1}", f"severe/{OTHER}"])
async def test_what_does_not_stand_is_not_answered(world: World, path: str) -> None:
    assert (await world.ask("POST", f"/v1/alarms/{path}/ack", key=None)).status_code == 404
    assert world.log.messages == []


async def test_an_alarm_of_the_system_ends_after_two_rounds_without_it_and_never_while_it_is_unknown(
    world: World,
) -> None:
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
