"""Everything that software reads out of one text: `read(text, near=…)`.

A part that finds nothing is empty; nothing here is certain. What the text does not say in words that can be pointed at is not in
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dispatch.assistant.concepts import built_in_lexicon
from dispatch.assistant.distances import Road, roads_in
from dispatch.assistant.incident_types import LikelyType, likely_types
from dispatch.assistant.languages import TextLanguage, language_of
from dispatch.assistant.missing import Fact, known_facts, missing
from dispatch.assistant.negations import Negation, negations
from dispatch.assistant.people import People, people
from dispatch.assistant.phones import Phone, phones
from dispatch.assistant.phrases import Line
from dispatch.assistant.place_ranking import PlaceInText, places_in
from dispatch.assistant.texts import Span, Text
from dispatch.assistant.threats import LifeThreat, life_threat
from dispatch.assistant.times import Times, times
from dispatch.model.places import Place

SURE = 0.5
"""Probability from which a place counts as said, so that it is not asked for again."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one text says. `concepts`: the words that speak for types (`concepts.py`)."""

    text: Text
    language: TextLanguage
    concepts: Mapping[str, Sequence[Span]]
    types: tuple[LikelyType, ...]
    places: tuple[PlaceInText, ...]
    roads: tuple[Road, ...]
    types_before: tuple[LikelyType, ...] = ()
    """The types before weights that were learnt; empty: they are `types`."""

    @cached_property
    def line(self) -> Line:
        return Line(self.text)

    @cached_property
    def people(self) -> People:
        return people(self.line)

    @cached_property
    def phones(self) -> tuple[Phone, ...]:
        return phones(self.text)

    @cached_property
    def times(self) -> Times:
        return times(self.line)

    @cached_property
    def negations(self) -> tuple[Negation, ...]:
        return negations(self.line)

    @cached_property
    def threat(self) -> LifeThreat:
        return life_threat(self.line)

    @cached_property
    def known(self) -> frozenset[Fact]:
        """The facts that the text answers."""
        return known_facts(self.line, has_place=any(one.probability >= SURE for one in self.places))

    @property
    def missing(self) -> tuple[Fact, ...]:
        """What a careful dispatcher would still ask for, most important first. Nothing for a text without a type."""
        return missing([one.value for one in self.types[:1]], self.known)


def read(whole: str, *, near: Place | None = None) -> Reading:
    """Reads a text. `near`: where the caller probably is; it weighs places and filters none."""
    text = Text(whole)
    language = language_of(text)
    concepts = built_in_lexicon().find(text, {word: variety.language for word, variety in language.of_words})
    return Reading(
        text=text,
        language=language,
        concepts=concepts,
        types=likely_types(text, concepts),
        places=places_in(text, near=near),
        roads=tuple(roads_in(text)),
    )
