"""A report that an operator adds to an open incident: nobody is called for it, and it is never lost."""

from dispatch.model.commands import CancelIncident, PassDeadline, ReportIncident, UnmergeIncident
from dispatch.model.decisions import Decision
from dispatch.model.incident_events import AttentionRaised
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, OfferState, Outcome, Priority
from tests.dispatch.incidents.test_merging import LinkedIncidents
from tests.support.builders import INCIDENT, helpers, point, spec

A, B = (INCIDENT[:-1] + letter for letter in "ab")


def town_with_b(**stated: object) -> LinkedIncidents:
    town = LinkedIncidents()
    town.tell(ReportIncident, B, type="road.accident", body_digest="b", area=point(), requirements=(spec(),), **stated)
    town.people = helpers("v-1", "v-2")
    return town


def joins(town: LinkedIncidents, into: str = B, **stated: object) -> Decision:
    report = {"type": "road.accident", "body_digest": "a", "area": point(), "requirements": (spec(),)} | stated
    return town.tell(ReportIncident, A, into=into, **report)


def asked(town: LinkedIncidents) -> list[str]:
    return [offer.volunteer_id for offer in town.incidents[A].offers]


def test_a_report_that_is_added_to_another_asks_nobody_and_ends_in_it() -> None:
    town = town_with_b()

    decided = joins(town)
    assert asked(town) == []
    town.listen()

    assert decided.outcome is Outcome.APPLIED
    assert (town.incidents[A].merged_into, asked(town)) == (B, [])
    assert town.incidents[B].reports == (A,)


def test_its_more_urgent_priority_counts_for_the_incident_that_remains() -> None:
    town = town_with_b(priority=Priority.LOW)

    joins(town, priority=Priority.CRITICAL)
    town.listen()

    assert town.incidents[B].priority is Priority.CRITICAL


def test_a_repeat_of_the_report_changes_nothing() -> None:
    town = town_with_b()
    joins(town)
    town.listen()

    again = joins(town)

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "repeated_report")
    assert town.incidents[B].reports == (A,)


def test_a_report_whose_other_incident_has_ended_is_one_of_its_own_and_says_so() -> None:
    town = town_with_b()
    town.tell(CancelIncident, B)

    decided = joins(town)

    assert town.incidents[A].is_open
    assert asked(town) != []
    (told,) = [fact for fact in decided.events if isinstance(fact, AttentionRaised)]
    assert (told.reason, told.detail) == ("merge_failed", B)


def test_a_real_call_never_ends_in_a_drill() -> None:
    town = town_with_b(exercise=True)

    joins(town)
    town.listen()

    assert town.incidents[A].merged_into is None
    assert asked(town) != []


def test_an_incident_that_is_not_known_is_no_reason_to_lose_the_report() -> None:
    town = LinkedIncidents(people=helpers("v-1"))

    joins(town)

    assert asked(town) == ["v-1"]


def test_people_are_asked_when_nobody_answers_the_merge() -> None:
    town = town_with_b()
    joins(town)
    town.said.clear()

    town.now_ms += 15_000
    town.tell(PassDeadline, A, deadline=DeadlineKind.MERGE, due_ms=town.now_ms)

    assert [entry.reason for entry in town.incidents[A].attention] == ["merge_failed"]
    assert asked(town) != []


def test_people_are_asked_when_the_other_incident_ends_in_between() -> None:
    town = town_with_b()
    joins(town)
    town.tell(CancelIncident, B)

    town.listen()
    town.now_ms += 15_000
    town.tell(PassDeadline, A, deadline=DeadlineKind.MERGE, due_ms=town.now_ms)

    assert town.incidents[A].status is IncidentStatus.DISPATCHING
    assert {offer.state for offer in town.incidents[A].offers} == {OfferState.OFFERED}


def test_people_are_asked_when_the_operator_takes_it_back() -> None:
    town = town_with_b()
    joins(town)

    town.tell(UnmergeIncident, A)

    assert asked(town) != []
