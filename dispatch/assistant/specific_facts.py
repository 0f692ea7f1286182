"""Reads what a report says specifically, for `specifics.py`, in codes that no language changes.

Numbers with what they count, keys of names in folded letters ("Абай көшесі", "улица Абая", "Abay street"), and details of
`concepts.py` that fill one slot (`data/aspects.tsv`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from dispatch.assistant.concepts import DETAIL
from dispatch.assistant.reading import Reading
from dispatch.assistant.specific_words import (
    ENDINGS,
    NO_NAMES,
    NUMBERED,
    NUMBERED_AFTER,
    ORDINALS,
    SAME_STREETS,
    STREETS_AFTER,
    STREETS_BEFORE,
    Counted,
)
from dispatch.assistant.specifics import Specifics
from dispatch.assistant.texts import Span, Text, Word

_CUT = 0.2
"""Probability from which a place's words are a place and no other name."""
_KEY = 6
"""Letters of a name that are compared: endings and misspelt tails are behind them."""
_SHORTEST_NAME = 4
_MOST = 12
"""Facts of one aspect: a text that lists more tells of nothing specific."""
_VOICED = str.maketrans("бдгзжв", "птксшф")
_VOWELS = "аеиоу"
_DIGITS = re.compile(r"\d{1,4}")


def specifics_of(reading: Reading, without: Sequence[Span] = ()) -> Specifics:
    """What a text says specifically. `without`: spans that are left out, as the places that are compared as places are."""
    places = [span for place in reading.places if place.probability >= _CUT for span in place.spans]
    phones = [phone.span for phone in reading.phones]
    words = [word for word in reading.text.words if not _lies_in(word, (*phones, *without))]
    found: dict[str, set[str]] = {}
    for name, value in (
        *_streets(words),
        *_numbers(reading.text, words),
        *_names(reading.text, words, places),
        *_roads(reading),
        *_slots(reading),
    ):
        found.setdefault(name, set()).add(value)
    return Specifics(facts={name: frozenset(sorted(values)[:_MOST]) for name, values in sorted(found.items())})


def key_of(name: str) -> str:
    """What names of one street in three languages have in common. `name`: folded."""
    rest = name
    for ending in ENDINGS:
        if rest.endswith(ending) and len(rest) - len(ending) >= _SHORTEST_NAME - 1:
            rest = rest[: -len(ending)]
            break
    rest = rest.rstrip(_VOWELS) or rest
    key = rest.translate(_VOICED)[:_KEY]
    return SAME_STREETS.get(key, key)


@cache
def slots() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Detail → the kinds of facts that it is, each with its code."""
    written = files("dispatch.assistant").joinpath("data", "aspects.tsv").read_text("utf-8")
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in written.splitlines():
        kind, value, details = line.split("\t")
        for detail in details.split():
            found[detail] = (*found.get(detail, ()), (kind, value or detail))
    return found


def _lies_in(word: Word, spans: Sequence[Span]) -> bool:
    return any(start < word.end and word.start < end for start, end in spans)


def _streets(words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """ "улица Абая 14", "Абай көшесі 14", "Abay street", "на Гагарина 8"."""
    for at, word in enumerate(words):
        before, after = _at(words, at - 1), _at(words, at + 1)
        name, end = None, at
        if word.folded in STREETS_BEFORE and after is not None and not after.is_number:
            name, end = after, at + 1
        elif STREETS_AFTER.fullmatch(word.folded) and before is not None and not before.is_number:
            name = before
        if name is not None and len(name.folded) > 2 and name.low not in NO_NAMES and not _counts(name):
            yield "street", key_of(name.folded)
            yield "called", key_of(name.folded)
            if house := _house(words, end + 1):
                yield "house", house


def _house(words: Sequence[Word], at: int) -> str | None:
    """A number behind the name of a street that counts nothing else."""
    word = _at(words, at)
    if word is None or not word.is_number or len(word.text) > 3 or _counted_behind(words, at) is not None:
        return None
    return str(int(word.text))


def _numbers(text: Text, words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    for at, word in enumerate(words):
        value = int(word.text) if word.is_number and _DIGITS.fullmatch(word.text) else ORDINALS.get(word.folded)
        if value is None:
            continue
        if word.is_number and value > 12:
            yield "number", str(value)
        counted = _counted_before(text, words, at) or _counted_behind(words, at)
        if counted is not None and (word.is_number or counted in (Counted.FLOOR, Counted.QUARTER, Counted.ENTRANCE)):
            yield counted.value, str(value)


def _counted_behind(words: Sequence[Word], at: int) -> Counted | None:
    for word in words[at + 1 : at + 3]:
        if word.is_number:
            return None
        for counted, pattern in NUMBERED:
            if pattern.fullmatch(word.folded):
                return counted
        if len(word.folded) > 3:
            return None
    return None


def _counted_before(text: Text, words: Sequence[Word], at: int) -> Counted | None:
    """ "12-үй, 4-қабат": what has its number before it counts none behind it."""
    before, first = _at(words, at - 1), _at(words, at - 2)
    if before is None or not words[at].is_number or "," in text.between(before, words[at]):
        return None
    if first is not None and first.is_number and _counted_behind(words, at - 2) is not None:
        return None
    return next((counted for counted, pattern in NUMBERED_AFTER if pattern.fullmatch(before.folded)), None)


def _names(text: Text, words: Sequence[Word], places: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Words with a capital within a sentence: makes of cars, schools, shops, streets without their kind."""
    if sum(word.is_capital for word in words) * 2 > len(words):
        return
    starts = {0, *text.sentence_ends}
    for at, word in enumerate(words):
        is_first = at == 0 or any(words[at - 1].end <= end <= word.start for end in starts)
        if not word.is_capital or is_first or len(word.folded) < _SHORTEST_NAME or word.low in NO_NAMES:
            continue
        if not _lies_in(word, places):
            yield "called", key_of(word.folded)
            # "на Гагарина 8": a number beside a name is rather its house.
            after, behind = _at(words, at + 1), _at(words, at + 2)
            is_alone = after and (behind is None or "," in text.between(after, behind) or behind.is_number)
            if after is not None and is_alone and (house := _house(words, at + 1)):
                yield "house", house


def _roads(reading: Reading) -> Iterator[tuple[str, str]]:
    for road in reading.roads:
        yield "road", road.code
    for place in reading.places[:1]:
        if place.radius_m is not None:
            yield "distance", str(round(place.radius_m))


def _slots(reading: Reading) -> Iterator[tuple[str, str]]:
    of_detail = slots()
    for name in reading.concepts:
        if name.startswith(DETAIL):
            yield from of_detail.get(name, ())


def _counts(word: Word) -> bool:
    return any(pattern.fullmatch(word.folded) for _, pattern in (*NUMBERED, *NUMBERED_AFTER))


def _at(words: Sequence[Word], at: int) -> Word | None:
    return words[at] if 0 <= at < len(words) else None
