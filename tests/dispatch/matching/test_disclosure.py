"""To whom caller and description are shown, and who may do digital work on them."""

from dataclasses import replace

import pytest

from dispatch.matching.disclosure import details_of, may_see_details, needs_vouched
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import Capability, Details, Priority
from dispatch.plans.book import PlanBook, load_builtin
from tests.support.builders import Story, digital_spec, incident, remote


def lifted(details: Details) -> PlanBook:
    """The built-in plans, in which the type of the incident states this."""
    book = load_builtin()
    name = incident().type
    return replace(book, plans={**book.plans, name: replace(book.plan(name), details=details)})


@pytest.mark.parametrize("priority", Priority)
def test_details_of_critical_incidents_are_for_verified_people_only(priority: Priority) -> None:
    state = incident(priority=priority)

    assert may_see_details(state, load_builtin(), frozenset()) is (priority is not Priority.CRITICAL)
    assert may_see_details(state, load_builtin(), {"first_aid"})


def test_a_plan_lifts_or_states_it_for_its_type() -> None:
    critical, low = incident(priority=Priority.CRITICAL), incident(priority=Priority.LOW)

    assert details_of(critical, lifted(Details.ALL)) is Details.ALL
    assert details_of(low, lifted(Details.VERIFIED_ONLY)) is Details.VERIFIED_ONLY


def test_digital_work_on_hidden_details_is_only_for_people_who_may_see_them() -> None:
    state = incident(priority=Priority.CRITICAL)

    assert needs_vouched(state, Capability.DIGITAL, load_builtin())
    assert not needs_vouched(state, Capability.FIELD, load_builtin())
    assert not needs_vouched(state, Capability.DIGITAL, lifted(Details.ALL))


def test_who_could_not_read_the_text_is_not_asked_to_work_on_it() -> None:
    story = Story([remote("stranger", verified=frozenset()), remote("known", verified=frozenset({"boat"}))])

    story.report(digital_spec(), priority=Priority.CRITICAL)

    assert story.asked() == ["known"]
    assert story.last.why.requirements[0].excluded == {Exclusion.NOT_VERIFIED: 3}
