"""An update of the priority brings the needs that the plan states for it, and disturbs nobody who goes already."""

from dataclasses import replace

from dispatch.context_query import query_of
from dispatch.model.commands import UpdateIncident
from dispatch.model.context import NEAR_M, DecisionContext, Neighbour
from dispatch.model.vocabulary import Capability, OfferState, Priority
from dispatch.plans.book import load_builtin
from tests.support.builders import ALMATY, INCIDENT, NOW_MS, Story, candidate, point, requirement, spec

OTHER = INCIDENT[:-1] + "f"


def story(*skills: str, priority: Priority = Priority.HIGH) -> Story:
    """An illness under the built-in plan, with a person for each skill; the critical one needs a doctor or nurse besides."""
    made = Story([candidate(f"{skill}-{number}", skill) for number, skill in enumerate(skills)])
    made.report(type="medical.other", priority=priority)
    return made


def skills_of(told: Story) -> list[str]:
    return [entry.skill for entry in told.incident.requirements]


def test_a_higher_priority_adds_what_it_needs_and_asks_for_it() -> None:
    told = story("first_aid", "doctor")
    before = {one.volunteer_id: one.id for one in told.incident.offers}
    needs = [entry.id for entry in told.incident.requirements]

    told.update(priority=Priority.CRITICAL)

    assert [entry.id for entry in told.incident.requirements][: len(needs)] == needs
    assert skills_of(told)[-1] == "doctor"
    assert len(told.incident.requirements) == len(needs) + 1
    assert {one.volunteer_id: one.id for one in told.incident.offers}.items() >= before.items()
    assert told.incident.version == 2


def test_a_lower_priority_lets_go_of_what_nobody_has_taken_on() -> None:
    told = story("first_aid", priority=Priority.CRITICAL)
    assert "doctor" in skills_of(told)
    told.people.append(candidate("late", "doctor"))
    told.retry()
    (gone,) = [entry.id for entry in told.incident.requirements if entry.skill == "doctor"]

    told.update(priority=Priority.NORMAL)

    assert "doctor" not in skills_of(told)
    assert {one.state for one in told.incident.offers_for(gone)} <= {OfferState.WITHDRAWN}


def test_who_goes_already_stays_although_the_lower_priority_would_not_have_sent_them() -> None:
    told = story("first_aid", "first_aid", "doctor", priority=Priority.CRITICAL)
    (need,) = [entry.id for entry in told.incident.requirements if entry.skill == "doctor"]
    told.accept("doctor-2")
    assert told.offer_of("doctor-2").requirement_id == need

    told.update(priority=Priority.LOW)

    assert need in {entry.id for entry in told.incident.requirements}
    assert told.state_of("doctor-2") is OfferState.ACCEPTED


def test_needs_an_operator_stated_do_not_follow_the_priority() -> None:
    told = Story([candidate("v-1")], book=load_builtin())
    told.report(spec("boat"), type="medical.other", priority=Priority.HIGH)

    told.update(priority=Priority.CRITICAL)

    assert skills_of(told) == ["boat"]
    assert told.incident.priority is Priority.CRITICAL


def test_up_and_down_again_gives_no_id_twice() -> None:
    told = story()
    for priority in (Priority.CRITICAL, Priority.HIGH, Priority.CRITICAL):
        told.update(priority=priority)

    ids = [entry.id for entry in told.incident.requirements]
    assert len(set(ids)) == len(ids)
    assert skills_of(told).count("doctor") == 1


def test_a_translator_goes_with_the_need_it_helped() -> None:
    told = story(priority=Priority.CRITICAL)
    (need,) = [entry.id for entry in told.incident.requirements if entry.skill == "doctor"]
    stays = requirement(id="r8", skill="translator", capability=Capability.DIGITAL, bridges="r1")
    goes = requirement(id="r9", skill="translator", capability=Capability.DIGITAL, bridges=need)
    told.told = replace(told.incident, requirements=(*told.incident.requirements, stays, goes))

    told.update(priority=Priority.LOW)

    assert [entry.bridges for entry in told.incident.requirements] == [None, "r1"]


def neighbour(**known: object) -> Neighbour:
    defaults: dict[str, object] = {
        "incident_id": OTHER,
        "type": "medical.other",
        "centre": ALMATY,
        "reach_m": 0.0,
        "logged_ms": NOW_MS,
    }
    return Neighbour(**(defaults | known))  # type: ignore[arg-type]


def proposed(told: Story) -> list[str]:
    return [one.incident_id for one in told.incident.merge_candidates]


def test_an_incident_that_moves_is_compared_with_those_near_its_new_place() -> None:
    told = Story()
    told.report(spec(), area=point(60.0))
    told.around = DecisionContext(neighbours=(neighbour(),))

    told.update(area=point())
    there = proposed(told)
    told.around = DecisionContext()
    told.update(area=point(60.0))

    assert (there, proposed(told)) == ([OTHER], [])


def test_an_update_that_moves_nothing_leaves_the_candidates() -> None:
    told = Story(around=DecisionContext(neighbours=(neighbour(),)))
    told.report(spec())
    told.around = DecisionContext()

    told.update(priority=Priority.LOW)
    told.note()

    assert proposed(told) == [OTHER]


def test_another_place_or_type_looks_for_the_incidents_near_it() -> None:
    told = Story()
    told.report(spec())
    order = {"id": "c", "incident_id": INCIDENT, "by": "operator", "sent_ms": 0}

    moved = query_of(told.incident, UpdateIncident(**order, area=point(76.0)))  # type: ignore[arg-type]
    retyped = query_of(told.incident, UpdateIncident(**order, type="flood"))  # type: ignore[arg-type]

    assert moved is not None
    assert (moved.near, moved.near_m, moved.people) == (point(76.0).centre, NEAR_M, ())
    assert retyped is not None
    assert retyped.near == ALMATY
