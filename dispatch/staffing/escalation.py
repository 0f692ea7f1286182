"""The escalation ladder of a requirement: whether a step is taken now.

`ladder_clock.py` sets the clock, a timer (`DeadlineKind.LADDER`) proposes a step, `rule` decides on it, and
`ladder_steps.py` says what it does. A step is due

- at its time, on the clock that starts with the report or when a place opens again;
- at once, when everybody who fits within the present limits has answered;
- early, when no offer is pending, or the forecast says that the target will be missed.

Only steps that widen the search (`WIDENING_STEPS`) are taken early; they overtake the others. A step that gives up part of the
requirement (another skill, another language, the end) is taken at its own time, after everybody who fits has answered, or on an
operator's order. People who fit but are engaged elsewhere, asked for another requirement here, rest or sleep count as not having
answered.

A step that cannot reach anybody new (no wider ring, no substitute, no language to relax, no higher level, no translator) is
skipped in the same decision. After a step that calls a human, later steps follow their clocks alone, to give the human time.
While the incident has no place, the ladders of its field work do not climb.
"""

from dataclasses import dataclass, replace

from dispatch.model.commands import Command, EscalateIncident, PassDeadline
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.reasons import StepReason
from dispatch.model.requirement_ids import with_ids
from dispatch.model.requirements import Requirement
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.staffing_events import LadderStepped, TranslatorLacked
from dispatch.model.vocabulary import WIDENING_STEPS, DeadlineKind, StepAction
from dispatch.plans.book import PlanBook
from dispatch.plans.ladders import Step
from dispatch.staffing.forecast import chance_to_fill
from dispatch.staffing.interpreters import NO_TRANSLATOR, lacks_language, late_bridge, translator_added, wants_bridge
from dispatch.staffing.ladder_clock import TO_ALL, climb_of, is_asked_elsewhere, is_asking, is_human_called
from dispatch.staffing.ladder_steps import EscalationContext, climbed, effects, past, pointless, raised

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
        return _ordered(incident, command, EscalationContext(plans, around, now_ms))
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.LADDER:
        return _passed(incident, command, EscalationContext(plans, around, now_ms))
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.RETRY:
        return _late_bridges(incident, EscalationContext(plans, around, now_ms))
    return None


def _ordered(incident: Incident, command: EscalateIncident, context: EscalationContext) -> Ruling:
    """The next alarm level, and the next step of every requirement with open places, whatever the step gives up.

    An order that names a lower level than the present one is unchanged: another order or a ladder has raised the level since.
    """
    # A double click under two keys raises the level once (DESIGN 103). Orders without a level all count.
    if command.level is not None and command.level < incident.alarm_level:
        return unchanged("escalate", "already_escalated")
    if command.level is not None and command.level > incident.alarm_level:
        return refused("escalate", "level_not_reached")
    level = incident.alarm_level + 1
    facts = raised(incident, level, context.plans, reason="operator", by=command.by)
    for entry in incident.requirements:
        # Without a place the steps would be used up while nobody is searched.
        if entry.climb is not None and incident.open_places(entry) and not incident.lacks_place(entry):
            # With the level of this order, so that no ladder step raises it a second time.
            facts += _steps(incident, entry, context, _Cause(reason=StepReason.OPERATOR), level=level)
    return applied("escalate", *with_ids(incident, facts))


def _late_bridges(incident: Incident, context: EscalationContext) -> Ruling | None:
    """Adds the bridges that waited for a translator, where one is available now."""
    facts: list[Event] = []
    for entry in incident.requirements:
        if entry.translator_since_ms is not None and _may_be_bridged_now(incident, entry, context):
            facts += late_bridge(incident, entry, context.plans)
    return applied("retry", *with_ids(incident, facts)) if facts else None


def _may_be_bridged_now(incident: Incident, entry: Requirement, context: EscalationContext) -> bool:
    """Whether a bridge can be added now; while an offer is pending, only after the time of the ladder step has come."""
    if not wants_bridge(incident, entry) or not context.is_translator_there(incident, entry):
        return False
    if lacks_language(incident, entry):
        return True
    # A bridge weakens the requirement, which waits until people can be searched.
    if incident.lacks_place(entry):
        return False
    if not is_asking(incident, entry) and not is_asked_elsewhere(incident, entry):
        return True
    climb = climb_of(entry)
    at_s = min(
        (step.at_s for step in context.ladder(climb).steps if step.action is StepAction.BRIDGE_LANGUAGE), default=0
    )
    return climb.since_ms is not None and context.now_ms >= climb.since_ms + at_s * 1000


def _passed(incident: Incident, command: PassDeadline, context: EscalationContext) -> Ruling:
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


def _bridge_or_lack(incident: Incident, entry: Requirement, context: EscalationContext) -> Event:
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


def _cause(incident: Incident, entry: Requirement, context: EscalationContext) -> _Cause | None:
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
        StepReason.NOBODY_NEW: not is_asking(incident, entry) and not is_asked_elsewhere(incident, entry),
        StepReason.NOBODY_FREE: not is_asking(incident, entry),
        StepReason.FORECAST: chance < ladder.least_chance,
        StepReason.OPERATOR: True,
    }
    return _Cause(reason=due, chance=chance, ripe_s=ripe_s) if due and is_due.get(due, False) else None


def _steps(
    incident: Incident, entry: Requirement, context: EscalationContext, cause: _Cause, *, level: int
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
        stepped = _stepped(incident, replace(entry, climb=past(climb, number)), context, cause, step, level)
        # Skipped steps are events too: the ladder has moved past them.
        facts.append(stepped)
        climb = stepped.climb
        if stepped.skipped is None:
            return facts + effects(incident, entry, step, context.plans)
        if stepped.skipped == NO_TRANSLATOR and entry.translator_since_ms is None:
            facts.append(TranslatorLacked(requirement_id=entry.id, since_ms=context.now_ms))
    return facts


def _stepped(
    incident: Incident, entry: Requirement, context: EscalationContext, cause: _Cause, step: Step, level: int
) -> LadderStepped:
    """One step as taken or skipped; `entry` is already past it."""
    skipped = pointless(incident, entry, step, level, context)
    return LadderStepped(
        requirement_id=entry.id,
        action=step.action,
        reason=cause.reason,
        climb=climb_of(entry) if skipped else climbed(entry, step, context.plans),
        skipped=skipped,
        forecast=None if cause.chance is None else round(cause.chance, 3),
    )
