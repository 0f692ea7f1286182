"""What tells one event from another of its type in one town: streets and houses, floors, ages, vehicles, what burns, who it is.

A specific fact in both reports is strong evidence for one event, a street or a house that differs is evidence against, and what
one of them does not say is none. `specific_facts.py` reads the facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Aspect(StrEnum):
    """In what two reports may agree or differ. Values are on the wire, behind `same_` and `other_`."""

    ADDRESS = "address"
    NAME = "name"
    FLOOR = "floor"
    AGE = "age"
    DISTANCE = "distance"
    FIGURE = "figure"
    LANDMARK = "landmark"
    THING = "thing"
    VEHICLE = "vehicle"
    SUBSTANCE = "substance"
    ILLNESS = "illness"
    COLOUR = "colour"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """`kinds` of facts that an aspect has; log-odds where one agrees, and where it is said by both and differs."""

    aspect: Aspect
    kinds: tuple[str, ...]
    agree: float
    differ: float


_RULES = (
    _Rule(
        aspect=Aspect.ADDRESS,
        kinds=("street", "house", "quarter", "flat", "entrance", "institution", "road"),
        agree=2.5,
        differ=-1.0,
    ),
    _Rule(aspect=Aspect.NAME, kinds=("called",), agree=1.5, differ=0.0),
    _Rule(aspect=Aspect.FLOOR, kinds=("floor", "storeys"), agree=1.2, differ=-0.8),
    _Rule(aspect=Aspect.AGE, kinds=("age",), agree=1.2, differ=-0.8),
    _Rule(aspect=Aspect.DISTANCE, kinds=("distance", "kilometre"), agree=1.2, differ=-0.8),
    _Rule(aspect=Aspect.FIGURE, kinds=("number",), agree=0.7, differ=0.0),
    _Rule(aspect=Aspect.LANDMARK, kinds=("landmark",), agree=0.4, differ=-0.5),
    _Rule(aspect=Aspect.THING, kinds=("thing",), agree=0.4, differ=-0.4),
    _Rule(aspect=Aspect.VEHICLE, kinds=("vehicle", "route"), agree=0.4, differ=-0.4),
    _Rule(aspect=Aspect.SUBSTANCE, kinds=("substance",), agree=0.5, differ=-1.0),
    _Rule(aspect=Aspect.ILLNESS, kinds=("ill",), agree=0.4, differ=-0.3),
    _Rule(aspect=Aspect.COLOUR, kinds=("colour",), agree=0.6, differ=-0.3),
    _Rule(aspect=Aspect.PERSON, kinds=("who",), agree=0.5, differ=0.0),
    # A woman in both says little, a grandmother and a boy much.
    _Rule(aspect=Aspect.PERSON, kinds=("sex", "generation"), agree=0.0, differ=-1.0),
)
"""Estimates, set once, after one regression over all of them had been seen: too few pairs to learn them one by one. How much
all of them weigh together is learnt (`likely_duplicates.py`)."""
_MOST_FACTS = 2
"""Facts of one aspect that count: a house and its flat are told together."""
LEAST_EVIDENCE, MOST_EVIDENCE = -2.5, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Specifics:
    """Codes by the kind of fact: no words of the text, but keys of names and numbers. For memory alone, never for the log."""

    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def joined(self, other: "Specifics") -> "Specifics":
        """What two reports of one incident say."""
        kinds = sorted({*self.facts, *other.facts})
        none: frozenset[str] = frozenset()
        return Specifics(facts={kind: self.facts.get(kind, none) | other.facts.get(kind, none) for kind in kinds})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`evidence`: log-odds for one event, positive or negative. `agree`, `differ`: in what, what counts most first."""

    evidence: float = 0.0
    agree: tuple[Aspect, ...] = ()
    differ: tuple[Aspect, ...] = ()


NOTHING = Comparison()


def compared(one: Specifics | None, other: Specifics | None) -> Comparison:
    """What two reports, or a report and an incident, say alike and otherwise; what only one of them says counts for nothing."""
    if one is None or other is None:
        return NOTHING
    evidence = 0.0
    weighed: list[tuple[float, Aspect]] = []
    for rule in _RULES:
        alike, apart = _counted(rule, one.facts, other.facts)
        its = rule.agree * min(_MOST_FACTS, alike) + rule.differ * min(_MOST_FACTS, apart)
        evidence += its
        if its:
            weighed.append((its, rule.aspect))
    weighed.sort(key=lambda pair: (-abs(pair[0]), pair[1]))
    return Comparison(
        evidence=max(LEAST_EVIDENCE, min(MOST_EVIDENCE, evidence)),
        agree=tuple(aspect for its, aspect in weighed if its > 0),
        differ=tuple(aspect for its, aspect in weighed if its < 0),
    )


def _counted(rule: _Rule, one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> tuple[int, int]:
    """How many kinds of facts agree, and how many differ."""
    alike = apart = 0
    for kind in rule.kinds:
        here, there = one.get(kind), other.get(kind)
        if here and there:
            is_alike = not here.isdisjoint(there)
            alike += is_alike
            apart += not is_alike
    return alike, apart
