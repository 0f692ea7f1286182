"""A report that an operator adds to an open incident: nobody is called for it, and it is never lost."""

from dataclasses import replace

import pytest

from dispatch.model.commands import CancelIncident, MergeIncident, PassDeadline, ReportIncident, UnmergeIncident
from dispatch.model.decisions import Decision
from dispatch.model.incident_events import AttentionRaised
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, LanguageRule, OfferState, Outcome, Priority
from tests.dispatch.incidents.test_merging import LinkedIncidents
from tests.support.builders import INCIDENT, candidate, helpers, point, spec

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

    # At once: the clock of this test has not moved since the report.
    assert town.incidents[A].status is IncidentStatus.DISPATCHING
    assert {offer.state for offer in town.incidents[A].offers} == {OfferState.OFFERED}
    assert [(one.reason, one.detail) for one in town.incidents[A].attention] == [("merge_failed", B)]


MEDICS = spec("doctor", count=2, languages=("kk",))


def needs(town: LinkedIncidents) -> list[tuple[str, int, tuple[str, ...], bool]]:
    return [(one.skill, one.count, one.languages, one.stated) for one in town.incidents[B].requirements]


def test_what_the_report_states_is_needed_where_it_goes() -> None:
    town = town_with_b()

    joins(town, requirements=(spec(), MEDICS))
    town.listen()

    assert needs(town) == [("first_aid", 1, (), True), ("doctor", 2, ("kk",), True)]
    assert town.incidents[B].edits["requirements"].by == "dispatcher"


def test_people_are_asked_for_it_in_the_decision_that_takes_it_over() -> None:
    town = town_with_b()
    town.people = [candidate("speaks", "doctor", languages=("kk",)), candidate("other", "doctor", languages=("ru",))]

    joins(town, requirements=(MEDICS,))
    town.listen()

    assert [(one.volunteer_id, one.requirement_id) for one in town.incidents[B].offers] == [("speaks", "r2")]


@pytest.mark.parametrize(
    ("present", "stated", "after"),
    [
        # As much as is there: nothing changes.
        (spec(count=2), spec(count=2), [("first_aid", 2, ())]),
        # Less is asked for: never lowered.
        (spec(count=3), spec(), [("first_aid", 3, ())]),
        # More of the same: raised in its line, where its people stay.
        (spec(count=1), spec(count=2), [("first_aid", 2, ())]),
        # Whoever is asked speaks it already.
        (spec(count=2, languages=("kk",)), spec(count=2), [("first_aid", 2, ("kk",))]),
        (spec(languages=("kk",)), spec(languages=("kk", "ru")), [("first_aid", 1, ("kk",))]),
        # A language more is a line of its own: those of the present one may not speak it.
        (spec(count=2), spec(languages=("kk",)), [("first_aid", 2, ()), ("first_aid", 1, ("kk",))]),
        (spec(languages=("ru",)), spec(languages=("kk",)), [("first_aid", 1, ("ru",)), ("first_aid", 1, ("kk",))]),
    ],
)
def test_only_what_asks_for_more_is_taken_over(
    present: RequirementSpec, stated: RequirementSpec, after: list[tuple[str, int, tuple[str, ...]]]
) -> None:
    town = LinkedIncidents()
    town.tell(ReportIncident, B, type="road.accident", body_digest="b", area=point(), requirements=(present,))

    joins(town, requirements=(stated,))
    town.listen()

    assert [line[:3] for line in needs(town)] == after


def test_what_the_plan_gave_the_report_stays_behind() -> None:
    town = town_with_b()
    before = needs(town)

    joins(town, requirements=None, type="flood")
    town.listen()

    assert needs(town) == before


def test_a_line_that_follows_the_language_of_the_caller_takes_it_along() -> None:
    town = town_with_b()

    joins(town, requirements=(spec("doctor", language=LanguageRule.REQUIRE),), language="kk")
    town.listen()

    assert needs(town)[1] == ("doctor", 1, ("kk",), True)


def test_nobody_is_asked_in_place_of_those_who_help_at_the_merged_report() -> None:
    town = LinkedIncidents(people=helpers("v-1", "v-2"))
    town.tell(ReportIncident, B, type="road.accident", body_digest="b", area=point(), requirements=(spec("boat"),))
    town.tell(ReportIncident, A, type="road.accident", body_digest="a", area=point(), requirements=(spec(count=2),))
    first, _ = town.incidents[A].offers
    here = replace(first, state=OfferState.ON_SCENE, accepted_ms=town.now_ms)
    town.incidents[A] = replace(town.incidents[A], offers=(here, *town.incidents[A].offers[1:]))

    town.tell(MergeIncident, A, into=B)
    town.listen()

    assert needs(town) == [("boat", 1, (), True), ("first_aid", 1, (), True)]


def test_people_are_asked_when_the_operator_takes_it_back() -> None:
    town = town_with_b()
    joins(town)

    town.tell(UnmergeIncident, A)

    assert asked(town) != []
