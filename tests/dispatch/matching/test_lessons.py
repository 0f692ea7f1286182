"""What a decision teaches about the people in it."""

from typing import Any

import pytest

from dispatch.matching.lessons import Lesson, WorkEnded, lessons_of, work_ended
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.vocabulary import Capability, OfferState
from tests.support.builders import NOW_MS, decision, incident, offer, requirement

CELL = "21|0.5km"


def moved(state: OfferState, *, after_s: float = 30, reason: str | None = None) -> Decision:
    fact = OfferMoved(offer_id="o-1", volunteer_id="v-1", state=state, reason=reason)
    return decision(fact, decided_ms=NOW_MS + round(after_s * 1000))


def state(**known: Any) -> Incident:
    heavy = known.pop("heavy", False)
    return incident(requirements=(requirement(heavy=heavy),), offers=(offer(distance_m=300.0, **known),))


@pytest.mark.parametrize(
    ("to", "after_s", "reason", "accepted", "refused"),
    [
        (OfferState.ACCEPTED, 30, None, 1.0, 0.0),
        (OfferState.ACCEPTED, 300, "late", 1.0, 0.0),
        (OfferState.STOOD_DOWN, 300, "filled", 1.0, 0.0),  # a yes that came too late is a yes all the same
        (OfferState.DECLINED, 5, "busy", 0.0, 1.0),
        (OfferState.EXPIRED, 90, "no_answer", 0.0, 1.0),
        (OfferState.EXPIRED, 900, "no_answer", 0.0, 1.0),  # noticed late, silent no longer than the window
        (OfferState.WITHDRAWN, 40, "filled", 0.0, 0.413),  # half of those who accept would have done so
        (OfferState.WITHDRAWN, 15, "filled", 0.0, 0.013),
    ],
)
def test_answers_count_and_silence_by_its_length(
    to: OfferState, after_s: float, reason: str | None, accepted: float, refused: float
) -> None:
    (lesson,) = lessons_of(moved(to, after_s=after_s, reason=reason), state())

    assert (lesson.volunteer_id, lesson.cell) == ("v-1", CELL)
    assert (lesson.accepted, lesson.refused) == pytest.approx((accepted, refused), abs=0.001)


@pytest.mark.parametrize(
    ("to", "after_s"),
    [
        (OfferState.WITHDRAWN, 0),  # taken back at once
        (OfferState.VOID, 90),
        (OfferState.EN_ROUTE, 90),
        (OfferState.DONE, 90),
    ],
)
def test_other_steps_give_no_lesson(to: OfferState, after_s: float) -> None:
    assert lessons_of(moved(to, after_s=after_s), state()) == ()


def test_an_offer_that_has_left_the_state_and_other_facts_teach_nothing() -> None:
    assert lessons_of(moved(OfferState.DECLINED), incident()) == ()
    assert work_ended(moved(OfferState.DONE), incident()) == ()


def test_digital_answers_belong_in_a_cell_of_their_own() -> None:
    (lesson,) = lessons_of(moved(OfferState.DECLINED), state(capability=Capability.DIGITAL))

    assert lesson == Lesson(volunteer_id="v-1", cell="21|digital", at_ms=NOW_MS + 30_000, refused=1.0)


@pytest.mark.parametrize("heavy", [True, False])
def test_work_in_the_field_that_is_done_asks_for_a_rest(heavy: bool) -> None:
    done = moved(OfferState.DONE, after_s=600)

    assert work_ended(done, state(heavy=heavy)) == (WorkEnded(volunteer_id="v-1", at_ms=NOW_MS + 600_000, heavy=heavy),)
    assert work_ended(moved(OfferState.STOOD_DOWN), state()) == ()
    assert work_ended(done, state(capability=Capability.DIGITAL)) == ()


def test_an_acceptance_counts_even_if_it_is_not_needed_later() -> None:
    assert lessons_of(moved(OfferState.STOOD_DOWN, reason="not_needed"), state(accepted_ms=NOW_MS)) == ()
