"""An operator names the person who is asked: what is never set aside, what an order may set aside, and what it means."""

from dataclasses import replace
from typing import Any

import pytest

from dispatch.decide import decide
from dispatch.explanations import of_person
from dispatch.incidents.acceptance import unfit
from dispatch.model.commands import AssignVolunteer
from dispatch.model.context import DecisionContext
from dispatch.model.incidents import Incident
from dispatch.model.merges import RefusedBefore
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Candidate, Found
from dispatch.model.reasons import Exclusion, SoftRule
from dispatch.model.recorded_way import recorded_m
from dispatch.model.requirements import WorkKind
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferSource, OfferState, Outcome, Priority
from dispatch.plans.book import load_builtin
from dispatch.safety.absence import left_duty
from tests.dispatch.safety.test_hazards import FLOOD_GROUND, at
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    Story,
    candidate,
    helpers,
    incident,
    north_of_almaty,
    offer,
    point,
    presence_of,
    remote,
    spec,
    view,
)

NIGHT_MS = NOW_MS + 5 * 3_600_000
FIT = candidate("named", distance_m=700.0)


def reported(*people: Candidate, **stated: Any) -> Story:
    story = Story(list(people))
    story.report(spec(**stated))
    return story


def test_whoever_is_named_is_asked_by_an_offer_like_any_other() -> None:
    story = reported()

    named = story.assign(FIT)

    made = story.offer_of("named")
    assert (named.outcome, named.why.rule, named.by) == (Outcome.APPLIED, "assign", "operator")
    assert (made.state, made.source, made.set_aside) == (OfferState.OFFERED, OfferSource.OPERATOR, ())
    assert made.distance_m == recorded_m(north_of_almaty(700.0), point())
    assert made.expires_ms == NOW_MS + 90_000
    assert made.chance is not None
    assert story.shortfalls() == {}
    story.accept("named")
    assert story.incident.status is IncidentStatus.STAFFED


def test_the_open_wave_counts_whoever_was_named() -> None:
    story = Story(helpers(*(f"v-{number:02}" for number in range(40))), book=load_builtin())
    story.report(spec(count=2))
    before = len(story.asked())

    story.assign(FIT)

    assert len(story.asked()) == before + 1
    assert [fact.volunteer_id for fact in story.last.events if isinstance(fact, OfferMade)] == ["named"]


def test_the_record_says_who_named_them_and_which_rules_were_set_aside() -> None:
    far = candidate("named", "boat", distance_m=80_000.0)
    story = reported()

    story.assign(far, force=True, private_ref="incident:reason")

    (why,) = [one for one in story.last.why.requirements if one.chosen]
    assert why.chosen[0]["named_by"] == "operator"
    assert why.chosen[0]["set_aside"] == ["skill", "too_far"]
    assert not why.complete
    assert story.offer_of("named").set_aside == (SoftRule.SKILL, SoftRule.TOO_FAR)
    told = of_person(story.incident, story.decisions, "named", None)
    assert "named by operator, although skill, too_far" in told.text


AGAINST: list[tuple[Candidate, dict[str, Any], SoftRule]] = [
    (candidate("named", "boat"), {}, SoftRule.SKILL),
    (candidate("named", languages=("ru",)), {"languages": ("kk",)}, SoftRule.LANGUAGE),
    (candidate("named", distance_m=90_000.0, max_distance_m=100_000), {}, SoftRule.TOO_FAR),
    (candidate("named", distance_m=5_400.0, max_distance_m=1_000), {}, SoftRule.TOO_FAR),
    (candidate("named", rested_s=60.0), {}, SoftRule.RESTING),
    (candidate("named", offers_last_hour=10), {}, SoftRule.BUDGET_SPENT),
]


@pytest.mark.parametrize(("person", "need", "rule"), AGAINST)
def test_what_the_search_would_hold_against_them_is_told_and_may_be_set_aside(
    person: Candidate, need: dict[str, Any], rule: SoftRule
) -> None:
    story = reported(**need)

    refused = story.assign(person)
    forced = story.assign(person, force=True)

    assert (refused.outcome, refused.reason, refused.against) == (Outcome.REFUSED, "rules_against", (rule,))
    assert forced.outcome is Outcome.APPLIED
    assert story.offer_of("named").set_aside == (rule,)


def test_a_sleeper_may_be_woken_by_name() -> None:
    story = Story(now_ms=NIGHT_MS)
    story.report(spec(), priority=Priority.NORMAL)

    assert story.assign(FIT).against == (SoftRule.QUIET_HOURS,)
    assert story.assign(replace(FIT, heard_s=60.0)).outcome is Outcome.APPLIED


def test_another_kind_of_work_is_held_against_them() -> None:
    story = reported()
    story.around = DecisionContext(presence={"named": presence_of(FIT, capabilities=frozenset({Capability.DIGITAL}))})

    assert story.assign(FIT).against == (SoftRule.CAPABILITY,)


def test_who_stands_on_dangerous_ground_unequipped_is_told_so() -> None:
    story = Story()
    story.report(spec(), type="flood", area=FLOOD_GROUND)

    assert story.assign(candidate("named", place=at(0))).against == (SoftRule.IN_HAZARD,)
    outside = story.assign(candidate("outside", place=at(3_000)))

    assert outside.outcome is Outcome.APPLIED
    assert story.offer_of("outside").staging is not None


def test_a_person_without_any_known_place_is_told_so() -> None:
    story = reported()
    story.around = DecisionContext(presence={"named": presence_of(FIT, place=None, fix_at_ms=None)})

    assert story.assign(FIT).against == (SoftRule.STALE_PLACE,)


def test_work_without_a_place_asks_for_none() -> None:
    story = Story()
    story.report(spec(), area=None)

    assert story.assign(FIT).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("state", "reason", "rule"),
    [
        (OfferState.DECLINED, "busy", SoftRule.DECLINED),
        (OfferState.WITHDRAWN, "operator", SoftRule.WITHDRAWN),
        (OfferState.EXPIRED, "no_answer", SoftRule.SILENT),
        (OfferState.WITHDRAWN, "silent", SoftRule.LOST),
        (OfferState.DONE, None, SoftRule.DONE),
    ],
)
def test_what_they_said_or_did_before_is_told(state: OfferState, reason: str | None, rule: SoftRule) -> None:
    before = offer(state, volunteer_id="named", reason=reason)
    story = Story(told=incident(offers=(before,)))
    story.update(spec(count=2))

    assert story.assign(FIT).against == (rule,)
    assert story.assign(FIT, force=True).outcome is Outcome.APPLIED


def test_a_no_at_an_incident_that_was_merged_into_this_one_is_told() -> None:
    said = RefusedBefore(capability=Capability.FIELD, skill="first_aid", volunteer_ids=("named",))
    story = Story(told=incident(refused=(said,)))

    assert story.assign(FIT).against == (SoftRule.DECLINED,)


def test_what_was_long_ago_is_held_against_nobody() -> None:
    long_ago = offer(OfferState.EXPIRED, volunteer_id="named", changed_ms=NOW_MS - 3_600_000)
    done_before = offer(OfferState.DONE, id="o-2", volunteer_id="named", before_reopening=True)
    story = Story(told=incident(offers=(long_ago, done_before)))

    assert story.assign(FIT).outcome is Outcome.APPLIED


NEVER: list[tuple[Incident, DecisionContext, str]] = [
    (incident(), DecisionContext(), "unknown_volunteer"),
    (
        incident(offers=(offer(volunteer_id="named", requirement_id="r2"),)),
        DecisionContext(presence={"named": presence_of(FIT)}),
        "engaged",
    ),
    (incident(offers=(offer(OfferState.ACCEPTED),)), DecisionContext(presence={"named": presence_of(FIT)}), "filled"),
    (incident(requirements=()), DecisionContext(presence={"named": presence_of(FIT)}), "unknown_requirement"),
]


@pytest.mark.parametrize(("state", "around", "reason"), NEVER)
def test_some_things_no_order_sets_aside(state: Incident, around: DecisionContext, reason: str) -> None:
    order = AssignVolunteer(
        id="c",
        incident_id=INCIDENT,
        by="operator",
        sent_ms=NOW_MS,
        volunteer_id="named",
        requirement_id="r1",
        force=True,
    )

    decided = decide(view(state, order, around=around), order, load_builtin(), lambda _: Found())

    assert (decided.outcome, decided.reason, decided.events) == (Outcome.REFUSED, reason, ())


def test_what_was_set_aside_does_not_speak_against_their_yes() -> None:
    far = candidate("named", "boat", distance_m=80_000.0)
    story = reported()
    story.assign(far, force=True)
    entry, held = story.incident.requirements[0], story.offer_of("named")

    without = unfit(story.incident, replace(held, set_aside=()), entry, presence_of(far), NOW_MS)
    other = unfit(story.incident, replace(held, set_aside=(SoftRule.SKILL,)), entry, presence_of(far), NOW_MS)

    assert unfit(story.incident, held, entry, presence_of(far), NOW_MS) is None
    assert (without, other) == (Exclusion.SKILL, Exclusion.TOO_FAR)
    digital = presence_of(far, capabilities=frozenset({Capability.DIGITAL}))
    assert unfit(story.incident, held, entry, digital, NOW_MS) is Exclusion.SKILL
    by_name = replace(held, set_aside=(*held.set_aside, SoftRule.CAPABILITY))
    assert unfit(story.incident, by_name, entry, digital, NOW_MS) is None


AID = WorkKind(capability=Capability.FIELD, skill="first_aid")
OFF_DUTY = DecisionContext(presence={"named": presence_of(FIT, on_duty=False)})


def test_who_is_off_duty_is_asked_only_by_a_forced_order() -> None:
    story = reported()
    story.around = OFF_DUTY

    refused = story.assign(FIT)
    forced = story.assign(FIT, force=True)

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "off_duty")
    assert forced.outcome is Outcome.APPLIED
    assert story.offer_of("named").set_aside == (SoftRule.OFF_DUTY,)


def test_who_is_in_danger_themself_is_sent_nowhere_whoever_orders_it() -> None:
    story = reported()
    story.around = DecisionContext(presence={"named": presence_of(FIT, in_distress=True)})

    refused = story.assign(FIT, force=True)

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "in_distress")


def test_an_order_that_follows_from_a_split_never_wakes_somebody_off_duty() -> None:
    story = reported()
    story.around = OFF_DUTY

    moved = story.assign(FIT, force=True, like=AID)

    assert (moved.outcome, moved.reason) == (Outcome.REFUSED, "off_duty")


def test_who_comes_from_a_split_and_was_found_by_the_first_wave_is_not_told_to_have_other_work() -> None:
    story = Story(people=[FIT])
    story.report(spec())
    story.around = DecisionContext(presence={"named": presence_of(FIT)})
    assert [offer.volunteer_id for offer in story.incident.offers] == ["named"]

    moved = story.assign(FIT, force=True, like=AID)
    by_hand = story.assign(FIT, force=True)

    assert (moved.outcome, moved.reason) == (Outcome.UNCHANGED, "already_offered")
    assert (by_hand.outcome, by_hand.reason) == (Outcome.REFUSED, "engaged")


def test_who_was_asked_off_duty_may_accept_and_keeps_the_place() -> None:
    story = reported()
    story.around = OFF_DUTY
    story.assign(FIT, force=True)

    story.accept("named")
    left = left_duty(story.offer_of("named"), presence_of(FIT, on_duty=False))

    assert story.offer_of("named").state is OfferState.ACCEPTED
    assert (left.outcome, left.reason) == (Outcome.UNCHANGED, "asked_off_duty")


def test_digital_work_is_given_by_name_too() -> None:
    story = Story()
    story.report(spec("verification", capability=Capability.DIGITAL), area=point())

    story.assign(remote("named"))

    assert story.offer_of("named").task is not None
