"""The escalation ladder of each requirement: when its next step is due, and what a step does.

Start reading here: `schedule` sets the clock after every decision, a timer (`DeadlineKind.LADDER`) proposes, and `rule` decides
whether a step is taken. A step is due

- by its time, on the clock that began with the report or when a place opened again;
- at once when everybody within the present limits has been asked and nobody is left to answer: no waiting for nobody;
- before its time when the forecast says that the target will be missed.

A step that cannot reach anybody new (no wider ring, no substitute, no language to relax, no higher level) is passed over in
the same breath. After a human was called the ladder goes by its clock alone: the human needs the time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dispatch.bridging import lacks_language, may_be_bridged, translator_for
from dispatch.commands import DISPATCHER, Command, EscalateIncident, PassDeadline
from dispatch.decisions import RequirementWhy
from dispatch.events import (
    AttentionEnded,
    AttentionRaised,
    Event,
    IncidentEscalated,
    LadderScheduled,
    LadderStepped,
    PartnerAsked,
    RequirementsAdded,
)
from dispatch.forecast import chance_to_fill
from dispatch.ladders import Step
from dispatch.limits import is_widest, required_languages
from dispatch.model import Climb, Incident, Requirement
from dispatch.plans import PlanBook
from dispatch.requirement_ids import with_ids
from dispatch.ruling import Ruling, applied, unchanged
from dispatch.substitutes import stand_ins
from dispatch.vocabulary import AttentionReason, DeadlineKind, Exclusion, OfferState, StepAction, StepReason

_ATTENTION = (AttentionReason.UNFILLED, AttentionReason.ASK_PARTNER, AttentionReason.LADDER_ENDED)
_HUMAN = frozenset({StepAction.OPERATOR, StepAction.PARTNER})


RULES = frozenset({"ladder", "ladder_check", "bridge_language"})
"""Names of the rules that a ladder's own clock brings about."""


def rule(incident: Incident | None, command: Command, plans: PlanBook, now_ms: int) -> Ruling | None:
    """The ruling on a ladder's deadline or an operator's order to escalate; None for everything else."""
    if incident is None:
        return None
    if isinstance(command, EscalateIncident):
        return _ordered(incident, command, plans)
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.LADDER:
        return _passed(incident, command, plans, now_ms)
    return None


def _ordered(incident: Incident, command: EscalateIncident, plans: PlanBook) -> Ruling:
    """The next alarm level at once, and the next step of every requirement that lacks people."""
    facts = _raised(incident, incident.alarm_level + 1, plans, reason="operator", by=command.by)
    for entry in incident.requirements:
        if entry.climb is not None and incident.open_places(entry):
            facts += _steps(incident, entry, plans, StepReason.OPERATOR, None, raised=True)
    return applied("escalate", *with_ids(incident, facts))


def _passed(incident: Incident, command: PassDeadline, plans: PlanBook, now_ms: int) -> Ruling:
    entry = next((one for one in incident.requirements if one.id == command.requirement_id), None)
    if entry is None or entry.climb is None or entry.climb.due_ms is None:
        return unchanged("ladder", "nothing_due")
    if now_ms < entry.climb.due_ms:
        return unchanged("ladder", "not_yet_due")
    if lacks_language(incident, entry):
        return applied("bridge_language", *with_ids(incident, [_bridge(incident, entry, plans)]))
    reason, chance = _reason(incident, entry, plans, now_ms)
    if reason is None:
        # The clock is set anew by `schedule`: the check was early, or somebody answered meanwhile.
        return applied("ladder_check")
    return applied("ladder", *with_ids(incident, _steps(incident, entry, plans, reason, chance)))


def _reason(
    incident: Incident, entry: Requirement, plans: PlanBook, now_ms: int
) -> tuple[StepReason | None, float | None]:
    """Why a step is due now, judged on what stands now and not when the timer was set."""
    climb, ladder = _climb(entry), plans.ladder(_climb(entry).ladder)
    step, since_ms = ladder.next(climb.taken), climb.since_ms
    if step is None or since_ms is None or not incident.open_places(entry):
        return None, None
    chance = chance_to_fill(incident, entry, since_ms + ladder.target_s * 1000, now_ms)
    if now_ms >= since_ms + step.at_s * 1000:
        return StepReason.CLOCK, chance
    if climb.due_reason is StepReason.NOBODY_NEW and not _out(incident, entry):
        return StepReason.NOBODY_NEW, chance
    if climb.due_reason is StepReason.FORECAST and chance < ladder.least_chance:
        return StepReason.FORECAST, chance
    return None, chance


def _steps(
    incident: Incident,
    entry: Requirement,
    plans: PlanBook,
    reason: StepReason,
    chance: float | None,
    *,
    raised: bool = False,
) -> list[Event]:
    """The next step that can do something, after those that cannot. `raised`: the alarm level goes up anyway."""
    facts: list[Event] = []
    climb, ladder = _climb(entry), plans.ladder(_climb(entry).ladder)
    while (step := ladder.next(climb.taken)) is not None:
        climb = replace(climb, taken=climb.taken + 1)
        level = incident.alarm_level + (1 if raised else 0)
        skipped = _pointless(incident, replace(entry, climb=climb), step, level, plans)
        climb = climb if skipped else _climbed(climb, entry, step, plans)
        facts.append(
            LadderStepped(
                requirement_id=entry.id,
                action=step.action,
                reason=reason,
                climb=climb,
                skipped=skipped,
                forecast=None if chance is None else round(chance, 3),
            )
        )
        if not skipped:
            return facts + _effects(incident, entry, step, plans)
    return facts


def _pointless(incident: Incident, entry: Requirement, step: Step, level: int, plans: PlanBook) -> str | None:
    """Why a step would reach nobody new; None when it may."""
    if step.action is StepAction.WIDER_RING:
        return "no_wider_ring" if is_widest(entry, incident) else None
    if step.action is StepAction.SUBSTITUTES:
        return None if _new_stand_ins(entry, plans) else "no_substitutes"
    if step.action is StepAction.BRIDGE_LANGUAGE:
        if not may_be_bridged(entry):
            return "a_translator_itself"  # else each translator that is not found would call for the next
        return None if required_languages(entry, incident) else "no_language_required"
    if step.action is StepAction.ALARM_LEVEL:
        added = plans.plan(incident.type).highest_level
        return "no_higher_level" if level >= step.level or added <= level else None
    return None


def _climbed(climb: Climb, entry: Requirement, step: Step, plans: PlanBook) -> Climb:
    """The place on the ladder after a step, with what it opens."""
    if step.action is StepAction.WIDER_RING:
        return replace(climb, ring=climb.ring * step.factor)
    if step.action is StepAction.SUBSTITUTES:
        return replace(climb, substitutes=(*climb.substitutes, *_new_stand_ins(entry, plans)))
    if step.action is StepAction.BRIDGE_LANGUAGE:
        return replace(climb, bridged=True)
    return replace(climb, ended=step.action is StepAction.END)


def _effects(incident: Incident, entry: Requirement, step: Step, plans: PlanBook) -> list[Event]:
    """What a step brings beyond the requirement itself."""
    if step.action is StepAction.BRIDGE_LANGUAGE:
        return [_bridge(incident, entry, plans)]
    if step.action is StepAction.ALARM_LEVEL:
        return _raised(incident, step.level, plans, reason="ladder", by=DISPATCHER)
    if step.action is StepAction.OPERATOR:
        return [AttentionRaised(reason=AttentionReason.UNFILLED, requirement_id=entry.id)]
    if step.action is StepAction.PARTNER:
        return [
            PartnerAsked(partner=step.partner, requirement_id=entry.id),
            AttentionRaised(reason=AttentionReason.ASK_PARTNER, requirement_id=entry.id, detail=step.partner),
        ]
    if step.action is StepAction.END:
        return [AttentionRaised(reason=AttentionReason.LADDER_ENDED, requirement_id=entry.id)]
    return []


def _raised(incident: Incident, level: int, plans: PlanBook, *, reason: str, by: str) -> list[Event]:
    """A higher alarm level, with the requirements of every level it passes."""
    plan = plans.plan(incident.type)
    passed = range(incident.alarm_level + 1, level + 1)
    added = [line for number in passed for line in plan.added(incident.priority, number)]
    facts: list[Event] = [IncidentEscalated(alarm_level=level, reason=reason, by=by)]
    if added:
        facts.append(RequirementsAdded(requirements=tuple(added), reason=f"alarm_level_{level}"))
    return facts


def _bridge(incident: Incident, entry: Requirement, plans: PlanBook) -> Event:
    return RequirementsAdded(requirements=(translator_for(incident, entry, plans),), reason="bridge_language")


def _new_stand_ins(entry: Requirement, plans: PlanBook) -> list[str]:
    known = {*entry.skills, *_climb(entry).substitutes}
    wider = [other for skill in entry.skills for other in stand_ins(plans.substitutes, skill)]
    return [skill for skill in dict.fromkeys(wider) if skill not in known]


def schedule(state: Incident | None, plans: PlanBook, whys: Sequence[RequirementWhy], now_ms: int) -> Iterable[Event]:
    """The clocks as they stand after a decision, and attention that is no longer needed. `whys` tell what its searches saw."""
    if state is None or not state.is_open:
        return
    exhausted = {why.requirement_id for why in whys if _is_exhausted(why)}
    for entry in state.requirements:
        if entry.climb is None:
            continue
        if not state.open_places(entry):
            yield from _over(state, entry)
            continue
        since_ms = entry.climb.since_ms
        if since_ms is None:
            since_ms = state.times.logged_ms if state.version == 1 else now_ms
        due_ms, reason = _due(state, entry, plans, entry.id in exhausted, since_ms, now_ms)
        if (since_ms, due_ms, reason) != (entry.climb.since_ms, entry.climb.due_ms, entry.climb.due_reason):
            yield LadderScheduled(requirement_id=entry.id, since_ms=since_ms, due_ms=due_ms, reason=reason)


def _is_exhausted(why: RequirementWhy) -> bool:
    """The search looked at everybody, and nobody who may be asked is left."""
    return why.complete and not why.passed_over and Exclusion.TAKEN_NOW not in why.excluded


def _over(state: Incident, entry: Requirement) -> Iterable[Event]:
    for attention in state.attention:
        if attention.requirement_id == entry.id and attention.reason in _ATTENTION:
            yield AttentionEnded(reason=attention.reason, requirement_id=entry.id)


def _due(
    state: Incident, entry: Requirement, plans: PlanBook, exhausted: bool, since_ms: int, now_ms: int
) -> tuple[int | None, StepReason]:
    """When the next step is due and why then."""
    climb, ladder = _climb(entry), plans.ladder(_climb(entry).ladder)
    if lacks_language(state, entry):
        return now_ms, StepReason.BRIDGE
    step = ladder.next(climb.taken)
    if step is None:
        return None, StepReason.CLOCK
    clock_ms = since_ms + step.at_s * 1000
    if clock_ms <= now_ms or any(taken.action in _HUMAN for taken in ladder.steps[: climb.taken]):
        return max(clock_ms, now_ms), StepReason.CLOCK
    by_ms = since_ms + ladder.target_s * 1000
    if exhausted:
        if not _out(state, entry):
            return now_ms, StepReason.NOBODY_NEW
        if chance_to_fill(state, entry, by_ms, now_ms) < ladder.least_chance:
            return now_ms, StepReason.FORECAST
    last_call_ms = by_ms - entry.window_s * 1000
    if now_ms < last_call_ms < clock_ms:
        return last_call_ms, StepReason.FORECAST
    return clock_ms, StepReason.CLOCK


def _out(incident: Incident, entry: Requirement) -> bool:
    return any(offer.state is OfferState.OFFERED for offer in incident.offers_for(entry.id))


def _climb(entry: Requirement) -> Climb:
    assert entry.climb is not None  # asked for requirements on a ladder only
    return entry.climb


def explained(why: RequirementWhy, state: Incident | None, plans: PlanBook, now_ms: int) -> RequirementWhy:
    """With how far the ladder is, and the chance that the target is kept as things stand."""
    entry = next((one for one in state.requirements if one.id == why.requirement_id), None) if state else None
    if state is None or entry is None or entry.climb is None:
        return why
    since_ms = state.times.logged_ms if entry.climb.since_ms is None else entry.climb.since_ms
    by_ms = since_ms + plans.ladder(entry.climb.ladder).target_s * 1000
    chance = chance_to_fill(state, entry, by_ms, now_ms)
    return replace(why, ladder_step=entry.climb.taken, forecast=round(chance, 3))
