"""What a command needs to know beyond its own incident, and that most need nothing."""

from typing import Any

import pytest

from dispatch.context_query import query_of
from dispatch.model.answer_commands import GiveResult
from dispatch.model.commands import AddNote, Command, MergeIncident, ReportIncident, UpdateIncident
from dispatch.model.context import NEAR_M
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Priority, Task
from tests.support.builders import ALMATY, INCIDENT, incident, offer, point, requirement

OTHER = INCIDENT[:-1] + "f"
PLACE = {"type": "Point", "coordinates": [76.9, 43.2]}


def told(kind: type[Command], **stated: Any) -> Command:
    return kind(id="c", incident_id=INCIDENT, by="operator", sent_ms=0, **stated)


def answered(**stated: Any) -> Command:
    return told(GiveResult, offer_id="o-d", volunteer_id="d-1", outcome="located", **stated)


def digital(task: Task) -> Offer:
    return offer(
        OfferState.ACCEPTED, id="o-d", volunteer_id="d-1", requirement_id="r2", capability=Capability.DIGITAL, task=task
    )


def known(*offers: Offer) -> Incident:
    needs = (requirement(), requirement(id="r2", capability=Capability.DIGITAL, skill="geolocation"))
    return incident(requirements=needs, offers=offers)


def test_a_report_looks_for_open_incidents_around_its_place() -> None:
    look = query_of(None, told(ReportIncident, type="flood", body_digest="x", area=point()))

    assert look is not None
    assert (look.near, look.near_m) == (ALMATY, NEAR_M)


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (None, told(ReportIncident, type="information", body_digest="x")),  # no place
        (incident(), told(ReportIncident, type="flood", body_digest="x", area=point())),  # a repeat
        (None, told(UpdateIncident, area=point())),
        (incident(status=IncidentStatus.CLOSED), told(MergeIncident, into=OTHER)),
        (incident(), told(AddNote, private_ref="x")),
        (incident(), told(UpdateIncident, priority=Priority.LOW)),
        (known(digital(Task.VERIFY_REPORT)), answered(location=PLACE)),
        (known(digital(Task.GEOLOCATE)), answered()),
        (known(), answered(location=PLACE)),  # an offer nobody made
        (known(digital(Task.FIND_DUPLICATES)), answered()),
    ],
)
def test_nothing_is_looked_up_where_nothing_depends_on_it(state: Incident | None, command: Command) -> None:
    assert query_of(state, command) is None


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (known(digital(Task.FIND_DUPLICATES)), answered(other_incident_id=OTHER)),
        (known(), told(MergeIncident, into=OTHER)),
    ],
)
def test_a_merge_looks_at_the_other_incident(state: Incident, command: Command) -> None:
    look = query_of(state, command)

    assert look is not None
    assert look.target == OTHER


@pytest.mark.parametrize("command", [answered(location=PLACE), told(UpdateIncident, area=point(76.9, 43.2))])
def test_a_move_looks_for_those_on_the_way_and_those_who_could_go_instead(command: Command) -> None:
    coming = offer(OfferState.EN_ROUTE, id="o-1", volunteer_id="v-1")
    asked = offer(OfferState.OFFERED, id="o-2", volunteer_id="v-2")
    there = offer(OfferState.ON_SCENE, id="o-3", volunteer_id="v-3")

    look = query_of(known(coming, asked, there, digital(Task.GEOLOCATE)), command)

    assert look is not None
    assert look.people == ("v-1", "v-2")
    (need,) = look.needs
    assert (need.requirement.id, need.want, need.asked_before) == ("r1", 2, frozenset({"v-1", "v-2", "v-3"}))
    assert need.area is not None
    assert need.area.centre == point(76.9, 43.2).centre


def test_who_serves_a_need_that_is_gone_is_looked_for_all_the_same() -> None:
    old = offer(OfferState.ACCEPTED, requirement_id="r9")

    look = query_of(known(old), told(UpdateIncident, area=point(76.9)))

    assert look is not None
    assert (look.people, look.needs) == (("v-1",), ())
