"""The escalation ladder of a requirement: whether a step is taken now, and what it does.

`ladder_clock.py` sets the clock, a timer (`DeadlineKind.LADDER`) proposes a step, and `rule` decides on it. A step is due

- at its time, on the clock that starts with the report or when a place opens again;
- at once, when everybody who fits within the present limits has answered;
- early, when no offer is pending, or the forecast says that the target will be missed.

Only steps that widen the search (`WIDENING_STEPS`) are taken early; they overtake the others. A step that gives up part of the
requirement (another skill, another language, the end) is taken at its own time, after everybody who fits has answered, or on an
operator's order. People who fit but are engaged elsewhere, rest or sleep count as not having answered.

A step that cannot reach anybody new (no wider ring, no substitute, no language to relax, no higher level, no translator) is
skipped in the same decision. After a step that calls a human, later steps follow their clocks alone, to give the human time.
"""

from dataclasses import dataclass, replace

from dispatch.matching.limits import is_widest, required_languages
from dispatch.model.commands import DISPATCHER, Command, EscalateIncident, PassDeadline
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionRaised, IncidentEscalated
from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason, StepReason
from dispatch.model.requirement_ids import with_ids
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.staffing_events import LadderStepped, PartnerAsked, RequirementsAdded, TranslatorLacked
from dispatch.model.vocabulary import WIDENING_STEPS, DeadlineKind, StepAction
from dispatch.plans.book import PlanBook
from dispatch.plans.ladders import Ladder, Step
from dispatch.plans.substitutes import stand_ins
from dispatch.staffing.forecast import chance_to_fill
from dispatch.staffing.interpreters import (
    NO_TRANSLATOR,
    is_translator_there,
    lacks_language,
    late_bridge,
    may_be_bridged,
    translator_added,
    wants_bridge,
)
from dispatch.staffing.ladder_clock import TO_ALL, climb_of, is_asking, is_human_called

_OVERTAKING = frozenset({StepReason.NOBODY_FREE, StepReason.FORECAST})
"""Reasons for which a step that has to wait is passed over, because widening steps behind it may be taken (DESIGN 98)."""
RULES = frozenset({"ladder", "ladder_check", "bridge_language"})
"""`Ruling.rule` of decisions that a ladder's own clock causes."""


def rule(
    incident: Incident | None, command: Command, plans: PlanBook, around: DecisionContext, now_ms: int
) -> Ruling | None:
    """The ruling on a ladder's deadline, an operator's order to escalate, or a retry that finds a missing translator; None for
    everything else."""
    if incident is None:
        return None
    if isinstance(command, EscalateIncident):
        return _ordered(incident, command, _EscalationContext(plans, around, now_ms))
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.LADDER:
        return _passed(incident, command, _EscalationContext(plans, around, now_ms))
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.RETRY:
        return _late_bridges(incident, _EscalationContext(plans, around, now_ms))
    return None


@dataclass(frozen=True, slots=True)
class _EscalationContext:
    """What steps are judged by: the plans, the looked-up context, and the time."""

    plans: PlanBook
    around: DecisionContext
    now_ms: int

    def ladder(self, climb: Climb) -> Ladder:
        return self.plans.ladder(climb.ladder)

    def is_translator_there(self, incident: Incident, entry: Requirement) -> bool:
        seen = self.around.free.get(entry.id, ())
        return is_translator_there(incident, entry, seen, self.plans.budget, self.now_ms)


def _ordered(incident: Incident, command: EscalateIncident, context: _EscalationContext) -> Ruling:
    """The next alarm level, and the next step of every requirement with open places, whatever the step gives up.

    An order that names a lower level than the present one is unchanged: another order or a ladder has raised the level since.
    """
    # A double click under two keys raises the level once (DESIGN 103). Orders without a level all count.
    if command.level is not None and command.level < incident.alarm_level:
        return unchanged("escalate", "already_escalated")
    if command.level is not None and command.level > incident.alarm_level:
        return refused("escalate", "level_not_reached")
    level = incident.alarm_level + 1
    facts = _raised(incident, level, context.plans, reason="operator", by=command.by)
    for entry in incident.requirements:
        if entry.climb is not None and incident.open_places(entry):
            # With the level of this order, so that no ladder step raises it a second time.
            facts += _steps(incident, entry, context, _Cause(reason=StepReason.OPERATOR), level=level)
    return applied("escalate", *with_ids(incident, facts))


def _late_bridges(incident: Incident, context: _EscalationContext) -> Ruling | None:
    """Adds the bridges that waited for a translator, where one is available now."""
    facts: list[Event] = []
    for entry in incident.requirements:
        if entry.translator_since_ms is not None and _may_be_bridged_now(incident, entry, context):
            facts += late_bridge(incident, entry, context.plans)
    return applied("retry", *with_ids(incident, facts)) if facts else None


def _may_be_bridged_now(incident: Incident, entry: Requirement, context: _EscalationContext) -> bool:
    """Whether a bridge can be added now; while an offer is pending, only after the time of the ladder step has come."""
    if not wants_bridge(incident, entry) or not context.is_translator_there(incident, entry):
        return False
    if lacks_language(incident, entry) or not is_asking(incident, entry):
        return True
    climb = climb_of(entry)
    at_s = min(
        (step.at_s for step in context.ladder(climb).steps if step.action is StepAction.BRIDGE_LANGUAGE), default=0
    )
    return climb.since_ms is not None and context.now_ms >= climb.since_ms + at_s * 1000


def _passed(incident: Incident, command: PassDeadline, context: _EscalationContext) -> Ruling:
    entry = next((one for one in incident.requirements if one.id == command.requirement_id), None)
    if entry is None or entry.climb is None or entry.climb.due_ms is None:
        return unchanged("ladder", "nothing_due")
    # A timer only proposes: it may fire early, late or twice.
    if context.now_ms < entry.climb.due_ms:
        return unchanged("ladder", "not_yet_due")
    # Not a step of the ladder: a preferred language gives way as soon as nobody asked shares it (DESIGN 33).
    if lacks_language(incident, entry) and entry.translator_since_ms is None:
        return applied("bridge_language", *with_ids(incident, [_bridge_or_lack(incident, entry, context)]))
    cause = _cause(incident, entry, context)
    facts = _steps(incident, entry, context, cause, level=incident.alarm_level) if cause else []
    if not facts:
        # Applied without events: `schedule` then sets the clock again. The timer was early, or somebody answered meanwhile.
        return applied("ladder_check")
    return applied("ladder", *with_ids(incident, facts))


def _bridge_or_lack(incident: Incident, entry: Requirement, context: _EscalationContext) -> Event:
    if context.is_translator_there(incident, entry):
        return translator_added(incident, entry, context.plans)
    return TranslatorLacked(requirement_id=entry.id, since_ms=context.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    """Why a step is due. `ripe_s`: seconds on the clock; steps with an `at_s` up to this are due by time."""

    reason: StepReason
    chance: float | None = None
    ripe_s: float = -1.0

    def brings(self, step: Step) -> bool:
        """Whether this cause allows the step."""
        return step.action in WIDENING_STEPS or self.reason in TO_ALL or step.at_s <= self.ripe_s

    def hurries(self, step: Step) -> bool:
        """Whether the step is taken although a human was called."""
        return self.reason is StepReason.OPERATOR or step.at_s <= self.ripe_s


def _cause(incident: Incident, entry: Requirement, context: _EscalationContext) -> _Cause | None:
    """Why a step is due now; None when none is. Judged on the present state, not on the state when the timer was set."""
    climb, ladder, now_ms = climb_of(entry), context.ladder(climb_of(entry)), context.now_ms
    left, since_ms = ladder.left(climb), climb.since_ms
    if not left or since_ms is None or not incident.open_places(entry):
        return None
    chance = chance_to_fill(incident, entry, since_ms + ladder.target_s * 1000, now_ms)
    ripe_s = (now_ms - since_ms) / 1000
    # The clock before every other cause: a step whose time has come is taken whatever it gives up.
    if ladder.steps[left[0]].at_s <= ripe_s:
        return _Cause(reason=StepReason.CLOCK, chance=chance, ripe_s=ripe_s)
    due = climb.due_reason
    # The reason for which the timer was set must still hold; somebody may have answered since.
    is_due = {
        StepReason.NOBODY_NEW: not is_asking(incident, entry),
        StepReason.NOBODY_FREE: not is_asking(incident, entry),
        StepReason.FORECAST: chance < ladder.least_chance,
        StepReason.OPERATOR: True,
    }
    return _Cause(reason=due, chance=chance, ripe_s=ripe_s) if due and is_due.get(due, False) else None


def _steps(
    incident: Incident, entry: Requirement, context: _EscalationContext, cause: _Cause, *, level: int
) -> list[Event]:
    """The next step that can have an effect, after those that cannot. `level`: the alarm level after this decision."""
    facts: list[Event] = []
    climb, ladder = climb_of(entry), context.ladder(climb_of(entry))
    for number in ladder.left(climb):
        step = ladder.steps[number]
        # It waits; a widening step behind it may overtake it and is then in `Climb.ahead`.
        if not cause.brings(step) and cause.reason in _OVERTAKING:
            continue
        if not cause.brings(step) or (not cause.hurries(step) and is_human_called(ladder, climb, number)):
            break
        stepped = _stepped(incident, replace(entry, climb=_past(climb, number)), context, cause, step, level)
        # Skipped steps are events too: the ladder has moved past them.
        facts.append(stepped)
        climb = stepped.climb
        if stepped.skipped is None:
            return facts + _effects(incident, entry, step, context.plans)
        if stepped.skipped == NO_TRANSLATOR and entry.translator_since_ms is None:
            facts.append(TranslatorLacked(requirement_id=entry.id, since_ms=context.now_ms))
    return facts


def _stepped(
    incident: Incident, entry: Requirement, context: _EscalationContext, cause: _Cause, step: Step, level: int
) -> LadderStepped:
    """One step as taken or skipped; `entry` is already past it."""
    skipped = _pointless(incident, entry, step, level, context)
    return LadderStepped(
        requirement_id=entry.id,
        action=step.action,
        reason=cause.reason,
        climb=climb_of(entry) if skipped else _climbed(entry, step, context.plans),
        skipped=skipped,
        forecast=None if cause.chance is None else round(cause.chance, 3),
    )


def _past(climb: Climb, number: int) -> Climb:
    """The progress with step `number` taken; numbers in `ahead` that become consecutive are folded into `taken`."""
    ahead = {*climb.ahead, number}
    taken = climb.taken
    while taken in ahead:
        ahead.remove(taken)
        taken += 1
    return replace(climb, taken=taken, ahead=tuple(sorted(ahead)))


def _pointless(
    incident: Incident, entry: Requirement, step: Step, level: int, context: _EscalationContext
) -> str | None:
    """Why a step would reach nobody new; None when it may."""
    if step.action is StepAction.WIDER_RING:
        return "no_wider_ring" if is_widest(entry, incident) else None
    if step.action is StepAction.SUBSTITUTES:
        return None if _new_stand_ins(entry, context.plans) else "no_substitutes"
    if step.action is StepAction.BRIDGE_LANGUAGE:
        if not may_be_bridged(entry):
            return "a_translator_itself"  # otherwise each missing translator would require another one
        if not required_languages(entry, incident):
            return "no_language_required"
        return None if context.is_translator_there(incident, entry) else NO_TRANSLATOR
    if step.action is StepAction.ALARM_LEVEL:
        # A level that adds no requirement asks nobody new.
        added = context.plans.plan(incident.type).highest_level
        return "no_higher_level" if level >= step.level or added <= level else None
    return None


def _climbed(entry: Requirement, step: Step, plans: PlanBook) -> Climb:
    """The progress on the ladder after a step, with what the step opens."""
    climb = climb_of(entry)
    if step.action is StepAction.WIDER_RING:
        # Rings multiply without a bound here; `limits.py` caps the distance they give.
        return replace(climb, ring=climb.ring * step.factor)
    if step.action is StepAction.SUBSTITUTES:
        return replace(climb, substitutes=(*climb.substitutes, *_new_stand_ins(entry, plans)))
    if step.action is StepAction.BRIDGE_LANGUAGE:
        return replace(climb, bridged=True)
    return replace(climb, ended=step.action is StepAction.END)


def _effects(incident: Incident, entry: Requirement, step: Step, plans: PlanBook) -> list[Event]:
    """Events of a step beyond the progress of the requirement itself."""
    if step.action is StepAction.BRIDGE_LANGUAGE:
        return [translator_added(incident, entry, plans)]
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
    """A higher alarm level, with the requirements that the plan adds at each level up to it."""
    plan = plans.plan(incident.type)
    passed = range(incident.alarm_level + 1, level + 1)
    added = [line for number in passed for line in plan.added(incident.priority, number)]
    facts: list[Event] = [IncidentEscalated(alarm_level=level, reason=reason, by=by)]
    if added:
        facts.append(RequirementsAdded(requirements=tuple(added), reason=f"alarm_level_{level}"))
    return facts


def _new_stand_ins(entry: Requirement, plans: PlanBook) -> list[str]:
    known = {*entry.skills, *climb_of(entry).substitutes}
    wider = [other for skill in entry.skills for other in stand_ins(plans.substitutes, skill)]
    return [skill for skill in dict.fromkeys(wider) if skill not in known]
