"""The board for paper: what stands on it, in which order, and what never does."""

from dataclasses import replace
from typing import Any

from dispatch.model.commands import ReportIncident
from dispatch.model.ids import incident_id
from dispatch.model.incidents import Attention, Incident
from dispatch.model.offers import JobChange, Unconfirmed
from dispatch.model.reasons import AttentionReason
from dispatch.model.vocabulary import ConfirmationState, IncidentStatus, OfferState, Priority
from streams.cli import printed_board
from streams.readers.last_known import LastKnown, Undecided
from tests.support.builders import incident, offer, point, requirement, shortfall, spec

NOW_MS = 1_764_000_000_000
HOUR_MS = 3_600_000


def at(state: Incident, reported_ms: int) -> Incident:
    return replace(state, times=replace(state.times, reported_ms=reported_ms))


def undecided(**stated: Any) -> Undecided:
    given: dict[str, Any] = {"type": "flood", "body_digest": "x", "area": point()} | stated
    command = ReportIncident(id="c", incident_id=incident_id("8320e5", "op", "k"), by="op", sent_ms=0, **given)
    return Undecided(command=command, logged_ms=NOW_MS - 60_000)


def test_the_most_urgent_stands_first_and_among_equals_the_oldest() -> None:
    states = (
        at(incident(id="i-new", priority=Priority.CRITICAL), NOW_MS - HOUR_MS),
        at(incident(id="i-low", priority=Priority.LOW), NOW_MS - 9 * HOUR_MS),
        at(incident(id="i-old", priority=Priority.CRITICAL), NOW_MS - 2 * HOUR_MS),
    )

    text = printed_board.page(LastKnown(read_ms=NOW_MS, states=states))

    assert text.index("i-old") < text.index("i-new") < text.index("i-low")
    assert "2 h 00 min" in text


def test_what_is_over_is_left_out() -> None:
    states = tuple(
        incident(id=f"i-{status}", status=status) for status in (IncidentStatus.CLOSED, IncidentStatus.UNFILLED)
    )

    text = printed_board.page(LastKnown(read_ms=NOW_MS, states=states))

    assert "open incidents: 1" in text
    assert "i-closed" not in text


def test_who_is_assigned_who_is_asked_and_what_is_missing() -> None:
    offers = (
        offer(OfferState.OFFERED, id="o-1", volunteer_id="v-1"),
        offer(OfferState.EN_ROUTE, id="o-2", volunteer_id="v-2"),
        offer(OfferState.DECLINED, id="o-3", volunteer_id="v-3"),
    )
    attention = (Attention(reason=AttentionReason.UNFILLED, since_ms=NOW_MS),)
    needs = (requirement(count=3, shortfall=shortfall(1)),)

    text = printed_board.page(
        LastKnown(read_ms=NOW_MS, states=(incident(requirements=needs, offers=offers, attention=attention),))
    )

    assert "3 x first_aid (field)" in text.replace(", kk", "")
    assert "filled 1, asked 1   MISSING 1 (nobody_found)" in text
    assert text.index("v-2") < text.index("v-1")
    assert "v-3" not in text
    assert "! OPERATOR: unfilled" in text


def test_who_has_not_confirmed_a_change_is_on_the_sheet() -> None:
    change = JobChange(fields=("location", "address"), version=3, at_ms=NOW_MS)
    open_changes = Unconfirmed(changes=(change,), state=ConfirmationState.ASKED, due_ms=NOW_MS)
    untold = offer(OfferState.EN_ROUTE, unconfirmed=open_changes)

    text = printed_board.page(LastKnown(read_ms=NOW_MS, states=(incident(offers=(untold,)),)))

    assert "en_route   NOT CONFIRMED: location, address" in text


def test_a_report_without_decision_is_shown_as_such() -> None:
    known = LastKnown(read_ms=NOW_MS, undecided=(undecided(requirements=(spec("boat", 2),)), undecided()), waiting=7)

    text = printed_board.page(known)

    assert text.count("NOT DECIDED") == text.count("NOBODY HAS BEEN ASKED YET") == 2
    assert "needs: 2 x boat" in text
    assert "needs: as planned for this type" in text
    assert "wait for a decision: 7" in text


def test_it_says_of_when_it_is_and_that_it_is_the_log() -> None:
    text = printed_board.page(LastKnown(read_ms=NOW_MS, decided_ms=NOW_MS - 1000, waiting=None))

    assert "as of 2025-11-24T16:00:00Z" in text
    assert "Newest decision: 2025-11-24T15:59:59Z." in text
    assert "wait for a decision: unknown" in text
    assert "Read from the log" in text


def test_nothing_that_steers_a_printer_or_a_terminal_gets_through() -> None:
    text = printed_board.page(LastKnown(read_ms=NOW_MS, states=(incident(offers=(offer(volunteer_id="v\x1b[2J\f"),)),)))

    assert "v?[2J?" in text
    assert all(line.isprintable() for line in text.splitlines())
