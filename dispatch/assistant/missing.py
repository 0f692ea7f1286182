"""Which facts a careful dispatcher would still ask for: `missing(types, known)`, in the order of the questions.

Where it is comes first, then what decides over life in an incident of this kind, then how many and how to call back. What the
text answers already, in whatever words, is not asked again: a caller in danger has no time for it.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

from dispatch.assistant.negations import Denied, negations
from dispatch.assistant.people import people
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.threats import life_threat
from dispatch.assistant.times import times


class Fact(StrEnum):
    """What a dispatcher needs to know. The phrasebook has a question for each, in three languages."""

    PLACE = "place"
    EXACT_PLACE = "exact_place"
    BREATHING = "breathing"
    CONSCIOUS = "conscious"
    BLEEDING = "bleeding"
    AGE = "age"
    TRAPPED = "trapped"
    FUEL_OR_GAS = "fuel_or_gas"
    SUBSTANCE = "substance"
    SPREADING = "spreading"
    WATER_LEVEL = "water_level"
    WAY_OUT = "way_out"
    LAST_SEEN = "last_seen"
    DESCRIPTION = "description"
    HEALTH = "health"
    SHELTER = "shelter"
    PEOPLE = "people"
    TIME = "time"
    PHONE = "phone"


_EVERYWHERE = (Fact.PLACE, Fact.EXACT_PLACE)
_OF_TYPE: dict[str, tuple[Fact, ...]] = {
    "medical.cardiac_arrest": (*_EVERYWHERE, Fact.BREATHING, Fact.CONSCIOUS, Fact.AGE, Fact.PHONE),
    "medical.other": (
        *_EVERYWHERE, Fact.BREATHING, Fact.CONSCIOUS, Fact.BLEEDING, Fact.AGE, Fact.PEOPLE, Fact.TIME, Fact.PHONE,
    ),
    "fire.building": (*_EVERYWHERE, Fact.TRAPPED, Fact.PEOPLE, Fact.FUEL_OR_GAS, Fact.SPREADING, Fact.PHONE),
    "fire.wildland": (*_EVERYWHERE, Fact.SPREADING, Fact.PEOPLE, Fact.WAY_OUT, Fact.PHONE),
    "flood": (*_EVERYWHERE, Fact.PEOPLE, Fact.WATER_LEVEL, Fact.WAY_OUT, Fact.HEALTH, Fact.PHONE),
    "earthquake": (*_EVERYWHERE, Fact.TRAPPED, Fact.PEOPLE, Fact.FUEL_OR_GAS, Fact.PHONE),
    "storm": (*_EVERYWHERE, Fact.PEOPLE, Fact.TRAPPED, Fact.SHELTER, Fact.PHONE),
    "hazmat": (*_EVERYWHERE, Fact.SUBSTANCE, Fact.PEOPLE, Fact.BREATHING, Fact.SPREADING, Fact.PHONE),
    "road.accident": (
        *_EVERYWHERE, Fact.PEOPLE, Fact.TRAPPED, Fact.BREATHING, Fact.BLEEDING, Fact.FUEL_OR_GAS, Fact.PHONE,
    ),
    "search.missing_person": (
        *_EVERYWHERE, Fact.LAST_SEEN, Fact.AGE, Fact.DESCRIPTION, Fact.HEALTH, Fact.PEOPLE, Fact.PHONE,
    ),
    "welfare.check": (*_EVERYWHERE, Fact.LAST_SEEN, Fact.AGE, Fact.HEALTH, Fact.PHONE),
    "distress": (*_EVERYWHERE, Fact.TRAPPED, Fact.PEOPLE, Fact.PHONE),
    "information": (),
}  # fmt: skip
_OF_ANY = (*_EVERYWHERE, Fact.PEOPLE, Fact.PHONE)
"""Of a type that is not in the table: deployers may add types to their plans."""

_ANSWERED_BY_WORDS = {
    fact: Phrases("missing", fact.value)
    for fact in (
        Fact.EXACT_PLACE, Fact.CONSCIOUS, Fact.BLEEDING, Fact.AGE, Fact.TRAPPED, Fact.FUEL_OR_GAS, Fact.SUBSTANCE,
        Fact.SPREADING, Fact.WATER_LEVEL, Fact.WAY_OUT, Fact.LAST_SEEN, Fact.DESCRIPTION, Fact.HEALTH, Fact.SHELTER,
    )
}  # fmt: skip
_OF_THREAT = {
    "breathing": (Fact.BREATHING,),
    "heart": (Fact.BREATHING,),
    "unconscious": (Fact.CONSCIOUS,),
    "bleeding": (Fact.BLEEDING,),
    "trapped": (Fact.TRAPPED,),
    "gas": (Fact.FUEL_OR_GAS, Fact.SUBSTANCE),
}
_OF_DENIAL = {
    Denied.CASUALTIES: (Fact.PEOPLE, Fact.BREATHING, Fact.CONSCIOUS, Fact.BLEEDING, Fact.TRAPPED),
    Denied.PEOPLE: (Fact.PEOPLE, Fact.TRAPPED),
    Denied.GAS: (Fact.FUEL_OR_GAS,),
    Denied.SPREAD: (Fact.SPREADING,),
}


def known_facts(line: Line, *, has_place: bool, has_exact_place: bool = False) -> frozenset[Fact]:
    """What the text answers. The place is found elsewhere: `has_place` a named one, `has_exact_place` a street or coordinates."""
    known = {fact for fact, phrases in _ANSWERED_BY_WORDS.items() if line.hits(phrases)}
    known |= {fact for threat in life_threat(line).threats for fact in _OF_THREAT.get(threat.kind, ())}
    known |= {fact for negation in negations(line) for fact in _OF_DENIAL.get(negation.what, ())}
    counted = people(line)
    said = {
        Fact.PLACE: has_place or has_exact_place,
        Fact.EXACT_PLACE: has_exact_place,
        Fact.PEOPLE: counted.count is not None or bool(counted.lone),
        Fact.PHONE: bool(phones(line.text)),
        Fact.TIME: times(line).when is not None,
    }
    return frozenset(known | {fact for fact, is_said in said.items() if is_said})


def missing(types: Iterable[str], known: Collection[Fact]) -> tuple[Fact, ...]:
    """What is still to be asked, most important first: the questions of the likeliest type, then those that only the others add.
    Nothing for a text without a type."""
    asked = [fact for name in types for fact in _OF_TYPE.get(name, _OF_ANY)]
    # Who is called back comes last, whichever type asks for it.
    ordered = sorted(dict.fromkeys(asked), key=lambda fact: (fact is Fact.PHONE, asked.index(fact)))
    return tuple(fact for fact in ordered if fact not in known)
