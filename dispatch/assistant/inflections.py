"""The case of a word that may be a place name: what is left without its ending, and what the ending says.

Words are folded (`gazetteer/folding.py`), so one table serves Kazakh in its own letters, on a Russian keyboard and in Latin
letters: -да is -da, and -дың is -дин. No dictionary: a word has several readings, and the gazetteer decides which is a name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

SHORTEST = 3
"""Letters that a name keeps at least when it loses an ending. Two letters and an ending are nearly every short word."""


class Inflection(StrEnum):
    """What an ending says of a place. `oblique`: a Russian ending, whose meaning the preposition tells; `we`: "we are in", `me`:
    "I am in" or "I am from"; `of_people`: somebody from there; `adjective`: a Russian one, as districts have."""

    BARE = "bare"
    LOCATIVE = "locative"
    ATTRIBUTIVE = "attributive"
    ABLATIVE = "ablative"
    DATIVE = "dative"
    GENITIVE = "genitive"
    ACCUSATIVE = "accusative"
    INSTRUMENTAL = "instrumental"
    WE = "we"
    ME = "me"
    OF_PEOPLE = "of_people"
    ADJECTIVE = "adjective"
    OBLIQUE = "oblique"


@dataclass(frozen=True, slots=True)
class Reading:
    """`written`: the ending, as the word has it."""

    stem: str
    inflection: Inflection
    written: str = ""

    @property
    def ending(self) -> int:
        return len(self.written)


_LOCATIVE = ("да", "де", "та", "те", "нда", "нде")
_ABLATIVE = ("дан", "ден", "тан", "тен", "нан", "нен")
_COPULAS = {
    Inflection.WE: ("миз", "биз", "пиз"),
    Inflection.ME: ("мин", "бин", "пин", "м"),
}
_KAZAKH = {
    Inflection.LOCATIVE: _LOCATIVE,
    Inflection.ATTRIBUTIVE: (
        "даги",
        "деги",
        "таги",
        "теги",
        "ндаги",
        "ндеги",
        "дагилар",
        "дегилер",
        "тагилар",
        "тегилер",
    ),
    Inflection.ABLATIVE: (*_ABLATIVE, "ндан", "нден"),
    Inflection.DATIVE: ("га", "ге", "ка", "ке", "на", "не"),
    Inflection.GENITIVE: ("нин", "дин", "тин"),
    Inflection.ACCUSATIVE: ("ни", "ди", "ти"),
    Inflection.INSTRUMENTAL: ("мен", "бен", "пен"),
    Inflection.OF_PEOPLE: ("лик", "дик", "тик", "ликтар", "ликтер", "диктар", "диктер", "тиктар", "тиктер"),
    **{
        inflection: tuple(f"{ending}{copula}" for ending in (*_LOCATIVE[:4], *_ABLATIVE) for copula in copulas)
        for inflection, copulas in _COPULAS.items()
    },
}
_RUSSIAN = (
    *("а", "у", "ом", "ем", "е", "и", "о", "иа", "иу", "иом", "ои", "еи", "оиу", "еиу", "иеи", "ов", "иам"),
    *("ого", "его", "ому", "ему", "им", "аиа", "уиу", "иуиу", "ое", "ее", "ии", "ие", "их", "ими", "ах", "ами"),
)
_INFLECTION_OF: dict[str, Inflection] = {
    ending: inflection for inflection, endings in _KAZAKH.items() for ending in endings
}
# Loan words take a vowel before a Kazakh ending: Степногорскіде, Державинскіге.
_WITH_VOWEL = {
    f"и{ending}": inflection
    for ending, inflection in _INFLECTION_OF.items()
    if inflection not in (Inflection.OF_PEOPLE, Inflection.INSTRUMENTAL)
}
_VOWELS = ("а", "о", "е", "у", "и")
_OBLIQUE = frozenset(_RUSSIAN)
ADJECTIVAL = frozenset(("ого", "его", "ому", "ему", "аиа", "уиу", "иуиу", "ое", "ее", "их", "ими"))
"""Of the Russian endings those that only names like "Рудный" and "Новое" take, which lose two letters for them."""
_OF_ADJECTIVE = frozenset(
    f"ск{ending}" for ending in ("ии", "ого", "ому", "им", "ом", "аиа", "ои", "уиу", "ое", "ие", "их")
)
_LONGEST = max(map(len, (*_WITH_VOWEL, *_OBLIQUE, *_OF_ADJECTIVE)))
_MOST = 40
"""Readings of a name of several words."""


def inflection_of(ending: str) -> Inflection | None:
    """What an ending says, without its word; None for one that is no Kazakh case."""
    return _INFLECTION_OF.get(ending)


def readings_of(word: str, shortest: int = SHORTEST) -> Iterator[Reading]:
    """Whole first, then by the length of the ending."""
    yield Reading(word, Inflection.BARE)
    for length in range(1, min(_LONGEST, len(word) - shortest) + 1):
        ending = word[-length:]
        inflection = _INFLECTION_OF.get(ending)
        if inflection is None and not word[:-length].endswith(_VOWELS):
            inflection = Inflection.ADJECTIVE if ending in _OF_ADJECTIVE else _WITH_VOWEL.get(ending)
        if inflection is not None:
            yield Reading(word[:-length], inflection, ending)
        if ending in _OBLIQUE:
            yield Reading(word[:-length], Inflection.OBLIQUE, ending)


def readings_of_words(words: tuple[str, ...]) -> Iterator[Reading]:
    """Of a name of several words: the last one has the case; words before it may have a Russian ending ("в Красном Яру")."""
    if len(words) == 1:
        yield from readings_of(words[0])
        return
    before = [
        [one for one in readings_of(word) if one.inflection in (Inflection.BARE, Inflection.OBLIQUE)][:6]
        if len(word) > SHORTEST
        else [Reading(word, Inflection.BARE)]
        for word in words[:-1]
    ]  # fmt: skip
    # Short ones are common here: би, су.
    last = list(readings_of(words[-1], 2))
    for made, (end, *heads) in enumerate(product(last, *before)):
        if made >= _MOST:
            return
        # Kazakh names do not change before the last word.
        if end.inflection in (Inflection.BARE, Inflection.OBLIQUE) or not any(head.ending for head in heads):
            yield Reading("".join(head.stem for head in heads) + end.stem, end.inflection, end.written)
