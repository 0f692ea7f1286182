"""The bridge over languages: the nearest skilled person, and a digital translator bound to the same incident.

A bridge is made by the decision that asks a translator, or not at all: no incident is short of somebody who was never there. What
was looked for in vain is wanted from then on (`TranslatorLacked`), and is tried again when a translator becomes available.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dispatch.matching.budget import held_back, may_go_beyond, yields_to_need
from dispatch.matching.eligibility import exclusion
from dispatch.matching.limits import required_languages, wanted_languages
from dispatch.model.events import Event, LadderStepped, RequirementsAdded, TranslatorLacked
from dispatch.model.incidents import Incident, Requirement, RequirementSpec
from dispatch.model.people import Candidate, Need
from dispatch.model.vocabulary import Capability, LanguageRule, Skill, StepAction, StepReason, Task
from dispatch.plans.book import PlanBook
from dispatch.plans.budget_table import Budget

ROLE = "bridge"
NO_TRANSLATOR = "no_translator"
REASON = "bridge_language"


def lacks_language(incident: Incident, entry: Requirement) -> bool:
    """Whether a shared language is preferred, nobody who is asked or assigned has one, and no translator was bound yet."""
    if entry.language is not LanguageRule.PREFER or not may_be_bridged(entry) or is_bridged(incident, entry):
        return False
    people = [offer for offer in incident.offers_for(entry.id) if offer.is_live or offer.is_filling]
    return bool(people) and all(offer.shares_language is False for offer in people)


def may_be_bridged(entry: Requirement) -> bool:
    """Translating is the bridge itself: a translator who lacks the language is of no use, and needs no translator."""
    return entry.skill != Skill.TRANSLATOR


def is_bridged(incident: Incident, entry: Requirement) -> bool:
    return any(other.bridges == entry.id for other in incident.requirements)


def translator_for(incident: Incident, entry: Requirement, plans: PlanBook) -> Requirement:
    """One who speaks what the people of this requirement lack; the id is given by who adds it."""
    spec = RequirementSpec(
        capability=Capability.DIGITAL,
        skill=Skill.TRANSLATOR,
        task=Task.TRANSLATE,
        languages=wanted_languages(entry, incident),
        language=LanguageRule.REQUIRE,
        role=ROLE,
    )
    (translator,) = plans.requirements([spec])
    return replace(translator, bridges=entry.id)


def wants_bridge(incident: Incident, entry: Requirement) -> bool:
    """Whether a translator would help: a language is required for an open place, or nobody asked shares the preferred one."""
    if not incident.is_open or not may_be_bridged(entry) or is_bridged(incident, entry):
        return False
    return lacks_language(incident, entry) or bool(incident.open_places(entry) and required_languages(entry, incident))


def translator_need(incident: Incident, entry: Requirement, command_id: str) -> Need:
    """What a translator for this requirement is looked for by, before one is asked; it carries the requirement's own id."""
    wanted = Requirement(
        id=entry.id,
        capability=Capability.DIGITAL,
        skill=Skill.TRANSLATOR,
        count=1,
        languages=wanted_languages(entry, incident),
        max_distance_m=entry.max_distance_m,
        window_s=entry.window_s,
    )
    return Need(
        incident_id=incident.id,
        command_id=command_id,
        requirement=wanted,
        area=incident.area,
        priority=incident.priority,
        want=1,
        asked_before=frozenset(offer.volunteer_id for offer in incident.offers if offer.is_live),
    )


def is_translator_there(
    incident: Incident, entry: Requirement, seen: Iterable[Candidate], budget: Budget, now_ms: int
) -> bool:
    """Whether one of these may be asked: who sleeps may not, and would make no bridge however often it is tried."""
    need = translator_need(incident, entry, "")
    return any(exclusion(one, need) is None and _may_be_asked(one, need, budget, now_ms) for one in seen)


def _may_be_asked(candidate: Candidate, need: Need, budget: Budget, now_ms: int) -> bool:
    held = held_back(candidate, need, budget, now_ms)
    return held is None or may_go_beyond(candidate, need, held) or yields_to_need(held)


def translator_added(incident: Incident, entry: Requirement, plans: PlanBook) -> RequirementsAdded:
    return RequirementsAdded(requirements=(translator_for(incident, entry, plans),), reason=REASON)


def late_bridge(incident: Incident, entry: Requirement, plans: PlanBook) -> list[Event]:
    """The bridge of a requirement whose step found no translator when it was taken."""
    added = translator_added(incident, entry, plans)
    if entry.climb is None or not required_languages(entry, incident):
        return [added]
    stepped = LadderStepped(
        requirement_id=entry.id,
        action=StepAction.BRIDGE_LANGUAGE,
        reason=StepReason.TRANSLATOR,
        climb=replace(entry.climb, bridged=True),
    )
    return [stepped, added]


def translators_in(facts: Sequence[Event]) -> list[Requirement]:
    """The translators by whom these facts make bridges."""
    return [
        entry
        for fact in facts
        if isinstance(fact, RequirementsAdded) and fact.reason == REASON
        for entry in fact.requirements
    ]


def without_bridge(facts: Sequence[Event], translator: Requirement) -> Iterator[Event]:
    """The same facts when no such translator is to be had: the step is passed over, the language still required."""
    for fact in facts:
        if isinstance(fact, RequirementsAdded) and translator in fact.requirements:
            continue
        if not is_step_to(fact, translator):
            yield fact
        elif isinstance(fact, LadderStepped) and fact.reason is not StepReason.TRANSLATOR:
            yield replace(fact, skipped=NO_TRANSLATOR, climb=replace(fact.climb, bridged=False))


def is_step_to(fact: Event, translator: Requirement) -> bool:
    """Whether this is the step of a ladder that calls this translator."""
    return (
        isinstance(fact, LadderStepped)
        and fact.action is StepAction.BRIDGE_LANGUAGE
        and fact.skipped is None
        and fact.requirement_id == translator.bridges
    )


def lacked(state: Incident, in_vain: Iterable[str | None], now_ms: int) -> list[Event]:
    """For which requirements a translator is wanted from now on, or no longer; `in_vain`: those for which one was just looked
    for. `state` is the incident after it."""
    sought = set(in_vain)
    facts: list[Event] = []
    for entry in state.requirements:
        since_ms = entry.translator_since_ms
        if since_ms is None and entry.id in sought:
            since_ms = now_ms
        if since_ms is not None and not wants_bridge(state, entry):
            since_ms = None
        if since_ms != entry.translator_since_ms:
            facts.append(TranslatorLacked(requirement_id=entry.id, since_ms=since_ms))
    return facts
