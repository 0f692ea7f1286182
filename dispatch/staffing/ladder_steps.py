"""The steps of an escalation ladder: whether a step would reach anybody new, what it opens, and the events it causes."""

from dataclasses import dataclass, replace

from dispatch.matching.limits import is_widest, required_languages
from dispatch.model.commands import DISPATCHER
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionRaised, IncidentEscalated
from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason
from dispatch.model.requirements import Climb, Requirement
from dispatch.model.staffing_events import PartnerAsked, RequirementsAdded
from dispatch.model.vocabulary import StepAction
from dispatch.plans.book import PlanBook
from dispatch.plans.ladders import Ladder, Step
from dispatch.plans.substitutes import stand_ins
from dispatch.staffing.interpreters import NO_TRANSLATOR, is_translator_there, may_be_bridged, translator_added
from dispatch.staffing.ladder_clock import climb_of


@dataclass(frozen=True, slots=True)
class EscalationContext:
    """What steps are judged by: the plans, the looked-up context, and the time."""

    plans: PlanBook
    around: DecisionContext
    now_ms: int

    def ladder(self, climb: Climb) -> Ladder:
        return self.plans.ladder(climb.ladder)

    def is_translator_there(self, incident: Incident, entry: Requirement) -> bool:
        seen = self.around.free.get(entry.id, ())
        return is_translator_there(incident, entry, seen, self.plans, self.now_ms)


def past(climb: Climb, number: int) -> Climb:
    """The progress with step `number` taken; numbers in `ahead` that become consecutive are folded into `taken`."""
    ahead = {*climb.ahead, number}
    taken = climb.taken
    while taken in ahead:
        ahead.remove(taken)
        taken += 1
    return replace(climb, taken=taken, ahead=tuple(sorted(ahead)))


def pointless(incident: Incident, entry: Requirement, step: Step, level: int, context: EscalationContext) -> str | None:
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


def climbed(entry: Requirement, step: Step, plans: PlanBook) -> Climb:
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


def effects(incident: Incident, entry: Requirement, step: Step, plans: PlanBook) -> list[Event]:
    """Events of a step beyond the progress of the requirement itself."""
    if step.action is StepAction.BRIDGE_LANGUAGE:
        return [translator_added(incident, entry, plans)]
    if step.action is StepAction.ALARM_LEVEL:
        return raised(incident, step.level, plans, reason="ladder", by=DISPATCHER)
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


def raised(incident: Incident, level: int, plans: PlanBook, *, reason: str, by: str) -> list[Event]:
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
