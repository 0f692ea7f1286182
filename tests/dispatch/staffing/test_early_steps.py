"""A machine widens before its time; it gives up a part of what was asked for by its clock, or when all who fit have answered."""

from dataclasses import replace

import pytest

from dispatch.deadlines import waiting_of
from dispatch.decide import fill, settle
from dispatch.model.commands import PassDeadline, ReportIncident
from dispatch.model.context import DecisionContext
from dispatch.model.decisions import Decision
from dispatch.model.people import Candidate, Found
from dispatch.model.reasons import Exclusion, StepReason
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.staffing_events import LadderStepped, RequirementsAdded, TranslatorLacked
from dispatch.model.vocabulary import (
    DeadlineKind,
    IncidentStatus,
    LanguageRule,
    OfferState,
    Outcome,
    Priority,
    StepAction,
)
from dispatch.plans.book import load_builtin
from dispatch.plans.ladders import Ladder, Step
from dispatch.state.lifecycle import fold
from tests.dispatch.staffing.test_escalation import attention, climb, entry, steps
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, helpers, plans, remote, spec, view

KAZAKH = candidate("kazakh", languages=("kk",), distance_m=1_000.0)
RUSSIAN = candidate("russian", languages=("ru",), distance_m=200.0)
TRANSLATOR = remote("translator", "translator", languages=("kk", "ru"))


def as_built(*people: Candidate) -> Story:
    return Story(list(people), book=load_builtin())


def run_what_is_due(story: Story, requirement_id: str = "r1") -> None:
    """Every step that is due by now, as the timers would bring them within a second."""
    while (due_ms := climb(story, requirement_id).due_ms) is not None and due_ms <= story.now_ms:
        story.climb(requirement_id)


def taken(story: Story) -> list[StepAction]:
    return [action for action, _, skipped in steps(story) if skipped is None]


def test_a_forecast_widens_and_weakens_nothing_while_somebody_who_fits_is_asked() -> None:
    story = as_built(KAZAKH, RUSSIAN, TRANSLATOR)
    story.report(spec(languages=("kk",), max_distance_m=20_000))
    assert climb(story).due_reason is StepReason.FORECAST

    run_what_is_due(story)

    assert taken(story) == [StepAction.WIDER_RING, StepAction.WIDER_RING, StepAction.OPERATOR]
    assert {reason for _, reason, _ in steps(story)} == {StepReason.FORECAST}
    assert story.asked() == ["kazakh"]
    assert [one.id for one in story.incident.requirements] == ["r1"]
    assert story.incident.status is IncidentStatus.DISPATCHING
    assert (climb(story).taken, climb(story).ahead, climb(story).steps_taken) == (1, (3, 4), 3)


def test_what_weakens_comes_by_its_own_clock_though_wider_rings_were_taken_before() -> None:
    story = as_built(KAZAKH, RUSSIAN, TRANSLATOR)
    story.report(spec("first_aid", languages=("kk",), window_s=600))
    run_what_is_due(story)

    story.climb()
    assert story.now_ms == story.incident.times.logged_ms + 150_000
    story.climb()

    assert story.now_ms == story.incident.times.logged_ms + 180_000
    assert (steps(story)[-1][0], steps(story)[-1][1]) == (StepAction.BRIDGE_LANGUAGE, StepReason.CLOCK)
    assert story.asked() == ["kazakh", "translator", "russian"]
    assert (climb(story).taken, climb(story).ahead) == (5, ())


def test_the_answer_of_everybody_who_fits_lets_it_give_way_at_once() -> None:
    story = as_built(KAZAKH, RUSSIAN, TRANSLATOR)
    story.report(spec(languages=("kk",)))
    run_what_is_due(story)

    story.decline("kazakh")
    run_what_is_due(story)

    assert (steps(story)[-1][0], steps(story)[-1][1]) == (StepAction.BRIDGE_LANGUAGE, StepReason.NOBODY_NEW)
    assert story.now_ms == NOW_MS
    assert story.asked() == ["translator", "russian"]


@pytest.mark.parametrize("why", [Exclusion.ENGAGED, Exclusion.RESTING, Exclusion.QUIET_HOURS, Exclusion.BUDGET_SPENT])
def test_who_fits_and_cannot_be_asked_now_has_not_answered(why: Exclusion) -> None:
    story = Story([candidate("nurse", "nurse")], unseen={why: 1})
    story.report(spec("doctor"))

    run_what_is_due(story)

    assert taken(story) == [StepAction.WIDER_RING, StepAction.OPERATOR]
    assert {reason for _, reason, _ in steps(story)} == {StepReason.NOBODY_FREE}
    assert story.asked() == []
    assert climb(story).due_ms == story.incident.times.logged_ms + 150_000


def test_a_pointless_step_does_not_bring_what_weakens_before_its_time() -> None:
    """The ring is as wide as it can be when its clock comes: that is no reason to take substitutes with it."""
    story = Story([candidate("doctor", "doctor"), candidate("nurse", "nurse")])
    story.report(spec("doctor", max_distance_m=100_000, window_s=600))
    story.wait(120)

    story.climb()

    assert (StepAction.WIDER_RING, StepReason.CLOCK, "no_wider_ring") in steps(story)
    assert StepAction.SUBSTITUTES not in taken(story)
    run_what_is_due(story)
    assert taken(story) == [StepAction.OPERATOR]
    assert climb(story).due_ms == story.incident.times.logged_ms + 150_000


def test_the_end_is_never_forecast() -> None:
    short = Ladder(
        name="field", steps=(Step(at_s=60, action=StepAction.WIDER_RING), Step(at_s=300, action=StepAction.END))
    )
    book = plans()
    story = Story([candidate("only", "boat")], book=replace(book, ladders={**book.ladders, "field": short}))
    story.report(spec("boat", count=2, max_distance_m=50_000))

    run_what_is_due(story)

    assert taken(story) == [StepAction.WIDER_RING]
    assert climb(story).due_ms == story.incident.times.logged_ms + 300_000


def test_an_order_to_escalate_may_weaken_what_was_asked_for() -> None:
    """Who asked for it may give it up."""
    story = Story([candidate("doctor", "doctor"), candidate("nurse", "nurse")])
    story.report(spec("doctor", max_distance_m=100_000))

    story.escalate()

    assert steps(story)[-1] == (StepAction.SUBSTITUTES, StepReason.OPERATOR, None)
    assert story.asked() == ["doctor", "nurse"]


def without_a_translator() -> Story:
    """The Kazakh speaker has said no; nobody translates; the ladder has come to the operator."""
    story = as_built(KAZAKH, RUSSIAN)
    story.report(spec(languages=("kk",)))
    story.decline("kazakh")
    run_what_is_due(story)
    return story


def test_no_bridge_is_made_without_a_translator() -> None:
    story = without_a_translator()

    assert (StepAction.BRIDGE_LANGUAGE, StepReason.NOBODY_NEW, "no_translator") in steps(story)
    assert not climb(story).bridged
    assert story.asked() == []
    assert [one.id for one in story.incident.requirements] == ["r1"]
    assert ("unfilled", "r1") in attention(story)
    assert entry(story).translator_since_ms == NOW_MS


def test_a_translator_who_comes_later_makes_the_bridge() -> None:
    story = without_a_translator()
    story.people.append(TRANSLATOR)

    story.retry()

    late = next(fact for fact in story.last.events if isinstance(fact, LadderStepped))
    assert (late.reason, late.climb.bridged) == (StepReason.TRANSLATOR, True)
    assert story.asked() == ["translator", "russian"]
    assert entry(story).translator_since_ms is None
    assert entry(story, "r2").bridges == "r1"


def test_a_look_without_a_translator_changes_nothing_but_the_next_look() -> None:
    story = without_a_translator()
    before = climb(story)

    story.retry()

    assert [fact for fact in story.last.events if isinstance(fact, LadderStepped | RequirementsAdded)] == []
    assert climb(story) == before
    assert waiting_of(story.incident) == ("r1",)


def test_a_bridge_that_came_early_waits_again_while_a_newcomer_who_fits_is_asked() -> None:
    story = without_a_translator()
    story.people += [candidate("other", languages=("kk",))]
    story.retry()
    assert story.asked() == ["other"]

    story.people.append(TRANSLATOR)
    story.retry()
    assert story.asked() == ["other"]
    story.decline("other")
    story.retry()

    assert story.asked() == ["translator", "russian"]


def test_nobody_is_wanted_as_a_translator_any_more_once_a_speaker_has_the_place() -> None:
    story = without_a_translator()
    story.people += [candidate("other", languages=("kk",))]
    story.retry()

    story.accept("other")

    assert entry(story).translator_since_ms is None
    assert [fact.since_ms for fact in story.last.events if isinstance(fact, TranslatorLacked)] == [None]
    assert (waiting_of(story.incident), story.incident.retry_at_ms) == ((), None)


def test_a_preferred_language_brings_no_need_that_nobody_can_fill() -> None:
    story = Story([candidate("near", languages=("ru",))])
    story.report(spec(language=LanguageRule.PREFER), language="kk")
    assert climb(story).due_reason is StepReason.BRIDGE

    story.climb()

    assert story.incident.status is IncidentStatus.DISPATCHING
    assert [one.id for one in story.incident.requirements] == ["r1"]
    assert climb(story).due_reason is not StepReason.BRIDGE
    story.accept("near")
    assert waiting_of(story.incident) == ("r1",)

    story.people.append(TRANSLATOR)
    story.retry()

    assert entry(story, "r2").bridges == "r1"
    assert story.asked() == ["translator"]
    assert (story.state_of("near"), entry(story).translator_since_ms) == (OfferState.ACCEPTED, None)


def makes_a_bridge(decision: Decision) -> bool:
    return any(isinstance(fact, RequirementsAdded) for fact in decision.events)


def test_a_translator_whose_claim_is_lost_makes_no_bridge() -> None:
    """Taken elsewhere between the search and the claim: the decision is filled again without them."""
    story = as_built(KAZAKH, RUSSIAN, TRANSLATOR)
    story.report(spec(languages=("kk",)))
    story.decline("kazakh")
    run_what_is_due(story)
    assert story.asked() == ["translator", "russian"]

    at = next(number for number, one in enumerate(story.decisions) if makes_a_bridge(one))
    before = None
    for decision in story.decisions[:at]:
        before = fold(before, decision)
    command = story.commands[at]
    around = DecisionContext(free={"r1": (TRANSLATOR,)})
    settled = settle(view(before, command, now_ms=story.now_ms, around=around), command, story.book)
    found = {need.requirement.id: Found(candidates=tuple(story.people)) for need in settled.needs}
    again = fill(settled, story.book, found, {"translator": Exclusion.TAKEN_NOW})

    assert not makes_a_bridge(again)
    assert [fact.skipped for fact in again.events if isinstance(fact, LadderStepped)][-1] == "no_translator"


def test_one_translator_bridges_one_need_only() -> None:
    story = Story([RUSSIAN, replace(RUSSIAN, volunteer_id="russian-2"), TRANSLATOR])
    story.report(
        spec(languages=("kk",), max_distance_m=100_000), spec("boat", languages=("kk",), max_distance_m=100_000)
    )
    story.people.append(candidate("skipper", "boat", languages=("ru",)))
    story.book = replace(
        story.book,
        ladders={"field": Ladder(name="field", steps=(Step(at_s=9, action=StepAction.BRIDGE_LANGUAGE),))},
    )

    story.escalate()

    assert [one.bridges for one in story.incident.requirements if one.bridges] == ["r1"]
    assert [one.id for one in story.incident.requirements if one.translator_since_ms] == ["r2"]
    assert "skipper" not in story.asked()


@pytest.mark.parametrize(
    ("stated", "substitutes", "bridged"),
    [
        ({"languages": ("kk",), "count": 2}, ("nurse", "doctor"), True),  # more of the same
        ({"languages": ("ru",)}, ("nurse", "doctor"), False),
        ({"languages": ("kk",), "any_of": ("boat",)}, (), True),
        ({"languages": ("kk",), "ladder": "slow"}, ("nurse", "doctor"), True),
    ],
)
def test_a_need_that_is_stated_anew_is_not_weakened_by_what_was_given_up_before(
    stated: dict[str, object], substitutes: tuple[str, ...], bridged: bool
) -> None:
    story = Story([replace(RUSSIAN, skills=frozenset({"nurse"})), TRANSLATOR])
    story.report(spec(languages=("kk",), max_distance_m=60_000))
    while not climb(story).bridged:
        story.climb()
    assert climb(story).substitutes

    story.update(spec(max_distance_m=60_000, **{"count": 1, **stated}))  # type: ignore[arg-type]

    after = climb(story)
    assert (after.substitutes, after.bridged, after.ring) == (substitutes, bridged, 2)
    assert any(one.bridges for one in story.incident.requirements) == bridged
    assert (after.taken > 0) == (stated.keys() <= {"languages", "count"} and bridged)


def test_another_language_of_the_caller_ends_the_bridge_of_the_old_one() -> None:
    story = Story([RUSSIAN, TRANSLATOR])
    story.report(spec(language=LanguageRule.REQUIRE, max_distance_m=100_000), language="kk")
    while not climb(story).bridged:
        story.climb()
    story.accept("translator")

    story.update(language="ky")

    assert not climb(story).bridged
    assert [one.id for one in story.incident.requirements] == ["r1"]
    assert (story.state_of("translator"), story.offer_of("translator").reason) == (OfferState.STOOD_DOWN, "not_needed")


def test_another_priority_or_type_that_asks_for_the_same_keeps_what_the_ladder_has_opened() -> None:
    story = Story([candidate("nurse", "nurse")])
    story.report(type="hazmat", priority=Priority.HIGH)
    before = {one.id: one.climb for one in story.incident.requirements}

    story.update(priority=Priority.CRITICAL)

    assert {one.id: one.climb for one in story.incident.requirements if one.id in before}.keys() == before.keys()


def test_a_ladder_closes_up_over_steps_that_were_taken_ahead() -> None:
    three = tuple(Step(at_s=number, action=StepAction.WIDER_RING) for number in range(3))
    ladder = Ladder(name="x", steps=three)

    assert ladder.left(Climb(ladder="x", taken=0, ahead=(1,))) == (0, 2)
    assert ladder.left(Climb(ladder="x", taken=7)) == ()


def test_every_need_of_the_built_in_plans_keeps_what_it_asks_for_while_people_are_asked() -> None:
    """Whatever the type: until somebody has answered, or the clock of a step has come, nobody is asked who lacks what it says."""
    for kind in load_builtin().plans:
        story = as_built(*helpers("near"), candidate("stranger", "radio", languages=("en",)))
        story.tell(
            ReportIncident(
                id=f"c-{kind}",
                incident_id=INCIDENT,
                by="operator",
                sent_ms=NOW_MS,
                type=kind,
                body_digest="d",
                area=None,
                language="kk",
            )
        )
        asked: list[Requirement] = [one for one in story.incident.requirements if story.incident.offers_for(one.id)]
        for one in asked:
            run_what_is_due(story, one.id)
            now = entry(story, one.id)
            assert now.climb is not None
            assert (now.climb.substitutes, now.climb.bridged) == ((), False)
        assert story.last.outcome is Outcome.APPLIED


def test_a_translator_who_sleeps_makes_no_bridge_and_keeps_nobody_from_being_found() -> None:
    """However often an incident looks again: speakers who come meanwhile are asked."""
    story = Story([KAZAKH, RUSSIAN, TRANSLATOR], book=load_builtin(), now_ms=NOW_MS + 5 * 3_600_000)
    story.report(spec(languages=("kk",)), priority=Priority.NORMAL)
    awake = replace(KAZAKH, volunteer_id="awake", heard_s=60.0)
    assert story.asked() == []
    while (due_ms := climb(story).due_ms) is not None and climb(story).taken < 4:
        story.now_ms = max(story.now_ms, due_ms)
        story.climb()
    assert entry(story).translator_since_ms is not None

    story.people.append(awake)
    story.retry()

    assert story.asked() == ["awake"]
    assert not any(one.bridges for one in story.incident.requirements)


def test_a_late_bridge_whose_translator_is_lost_leaves_no_trace() -> None:
    story = without_a_translator()
    story.people.append(TRANSLATOR)
    command = PassDeadline(
        id="c-look",
        incident_id=INCIDENT,
        by="dispatcher",
        sent_ms=story.now_ms,
        deadline=DeadlineKind.RETRY,
        due_ms=story.now_ms,
    )
    around = DecisionContext(free={"r1": (TRANSLATOR,)})
    settled = settle(view(story.incident, command, now_ms=story.now_ms, around=around), command, story.book)
    found = {need.requirement.id: Found(candidates=tuple(story.people)) for need in settled.needs}

    again = fill(settled, story.book, found, {"translator": Exclusion.TAKEN_NOW})

    assert (again.outcome, again.why.rule) == (Outcome.APPLIED, "retry")
    assert [fact for fact in again.events if isinstance(fact, LadderStepped | RequirementsAdded)] == []


def test_an_order_whose_bridge_proves_impossible_goes_on_to_the_next_step() -> None:
    two = Ladder(
        name="field",
        steps=(
            Step(at_s=60, action=StepAction.BRIDGE_LANGUAGE),
            Step(at_s=90, action=StepAction.OPERATOR),
            Step(at_s=900, action=StepAction.END),
        ),
    )
    book = plans()
    story = Story([RUSSIAN, TRANSLATOR], book=replace(book, ladders={**book.ladders, "field": two}))
    story.report(spec(languages=("kk",)), spec("boat", languages=("kk",)))
    story.people.append(candidate("skipper", "boat", languages=("ru",)))
    story.unseen = {Exclusion.ENGAGED: 1}

    story.escalate()
    assert (climb(story, "r2").due_ms, climb(story, "r2").due_reason) == (story.now_ms, StepReason.OPERATOR)
    story.climb("r2")

    assert steps(story)[-1] == (StepAction.OPERATOR, StepReason.OPERATOR, None)


def test_who_is_asked_for_another_requirement_here_has_not_answered_either() -> None:
    """The search leaves them out, as it leaves out those who declined: that is no reason to give anything up."""
    doctor, nurse = candidate("doctor", "doctor"), candidate("nurse", "nurse", distance_m=900.0)
    story = as_built(doctor, nurse)
    story.report(spec("doctor", max_distance_m=100_000), spec("doctor", max_distance_m=100_000))
    assert story.asked() == ["doctor"]

    for requirement_id in ("r1", "r2"):
        run_what_is_due(story, requirement_id)

    assert StepAction.SUBSTITUTES not in taken(story)
    assert story.asked() == ["doctor"]
    story.decline("doctor")
    for requirement_id in ("r1", "r2"):
        run_what_is_due(story, requirement_id)
    assert story.asked() == ["nurse"]


def bridged_while_a_speaker_is_asked() -> Story:
    """The time of the bridge has come, a translator was asked and declines; one who speaks Kazakh is still asked."""
    story = as_built(KAZAKH, TRANSLATOR)
    story.report(spec(languages=("kk",), window_s=600))
    while not climb(story).bridged:
        story.climb()
    assert story.asked() == ["kazakh", "translator"]
    story.decline("translator")
    return story


def test_a_missing_translator_is_no_shortfall_while_a_speaker_is_asked() -> None:
    story = bridged_while_a_speaker_is_asked()

    assert (story.incident.status, story.shortfalls()) == (IncidentStatus.DISPATCHING, {})
    story.decline("kazakh")
    assert story.incident.status is IncidentStatus.UNFILLED


def test_nobody_translates_for_a_speaker_who_has_the_place() -> None:
    story = bridged_while_a_speaker_is_asked()

    story.accept("kazakh")

    assert [one.id for one in story.incident.requirements] == ["r1"]
    assert story.incident.status is IncidentStatus.STAFFED
    assert attention(story) == []
    assert (climb(story).bridged, StepAction.BRIDGE_LANGUAGE in taken(story)) == (False, True)


def test_a_place_that_opens_again_is_bridged_at_the_time_of_its_step() -> None:
    story = bridged_while_a_speaker_is_asked()
    story.accept("kazakh")
    later = remote("other translator", "translator", languages=("kk", "ru"))
    story.people = [candidate("russian", languages=("ru",)), later]

    story.leave_duty("kazakh")
    assert "russian" not in story.asked()
    run_what_is_due(story)

    assert story.asked() == ["other translator", "russian"]
