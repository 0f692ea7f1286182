"""The row view of the event stream: rows, ticks, alarms, positions of the open incident; by role and box."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from api.caller import Caller
from api.process.live_views import NewsItem, Wanted
from api.reads.event_stream import Live
from api.reads.row_news import RowNews
from api.schemas.events import EVENTS
from api.schemas.rows import IncidentRow
from dispatch.model.geo import Box
from dispatch.model.vocabulary import OfferState
from streams import wire
from streams.audit.audit_log import AuditUnavailable
from streams.monitoring.alarm_board import Alarm, AlarmSnapshot
from streams.monitoring.alarms import Concern, Severity
from streams.readers.feed_records import FeedRecord
from streams.tokens import Role
from streams.wire import VolunteerPrivate
from tests.api.reads.test_event_stream import MONITOR, ONE, OPERATOR, begun, fields_of, notice, status, step, tell
from tests.api.seeded_world import volunteer_view
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World
from tests.support.builders import INCIDENT, NOW_MS, incident, offer

ROWS = Wanted(is_row=True)


async def shown(caller: Caller, wanted: Wanted, *records: FeedRecord) -> list[dict[str, str]]:
    """The events of these records, without `ready` and `tick`."""
    feed = begun()
    live = Live(feed)
    tell(feed, *records)
    feed.end_listeners()
    chunks = [chunk async for chunk in live.frames(caller, ONE, lambda _: None, wanted)]
    events = [one for chunk in chunks for one in fields_of(chunk)]
    return [one for one in events if one["event"] not in ("ready", "tick")]


def names(events: list[dict[str, str]]) -> list[str]:
    return [one["event"] for one in events]


async def test_an_incident_is_a_row_of_at_most_half_a_kilobyte() -> None:
    (event,) = await shown(OPERATOR, ROWS, status())

    IncidentRow.model_validate_json(event["data"], extra="forbid")
    assert event["event"] == "incident"
    assert sum(map(len, (f"{name}: {value}\n" for name, value in event.items()))) <= 500


async def test_steps_and_notices_are_those_of_the_open_incident_and_failures_of_all() -> None:
    records = (step("v-1"), notice("v-1"), notice("v-2", channel="log", outcome="failed"))

    closed = await shown(OPERATOR, ROWS, *records)
    opened = [
        *await shown(OPERATOR, Wanted(is_row=True, incident_id="i-1"), step("v-1")),
        *await shown(OPERATOR, Wanted(is_row=True, incident_id="i-1"), notice("v-1")),
    ]

    assert names(closed) == ["notice"]
    assert json.loads(closed[0]["data"])["outcome"] == "failed"
    EVENTS["notice"].model_validate_json(closed[0]["data"], extra="forbid")
    assert names(opened) == ["offer", "notice"]


async def test_monitors_receive_rows_only_and_volunteers_what_they_always_do() -> None:
    records = (status(), step("v-1"), step("v-2"), notice("v-1", outcome="failed"))

    assert names(await shown(MONITOR, Wanted(is_row=True, incident_id=INCIDENT), *records)) == ["incident"]
    assert names(await shown(Caller("v-1", Role.VOLUNTEER), ROWS, *records)) == ["offer"]


async def test_a_box_keeps_what_is_elsewhere_away() -> None:
    near, far = (Box(west=west, south=40.0, east=west + 10, north=50.0) for west in (70.0, 50.0))

    assert names(await shown(OPERATOR, Wanted(is_row=True, box=near), status())) == ["incident"]
    assert names(await shown(OPERATOR, Wanted(is_row=True, box=far), status())) == []


@asynccontextmanager
async def view(world: World, wanted: Wanted, caller: Caller = OPERATOR) -> AsyncIterator[AsyncGenerator[bytes, None]]:
    news = RowNews(world.app.state.services, caller, wanted)
    chunks = Live(begun()).frames(caller, None, lambda _: None, wanted, news)
    held = cast(AsyncGenerator[bytes, None], chunks)
    try:
        yield held
    finally:
        await held.aclose()


async def first(chunks: AsyncGenerator[bytes, None], name: str) -> dict[str, Any]:
    """The data of the next event with this name."""
    async for chunk in chunks:
        for event in fields_of(chunk):
            if event["event"] == name:
                EVENTS[name].model_validate_json(event["data"], extra="forbid")
                return cast(dict[str, Any], json.loads(event["data"]))
    raise AssertionError(name)


async def test_a_quiet_stream_ticks_with_the_time_of_the_server_and_the_build(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.reads.event_stream.LOOK_EVERY_S", 0.01)

    async with view(world, ROWS) as chunks:
        ready, tick = await first(chunks, "ready"), await first(chunks, "tick")

    assert ready["build"] == tick["build"]
    assert tick["at"] >= ready["at"]


async def test_alarms_that_stand_are_sent_at_the_start_and_again_when_they_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.reads.event_stream.LOOK_EVERY_S", 0.01)

    async with view(world, ROWS) as chunks:
        assert (await first(chunks, "alarm"))["alarms"] == []
        alarm = Alarm(
            name="distress",
            severity=Severity.CRITICAL,
            concern=Concern.FIELD,
            about="a person who was sent is in danger",
            since_ms=NOW_MS,
            count=1,
            details=(INCIDENT,),
        )
        world.alarms.last = AlarmSnapshot(alarms=(alarm,))

        assert (await first(chunks, "alarm"))["alarms"][0]["details"] == [INCIDENT]


def with_people(world: World) -> None:
    accepted = offer(OfferState.EN_ROUTE, id="o-1", volunteer_id="v-1")
    asked = offer(OfferState.OFFERED, id="o-2", volunteer_id="v-2")
    world.redis.add(incident(offers=(accepted, asked)))
    world.redis.volunteers |= {one: volunteer_view(one) for one in ("v-1", "v-2")}
    ref = "volunteer:v-1"
    world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, VolunteerPrivate(label="Данияр А."))


async def test_positions_of_the_open_incident_are_in_the_stream_and_in_the_audit(world: World) -> None:
    with_people(world)

    async with view(world, Wanted(is_row=True, incident_id=INCIDENT)) as chunks:
        sent = await first(chunks, "positions")

    assert [(item["volunteer_id"], item["label"]) for item in sent["items"]] == [("v-1", "Данияр А.")]
    (entry,) = world.log.audits
    assert (entry.action, entry.subject, entry.subjects) == ("incident.positions.read", INCIDENT, ("v-1",))


async def test_an_operator_reads_of_an_incident_who_was_asked_by_name_and_the_audit_says_so(world: World) -> None:
    with_people(world)
    path = f"/v1/incidents/{INCIDENT}"

    seen = (await world.ask("GET", path)).json()["offers"]
    own = await world.ask("GET", path, role="volunteer", subject="v-2")

    assert [(item["volunteer_id"], item["label"]) for item in seen] == [("v-1", "Данияр А."), ("v-2", None)]
    assert next(entry.subjects for entry in world.log.audits if entry.action == "incident.read") == ("v-1",)
    assert "Данияр" not in own.text
    assert "Данияр" not in (await world.ask("GET", path, role="monitor")).text


async def test_whom_an_event_outside_the_topics_names_is_recorded_before_it_is_sent() -> None:
    recorded = list[str]()
    events = [NewsItem("alarm", b"{}", ("i-1",)), NewsItem("positions", b"{}", ("i-1", "v-1"))]

    async def news() -> list[NewsItem]:
        return events

    chunks = cast(AsyncGenerator[bytes, None], Live(begun()).frames(OPERATOR, None, recorded.extend, ROWS, news))
    try:
        while b"event: alarm" not in await anext(chunks):
            assert recorded == []
        assert recorded == ["i-1"]
        assert b"event: positions" in await anext(chunks)
        assert recorded == ["i-1", "v-1"]
    finally:
        await chunks.aclose()


async def test_who_is_revoked_while_news_are_looked_up_receives_none() -> None:
    revoked = False

    async def news() -> list[NewsItem]:
        nonlocal revoked
        revoked = True
        return [NewsItem("positions", b"{}", ("v-1",))]

    caller = Caller("op-1", Role.OPERATOR, is_revoked=lambda: revoked)
    chunks = [chunk async for chunk in Live(begun()).frames(caller, None, lambda _: None, ROWS, news)]

    assert [one["event"] for chunk in chunks for one in fields_of(chunk)] == ["ready", "end"]


async def test_positions_that_cannot_be_recorded_are_not_sent(world: World) -> None:
    with_people(world)
    world.log.audit_trouble = AuditUnavailable()

    async with view(world, Wanted(is_row=True, incident_id=INCIDENT)) as chunks:
        reset = await first(chunks, "reset")

    assert reset["code"] == "audit_unavailable"


async def test_positions_name_those_who_accepted_and_nobody_who_is_only_asked(world: World) -> None:
    with_people(world)

    answer = await world.ask("GET", f"/v1/incidents/{INCIDENT}/positions")

    (item,) = answer.json()["items"]
    assert (item["volunteer_id"], item["offer_id"], item["fix_age_s"], item["continues"]) == ("v-1", "o-1", 1, True)
    assert item["eta_s"] > 0
    assert [(entry.action, entry.subjects) for entry in world.log.audits] == [("incident.positions.read", ("v-1",))]
    for role in ("volunteer", "monitor", "tracker", "admin"):
        assert (await world.ask("GET", f"/v1/incidents/{INCIDENT}/positions", role=role)).status_code == 403


async def test_a_label_is_stored_encrypted_and_shown_to_its_person(world: World) -> None:
    body = {"capabilities": ["field"], "skills": [], "label": "Данияр А."}

    shown_to = await world.ask("PUT", "/v1/volunteers/v-1", body, role="volunteer", subject="v-1")

    assert shown_to.json()["label"] == "Данияр А."
    assert [record.label for record in world.log.opened().values() if isinstance(record, VolunteerPrivate)] == [
        "Данияр А."
    ]
