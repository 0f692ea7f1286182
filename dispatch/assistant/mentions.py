"""Where a text may name a place: spans, and all places that each may mean.

Longest names first ("Айтеке би" is not "Айтеке"); parts of a hyphenated word that is no name ("Атырау-Доссор"); abbreviations
("Алм. обл.", "Усть-Кам."); misspelt words last and not many of them, so that the time is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.assistant.inflections import Inflection, Reading
from dispatch.assistant.place_names import MOST_WORDS, Named, PlaceNames
from dispatch.assistant.texts import Span, Text, Word
from dispatch.gazetteer.folding import folded, words_of
from dispatch.gazetteer.records import Kind

MOST_MISSPELT = 10
"""Words of a text for which names with other letters are looked for."""
MOST_WORDS_READ = 300
"""Words of a text in which names are looked for: places stand in the first minutes of what somebody tells."""
MOST_MENTIONS = 40
_SHORTEST_JOINED = 7
"""Letters of a misspelt name of two words: any two short words are like some name."""
_APART = frozenset("-‐‑–— ")
_ABBREVIATED_FROM = 3
_AREA_WORDS = {
    **dict.fromkeys(("обл", "облис", "облиси", "облист", "область"), Kind.REGION),
    **dict.fromkeys(("р", "рн", "раион", "аудан", "аудани"), Kind.DISTRICT),
}
_WELL_KNOWN = 10_000
"""Inhabitants of a town whose name people abbreviate."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`words`: the pieces, of which `first` to `last` are the name. `is_capital`: its first letter is one."""

    words: tuple[Word, ...]
    first: int
    last: int
    named: tuple[Named, ...]

    @property
    def span(self) -> Span:
        return self.words[self.first].start, self.words[self.last].end

    @property
    def is_capital(self) -> bool:
        return self.words[self.first].is_capital

    @property
    def folded(self) -> str:
        return "".join(word.folded for word in self.words[self.first : self.last + 1])


def mentions_in(text: Text, names: PlaceNames) -> list[Mention]:
    """In the order of the text; none overlap."""
    words = tuple(_pieces(text, names))
    found: list[Mention] = []
    unknown: list[int] = []
    at = 0
    while at < len(words) and len(found) < MOST_MENTIONS:
        mention = _abbreviation(text, words, at, names) or _longest(text, words, at, names)
        if mention is None:
            unknown.append(at)
            at += 1
        else:
            found.append(mention)
            at = mention.last + 1
    found += _misspelt(words, unknown, names)
    return sorted(found, key=lambda one: one.first)


def _pieces(text: Text, names: PlaceNames) -> Iterator[Word]:
    """Words of the text, hyphenated ones apart if they are no name as a whole."""
    for word in text.words[:MOST_WORDS_READ]:
        if "-" in word.text and not _is_whole(text, word, names):
            start = word.start
            for part in word.text.split("-"):
                yield Word(part, start, start + len(part), part.casefold(), folded(part))
                start += len(part) + 1
        else:
            yield word


def _is_whole(text: Text, word: Word, names: PlaceNames) -> bool:
    return bool(_is_abbreviated(text, word) or names.exact((word.folded,)) or names.alike(word.folded))


def _longest(text: Text, words: tuple[Word, ...], at: int, names: PlaceNames) -> Mention | None:
    if words[at].is_number:
        return None
    parts = _joined(text, words, at)
    is_latin = words[at].text.isascii()
    for count in range(len(parts), 1, -1):
        if names.may_start(parts[: count - 1]) and (named := names.exact(parts[:count], is_latin=is_latin)):
            return Mention(words, at, at + count - 1, tuple(named))
    named = names.exact(parts[:1], is_latin=is_latin)
    return Mention(words, at, at, tuple(named)) if named else None


def _joined(text: Text, words: tuple[Word, ...], at: int) -> tuple[str, ...]:
    """The folded words from here on that only spaces or hyphens part."""
    parts = [words[at].folded]
    for before, word in zip(words[at:], words[at + 1 : at + MOST_WORDS], strict=False):
        if not _APART.issuperset(text.between(before, word)):
            break
        parts.append(word.folded)
    return tuple(parts)


def _is_abbreviated(text: Text, word: Word) -> bool:
    return text.whole[word.end : word.end + 1] == "." and len(word.folded) >= _ABBREVIATED_FROM


def _abbreviation(text: Text, words: tuple[Word, ...], at: int, names: PlaceNames) -> Mention | None:
    """ "Алм. обл.", "Караг. р-н": the begin of an area before its kind. "Усть-Кам.": the begin of a town's name of two words."""
    word = words[at]
    if not _is_abbreviated(text, word):
        return None
    after = words[at + 1].folded if at + 1 < len(words) else ""
    kind = _AREA_WORDS.get(after)
    if kind is None and "-" not in word.text:
        return None
    reading = Reading(word.folded, Inflection.BARE)
    places = names.gazetteer.places
    named = []
    for number in names.begun(word.folded):
        known = places[number]
        is_meant = known.kind is kind if kind else known.inhabitants >= _WELL_KNOWN and len(words_of(known.name.ru)) > 1
        if is_meant:
            named.append(Named(number, reading, 0, 0))
    return Mention(words, at, at, tuple(named)) if named else None


def _misspelt(words: tuple[Word, ...], unknown: list[int], names: PlaceNames) -> Iterator[Mention]:
    worth = [at for at in unknown if not words[at].is_number and not names.is_word(words[at].folded)]
    # Names are written with a capital more often than other words; a text without any is read from its start.
    worth.sort(key=lambda at: not words[at].is_capital)
    free = set(unknown)
    for at in worth[:MOST_MISSPELT]:
        # "Айетке би": the next word may belong to the name.
        for last in (at + 1, at):
            if free.issuperset(range(at, last + 1)) and (named := _alike(words[at : last + 1], names)):
                free.difference_update(range(at, last + 1))
                yield Mention(words, at, last, tuple(named))


def _alike(words: tuple[Word, ...], names: PlaceNames) -> list[Named]:
    joined = "".join(word.folded for word in words)
    return names.alike(joined) if len(words) == 1 else names.alike(joined, shortest=_SHORTEST_JOINED, most=1)
