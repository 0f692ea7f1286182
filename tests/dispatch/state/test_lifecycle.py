"""The fold: states from decisions."""

import pytest

from dispatch.model.events import Event
from dispatch.model.incident_events import IncidentClosed
from dispatch.model.incidents import Incident
from dispatch.model.safety_events import CheckedIn
from dispatch.model.vocabulary import OfferState, Outcome
from dispatch.state.errors import BrokenLog
from dispatch.state.lifecycle import evolve, fold
from dispatch.state.moment import Moment
from tests.support.builders import INCIDENT, NOW_MS, ZONE, Story, decision, incident, offer
from tests.support.stories import a_whole_story, moved

MOMENT = Moment(incident_id=INCIDENT, zone=ZONE, version=2, at_ms=NOW_MS)


def test_folding_the_log_gives_the_state_that_was_decided_on() -> None:
    story = a_whole_story()

    state: Incident | None = None
    for entry in story.decisions:
        state = fold(state, entry)

    assert state == story.incident
    assert state is not None
    assert state.version == len(story.decisions)


def test_a_decision_that_changed_nothing_leaves_the_very_same_state() -> None:
    state = incident()

    assert fold(state, decision(outcome=Outcome.REFUSED)) is state
    assert fold(state, decision(outcome=Outcome.UNCHANGED)) is state
    assert fold(None, decision(outcome=Outcome.REFUSED)) is None


def test_no_events_give_no_incident() -> None:
    assert evolve(None, (), MOMENT) is None


def test_events_before_the_report_are_a_broken_log() -> None:
    with pytest.raises(BrokenLog, match="IncidentClosed before the report"):
        evolve(None, (IncidentClosed(by="operator"),), MOMENT)


def test_a_second_report_is_a_broken_log() -> None:
    story = Story()
    story.report()

    with pytest.raises(BrokenLog, match=f"{INCIDENT} is reported a second time"):
        fold(story.incident, story.last)


@pytest.mark.parametrize("fact", [moved(OfferState.ACCEPTED), CheckedIn(offer_id="o-v-1", volunteer_id="v-1")])
def test_a_step_of_an_offer_never_made_is_a_broken_log(fact: Event) -> None:
    with pytest.raises(BrokenLog, match="o-v-1 is not in"):
        evolve(incident(), (fact,), MOMENT)


def test_an_offer_keeps_its_first_acceptance_and_private_reference() -> None:
    state = incident(offers=(offer(id="o-v-1"),))

    accepted = evolve(state, (moved(OfferState.ACCEPTED, private_ref="incident:reply"),), MOMENT)
    later = Moment(incident_id=INCIDENT, zone=ZONE, version=3, at_ms=NOW_MS + 5)
    declined = evolve(accepted, (moved(OfferState.DECLINED, reason="unsafe"),), later)
    again = evolve(declined, (moved(OfferState.ACCEPTED, reason="late"),), later)

    assert again is not None
    assert (again.offers[0].accepted_ms, again.offers[0].changed_ms) == (NOW_MS, NOW_MS + 5)
    assert again.offers[0].private_ref == "incident:reply"
    assert again.times.first_accept_ms == NOW_MS
