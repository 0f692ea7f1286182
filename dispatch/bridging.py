"""The bridge over languages: the nearest skilled person, and a digital translator bound to the same incident."""

from dataclasses import replace

from dispatch.limits import wanted_languages
from dispatch.model import Incident, Requirement, RequirementSpec
from dispatch.plans import PlanBook
from dispatch.vocabulary import Capability, LanguageRule, Skill, Task

ROLE = "bridge"


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
