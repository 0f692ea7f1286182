"""The ladder of a requirement: steps by the clock, at once when nobody is left, before the breach, and its end."""

from dataclasses import replace

from dispatch.model.commands import EscalateIncident, PassDeadline
from dispatch.model.context import NOTHING
from dispatch.model.decisions import RequirementWhy
from dispatch.model.incident_events import IncidentEscalated
from dispatch.model.people import Candidate
from dispatch.model.reasons import StepReason
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.staffing_events import LadderScheduled, LadderStepped, PartnerAsked, RequirementsAdded
from dispatch.model.vocabulary import (
    Capability,
    DeadlineKind,
    IncidentStatus,
    LanguageRule,
    OfferState,
    Outcome,
    Priority,
    StepAction,
)
from dispatch.staffing import escalation, ladder_clock
from dispatch.state.lifecycle import evolve
from dispatch.state.moment import Moment
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    Story,
    candidate,
    helpers,
    incident,
    plans,
    remote,
    requirement,
    spec,
)


def steps(story: Story) -> list[tuple[StepAction, StepReason, str | None]]:
    """Every step in the log: what, why, and why it was passed over if it was."""
    facts = [fact for decision in story.decisions for fact in decision.events]
    return [(fact.action, fact.reason, fact.skipped) for fact in facts if isinstance(fact, LadderStepped)]


def entry(story: Story, requirement_id: str = "r1") -> Requirement:
    return next(one for one in story.incident.requirements if one.id == requirement_id)


def climb(story: Story, requirement_id: str = "r1") -> Climb:
    found = entry(story, requirement_id).climb
    assert found is not None
    return found


def attention(story: Story) -> list[tuple[str, str | None]]:
    return [(one.reason, one.requirement_id) for one in story.incident.attention]


def to_the_end(story: Story) -> None:
    while climb(story).due_ms is not None:
        story.climb()


def test_the_clock_of_a_ladder_begins_with_the_report() -> None:
    story = Story(helpers(*(f"v-{number:02}" for number in range(30))))

    story.report(spec())

    logged_ms = story.incident.times.logged_ms
    assert climb(story).since_ms == logged_ms
    assert (climb(story).taken, climb(story).due_ms) == (0, logged_ms + 120_000)


def test_nobody_within_reach_means_the_next_step_at_once() -> None:
    story = Story()
    story.report(spec("boat", max_distance_m=30_000))
    assert climb(story).due_ms == story.now_ms

    story.climb()

    assert steps(story) == [(StepAction.WIDER_RING, StepReason.NOBODY_NEW, None)]
    assert story.searched[-1].requirement.max_distance_m == 60_000


def test_an_incident_that_reaches_nobody_calls_its_operator_within_one_breath_and_then_waits_for_a_human() -> None:
    story = Story()
    story.report(spec("boat", max_distance_m=60_000))

    for _ in range(2):
        story.climb()

    assert story.now_ms == NOW_MS
    assert steps(story) == [
        (StepAction.WIDER_RING, StepReason.NOBODY_NEW, None),
        (StepAction.SUBSTITUTES, StepReason.NOBODY_NEW, "no_substitutes"),
        (StepAction.BRIDGE_LANGUAGE, StepReason.NOBODY_NEW, "no_language_required"),
        (StepAction.WIDER_RING, StepReason.NOBODY_NEW, "no_wider_ring"),
        (StepAction.OPERATOR, StepReason.NOBODY_NEW, None),
    ]
    assert attention(story) == [("unfilled", "r1")]
    assert climb(story).due_ms == story.incident.times.logged_ms + 300_000


def test_a_ladder_has_an_end_with_a_final_shortfall_and_an_alarm() -> None:
    story = Story()
    story.report(spec("boat", max_distance_m=100_000))

    to_the_end(story)
    story.retry()

    assert steps(story)[-1] == (StepAction.END, StepReason.CLOCK, None)
    assert story.now_ms == story.incident.times.logged_ms + 900_000
    assert ("ladder_ended", "r1") in attention(story)
    assert story.shortfalls()["r1"].final
    assert story.incident.status is IncidentStatus.UNFILLED
    assert climb(story).due_ms is None


def test_a_partner_is_asked_by_an_event_that_the_operator_sees() -> None:
    story = Story()
    story.report(spec("boat"))

    to_the_end(story)

    asked = [fact for decision in story.decisions for fact in decision.events if isinstance(fact, PartnerAsked)]
    assert next((fact.partner, fact.requirement_id) for fact in asked) == ("112", "r1")
    assert "partner:112" in story.incident.escalations
    assert next(one.detail for one in story.incident.attention if one.reason == "ask_partner") == "112"


def test_people_who_are_found_further_away_stop_the_climb() -> None:
    story = Story([candidate("far", "boat", distance_m=40_000.0, max_distance_m=90_000)])
    story.report(spec("boat", max_distance_m=30_000))

    story.climb()
    story.accept("far")

    assert steps(story) == [(StepAction.WIDER_RING, StepReason.NOBODY_NEW, None)]
    assert (climb(story).since_ms, climb(story).due_ms) == (None, None)
    assert climb(story).ring == 2


def test_substitutes_by_skill_are_asked_when_the_ladder_says_so() -> None:
    story = Story([candidate("nurse", "nurse")])
    story.report(spec("doctor", max_distance_m=100_000))
    assert story.asked() == []

    story.climb()

    assert steps(story)[-1][0] is StepAction.SUBSTITUTES
    assert story.asked() == ["nurse"]
    assert story.offer_of("nurse").skill == "nurse"


def test_a_required_language_gives_way_to_a_translator_bound_to_the_incident() -> None:
    story = Story(
        [candidate("near", "boat", languages=("ru",)), remote("t-1", "translator", languages=("kk-Cyrl", "ru"))]
    )
    story.report(spec("boat", languages=("kk",), max_distance_m=100_000))
    assert story.asked() == []

    story.climb()

    bridge = entry(story, "r2")
    assert steps(story)[-1][0] is StepAction.BRIDGE_LANGUAGE
    assert (bridge.bridges, bridge.capability, bridge.skill, bridge.languages) == (
        "r1",
        Capability.DIGITAL,
        "translator",
        ("kk",),
    )
    assert story.asked() == ["t-1", "near"]


def test_a_translator_is_never_helped_by_another_translator() -> None:
    story = Story()
    story.report(spec("translator", capability=Capability.DIGITAL, languages=("kk",), ladder="digital"))

    to_the_end(story)

    assert (StepAction.BRIDGE_LANGUAGE, StepReason.NOBODY_NEW, "a_translator_itself") in steps(story)
    assert [one.bridges for one in story.incident.requirements] == [None]


def test_the_next_alarm_level_adds_what_the_plan_says() -> None:
    story = Story()
    story.report(type="flood")

    while entry(story, "r1").climb and climb(story).taken < 6:
        story.climb("r1")

    added = [fact for decision in story.decisions for fact in decision.events if isinstance(fact, RequirementsAdded)]
    assert [one.skill for one in added[0].requirements] == ["boat", "driver"]
    assert [one.id for one in added[0].requirements] == ["r5", "r6"]
    assert story.incident.alarm_level == 2


def test_a_level_is_raised_once_however_many_ladders_come_to_it() -> None:
    story = Story()
    story.report(type="flood")

    for requirement_id in ("r1", "r2"):
        while climb(story, requirement_id).taken < 6:
            story.climb(requirement_id)

    raised = [fact for decision in story.decisions for fact in decision.events if isinstance(fact, IncidentEscalated)]
    assert [fact.alarm_level for fact in raised] == [2]
    assert (StepAction.ALARM_LEVEL, StepReason.CLOCK, "no_higher_level") in steps(story)


def test_a_step_is_taken_before_the_breach_when_too_few_are_left_to_answer() -> None:
    story = Story([candidate("only", "boat", distance_m=40_000.0)])
    story.report(spec("boat", count=2, max_distance_m=50_000))
    assert climb(story).due_reason is StepReason.FORECAST

    story.climb()

    stepped = [fact for fact in story.last.events if isinstance(fact, LadderStepped)]
    assert (stepped[0].action, stepped[0].reason, stepped[0].forecast) == (
        StepAction.WIDER_RING,
        StepReason.FORECAST,
        0.0,
    )


def crowd_of(count: int) -> list[Candidate]:
    return [candidate(f"v-{number:02}", distance_m=100.0) for number in range(count)]


def test_silence_until_the_last_call_for_a_wave_that_could_still_be_in_time_means_a_step() -> None:
    story = Story(crowd_of(60))
    story.report(spec(window_s=200))
    assert (climb(story).due_ms, climb(story).due_reason) == (
        story.incident.times.logged_ms + 100_000,
        StepReason.FORECAST,
    )

    story.climb()

    assert steps(story) == [(StepAction.WIDER_RING, StepReason.FORECAST, None)]


def test_at_the_last_call_a_good_forecast_means_no_step() -> None:
    story = Story(crowd_of(60))
    story.report(spec(window_s=200))
    story.wait(99)
    for name in story.asked():
        story.decline(name)

    checked = story.climb()

    assert (checked.outcome, checked.why.rule) == (Outcome.APPLIED, "ladder_check")
    assert steps(story) == []
    assert climb(story).due_ms == story.incident.times.logged_ms + 120_000


def test_a_place_that_opens_again_starts_its_clock_anew() -> None:
    story = Story(helpers("one", *(f"v-{number:02}" for number in range(30))))
    story.report(spec())
    story.accept("one")
    story.wait(3_000)

    story.decline("one")

    assert climb(story).since_ms == story.now_ms
    assert climb(story).due_ms == story.now_ms + 120_000


def test_attention_ends_when_the_places_are_filled() -> None:
    story = Story()
    story.report(spec("boat"))
    to_the_end(story)
    story.people = [candidate("late", "boat")]
    story.wait(1_000)
    story.retry()

    story.accept("late")

    assert [requirement_id for _, requirement_id in attention(story) if requirement_id == "r1"] == []


def test_an_operator_takes_the_next_level_and_the_next_step_at_once() -> None:
    story = Story(helpers(*(f"v-{number:02}" for number in range(30))))
    story.report(type="medical.other")

    story.escalate()

    assert story.incident.alarm_level == 2
    assert steps(story) == [(StepAction.WIDER_RING, StepReason.OPERATOR, None)]
    assert [one.id for one in story.incident.requirements] == ["r1", "r2"]


def test_an_order_to_escalate_leaves_what_is_staffed_alone() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    story.accept("one")

    story.escalate()

    assert steps(story) == []


def test_a_ladder_deadline_that_no_longer_matters_changes_nothing() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    story.accept("one")

    passed = story.climb()

    assert (passed.outcome, passed.reason) == (Outcome.UNCHANGED, "nothing_due")


def test_a_ladder_deadline_that_comes_early_changes_nothing() -> None:
    story = Story(helpers(*(f"v-{number:02}" for number in range(30))))
    story.report(spec())
    due_ms, story.now_ms = climb(story).due_ms, NOW_MS

    early = story.tell(
        PassDeadline(
            id="c-early",
            incident_id=INCIDENT,
            by="dispatcher",
            sent_ms=NOW_MS,
            deadline=DeadlineKind.LADDER,
            due_ms=due_ms or 0,
            requirement_id="r1",
        )
    )

    assert (early.outcome, early.reason) == (Outcome.UNCHANGED, "not_yet_due")


def test_a_requirement_of_an_older_log_is_on_no_ladder() -> None:
    old = incident(requirements=(requirement(climb=None),))
    why = RequirementWhy(requirement_id="r1", skill="boat", places_open=1, asked=0, searched_m=None, considered=0)
    scheduled = LadderScheduled(requirement_id="r1", since_ms=1, due_ms=2, reason=StepReason.CLOCK)

    assert list(ladder_clock.schedule(old, plans(), (), (), NOW_MS)) == []
    assert list(ladder_clock.schedule(None, plans(), (), (), NOW_MS)) == []
    assert ladder_clock.explained(why, old, plans(), NOW_MS) is why
    assert evolve(old, (scheduled,), Moment(incident_id=INCIDENT, zone="", version=1, at_ms=NOW_MS)) == old


def test_an_unknown_incident_is_on_no_ladder() -> None:
    order = EscalateIncident(id="c", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS)

    assert escalation.rule(None, order, plans(), NOTHING, NOW_MS) is None


def test_new_plans_with_a_shorter_ladder_end_the_climb() -> None:
    story = Story()
    story.report(spec("boat"))
    while climb(story).taken < 5:
        story.climb()
    story.book = replace(story.book, ladders={})

    story.climb()

    assert climb(story).due_ms is None
    assert story.last.why.rule == "ladder_check"


def test_a_preferred_language_that_nobody_shares_brings_a_translator_at_once() -> None:
    story = Story([candidate("near", languages=("ru",)), remote("t-1", "translator", languages=("kk",))])
    story.report(spec(language=LanguageRule.PREFER), language="kk")
    assert climb(story).due_reason is StepReason.BRIDGE

    bridged = story.climb()

    assert bridged.why.rule == "bridge_language"
    assert story.state_of("near") is OfferState.OFFERED
    assert entry(story, "r2").bridges == "r1"
    assert story.asked() == ["near", "t-1"]
    assert climb(story).due_reason is not StepReason.BRIDGE


def test_a_preferred_language_that_somebody_shares_needs_no_translator() -> None:
    story = Story([candidate("far", languages=("kk",), distance_m=900.0), candidate("near", languages=("ru",))])
    story.report(spec(language=LanguageRule.PREFER), language="kk")

    scheduled = [fact for fact in story.last.events if isinstance(fact, LadderScheduled)]

    assert [fact.reason for fact in scheduled if fact.reason is StepReason.BRIDGE] == []
    assert story.asked()[0] == "far"


def test_the_record_tells_the_step_and_the_forecast() -> None:
    story = Story(helpers("one"))
    story.report(spec(count=2))

    story.climb()

    why = next(one for one in story.last.why.requirements if one.requirement_id == "r1")
    assert (why.ladder_step, why.forecast) == (1, 0.0)


def test_a_critical_priority_brings_the_critical_lines_of_the_plan() -> None:
    story = Story()

    story.report(type="medical.other", priority=Priority.CRITICAL)

    assert [one.skills for one in story.incident.requirements] == [
        ("first_aid", "nurse", "doctor"),
        ("doctor", "nurse"),
    ]


def test_what_a_ladder_has_opened_survives_an_update_of_the_needs() -> None:
    story = Story([candidate("near", "boat", languages=("ru",)), remote("t-1", "translator", languages=("kk",))])
    story.report(spec("boat", languages=("kk",), max_distance_m=100_000))
    story.climb()

    story.update(spec("boat", 2, languages=("kk",), max_distance_m=100_000))

    assert climb(story).bridged
    assert [one.bridges for one in story.incident.requirements] == [None, "r1"]


def test_a_translator_is_never_bridged_by_another() -> None:
    """Each that is not found would call for the next, without an end."""
    story = Story([remote("far", "translator", languages=("tr",))])
    story.report(spec("translator", languages=("tr",), capability=Capability.DIGITAL), type="information", area=None)
    story.decline("far")

    to_the_end(story)

    assert [entry.id for entry in story.incident.requirements] == ["r1"]
    assert "a_translator_itself" in {skipped for _, _, skipped in steps(story)}


def test_two_orders_given_at_one_level_raise_it_once() -> None:
    """A double click whose clicks have keys of their own."""
    story = Story()
    story.report(type="flood")

    story.escalate(level=1)
    twin = story.escalate(level=1)

    assert (twin.outcome, twin.reason) == (Outcome.UNCHANGED, "already_escalated")
    assert story.incident.alarm_level == 2
    assert [reason for _, reason, _ in steps(story)].count(StepReason.OPERATOR) == len(steps(story))


def test_a_second_order_that_saw_the_first_raises_the_level_again() -> None:
    story = Story()
    story.report(type="flood")

    story.escalate(level=1)
    story.escalate(level=2)

    assert story.incident.alarm_level == 3


def test_an_order_given_before_a_ladder_raised_the_level_has_had_its_effect() -> None:
    story = Story()
    story.report(type="flood")
    while climb(story).taken < 6:
        story.climb("r1")
    assert story.incident.alarm_level == 2

    assert story.escalate(level=1).reason == "already_escalated"


def test_an_order_at_a_level_that_never_was_is_refused_and_one_of_an_older_api_counts() -> None:
    story = Story()
    story.report(type="flood")

    refused = story.escalate(level=4)
    story.escalate()

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "level_not_reached")
    assert story.incident.alarm_level == 2
