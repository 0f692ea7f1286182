"""Texts that name a street. The gazetteer has settlements and districts: a street in it would be a far town of that name.

"улица Абая 10" led to towns called Абай. What such a text says of a settlement is kept ("Талгар, улица Абая 10"), the rest is
no place that Komek knows.
"""

import re
from itertools import takewhile

from dispatch.gazetteer.folding import words_of
from dispatch.gazetteer.queries import NOISE

_BEFORE_NAME = frozenset(
    folded
    for word in (
        *("улица", "улице", "улицы", "улицу", "ул", "проспект", "проспекте", "просп", "переулок", "переулке", "пер"),
        *("бульвар", "бульваре", "шоссе", "набережная", "набережной", "проезд", "проезде", "тупик", "тупике"),
    )
    for folded in words_of(word)
)
"""Words that stand before the name of a street or after it."""
_AFTER_NAME = frozenset(
    folded
    for word in (
        *("көшесі", "көшесінде", "көшесінен", "көшесіне", "көше", "даңғылы", "даңғылында", "даңғыл", "бульвары"),
        *("street", "avenue", "ave", "road", "lane"),
    )
    for folded in words_of(word)
)
"""Words that stand after the name of a street."""
_OF_HOUSE = frozenset(
    folded
    for word in (
        "дом",
        "д",
        "корпус",
        "корп",
        "к",
        "квартира",
        "кв",
        "подъезд",
        "этаж",
        "үй",
        "пәтер",
        "қабат",
        "apt",
        "house",
    )
    for folded in words_of(word)
)
_NUMBER = re.compile(r"\d+")


def street_in(text: str) -> str | None:
    """The settlement that a text with a street names, "" if it names none; None: the text names no street."""
    parts = [words_of(part) for part in re.split("[,;]", text)]
    kinds = _BEFORE_NAME | _AFTER_NAME
    # A word alone is being typed, or is the name of a village: there is one called Проспект.
    at = next((number for number, words in enumerate(parts) if kinds & {*words}), None)
    if at is None or len([word for words in parts for word in words]) < 2:
        return None
    others = [words for number, words in enumerate(parts) if number != at]
    named = (_name_in(words) for words in (*others, *_beside(parts[at])))
    return next((" ".join(words) for words in named if words), "")


def _beside(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before a street and after its house, in a text without commas."""
    first = next(number for number, word in enumerate(words) if word in _BEFORE_NAME | _AFTER_NAME)
    after = words[first + 1 :]
    name = [*takewhile(lambda word: not _NUMBER.match(word) and word not in _OF_HOUSE, after)]
    behind = [word for word in after[len(name) :] if not _NUMBER.match(word) and word not in _OF_HOUSE]
    # "Абая улица", "Абай көшесі": what stands before may be the name of the street itself, and no settlement.
    is_named_behind = bool(name) and words[first] in _BEFORE_NAME
    return (words[:first] if is_named_behind else [], behind)


def _name_in(words: list[str]) -> list[str]:
    return [word for word in words if not _NUMBER.match(word) and word not in _OF_HOUSE | NOISE]
