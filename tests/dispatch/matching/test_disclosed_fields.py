"""What a person sees of an incident by the work that they accepted, and when that ends."""

import pytest

from dispatch.matching.disclosed_fields import BY_TASK, FIELD_WORK, NOTHING, Disclosed, disclosed_by
from dispatch.matching.disclosure import disclosed_to
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import ASSIGNED_STATES, Capability, IncidentStatus, OfferState, Priority, Task
from dispatch.plans.book import load_builtin
from tests.support.builders import incident, offer

OPEN = incident(priority=Priority.LOW)
OF_CALLER = {Disclosed.NAME, Disclosed.PHONE}


def digital(task: Task | None, state: OfferState = OfferState.ACCEPTED) -> Offer:
    return offer(state, id="o-2", capability=Capability.DIGITAL, task=task)


def test_every_task_has_its_row() -> None:
    assert BY_TASK.keys() == set(Task)


@pytest.mark.parametrize(
    ("task", "seen"),
    [
        (Task.VERIFY_REPORT, {"description"}),
        (Task.CALL_BACK, {"name", "phone", "description"}),
        (Task.GEOLOCATE, {"description", "address", "location"}),
        (Task.TRANSLATE, {"description"}),
        (Task.MAP_DAMAGE, {"location"}),
        (Task.FIND_DUPLICATES, {"description"}),
        (Task.MONITOR_MEDIA, {"description"}),
        (Task.SUMMARISE, {"description", "material"}),
        (None, set()),  # of an old plan
    ],
)
def test_a_task_gives_what_it_needs(task: Task | None, seen: set[str]) -> None:
    assert disclosed_by(OPEN, [digital(task)]) == seen


def test_only_a_call_back_gives_the_caller_to_people_at_a_desk() -> None:
    assert {task for task, seen in BY_TASK.items() if seen & OF_CALLER} == {Task.CALL_BACK}


@pytest.mark.parametrize("state", OfferState)
def test_what_is_seen_ends_with_the_work(state: OfferState) -> None:
    expected = FIELD_WORK if state in ASSIGNED_STATES else NOTHING

    assert disclosed_by(OPEN, [offer(state)]) == expected


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED])
def test_what_is_seen_ends_with_the_incident(status: IncidentStatus) -> None:
    ended = incident(priority=Priority.LOW, status=status)

    assert disclosed_by(ended, [offer(OfferState.ON_SCENE), digital(Task.CALL_BACK)]) == NOTHING


def test_several_offers_of_one_person_give_what_the_open_ones_give_together() -> None:
    left = offer(OfferState.DONE)

    assert disclosed_by(OPEN, [left, digital(Task.VERIFY_REPORT)]) == {Disclosed.DESCRIPTION}
    assert disclosed_by(OPEN, [offer(OfferState.ACCEPTED), digital(Task.TRANSLATE)]) == FIELD_WORK
    both = [digital(Task.MAP_DAMAGE), digital(Task.VERIFY_REPORT)]
    assert disclosed_by(OPEN, both) == {Disclosed.LOCATION, Disclosed.DESCRIPTION}


def test_people_whom_nobody_verified_see_of_a_critical_incident_how_to_get_there() -> None:
    critical, plans = incident(priority=Priority.CRITICAL), load_builtin()
    way = {Disclosed.ADDRESS, Disclosed.LOCATION, Disclosed.PERSON}

    assert disclosed_to(critical, [offer(OfferState.ACCEPTED)], plans, ()) == way
    assert disclosed_to(critical, [digital(Task.CALL_BACK)], plans, ()) == NOTHING
    assert disclosed_to(critical, [offer(OfferState.ACCEPTED)], plans, {"cpr"}) == FIELD_WORK
