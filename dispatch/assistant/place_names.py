"""Which places a written word may name: by its cases, by other spellings, and with a letter or two wrong.

A look-up, no judgement: nearly every word is like some village. `place_ranking.py` weighs what is found.
"""

import gzip
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from dispatch.assistant.inflections import ADJECTIVAL, Inflection, Reading, readings_of, readings_of_words
from dispatch.gazetteer.built_in import built_in
from dispatch.gazetteer.folding import folded, words_of
from dispatch.gazetteer.gazetteer import Gazetteer

DATA = files("dispatch.assistant").joinpath("data")
MOST_WORDS = 4
"""Words of the longest name that is looked for."""
_LOST_AT_MOST = 3
"""Letters that a Russian name loses before an ending: "Рудный", "в Рудном"."""
_VOWELS = ("а", "о", "е")
_SHORTEST = 2
_ALIKE_FROM = 4
_TWO_EDITS_FROM = 8
"""Letters from which one edit, and two, are looked for."""
_STEM_OF_WORD = 4
"""Letters of a word that its Kazakh endings leave: "ауылдағы" is known because "ауыл" is."""
_SHORT = 6
"""Up to so many letters, a misspelt name has the two of one end right; three in a longer one."""


@dataclass(frozen=True, slots=True)
class Named:
    """One place that a word may mean. `lost`: letters of the name that are not in the word; `edits`: letters that are wrong;
    `is_merged`: one Kazakh letter is written as two of another alphabet, in the text or in the gazetteer."""

    number: int
    reading: Reading
    lost: int
    edits: int
    is_merged: bool = False

    @property
    def cost(self) -> tuple[int, int]:
        return self.edits, self.lost + self.reading.ending + self.is_merged


class PlaceNames:
    """The names of a gazetteer, and how common a word is that looks like one. Read-only, so threads may share it."""

    def __init__(self, gazetteer: Gazetteer, common: Mapping[str, float]) -> None:
        self.gazetteer = gazetteer
        self.common = common
        self._first_parts: set[str] = set()
        self._ends: dict[str, list[str]] = defaultdict(list)
        self._sorted = sorted(gazetteer.keys)
        self._merged = {_merged(key): numbers for key, numbers in gazetteer.keys.items() if _merged(key) != key}
        self._colloquial = {folded(said): gazetteer.keys[folded(name)] for said, name in colloquial_names().items()}
        for known in gazetteer.places:
            for name in {known.name.kk, known.name.ru, known.name.en, *known.others}:
                self._add_first_parts(words_of(name))
        for key in gazetteer.keys:
            # With the lengths of what it may be written as.
            for length in range(max(_ALIKE_FROM, len(key) - 2), len(key) + 3):
                for end in _ends(key, length):
                    self._ends[end].append(key)

    def _add_first_parts(self, words: list[str]) -> None:
        for count in range(1, min(len(words), MOST_WORDS)):
            # "в Красном Яру" starts with a stem of "Красный".
            self._first_parts.update(word[: max(3, len(word) - 2)] for word in ["".join(words[:count])])

    def may_start(self, words: tuple[str, ...]) -> bool:
        """Whether a name of more words begins like these. Quick, and sometimes wrongly yes."""
        start = "".join(words)
        return any(start[:length] in self._first_parts for length in range(max(3, len(start) - 4), len(start) + 1))

    def exact(self, words: tuple[str, ...], *, is_latin: bool = False) -> list[Named]:
        """Places whose name these words are, in some case; each once. `is_latin`: written in Latin letters."""
        found: dict[int, Named] = {}
        if len(words[0]) < _SHORTEST:
            return []
        for reading in readings_of_words(words):
            for number, lost, is_merged in self._with_stem(reading.stem):
                named = Named(number, reading, lost, 0, is_merged)
                if _is_possible(named, is_latin=is_latin):
                    _keep(found, named)
        return list(found.values())

    def is_word(self, word: str) -> bool:
        """Whether it is known as a word, in some case, that is no misspelt name."""
        return any(
            one.stem in self.common
            for one in readings_of(word, _STEM_OF_WORD)
            if one.inflection is not Inflection.OBLIQUE
        )

    def with_common(self, common: Mapping[str, float]) -> "PlaceNames":
        """The same names with other words."""
        other = copy(self)
        other.common = common
        return other

    def _with_stem(self, stem: str) -> Iterator[tuple[int, int, bool]]:
        for number, lost in self.gazetteer.with_stem(stem):
            yield number, lost, False
        for number in self._colloquial.get(stem, ()):
            yield number, 0, False
        for number in self._merged.get(stem, ()):
            yield number, 0, True
        if (merged := _merged(stem)) != stem:
            for number, lost in self.gazetteer.with_stem(merged):
                yield number, lost, True

    def begun(self, start: str) -> set[int]:
        """Places with a name that begins so."""
        keys = self._sorted[bisect_left(self._sorted, start) : bisect_left(self._sorted, start + "\uffff")]
        return {number for key in keys for number in self.gazetteer.keys[key]}

    def alike(self, word: str, *, shortest: int = _ALIKE_FROM, most: int = 2) -> list[Named]:
        """Places whose name has a letter more, less, other or exchanged; `most` of them from eight letters on. `shortest`:
        letters that the name has at least."""
        found: dict[int, Named] = {}
        for reading in readings_of(word, shortest):
            if len(reading.stem) >= shortest and reading.inflection not in (Inflection.OF_PEOPLE, Inflection.ADJECTIVE):
                edits_at_most = most if len(reading.stem) >= _TWO_EDITS_FROM else 1
                for key, edits in self._keys_like(reading.stem, edits_at_most):
                    for number in self.gazetteer.keys[key]:
                        _keep(found, Named(number, reading, 0, edits))
        return list(found.values())

    def _keys_like(self, stem: str, most: int) -> Iterable[tuple[str, int]]:
        for end in _ends(stem, len(stem)):
            keys = self._ends.get(end)
            if keys:
                for key, edits, _ in extract(stem, keys, scorer=OSA.distance, score_cutoff=most, limit=None):
                    yield key, int(edits)


def _is_possible(named: Named, *, is_latin: bool) -> bool:
    """Kazakh endings follow the whole name. Russian ones, in Cyrillic letters only, replace its last vowel or follow a consonant;
    of й and ы, which are folded into one letter, either may be."""
    reading, lost = named.reading, named.lost
    if reading.inflection is not Inflection.OBLIQUE:
        return lost == 0
    if is_latin or lost > _LOST_AT_MOST:
        return False
    return lost >= 2 if reading.written in ADJECTIVAL else lost > 0 or not reading.stem.endswith(_VOWELS)


def _merged(name: str) -> str:
    """Two letters that one Kazakh letter became on its way through Russian or Latin: Теңіз and Тенгиз, Жамбыл and Джамбул."""
    return name.replace("нг", "н").replace("дж", "ж")


def _ends(name: str, length: int) -> tuple[str, str]:
    """Under which a name is kept that is written with this many letters."""
    letters = 2 if length <= _SHORT else 3
    return f"{length}{name[:letters]}-", f"{length}-{name[-letters:]}"


def _keep(found: dict[int, Named], one: Named) -> None:
    known = found.get(one.number)
    if known is None or one.cost < known.cost:
        found[one.number] = one


@cache
def built_in_names() -> PlaceNames:
    """Of the built-in gazetteer; one for the process. The first call reads files."""
    return PlaceNames(built_in(), common_words())


def common_words(*, of_reports: bool = True) -> dict[str, float]:
    """Folded word → decimal logarithm of its uses in a thousand million words (`data/README.md`); with those of reports, which
    general texts lack."""
    found = _listed(gzip.decompress(DATA.joinpath("common_words.tsv.gz").read_bytes()))
    return _listed(DATA.joinpath("report_words.tsv").read_bytes()) | found if of_reports else found


def colloquial_names() -> dict[str, str]:
    """What people say, and the name that the gazetteer has."""
    lines = DATA.joinpath("colloquial_names.tsv").read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def _listed(text: bytes) -> dict[str, float]:
    lines = text.decode("utf-8").splitlines()
    return {word: int(tenths) / 10 for word, tenths in (line.split("\t") for line in lines)}
