"""The escalation ladder of each requirement: when its next step is due, and what a step does.

Start reading here: `schedule` sets the clock after every decision, a timer (`DeadlineKind.LADDER`) proposes, and `rule` decides
whether a step is taken. A step is due

- by its time, on the clock that began with the report or when a place opened again;
- at once when everybody who fits within the present limits has answered: no waiting for nobody;
- before its time when nobody is left to answer, or the forecast says that the target will be missed.

The last is for steps that widen (`WIDENING_STEPS`) alone; they overtake the others. A step that gives up a part of what was asked
for (another skill, another language, the end) comes by its own time, by the answer of everybody who fits, or by an operator's
order. Who fits and is engaged elsewhere, rests or sleeps has not answered.

A step that cannot reach anybody new (no wider ring, no substitute, no language to relax, no higher level, no translator) is
passed over in the same breath. After a human was called the steps behind go by their clocks alone: the human needs the time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dispatch.matching.limits import is_widest, required_languages
from dispatch.model.commands import DISPATCHER, Command, EscalateIncident, PassDeadline
from dispatch.model.context import DecisionContext
from dispatch.model.decisions import RequirementWhy
from dispatch.model.events import (
    AttentionEnded,
    AttentionRaised,
    Event,
    IncidentEscalated,
    LadderScheduled,
    LadderStepped,
    PartnerAsked,
    RequirementsAdded,
    TranslatorLacked,
)
from dispatch.model.incidents import Climb, Incident, Requirement
from dispatch.model.requirement_ids import with_ids
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import (
    WIDENING_STEPS,
    AttentionReason,
    DeadlineKind,
    Exclusion,
    OfferState,
    StepAction,
    StepReason,
)
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

_ATTENTION = (AttentionReason.UNFILLED, AttentionReason.ASK_PARTNER, AttentionReason.LADDER_ENDED)
_HUMAN = frozenset({StepAction.OPERATOR, StepAction.PARTNER})
_TO_ALL = frozenset({StepReason.NOBODY_NEW, StepReason.OPERATOR})
"""Reasons that bring a step of any kind before its time; the others bring those that widen."""
_OVERTAKING = frozenset({StepReason.NOBODY_FREE, StepReason.FORECAST})
_NOT_FREE = frozenset({Exclusion.ENGAGED, Exclusion.RESTING, Exclusion.QUIET_HOURS, Exclusion.BUDGET_SPENT})
"""Why people who fit cannot be asked now, and so have not answered."""


RULES = frozenset({"ladder", "ladder_check", "bridge_language"})
"""Names of the rules that a ladder's own clock brings about."""


def rule(
    incident: Incident | None, command: Command, plans: PlanBook, around: DecisionContext, now_ms: int
) -> Ruling | None:
    """The ruling on a ladder's deadline, an operator's order to escalate, or a look that may find the translator a step has
    looked for in vain; None for everything else."""
    if incident is None:
        return None
    if isinstance(command, EscalateIncident):
        return _ordered(incident, command, _EscalationContext(plans, around, now_ms))
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.LADDER:
        return _passed(incident, command, _EscalationContext(plans, around, now_ms))
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.RETRY:
        return _looked_again(incident, _EscalationContext(plans, around, now_ms))
    return None


@dataclass(frozen=True, slots=True)
class _EscalationContext:
    """What steps are judged by: the plans, what was looked up, and the time."""

    plans: PlanBook
    around: DecisionContext
    now_ms: int

    def ladder(self, climb: Climb) -> Ladder:
        return self.plans.ladder(climb.ladder)

    def is_translator_there(self, incident: Incident, entry: Requirement) -> bool:
        seen = self.around.free.get(entry.id, ())
        return is_translator_there(incident, entry, seen, self.plans.budget, self.now_ms)


def _ordered(incident: Incident, command: EscalateIncident, book: _EscalationContext) -> Ruling:
    """The next alarm level at once, and the next step of every requirement that lacks people, whatever it gives up: who ordered
    it may. An order that was given at a lower level has had its effect: its twin raised it, or a ladder did."""
    if command.level is not None and command.level < incident.alarm_level:
        return unchanged("escalate", "already_escalated")
    if command.level is not None and command.level > incident.alarm_level:
        return refused("escalate", "level_not_reached")
    facts = _raised(incident, incident.alarm_level + 1, book.plans, reason="operator", by=command.by)
    for entry in incident.requirements:
        if entry.climb is not None and incident.open_places(entry):
            facts += _steps(incident, entry, book, _Cause(reason=StepReason.OPERATOR), raised=True)
    return applied("escalate", *with_ids(incident, facts))


def _looked_again(incident: Incident, book: _EscalationContext) -> Ruling | None:
    """Bridges that waited for a translator who is there now."""
    facts: list[Event] = []
    for entry in incident.requirements:
        if entry.translator_since_ms is not None and _may_be_bridged_now(incident, entry, book):
            facts += late_bridge(incident, entry, book.plans)
    return applied("retry", *with_ids(incident, facts)) if facts else None


def _may_be_bridged_now(incident: Incident, entry: Requirement, book: _EscalationContext) -> bool:
    """A step that came early because everybody had answered waits again while somebody is asked."""
    if not wants_bridge(incident, entry) or not book.is_translator_there(incident, entry):
        return False
    if lacks_language(incident, entry) or not _out(incident, entry):
        return True
    climb = _climb(entry)
    at_s = min((step.at_s for step in book.ladder(climb).steps if step.action is StepAction.BRIDGE_LANGUAGE), default=0)
    return climb.since_ms is not None and book.now_ms >= climb.since_ms + at_s * 1000


def _passed(incident: Incident, command: PassDeadline, book: _EscalationContext) -> Ruling:
    entry = next((one for one in incident.requirements if one.id == command.requirement_id), None)
    if entry is None or entry.climb is None or entry.climb.due_ms is None:
        return unchanged("ladder", "nothing_due")
    if book.now_ms < entry.climb.due_ms:
        return unchanged("ladder", "not_yet_due")
    if lacks_language(incident, entry) and entry.translator_since_ms is None:
        return applied("bridge_language", *with_ids(incident, [_bridge_or_lack(incident, entry, book)]))
    cause = _cause(incident, entry, book)
    facts = _steps(incident, entry, book, cause) if cause else []
    if not facts:
        # The clock is set anew by `schedule`: the check was early, or somebody answered meanwhile.
        return applied("ladder_check")
    return applied("ladder", *with_ids(incident, facts))


def _bridge_or_lack(incident: Incident, entry: Requirement, book: _EscalationContext) -> Event:
    if book.is_translator_there(incident, entry):
        return translator_added(incident, entry, book.plans)
    return TranslatorLacked(requirement_id=entry.id, since_ms=book.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    """Why a step is due. `ripe_s`: steps up to this time on the clock have come to their own."""

    reason: StepReason
    chance: float | None = None
    ripe_s: float = -1.0

    def brings(self, step: Step) -> bool:
        return step.action in WIDENING_STEPS or self.reason in _TO_ALL or step.at_s <= self.ripe_s

    def hurries(self, step: Step) -> bool:
        """Whether a human who has been called is not waited for."""
        return self.reason is StepReason.OPERATOR or step.at_s <= self.ripe_s


def _cause(incident: Incident, entry: Requirement, book: _EscalationContext) -> _Cause | None:
    """Why a step is due now, judged on what stands now and not when the timer was set."""
    climb, ladder, now_ms = _climb(entry), book.ladder(_climb(entry)), book.now_ms
    left, since_ms = ladder.left(climb), climb.since_ms
    if not left or since_ms is None or not incident.open_places(entry):
        return None
    chance = chance_to_fill(incident, entry, since_ms + ladder.target_s * 1000, now_ms)
    ripe_s = (now_ms - since_ms) / 1000
    if ladder.steps[left[0]].at_s <= ripe_s:
        return _Cause(reason=StepReason.CLOCK, chance=chance, ripe_s=ripe_s)
    due = climb.due_reason
    is_due = {
        StepReason.NOBODY_NEW: not _out(incident, entry),
        StepReason.NOBODY_FREE: not _out(incident, entry),
        StepReason.FORECAST: chance < ladder.least_chance,
        StepReason.OPERATOR: True,
    }
    return _Cause(reason=due, chance=chance, ripe_s=ripe_s) if due and is_due.get(due, False) else None


def _steps(
    incident: Incident, entry: Requirement, book: _EscalationContext, cause: _Cause, *, raised: bool = False
) -> list[Event]:
    """The next step that can do something, after those that cannot. `raised`: the alarm level goes up anyway."""
    facts: list[Event] = []
    climb, ladder = _climb(entry), book.ladder(_climb(entry))
    for number in ladder.left(climb):
        step = ladder.steps[number]
        if not cause.brings(step):
            if cause.reason in _OVERTAKING:
                continue
            break
        if not cause.hurries(step) and _human_called(ladder, climb, number):
            break
        climb = _past(climb, number)
        level = incident.alarm_level + (1 if raised else 0)
        skipped = _pointless(incident, replace(entry, climb=climb), step, level, book)
        climb = climb if skipped else _climbed(climb, entry, step, book.plans)
        facts.append(
            LadderStepped(
                requirement_id=entry.id,
                action=step.action,
                reason=cause.reason,
                climb=climb,
                skipped=skipped,
                forecast=None if cause.chance is None else round(cause.chance, 3),
            )
        )
        if skipped == NO_TRANSLATOR and entry.translator_since_ms is None:
            facts.append(TranslatorLacked(requirement_id=entry.id, since_ms=book.now_ms))
        if not skipped:
            return facts + _effects(incident, entry, step, book.plans)
    return facts


def _past(climb: Climb, number: int) -> Climb:
    """With this step behind it; steps that were taken ahead close up."""
    ahead = {*climb.ahead, number}
    taken = climb.taken
    while taken in ahead:
        ahead.remove(taken)
        taken += 1
    return replace(climb, taken=taken, ahead=tuple(sorted(ahead)))


def _human_called(ladder: Ladder, climb: Climb, number: int) -> bool:
    """Whether a step before this one has called a human, who needs the time the plan gives until this one."""
    left = set(ladder.left(climb))
    return any(step.action in _HUMAN for at, step in enumerate(ladder.steps[:number]) if at not in left)


def _pointless(incident: Incident, entry: Requirement, step: Step, level: int, book: _EscalationContext) -> str | None:
    """Why a step would reach nobody new; None when it may."""
    if step.action is StepAction.WIDER_RING:
        return "no_wider_ring" if is_widest(entry, incident) else None
    if step.action is StepAction.SUBSTITUTES:
        return None if _new_stand_ins(entry, book.plans) else "no_substitutes"
    if step.action is StepAction.BRIDGE_LANGUAGE:
        if not may_be_bridged(entry):
            return "a_translator_itself"  # else each translator that is not found would call for the next
        if not required_languages(entry, incident):
            return "no_language_required"
        return None if book.is_translator_there(incident, entry) else NO_TRANSLATOR
    if step.action is StepAction.ALARM_LEVEL:
        added = book.plans.plan(incident.type).highest_level
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
    """A higher alarm level, with the requirements of every level it passes."""
    plan = plans.plan(incident.type)
    passed = range(incident.alarm_level + 1, level + 1)
    added = [line for number in passed for line in plan.added(incident.priority, number)]
    facts: list[Event] = [IncidentEscalated(alarm_level=level, reason=reason, by=by)]
    if added:
        facts.append(RequirementsAdded(requirements=tuple(added), reason=f"alarm_level_{level}"))
    return facts


def _new_stand_ins(entry: Requirement, plans: PlanBook) -> list[str]:
    known = {*entry.skills, *_climb(entry).substitutes}
    wider = [other for skill in entry.skills for other in stand_ins(plans.substitutes, skill)]
    return [skill for skill in dict.fromkeys(wider) if skill not in known]


def schedule(
    state: Incident | None, plans: PlanBook, facts: Sequence[Event], whys: Sequence[RequirementWhy], now_ms: int
) -> Iterable[Event]:
    """The clocks as they stand after a decision of these facts, and attention that is no longer needed. `whys` tell what its
    searches saw."""
    if state is None or not state.is_open:
        return
    told = {why.requirement_id: reason for why in whys if (reason := _told(why))} | _carried_on(facts)
    for entry in state.requirements:
        if entry.climb is None:
            continue
        if not state.open_places(entry):
            yield from _over(state, entry)
            continue
        since_ms = entry.climb.since_ms
        if since_ms is None:
            since_ms = state.times.logged_ms if state.version == 1 else now_ms
        due_ms, reason = _due(state, entry, plans, told.get(entry.id), since_ms, now_ms)
        if (since_ms, due_ms, reason) != (entry.climb.since_ms, entry.climb.due_ms, entry.climb.due_reason):
            yield LadderScheduled(requirement_id=entry.id, since_ms=since_ms, due_ms=due_ms, reason=reason)


def _told(why: RequirementWhy) -> StepReason | None:
    """What a search that looked at everybody and left nobody to ask says of those who fit."""
    if not why.complete or why.passed_over or Exclusion.TAKEN_NOW in why.excluded:
        return None
    return StepReason.NOBODY_FREE if _NOT_FREE & why.excluded.keys() else StepReason.NOBODY_NEW


def _carried_on(facts: Sequence[Event]) -> dict[str, StepReason]:
    """Requirements whose step proved pointless only when the decision was filled: its reason goes on to the next step."""
    return {
        fact.requirement_id: fact.reason
        for fact in facts
        if isinstance(fact, LadderStepped) and fact.skipped == NO_TRANSLATOR and fact.reason in _TO_ALL
    }


def _over(state: Incident, entry: Requirement) -> Iterable[Event]:
    for attention in state.attention:
        if attention.requirement_id == entry.id and attention.reason in _ATTENTION:
            yield AttentionEnded(reason=attention.reason, requirement_id=entry.id)


def _due(
    state: Incident, entry: Requirement, plans: PlanBook, told: StepReason | None, since_ms: int, now_ms: int
) -> tuple[int | None, StepReason]:
    """When the next step is due and why then."""
    climb, ladder = _climb(entry), plans.ladder(_climb(entry).ladder)
    if lacks_language(state, entry) and entry.translator_since_ms is None:
        return now_ms, StepReason.BRIDGE
    left = ladder.left(climb)
    if not left:
        return None, StepReason.CLOCK
    clock_ms = since_ms + ladder.steps[left[0]].at_s * 1000
    if clock_ms <= now_ms:
        return now_ms, StepReason.CLOCK
    widening = [number for number in left if ladder.steps[number].action in WIDENING_STEPS]
    may_widen = bool(widening) and not _human_called(ladder, climb, widening[0])
    is_first_free = not _human_called(ladder, climb, left[0])
    if told is StepReason.OPERATOR:
        return now_ms, told
    if told is StepReason.NOBODY_NEW and is_first_free and not _out(state, entry):
        return now_ms, told
    if not may_widen:
        return clock_ms, StepReason.CLOCK
    if told is StepReason.NOBODY_FREE and not _out(state, entry):
        return now_ms, told
    by_ms = since_ms + ladder.target_s * 1000
    if told and chance_to_fill(state, entry, by_ms, now_ms) < ladder.least_chance:
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
    return replace(why, ladder_step=entry.climb.steps_taken, forecast=round(chance, 3))
