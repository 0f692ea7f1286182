"""The event stream: the records of each role, their encoding, the end of a stream; and the measured latency."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import cast
from unittest.mock import AsyncMock

import pytest

from api.caller import Caller
from api.process.latency import Latency
from api.process.live_views import Wanted
from api.reads.event_encoding import data_of, is_for, name_for, name_of
from api.reads.event_stream import Live
from api.schemas.events import EVENTS
from dispatch.model.decisions import OfferStep, StatusRecord
from dispatch.model.vocabulary import OfferState
from dispatch.notices.rules import NoticeOutcome
from streams import clock, wire
from streams.errors import LogUnavailable
from streams.readers.feed import Feed
from streams.readers.feed_buffer import FeedBuffer
from streams.readers.feed_records import Arrived, FeedCursor, FeedRecord, ResyncRequired
from streams.settings import Settings
from streams.tokens import Role
from streams.topics import INCIDENT_STATUS, NOTICES, OFFERS
from streams.wire import NoticeRecord
from tests.support.api_world import World, token_keys
from tests.support.builders import NOW_MS, incident, offer_step

OPERATOR, MONITOR = Caller("op", Role.OPERATOR), Caller("m", Role.MONITOR)


def status(first_offer_ms: int | None = None, incident_id: str = "") -> FeedRecord:
    state = incident(**({"id": incident_id} if incident_id else {}))
    state = replace(state, times=replace(state.times, first_offer_ms=first_offer_ms))
    record = StatusRecord(
        incident=state, decision_id="d", decision_partition=0, decision_offset=0, decided_ms=first_offer_ms or NOW_MS
    )
    return FeedRecord(INCIDENT_STATUS.name, 0, 0, record)


def step(volunteer: str) -> FeedRecord:
    return FeedRecord(OFFERS.name, 0, 0, offer_step(volunteer_id=volunteer))


def test_a_volunteer_receives_only_their_own_offers() -> None:
    volunteer = Caller("v-1", Role.VOLUNTEER)

    assert [is_for(volunteer, one) for one in (step("v-1"), step("v-2"), status())] == [True, False, False]
    assert [is_for(OPERATOR, one) for one in (step("v-1"), step("v-2"), status())] == [True, True, True]
    # Steps of offers are steps of people; the counts of the incident tell a monitor what they come to.
    assert [is_for(MONITOR, one) for one in (step("v-1"), notice("v-1"), status())] == [False, False, True]


def notice(volunteer: str, *, channel: str = "sse", outcome: str = "sent") -> FeedRecord:
    record = NoticeRecord(
        id="n-1",
        event_id="e",
        offer_id="o-1",
        incident_id="i-1",
        volunteer_id=volunteer,
        kind="offered",
        channel=channel,
        outcome=NoticeOutcome(outcome),
        attempts=1,
        at_ms=1,
    )
    return FeedRecord(NOTICES.name, 0, 0, record)


def test_a_volunteer_receives_the_notices_sent_to_them_by_this_channel() -> None:
    volunteer = Caller("v-1", Role.VOLUNTEER)
    others = (notice("v-2"), notice("v-1", channel="log"), notice("v-1", outcome="failed"))

    assert is_for(volunteer, notice("v-1"))
    assert not any(is_for(volunteer, one) for one in others)
    assert [is_for(OPERATOR, one) for one in (notice("v-1"), *others)] == [True, True, False, False]
    assert name_of(notice("v-1")) == "notice"
    assert '"id":"n-1","kind":"offered","offer_id":"o-1"' in data_of(notice("v-1"))


def test_steps_of_a_void_offer_are_for_operators_only() -> None:
    volunteer = Caller("v-1", Role.VOLUNTEER)
    void = step("v-1")._replace(is_void=True)
    said = void._replace(record=replace(cast(OfferStep, void.record), state=OfferState.VOID))

    assert [is_for(volunteer, one) for one in (void, said)] == [False, True]
    assert is_for(OPERATOR, void)


def test_cursors_without_notices_are_still_accepted() -> None:
    assert FeedCursor.parsed("1.2_3.4") == FeedCursor((1, 2), (3, 4))
    assert FeedCursor.parsed(str(FeedCursor((1,), (2,), (3,)))) == FeedCursor((1,), (2,), (3,))


def test_events_have_the_names_and_fields_of_the_contract() -> None:
    assert (name_of(status()), name_of(step("v-1"))) == ("incident", "offer")
    assert '"status":"dispatching"' in data_of(status())
    assert '"volunteer_id":"v-1"' in data_of(step("v-1"))


@pytest.mark.parametrize("caller", [OPERATOR, Caller("v-1", Role.VOLUNTEER)], ids=lambda caller: caller.role)
@pytest.mark.parametrize("record", [status(), step("v-1"), notice("v-1")], ids=name_of)
def test_the_data_of_an_event_is_declared(caller: Caller, record: FeedRecord) -> None:
    name = name_for(caller, record)

    EVENTS[name].model_validate_json(data_of(record, name), extra="forbid")


ONE = FeedCursor((0,), (0,), (0,))


def unrecorded(_: Sequence[str]) -> None:
    """An audit log that accepts everything."""


def begun(**limits: int) -> Feed:
    """A feed with one partition of each topic; `take` adds records."""
    feed = Feed(Settings(kafka="127.0.0.1:9"), "test")
    feed.newest = FeedBuffer(ONE, most=limits.get("most", 1000), most_bytes=10**9)
    return feed


def tell(feed: Feed, *happenings: FeedRecord) -> None:
    for happening in happenings:
        next_offset = feed.heads.next_of(happening)
        feed.take(Arrived(0, happening.topic, happening.partition, next_offset, wire.encode(happening.record)))


def fields_of(chunk: bytes) -> list[dict[str, str]]:
    """The events of a chunk, each as its fields."""
    assert chunk.endswith(b"\n\n")
    frames = chunk.decode().removesuffix("\n\n").split("\n\n")
    return [dict(line.split(": ", 1) for line in lines.split("\n") if not line.startswith(":")) for lines in frames]


async def heard(
    live: Live, caller: Caller, cursor: FeedCursor | None = None, *, until: str = "reset"
) -> list[dict[str, str]]:
    """Events up to the first with this name, or to the end of the stream."""
    found: list[dict[str, str]] = []
    async with asyncio.timeout(10):
        async for chunk in live.frames(caller, cursor, unrecorded):
            found += fields_of(chunk)
            if any(one.get("event") == until for one in found):
                break
    return found


async def test_a_stream_that_cannot_continue_sends_reset() -> None:
    for error in (ResyncRequired("too slow"), LogUnavailable("canary")):
        feed = begun()
        feed.buffer_for = AsyncMock(side_effect=error)  # type: ignore[method-assign]

        events = await heard(Live(feed), OPERATOR, ONE)

        assert [event["event"] for event in events] == ["ready", "reset"]
        assert events[0]["id"] == "0_0_0"
        assert "canary" not in events[-1]["data"]


async def test_a_feed_that_ends_ends_its_views() -> None:
    feed = begun()
    feed.end_listeners()

    assert [event["event"] for event in await heard(Live(feed), OPERATOR)] == ["ready"]


async def test_operators_get_the_same_bytes_a_monitor_no_people_and_a_volunteer_only_their_own() -> None:
    feed = begun()
    live = Live(feed)
    tell(feed, status(), step("v-1"), step("v-2"))
    feed.end_listeners()

    first, second, monitor, volunteer, nobody = [
        [chunk async for chunk in live.frames(caller, ONE, unrecorded)]
        for caller in (OPERATOR, OPERATOR, MONITOR, Caller("v-2", Role.VOLUNTEER), Caller("v-3", Role.VOLUNTEER))
    ]

    assert [one["event"] for chunk in first for one in fields_of(chunk)] == ["ready", "incident", "offer", "offer"]
    assert [one["id"] for one in fields_of(first[1])] == ["1_0_0", "1_1_0", "1_2_0"]
    assert first[1] == second[1]
    assert [(one["event"], one["id"]) for one in fields_of(monitor[1])] == [("incident", "1_0_0")]
    assert [(one["event"], one["id"]) for one in fields_of(volunteer[1])] == [("offer", "1_2_0")]
    assert len(nobody) == 1


async def test_listeners_in_step_share_bytes_only_with_their_own_role() -> None:
    feed = begun()
    live = Live(feed)
    views = [live.frames(caller, None, unrecorded) for caller in (OPERATOR, MONITOR)]
    for view in views:
        await anext(view)
    # Listeners come into step with the first record; from then on they share encoded chunks.
    for number in range(2):
        tell(feed, status(incident_id=f"i-8320e5-{number:032x}"), step("v-1"))
        operator, monitor = [fields_of(await anext(view)) for view in views]

        assert [one["event"] for one in operator] == ["incident", "offer"]
        assert [one["event"] for one in monitor] == ["incident"]
        assert (operator[0]["data"] == monitor[0]["data"]) is False
    for view in views:
        await cast(AsyncGenerator[bytes, None], view).aclose()


async def test_a_listener_without_events_gets_the_id_to_resume_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.reads.event_stream.ALIVE_EVERY_S", 0.05)
    feed = begun()
    tell(feed, step("v-1"), step("v-1"))
    chunks = Live(feed).frames(Caller("v-2", Role.VOLUNTEER), ONE, unrecorded)

    events = [fields_of(await anext(chunks)) for _ in range(2)]
    await cast(AsyncGenerator[bytes, None], chunks).aclose()

    assert events[1] == [{"event": "alive", "data": "{}", "id": "0_2_0"}]


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(is_row=True)], ids=["full", "row"])
async def test_a_switch_of_the_assistant_is_told_to_open_pages_at_once(wanted: Wanted) -> None:
    feed, version = begun(), 0
    stream = Live(feed, lambda: version).frames(ending_in(30), None, unrecorded, wanted)
    # `ready`, and the first `tick` of the row view.
    for _ in range(2 if wanted.is_row else 1):
        await anext(stream)

    async def switch() -> None:
        nonlocal version
        await asyncio.sleep(0)
        version += 1
        feed.interrupt_listeners()

    told, _ = await asyncio.gather(asyncio.wait_for(anext(stream), 1), switch())

    assert fields_of(told) == [{"event": "assistant", "data": "{}"}]


def ending_in(seconds: float, caller: Caller = OPERATOR) -> Caller:
    return replace(caller, expires_ms=clock.now_ms() + round(seconds * 1000))


@pytest.mark.parametrize("caller", [OPERATOR, MONITOR, Caller("v-1", Role.VOLUNTEER)])
async def test_a_stream_ends_with_its_token(caller: Caller) -> None:
    began_s = clock.monotonic_s()

    events = await heard(Live(begun()), ending_in(0.3, caller))

    assert [event["event"] for event in events] == ["ready", "end"]
    assert events[-1]["data"] == '{"reason":"token_expired"}'
    assert clock.monotonic_s() - began_s > 0.2


async def test_a_busy_stream_ends_with_its_token() -> None:
    feed = begun()
    caller = ending_in(0.3)

    async def busy() -> None:
        while True:
            tell(feed, step("v-1"))
            await asyncio.sleep(0.001)

    work = asyncio.ensure_future(busy())
    events = await heard(Live(feed), caller)
    work.cancel()

    assert len(events) > 3
    assert events[-1]["event"] == "end"


async def test_a_token_that_expires_while_older_records_are_read_ends_the_stream() -> None:
    feed = begun()

    async def never(_: FeedCursor) -> FeedBuffer:
        await asyncio.sleep(3600)
        raise AssertionError

    feed.buffer_for = never  # type: ignore[method-assign,assignment]

    events = await heard(Live(feed), ending_in(0.3), ONE)

    assert [event["event"] for event in events] == ["ready", "end"]


async def test_the_stream_of_a_request_ends_with_the_token_of_that_request(world: World) -> None:
    short = token_keys().issue(Role.MONITOR, "m-1", now_s=clock.now_ms() // 1000, ttl_s=2)
    async with asyncio.timeout(10):
        answer = await world.ask("GET", "/v1/events", role=None, headers={"Authorization": f"Bearer {short}"})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith('event: end\ndata: {"reason":"token_expired"}\n\n')


def test_each_incident_is_measured_once_from_the_log_to_its_first_offer() -> None:
    latency = Latency()
    for number in range(100):
        happening = status(NOW_MS + number, f"i-8320e5-{number:032x}")
        latency.watch(happening)
        latency.watch(happening)
    latency.watch(status(None))
    latency.watch(step("v-1"))

    assert latency.percentiles_ms(NOW_MS) == {"count": 100, "p50": 50, "p95": 95, "p99": 99}
    assert latency.percentiles_ms(NOW_MS + 10**6) == {"count": 0, "p50": None, "p95": None, "p99": None}
