"""Who hears what of the live view, in which words; and the waits it measures on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

from api.auth import Caller
from api.latency import Latency
from api.live import Live, is_for, name_of, told
from dispatch.decisions import OfferStep, StatusRecord
from dispatch.telling import NoticeOutcome
from dispatch.vocabulary import Capability, OfferState
from streams.feed import Cursor, CutOff, Feed, Happening
from streams.publisher import LogTrouble
from streams.settings import Settings
from streams.tokens import Role
from streams.topics import INCIDENT_STATUS, NOTICES, OFFERS
from streams.wire import NoticeRecord
from tests.builders import NOW_MS, incident

OPERATOR, MONITOR = Caller("op", Role.OPERATOR), Caller("m", Role.MONITOR)


def status(first_offer_ms: int | None = None, incident_id: str = "") -> Happening:
    state = incident(**({"id": incident_id} if incident_id else {}))
    state = replace(state, times=replace(state.times, first_offer_ms=first_offer_ms))
    record = StatusRecord(
        incident=state, decision_id="d", decision_partition=0, decision_offset=0, decided_ms=first_offer_ms or NOW_MS
    )
    return Happening(INCIDENT_STATUS.name, 0, 0, record)


def step(volunteer: str) -> Happening:
    record = OfferStep(
        event_id="e",
        id="o-1",
        incident_id="i-1",
        requirement_id="r1",
        volunteer_id=volunteer,
        capability=Capability.FIELD,
        skill="cpr",
        state=OfferState.OFFERED,
        reason=None,
        epoch=1,
        at_ms=1,
        expires_ms=2,
        decision_id="d",
        decision_partition=0,
        decision_offset=0,
    )
    return Happening(OFFERS.name, 0, 0, record)


def test_a_volunteer_hears_of_their_own_offers_and_of_nothing_else() -> None:
    volunteer = Caller("v-1", Role.VOLUNTEER)

    assert [is_for(volunteer, one) for one in (step("v-1"), step("v-2"), status())] == [True, False, False]
    assert [is_for(MONITOR, one) for one in (step("v-1"), step("v-2"), status())] == [True, True, True]


def notice(volunteer: str, *, channel: str = "sse", outcome: str = "sent") -> Happening:
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
    return Happening(NOTICES.name, 0, 0, record)


def test_a_volunteer_is_shown_the_notices_that_went_out_to_them_by_this_way() -> None:
    volunteer = Caller("v-1", Role.VOLUNTEER)
    others = (notice("v-2"), notice("v-1", channel="log"), notice("v-1", outcome="failed"))

    assert is_for(volunteer, notice("v-1"))
    assert not any(is_for(volunteer, one) for one in others)
    assert [is_for(OPERATOR, one) for one in (notice("v-1"), *others)] == [True, True, False, False]
    assert name_of(notice("v-1")) == "notice"
    assert '"id":"n-1","kind":"offered","offer_id":"o-1"' in told(notice("v-1"))


def test_what_is_void_by_the_logs_order_is_shown_to_operators_and_kept_from_its_person() -> None:
    volunteer = Caller("v-1", Role.VOLUNTEER)
    void = step("v-1")._replace(is_void=True)
    said = void._replace(record=replace(cast(OfferStep, void.record), state=OfferState.VOID))

    assert [is_for(volunteer, one) for one in (void, said)] == [False, True]
    assert is_for(OPERATOR, void)


def test_cursors_without_notices_are_those_of_before() -> None:
    assert Cursor.parsed("1.2_3.4") == Cursor((1, 2), (3, 4))
    assert Cursor.parsed(str(Cursor((1,), (2,), (3,)))) == Cursor((1,), (2,), (3,))


def test_events_are_named_and_told_in_the_words_of_the_contract() -> None:
    assert (name_of(status()), name_of(step("v-1"))) == ("incident", "offer")
    assert '"status":"dispatching"' in told(status())
    assert '"volunteer_id":"v-1"' in told(step("v-1"))


class Broken:
    """A feed that ends in the way it was made with."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.cursor = Cursor((1,), (2,))

    def listening(self, _: Any) -> "Broken":
        return self

    def __enter__(self) -> "Broken":
        return self

    def __exit__(self, *_: object) -> None: ...

    async def happenings(self) -> AsyncIterator[tuple[Happening, Cursor]]:
        yield status(), self.cursor
        yield status(), self.cursor
        raise self._error


async def test_a_view_that_cannot_go_on_says_so() -> None:
    for error in (CutOff("too slow"), LogTrouble("canary")):
        live = Live(cast(Feed, Broken(error)))

        events = [event async for event in live.events(OPERATOR, None)]

        assert [event.event for event in events] == ["ready", "incident", "incident", "reset"]
        assert events[0].id == "1_2"
        assert "canary" not in (events[-1].raw_data or "")


async def test_a_feed_that_ends_ends_its_views() -> None:
    feed = Feed(Settings(kafka="127.0.0.1:9"), "test")
    feed.end_listeners()

    events = [event async for event in Live(feed).events(OPERATOR, None)]

    assert [event.event for event in events] == ["ready"]


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
