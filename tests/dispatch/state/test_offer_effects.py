"""Records of `offers` that follow from a decision, and the people it engages and releases."""

import pytest

from dispatch.model.decisions import Decision
from dispatch.model.events import Event
from dispatch.model.ids import event_id
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Hold
from dispatch.model.recorded_way import RecordedM, RecordedS
from dispatch.model.safety_events import CheckedIn
from dispatch.model.vocabulary import Capability, OfferState, Outcome
from dispatch.state.errors import BrokenLog
from dispatch.state.offer_effects import freed_by, held_by, offer_steps
from tests.support.builders import NOW_MS, Story, decision, helpers, incident, spec
from tests.support.stories import a_whole_story, moved


def made(volunteer_id: str = "v-1") -> OfferMade:
    return OfferMade(
        offer_id=f"o-{volunteer_id}",
        requirement_id="r1",
        volunteer_id=volunteer_id,
        capability=Capability.FIELD,
        skill="first_aid",
        expires_ms=NOW_MS + 90_000,
        distance_m=RecordedM(100.0),
        eta_s=RecordedS(60.0),
        task=None,
    )


def test_a_step_of_an_offer_never_made_is_a_broken_log() -> None:
    with pytest.raises(BrokenLog, match="o-v-2 is not in"):
        offer_steps(incident(), decision(moved(OfferState.ACCEPTED, "v-2")), 3, 7)


def test_a_repeat_passes_over_offers_that_have_left_the_state_since() -> None:
    """A decision that is published again after a rebuild, of an incident that has gone on and forgotten its oldest offers."""
    told = decision(moved(OfferState.ACCEPTED, "v-2"))

    assert offer_steps(incident(version=told.version + 1), told, 3, 7) == []


def test_the_steps_of_a_decision_hold_all_a_notifier_needs() -> None:
    story = Story(helpers("one"))
    story.report(spec())

    (step,) = offer_steps(story.incident, story.last, partition=3, offset=7)

    known = story.offer_of("one")
    assert (step.id, step.volunteer_id, step.requirement_id) == (known.id, "one", "r1")
    assert (step.state, step.reason, step.expires_ms) == (OfferState.OFFERED, None, known.expires_ms)
    assert (step.decision_id, step.decision_partition, step.decision_offset) == (story.last.id, 3, 7)
    assert (step.epoch, step.at_ms) == (1, NOW_MS)
    assert step.event_id == event_id(story.last.id, known.id, "offered")


def test_a_repeat_gives_the_same_steps() -> None:
    story = a_whole_story()

    for entry in story.decisions:
        assert offer_steps(story.incident, entry, 3, 7) == offer_steps(story.incident, entry, 3, 7)


def test_every_step_has_an_id_of_its_own() -> None:
    story = a_whole_story()

    steps = [step for entry in story.decisions for step in offer_steps(story.incident, entry, 3, 7)]

    assert len({step.event_id for step in steps}) == len(steps)
    assert {step.reason for step in steps if step.state is OfferState.ACCEPTED} == {None, "late"}


def test_a_refused_command_has_no_steps() -> None:
    assert offer_steps(incident(), decision(outcome=Outcome.REFUSED), 3, 7) == []
    assert offer_steps(None, decision(), 3, 7) == []


@pytest.mark.parametrize(
    ("fact", "is_held", "is_freed"),
    [
        (made(), True, False),
        (moved(OfferState.ACCEPTED), True, False),  # a late one takes the person anew; another confirms
        (moved(OfferState.EN_ROUTE), True, False),
        (moved(OfferState.ON_SCENE), True, False),
        (moved(OfferState.DONE), False, True),
        (moved(OfferState.DECLINED), False, True),
        (moved(OfferState.EXPIRED), False, True),
        (moved(OfferState.WITHDRAWN), False, True),
        (moved(OfferState.STOOD_DOWN), False, True),
        (moved(OfferState.VOID), False, True),
        (CheckedIn(offer_id="o-v-1", volunteer_id="v-1"), False, False),
    ],
)
def test_a_live_offer_holds_its_person_and_an_ended_one_lets_go(fact: Event, is_held: bool, is_freed: bool) -> None:
    hold = (Hold(volunteer_id="v-1", offer_id="o-v-1"),)
    entry: Decision = decision(fact)

    assert held_by(entry) == (hold if is_held else ())
    assert freed_by(entry) == (hold if is_freed else ())
