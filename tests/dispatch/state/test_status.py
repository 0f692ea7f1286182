"""The status of an incident in each situation."""

import pytest

from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import ASSIGNED_STATES, IncidentStatus, OfferState, Priority
from dispatch.state.lifecycle import status_of
from tests.support.builders import Story, helpers, incident, offer, requirement, shortfall, spec


def of(*states: OfferState, count: int = 1, is_short: bool = False) -> Incident:
    entry = requirement(count=count, shortfall=shortfall() if is_short else None)
    return incident(
        requirements=(entry,), offers=tuple(offer(one, id=f"o-{number}") for number, one in enumerate(states))
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (of(), IncidentStatus.DISPATCHING),
        (of(OfferState.OFFERED), IncidentStatus.DISPATCHING),
        (of(OfferState.ACCEPTED, count=2), IncidentStatus.DISPATCHING),
        (of(OfferState.ON_SCENE, count=2), IncidentStatus.DISPATCHING),  # one is there, one is missing
        (of(OfferState.ACCEPTED), IncidentStatus.STAFFED),
        (of(OfferState.ACCEPTED, OfferState.DECLINED), IncidentStatus.STAFFED),
        (of(OfferState.EN_ROUTE), IncidentStatus.IN_PROGRESS),
        (of(OfferState.ON_SCENE), IncidentStatus.IN_PROGRESS),
        (of(OfferState.DONE), IncidentStatus.IN_PROGRESS),  # until an operator closes it
        (of(OfferState.ACCEPTED, OfferState.EN_ROUTE, count=2), IncidentStatus.IN_PROGRESS),
        (of(is_short=True), IncidentStatus.UNFILLED),
        (
            of(OfferState.ON_SCENE, count=2, is_short=True),
            IncidentStatus.UNFILLED,
        ),  # never hidden behind partial success
        (incident(requirements=()), IncidentStatus.STAFFED),  # nothing is needed any more
    ],
)
def test_an_open_incident(state: Incident, status: IncidentStatus) -> None:
    assert status_of(state) is status


def test_an_incident_goes_from_dispatching_to_staffed_to_in_progress_and_back() -> None:
    story = Story(helpers("one", "two", "three"))
    seen = []

    story.report(spec())
    seen.append(story.incident.status)
    story.accept("one")
    seen.append(story.incident.status)
    story.progress("one", OfferState.EN_ROUTE)
    seen.append(story.incident.status)
    story.decline("one")
    seen.append(story.incident.status)

    assert seen == ["dispatching", "staffed", "in_progress", "dispatching"]


def test_staffed_means_the_first_time() -> None:
    story = Story(helpers("one", "two"))
    story.report(spec())
    story.accept("one")
    first_ms = story.incident.times.staffed_ms
    story.wait(60)
    story.decline("one")
    story.accept("two")

    assert story.incident.times.staffed_ms == first_ms
    assert story.incident.times.first_accept_ms == first_ms


def test_open_places_are_never_negative() -> None:
    state = of(OfferState.DONE, OfferState.ACCEPTED)

    assert state.open_places(state.requirements[0]) == 0


@pytest.mark.parametrize("state", OfferState)
def test_the_live_are_engaged_and_the_filling_count(state: OfferState) -> None:
    assert offer(state).is_live == (state is OfferState.OFFERED or state in ASSIGNED_STATES)
    assert offer(state).is_filling == (state is OfferState.DONE or state in ASSIGNED_STATES)


def test_priorities_sort_by_urgency() -> None:
    assert [priority.order for priority in Priority] == [0, 1, 2, 3]
    assert min(Priority, key=lambda priority: priority.order) is Priority.CRITICAL
