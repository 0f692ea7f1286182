"""Language bridges: the nearest skilled person without a shared language, and a remote translator for the same incident.

A bridge is added only by a decision that can also ask a translator, so no incident has a shortfall of translators who do not
exist. A requirement whose bridge found no translator is marked (`TranslatorLacked`) and tried again when one becomes available.
A translator who is still missing is no shortfall while people who share the language cover the places, and is wanted no more once
these people have them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dispatch.matching.budget import held_back, may_go_beyond, yields_to_need
from dispatch.matching.disclosure import needs_vouched
from dispatch.matching.eligibility import exclusion
from dispatch.matching.limits import required_languages, wanted_languages
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.people import Candidate, Need
from dispatch.model.reasons import StepReason
from dispatch.model.requirements import Climb, Requirement, RequirementSpec
from dispatch.model.staffing_events import BridgeEnded, LadderStepped, RequirementsAdded, TranslatorLacked
from dispatch.model.vocabulary import Capability, LanguageRule, Skill, StepAction, Task
from dispatch.plans.book import PlanBook
from dispatch.plans.budget_table import Budget

ROLE = "bridge"
NO_TRANSLATOR = "no_translator"
REASON = "bridge_language"


def lacks_language(incident: Incident, entry: Requirement) -> bool:
    """Whether a shared language is preferred, nobody asked or assigned has one, and no translator was added yet."""
    if entry.language is not LanguageRule.PREFER or not may_be_bridged(entry) or is_bridged(incident, entry):
        return False
    people = [offer for offer in incident.offers_for(entry.id) if offer.is_live or offer.is_filling]
    return bool(people) and all(offer.shares_language is False for offer in people)


def may_be_bridged(entry: Requirement) -> bool:
    """Not for translators: one without the language is useless, and another translator would not help."""
    return entry.skill != Skill.TRANSLATOR


def is_bridged(incident: Incident, entry: Requirement) -> bool:
    """Whether the incident has a translator requirement for this one."""
    return any(other.bridges == entry.id for other in incident.requirements)


def translator_for(incident: Incident, entry: Requirement, plans: PlanBook) -> Requirement:
    """The requirement for a translator of the wanted languages; its id is set when it is added (`requirement_ids.with_ids`)."""
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
    """The need by which a translator is looked up before the bridge is added; it carries the id of the bridged requirement."""
    wanted = Requirement(
        id=entry.id,
        capability=Capability.DIGITAL,
        skill=Skill.TRANSLATOR,
        count=1,
        languages=wanted_languages(entry, incident),
        max_distance_m=entry.max_distance_m,
        window_s=entry.window_s,
        verified=entry.verified,
    )
    return Need(
        incident_id=incident.id,
        command_id=command_id,
        requirement=wanted,
        area=incident.area,
        priority=incident.priority,
        want=1,
        # People engaged here cannot translate as well.
        asked_before=frozenset(offer.volunteer_id for offer in incident.offers if offer.is_live),
    )


def is_translator_there(
    incident: Incident, entry: Requirement, seen: Iterable[Candidate], plans: PlanBook, now_ms: int
) -> bool:
    """Whether one of `seen` may be asked now. People who sleep do not count: retrying would not find them awake."""
    # The look-up knows no plans, so it has not asked for people who may see the text.
    vouched = needs_vouched(incident, Capability.DIGITAL, plans)
    need = replace(translator_need(incident, entry, ""), vouched=vouched)
    return any(exclusion(one, need) is None and _may_be_asked(one, need, plans.budget, now_ms) for one in seen)


def _may_be_asked(candidate: Candidate, need: Need, budget: Budget, now_ms: int) -> bool:
    held = held_back(candidate, need, budget, now_ms)
    return held is None or may_go_beyond(candidate, need, held) or yields_to_need(held)


def translator_added(incident: Incident, entry: Requirement, plans: PlanBook) -> RequirementsAdded:
    """The event that adds a translator for `entry`."""
    return RequirementsAdded(requirements=(translator_for(incident, entry, plans),), reason=REASON)


def late_bridge(incident: Incident, entry: Requirement, plans: PlanBook) -> list[Event]:
    """The bridge of a requirement whose ladder step found no translator at its time."""
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


def is_needed(incident: Incident, entry: Requirement) -> bool:
    """Whether the requirement is needed: always, but for a translator of people who all share the language and cover all
    places. `entry`: any requirement."""
    helped = next((one for one in incident.requirements if one.id == entry.bridges), None)
    if helped is None:
        return True
    people = [offer for offer in incident.offers_for(helped.id) if offer.is_live or offer.is_filling]
    return len(people) < helped.count or any(offer.shares_language is not True for offer in people)


def needless(incident: Incident, plans: PlanBook) -> Iterator[BridgeEnded]:
    """Ends of bridges whose translator is still missing while everybody who has a place at the other end shares the language."""
    if not incident.is_open:
        return
    for entry in incident.requirements:
        # First, because almost no incident has a translator.
        if entry.bridges is None:
            continue
        helped = next((one for one in incident.requirements if one.id == entry.bridges), None)
        if helped is None or not incident.open_places(entry) or incident.open_places(helped):
            continue
        if not is_needed(incident, entry):
            yield BridgeEnded(requirement_id=entry.id, bridged=helped.id, climb=_before_bridge(helped.climb, plans))


def _before_bridge(climb: Climb | None, plans: PlanBook) -> Climb | None:
    """The progress as if the step to the bridge were still to be taken; later steps stay taken."""
    if climb is None or not climb.bridged:
        return climb
    steps = plans.ladder(climb.ladder).steps
    left = {number for number, step in enumerate(steps) if step.action is StepAction.BRIDGE_LANGUAGE}
    done = [number for number in (*range(climb.taken), *climb.ahead) if number not in left]
    taken = next((number for number in range(len(done) + 1) if number not in done), 0)
    return replace(climb, bridged=False, taken=taken, ahead=tuple(number for number in done if number > taken))


def translators_in(facts: Sequence[Event]) -> list[Requirement]:
    """The translator requirements that these facts add."""
    return [
        entry
        for fact in facts
        if isinstance(fact, RequirementsAdded) and fact.reason == REASON
        for entry in fact.requirements
    ]


def without_bridge(facts: Sequence[Event], translator: Requirement) -> Iterator[Event]:
    """The facts without this translator: the ladder step is marked as skipped, and the language stays required."""
    for fact in facts:
        if isinstance(fact, RequirementsAdded) and translator in fact.requirements:
            continue
        if not is_step_to(fact, translator):
            yield fact
        elif isinstance(fact, LadderStepped) and fact.reason is not StepReason.TRANSLATOR:
            # A late bridge is dropped without a trace: its step was recorded as skipped when its time came.
            yield replace(fact, skipped=NO_TRANSLATOR, climb=replace(fact.climb, bridged=False))


def is_step_to(fact: Event, translator: Requirement) -> bool:
    """Whether this is the ladder step that adds this translator."""
    return (
        isinstance(fact, LadderStepped)
        and fact.action is StepAction.BRIDGE_LANGUAGE
        and fact.skipped is None
        and fact.requirement_id == translator.bridges
    )


def lacked(state: Incident, in_vain: Iterable[str | None], now_ms: int) -> list[Event]:
    """Marks of requirements that lack a translator, where a mark begins or ends. `in_vain`: ids of requirements for which this
    decision found none; `state` is the incident after it."""
    sought = set(in_vain)
    facts: list[Event] = []
    for entry in state.requirements:
        since_ms = entry.translator_since_ms
        if since_ms is None and entry.id in sought:
            since_ms = now_ms
        # Ends as soon as a speaker has the place, or the language is no longer required.
        if since_ms is not None and not wants_bridge(state, entry):
            since_ms = None
        if since_ms != entry.translator_since_ms:
            facts.append(TranslatorLacked(requirement_id=entry.id, since_ms=since_ms))
    return facts
