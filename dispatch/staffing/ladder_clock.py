"""The clock of each escalation ladder: when its next step is due, and why then.

`schedule` sets the clocks after every decision; a timer (`DeadlineKind.LADDER`) then proposes the step and `escalation.py` judges
it again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatch.model.copying import changed
from dispatch.model.decisions import RequirementWhy
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded
from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason, Exclusion, StepReason
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.staffing_events import LadderScheduled, LadderStepped
from dispatch.model.vocabulary import WIDENING_STEPS, OfferState, StepAction
from dispatch.plans.book import PlanBook
from dispatch.plans.ladders import Ladder
from dispatch.staffing.forecast import chance_to_fill
from dispatch.staffing.interpreters import NO_TRANSLATOR, lacks_language

TO_ALL = frozenset({StepReason.NOBODY_NEW, StepReason.OPERATOR})
"""Reasons for which a step of any kind is taken early; the others apply to `WIDENING_STEPS` alone."""
_ATTENTION = (AttentionReason.UNFILLED, AttentionReason.ASK_PARTNER, AttentionReason.LADDER_ENDED)
_HUMAN = frozenset({StepAction.OPERATOR, StepAction.PARTNER})
_NOT_FREE = frozenset(
    {
        Exclusion.ENGAGED,
        Exclusion.IN_DISTRESS,
        Exclusion.RESTING,
        Exclusion.QUIET_HOURS,
        Exclusion.BUDGET_SPENT,
    }
)
"""Why people who fit cannot be asked now, and so have not answered."""


def schedule(
    state: Incident | None, plans: PlanBook, facts: Sequence[Event], whys: Sequence[RequirementWhy], now_ms: int
) -> Iterator[Event]:
    """Changes of the clocks after a decision, and ends of attention that is no longer needed.

    `state` is the incident after the decision's `facts`; `whys` say what its searches found.
    """
    if state is None or not state.is_open:
        return
    found = {why.requirement_id: reason for why in whys if (reason := _reason_of(why))} | _carried_on(facts)
    reasons = {
        entry.id: _unless_asked(state, entry, found[entry.id]) for entry in state.requirements if entry.id in found
    }
    # Nothing else ends attention about a requirement that was removed.
    kept = {entry.id for entry in state.requirements}
    for gone in dict.fromkeys(one.requirement_id for one in state.attention if one.requirement_id not in kept):
        yield from _attention_ended(state, gone)
    for entry in state.requirements:
        if entry.climb is None:
            continue
        if not state.open_places(entry):
            yield from _attention_ended(state, entry.id)
            continue
        # Nobody is searched, so no step can reach anybody; the clock starts when a place arrives.
        if state.lacks_place(entry):
            continue
        since_ms = entry.climb.since_ms
        if since_ms is None:
            # From the time in the log: commands that waited in a backlog do not get a later ladder.
            since_ms = state.times.logged_ms if state.version == 1 else now_ms
        ladder = plans.ladder(entry.climb.ladder)
        clock = _Clock(state=state, entry=entry, ladder=ladder, since_ms=since_ms, now_ms=now_ms)
        due_ms, reason = clock.due(reasons.get(entry.id))
        # Most decisions leave the clock as it is and need no event.
        if (since_ms, due_ms, reason) != (entry.climb.since_ms, entry.climb.due_ms, entry.climb.due_reason):
            yield LadderScheduled(requirement_id=entry.id, since_ms=since_ms, due_ms=due_ms, reason=reason)


def explained(why: RequirementWhy, state: Incident | None, plans: PlanBook, now_ms: int) -> RequirementWhy:
    """`why` with the steps taken so far, and the chance that the requirement is filled by its target."""
    entry = next((one for one in state.requirements if one.id == why.requirement_id), None) if state else None
    if state is None or entry is None or entry.climb is None:
        return why
    since_ms = state.times.logged_ms if entry.climb.since_ms is None else entry.climb.since_ms
    by_ms = since_ms + plans.ladder(entry.climb.ladder).target_s * 1000
    chance = chance_to_fill(state, entry, by_ms, now_ms)
    return changed(why, ladder_step=entry.climb.steps_taken, forecast=round(chance, 3))


def is_asking(incident: Incident, entry: Requirement) -> bool:
    """Whether somebody has a pending offer for this requirement."""
    return any(offer.state is OfferState.OFFERED for offer in incident.offers_for(entry.id))


def is_asked_elsewhere(incident: Incident, entry: Requirement) -> bool:
    """Whether somebody who fits has a pending offer for another requirement of the incident: they have not answered either.

    Judged by what their offer tells; a person with further skills is not recognised.
    """
    skills = {*entry.skills, *(entry.climb.substitutes if entry.climb else ())}
    return any(
        offer.state is OfferState.OFFERED
        and offer.requirement_id != entry.id
        and offer.capability is entry.capability
        and offer.skill in skills
        and offer.shares_language is not False
        for offer in incident.offers
    )


def is_human_called(ladder: Ladder, climb: Climb, number: int) -> bool:
    """Whether a step before `number` has called an operator or a partner, who needs the time the plan gives until this one."""
    left = set(ladder.left(climb))
    return any(step.action in _HUMAN for at, step in enumerate(ladder.steps[:number]) if at not in left)


def climb_of(entry: Requirement) -> Climb:
    """The progress of a requirement that is on a ladder."""
    assert entry.climb is not None  # called for requirements on a ladder only
    return entry.climb


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """The clock of one requirement with open places; `since_ms` is when it began."""

    state: Incident
    entry: Requirement
    ladder: Ladder
    since_ms: int
    now_ms: int

    def due(self, found: StepReason | None) -> tuple[int | None, StepReason]:
        """When the next step is due, None when no step is left, and why. `found`: what the search gives as a reason."""
        if lacks_language(self.state, self.entry) and self.entry.translator_since_ms is None:
            return self.now_ms, StepReason.BRIDGE
        left = self.ladder.left(climb_of(self.entry))
        if not left:
            return None, StepReason.CLOCK
        # `left[0]` is the first step in the order of the plan, so its time is the earliest.
        clock_ms = self.since_ms + self.ladder.steps[left[0]].at_s * 1000
        if clock_ms <= self.now_ms:
            return self.now_ms, StepReason.CLOCK
        if found and self._is_due_at_once(found, left[0]):
            return self.now_ms, found
        return self._widening_due(found, left, clock_ms) or (clock_ms, StepReason.CLOCK)

    def _is_due_at_once(self, found: StepReason, first: int) -> bool:
        """Whether the next step, whatever it gives up, is not worth waiting for."""
        if found is StepReason.NOBODY_NEW:
            is_human_busy = is_human_called(self.ladder, climb_of(self.entry), first)
            return not is_human_busy and not is_asking(self.state, self.entry)
        return found is StepReason.OPERATOR

    def _widening_due(
        self, found: StepReason | None, left: Sequence[int], clock_ms: int
    ) -> tuple[int, StepReason] | None:
        """When a step that widens the search is due before `clock_ms`; None when none is."""
        widening = [number for number in left if self.ladder.steps[number].action in WIDENING_STEPS]
        if not widening or is_human_called(self.ladder, climb_of(self.entry), widening[0]):
            return None
        if found is StepReason.NOBODY_FREE and not is_asking(self.state, self.entry):
            return self.now_ms, found
        by_ms = self.since_ms + self.ladder.target_s * 1000
        if found and chance_to_fill(self.state, self.entry, by_ms, self.now_ms) < self.ladder.least_chance:
            return self.now_ms, StepReason.FORECAST
        # An offer made after this moment cannot be answered before the target.
        last_call_ms = by_ms - self.entry.window_s * 1000
        return (last_call_ms, StepReason.FORECAST) if self.now_ms < last_call_ms < clock_ms else None


def _reason_of(why: RequirementWhy) -> StepReason | None:
    """The reason for an early step: a complete search found nobody left to ask. None for any other search."""
    # Somebody is left to ask: unseen, passed over, or lost to another claim and perhaps free in a moment.
    if not why.complete or why.passed_over or Exclusion.TAKEN_NOW in why.excluded:
        return None
    return StepReason.NOBODY_NEW if _NOT_FREE.isdisjoint(why.excluded) else StepReason.NOBODY_FREE


def _unless_asked(state: Incident, entry: Requirement, found: StepReason) -> StepReason:
    """`NOBODY_NEW` allows steps that give something up, so it must not hide people who are asked for another requirement here:
    the search leaves them out as it leaves out those who declined."""
    is_open = found is StepReason.NOBODY_NEW and is_asked_elsewhere(state, entry)
    return StepReason.NOBODY_FREE if is_open else found


def _carried_on(facts: Sequence[Event]) -> dict[str, StepReason]:
    """Requirement id → reason of a step that `fill` had to skip for lack of a translator; it holds for the next step too."""
    return {
        fact.requirement_id: fact.reason
        for fact in facts
        if isinstance(fact, LadderStepped) and fact.skipped == NO_TRANSLATOR and fact.reason in TO_ALL
    }


def _attention_ended(state: Incident, requirement_id: str | None) -> Iterator[Event]:
    for attention in state.attention:
        if attention.requirement_id == requirement_id and attention.reason in _ATTENTION:
            yield AttentionEnded(reason=attention.reason, requirement_id=requirement_id)
