"""Two reducers, written apart from each other, give the same states: that of the core and that of the checker of fault runs.

The checker's is made from the published schemas (`tests/faults/checker/reducer.py`). Where they differ, one of them does not say
what an event means; no fault run could tell which.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dispatch.model.decisions import Decision
from dispatch.model.events import EVENTS, Event
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.people import Candidate
from dispatch.model.requirements import Requirement, RequirementSpec
from dispatch.model.vocabulary import Capability, OfferState
from dispatch.state.lifecycle import fold
from streams import wire
from tests.faults.checker import reducer
from tests.faults.checker.published import Published
from tests.support import strategies
from tests.support.builders import Story, decision, digital_spec, helpers, remote, spec

PUBLISHED = Published()
ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(strategies.VOLUNTEERS), st.sampled_from(["accept", "decline", "expire", "void", "check_in"])
    )
)


def state_by_core(decisions: Sequence[Decision]) -> Any:
    state: Incident | None = None
    for decided in decisions:
        state = fold(state, decided)
    return json.loads(wire.encode(state))


def state_by_checker(decisions: Sequence[Decision]) -> Any:
    state: reducer.State | None = None
    for decided in decisions:
        state = reducer.fold(state, json.loads(wire.encode_decision(decided)), PUBLISHED)
    return json.loads(json.dumps(state))


@cache
def scene() -> Story:
    """An incident that people were asked for, one of whom has accepted. It is only looked at."""
    story = Story([*helpers("v-1", "v-2"), remote("d-1", "verification")])
    story.report(spec(count=2), digital_spec("verification"))
    story.accept("v-1")
    return story


def about(fact: Any, incident: Incident) -> Event:
    """The same event about an offer and a requirement that are there."""
    there = {"offer_id": incident.offers[0].id, "requirement_id": incident.requirements[0].id}
    named = {name: value for name, value in there.items() if hasattr(fact, name)}
    changed: Event = replace(fact, **named)
    return changed


def unique(fact: Event) -> bool:
    """No two requirements of one incident have the same id."""
    # What a report brings has no id yet.
    ids = [entry.id for entry in getattr(fact, "requirements", ()) if isinstance(entry, Requirement)]
    return len(set(ids)) == len(ids) and "r1" not in ids


@pytest.mark.parametrize("kind", sorted(EVENTS.keys() - {"incident_reported"}))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_both_agree_on_what_each_event_does(kind: str, data: st.DataObject) -> None:
    story = scene()
    fact = about(data.draw(strategies.any_of(EVENTS[kind])), story.incident)
    assume(unique(fact))

    last = decision(
        fact,
        incident_id=story.incident.id,
        zone=story.incident.zone,
        version=story.incident.version + 1,
        decided_ms=story.now_ms + 1_000,
    )

    decisions = [*story.decisions, last]
    assert state_by_checker(decisions) == state_by_core(decisions)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(specs=strategies.stated_requirements(), people=strategies.crowds(), answers=ANSWERS)
def test_both_agree_on_whatever_happens(
    specs: tuple[RequirementSpec, ...], people: list[Candidate], answers: list[tuple[str, str]]
) -> None:
    story = Story(people)
    story.report(*specs)
    for volunteer_id, answer in answers:
        story.wait(50)
        if any(one.volunteer_id == volunteer_id for one in story.incident.offers):
            getattr(story, answer)(volunteer_id)
    story.close()

    for end in range(1, len(story.decisions) + 1):
        assert state_by_checker(story.decisions[:end]) == state_by_core(story.decisions[:end])


def test_both_forget_the_same_old_offers() -> None:
    story = Story()
    story.report(spec())
    asked = [f"v-{number}" for number in range(230)]
    ends = [OfferState.DECLINED, OfferState.EXPIRED, OfferState.VOID]
    waves: list[list[Event]] = [[_made(person) for person in asked]]
    waves += [[_ended(person, ends[number % 3])] for number, person in enumerate(asked)]
    decisions = list(story.decisions)
    for number, facts in enumerate(waves, story.incident.version + 1):
        last = {"version": number, "decided_ms": story.now_ms + number}
        decisions.append(decision(*facts, incident_id=story.incident.id, zone=story.incident.zone, **last))

    state = state_by_checker(decisions)

    assert state["forgotten_offers"] == 30
    assert state == state_by_core(decisions)


def _made(person: str) -> OfferMade:
    return OfferMade(
        offer_id=f"o-{person}",
        requirement_id="r1",
        volunteer_id=person,
        capability=Capability.FIELD,
        skill="first_aid",
        expires_ms=0,
        distance_m=None,
        eta_s=None,
        task=None,
    )


def _ended(person: str, state: OfferState) -> OfferMoved:
    return OfferMoved(offer_id=f"o-{person}", volunteer_id=person, state=state)
