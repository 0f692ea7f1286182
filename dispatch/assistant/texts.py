"""Words of a text and where they stand in it.

Spans are `[start, end)` in code points of the original, which is never changed: case and letters are folded in copies.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar

from dispatch.gazetteer.folding import folded

Span = tuple[int, int]

LONGEST = 4000
"""Code points that are read. A report is short; a novel is cut, so that time and memory are bounded."""

_CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_LOOKALIKES = dict(zip("ABCEHKMOPTXYaceopxyi", "АВСЕНКМОРТХУасеорхуі", strict=True))
_AS_CYRILLIC = str.maketrans(_LOOKALIKES)
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`-][^\W\d_]+)*|\d+")
_SENTENCE_END = re.compile(r"[.!?…;\n]+(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Word:
    """One run of letters, or of digits. `low` is for comparison with words, `folded` for comparison across spellings: Kazakh
    letters and Latin ones become Russian ones (`gazetteer/folding.py`)."""

    text: str
    start: int
    end: int
    low: str
    folded: str

    @property
    def span(self) -> Span:
        return self.start, self.end

    @property
    def is_number(self) -> bool:
        return self.text.isdecimal()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True)
class Text:
    """A text, read once. `whole` is the original; what stands behind `LONGEST` code points has no words."""

    whole: str

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """In the order of the text; hyphens and apostrophes inside a word belong to it."""
        return tuple(_word(found) for found in _WORD.finditer(self.whole, 0, LONGEST))

    @cached_property
    def sentence_ends(self) -> tuple[int, ...]:
        """Where sentences end, ascending; the last one at the end of what is read."""
        ends = [found.end() for found in _SENTENCE_END.finditer(self.whole, 0, LONGEST)]
        return (*ends, min(len(self.whole), LONGEST))

    def between(self, first: Word, second: Word) -> str:
        """What stands between two words."""
        return self.whole[first.end : second.start]


_Read = TypeVar("_Read")
_Found = TypeVar("_Found")


def once_each(read: Callable[[_Read], _Found]) -> Callable[[_Read], _Found]:
    """A pure function of a text or line that is worked out once for each of them: several parts of a reading ask for it."""

    @wraps(read)
    def found(of: _Read) -> _Found:
        known = vars(of).setdefault("_once", {})
        if read not in known:
            known[read] = read(of)
        result: _Found = known[read]
        return result

    return found


def _word(found: re.Match[str]) -> Word:
    text = in_one_script(found[0])
    return Word(text=found[0], start=found.start(), end=found.end(), low=text.casefold(), folded=folded(text))


def in_one_script(word: str) -> str:
    """A Cyrillic word with Latin letters that look the same ("пoжap", typed so by keyboards or on purpose), all in Cyrillic."""
    latin = set(_LATIN.findall(word))
    if latin and latin <= _LOOKALIKES.keys() and _CYRILLIC.search(word):
        return word.translate(_AS_CYRILLIC)
    return word
