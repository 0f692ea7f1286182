"""A need that cannot be met is said, with its reason, at once; and taken back when it is met."""

from collections.abc import Mapping

import pytest

from dispatch.decide import fill, settle
from dispatch.model.commands import EscalateIncident
from dispatch.model.people import Found
from dispatch.model.reasons import Exclusion, ShortfallReason
from dispatch.model.staffing_events import ShortfallEnded, ShortfallFound
from dispatch.model.vocabulary import IncidentStatus
from dispatch.plans.book import load_builtin
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, helpers, plans, spec, view


@pytest.mark.parametrize(
    ("unseen", "reason"),
    [
        ({}, ShortfallReason.NOBODY_FOUND),  # an empty steppe
        ({Exclusion.SKILL: 4}, ShortfallReason.NOBODY_FOUND),  # people, but none who can
        ({Exclusion.TOO_FAR: 4}, ShortfallReason.NOBODY_FOUND),  # people, but none who would go so far
        ({Exclusion.OFF_DUTY: 4}, ShortfallReason.NOBODY_FOUND),
        ({Exclusion.ENGAGED: 1, Exclusion.LANGUAGE: 9}, ShortfallReason.ALL_ENGAGED),  # time will mend it
        ({Exclusion.LANGUAGE: 1, Exclusion.STALE_PLACE: 9}, ShortfallReason.NO_SHARED_LANGUAGE),
        ({Exclusion.STALE_PLACE: 1}, ShortfallReason.PLACES_STALE),
        ({Exclusion.TAKEN_NOW: 1, Exclusion.ENGAGED: 9}, ShortfallReason.CONTENDED),  # tried again in a second
        ({Exclusion.ASKED_BEFORE: 1}, ShortfallReason.NOBODY_FOUND),  # nobody answered yet: they work for this incident
    ],
)
def test_the_reason_is_the_first_that_can_be_mended(unseen: Mapping[Exclusion, int], reason: ShortfallReason) -> None:
    story = Story(unseen=unseen)

    story.report()

    assert story.shortfalls()["r1"].reason is reason
    assert story.incident.status is IncidentStatus.UNFILLED


def test_everybody_who_fits_said_no() -> None:
    story = Story(helpers("one"))
    story.report()

    story.decline("one")

    assert story.shortfalls()["r1"].reason is ShortfallReason.ALL_ASKED


def test_those_at_work_are_no_reason_for_the_places_that_stay_open() -> None:
    story = Story(helpers("only"))
    story.report(spec(count=2))

    story.accept("only")

    assert story.shortfalls()["r1"].reason is ShortfallReason.NOBODY_FOUND


def test_people_who_speak_no_required_language_are_named_as_the_reason() -> None:
    story = Story([candidate(languages=("ru",))])

    story.report(spec(languages=("en",)))

    assert story.shortfalls()["r1"].reason is ShortfallReason.NO_SHARED_LANGUAGE


def test_only_places_for_which_nobody_is_asked_are_missing() -> None:
    story = Story(helpers("one", "two"))

    story.report(spec(count=5))

    assert story.shortfalls()["r1"].missing == 3
    assert set(story.asked()) == {"one", "two"}


def test_a_shortfall_that_stays_as_it_was_is_not_said_again() -> None:
    story = Story()
    story.report()

    retried = story.retry()

    assert not [fact for fact in retried.events if isinstance(fact, ShortfallFound | ShortfallEnded)]


def test_a_shortfall_that_grows_is_as_old_as_its_beginning() -> None:
    story = Story(helpers("one"))
    story.report(spec(count=2))
    story.wait(30)

    story.decline("one")

    assert (story.shortfalls()["r1"].missing, story.shortfalls()["r1"].since_ms) == (2, NOW_MS)


def test_a_shortfall_ends_when_enough_are_asked() -> None:
    story = Story()
    story.report()
    story.people = helpers("one")

    retried = story.retry()

    assert ShortfallEnded(requirement_id="r1") in retried.events
    assert story.shortfalls() == {}


def test_a_shortfall_ends_when_a_late_acceptance_fills_the_need() -> None:
    story = Story(helpers("slow"))
    story.report()
    story.wait(90)
    story.expire("slow")

    story.accept("slow")

    assert story.shortfalls() == {}
    assert story.incident.retry_at_ms is None


def test_people_lost_to_the_claim_make_a_contended_shortfall() -> None:
    story = Story()
    story.report()
    lost = candidate("lost")
    escalate = EscalateIncident(id="c", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS)
    settled = settle(view(story.incident, escalate), escalate, plans())

    decided = fill(settled, plans(), {"r1": Found(candidates=(lost,))}, taken={"lost": Exclusion.TAKEN_NOW})

    found = next(fact for fact in decided.events if isinstance(fact, ShortfallFound) and fact.requirement_id == "r1")
    assert found.shortfall.reason is ShortfallReason.CONTENDED


def test_people_who_are_asked_for_another_requirement_of_the_incident_are_engaged() -> None:
    both = [candidate(f"v-{number}", "rescue", "first_aid", distance_m=100.0) for number in range(4)]
    story = Story(both, book=load_builtin())
    story.report(spec("rescue"), spec("first_aid"))
    assert story.shortfalls()["r2"].reason is ShortfallReason.ALL_ENGAGED

    story.retry()

    assert story.shortfalls()["r2"].reason is ShortfallReason.ALL_ENGAGED
