"""Which language a text is written in, and each of its words.

Naive Bayes over n-grams of one to five letters within words, `data/languages.tsv.gz` (`.ci/language_table.py` makes it; figures
in `data/README.md`). Kazakh is three varieties: in its own letters, on a Russian keyboard (агкноухи for әғқңөұүһі), and in chat
Latin. Words get the likeliest sequence (Viterbi), in which a change of language has a cost: names and words that two languages
share follow their neighbours. Kyrgyz, Uzbek and others near Kazakh are told from it with less certainty than far ones.
"""

import gzip
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from dispatch.assistant.texts import Text, Word


class Language(StrEnum):
    """What the contract names. `mixed`: two of the three in one text; `other`: none of them, or nothing to read."""

    KK = "kk"
    RU = "ru"
    EN = "en"
    MIXED = "mixed"
    OTHER = "other"


class Variety(StrEnum):
    """The classes of the table, in the order of its columns."""

    KK = "kk"
    KK_RUSSIAN_KEYBOARD = "kk-rukbd"
    KK_LATIN = "kk-latin"
    RU = "ru"
    EN = "en"

    @property
    def language(self) -> Language:
        return Language(self.value[:2])


VARIETIES = tuple(Variety)
LONGEST_GRAM = 5
_WEIGHT = 0.35
"""N-grams of a word overlap, so their evidence is counted for less."""
_CHANGE = 8.0
"""Cost of a change of language between two words."""
_WORST = 40.0
"""The most that one word may speak against a language: a name or a slip must not outvote a sentence."""
_MIXED_WORDS, _MIXED_SHARE = 2, 0.17
_STRANGE, _STRANGE_OF_FEW = 0.8, 8.0
"""A text is none of the three if its n-grams of three and four letters cost, in the mean, more than usual by the first, plus the
second by the square root of their number: a few may be rare by chance."""
_UNSEEN = 14.0
USUAL = ""
"""The key of the row that holds what such an n-gram costs in texts that the table was not made from."""
_FOREIGN_SHARE = 0.1
"""Share of words with letters that neither Kazakh, in any script, nor Russian nor English has."""
_LETTERS = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіabcdefghijklmnopqrstuvwxyzäöüñşğūıŋáńóúýǵ'’ʼ`-")
_PLAIN = str.maketrans("áäǵğńñŋóöúüūýşı", "aaggnnnoouuuysi")
"""The alphabets of 2018 and 2021 are few people's way of writing; without their marks they are like the others."""
_CERTAIN = 0.99
"""Nothing is shown as more certain: overlapping evidence is overconfident."""

Table = Mapping[str, tuple[float, ...]]
"""N-gram → cost (−ln p) in each of `VARIETIES`, and `USUAL`. A space stands for the border of a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLanguage:
    """`of_words`: the language of each word that is no number, in the order of the text; empty where `value` is `other`."""

    value: Language
    probability: float
    of_words: tuple[tuple[Word, Variety], ...]


def grams(low: str) -> Iterator[str]:
    """The n-grams of a word in lower case, with its borders."""
    bordered = f" {low.translate(_PLAIN)} "
    for size in range(1, LONGEST_GRAM + 1):
        for start in range(len(bordered) - size + 1):
            if (gram := bordered[start : start + size]) != " ":
                yield gram


def language_of(text: Text, table: Table | None = None) -> TextLanguage:
    """The language of a text and of its words. Without a letter it is `other`, for certain."""
    table = built_in_table() if table is None else table
    words = [word for word in text.words if not word.is_number]
    if not words or _foreign_share(words) > _FOREIGN_SHARE:
        return TextLanguage(value=Language.OTHER, probability=_CERTAIN, of_words=())
    costs = {low: _costs(table, low) for low in {word.low for word in words}}
    of_words = _likeliest([costs[word.low] for word in words])
    strangeness = _strangeness(table, words, of_words)
    if strangeness > 0:
        return TextLanguage(value=Language.OTHER, probability=_sigmoid(strangeness * 4), of_words=())
    value, probability = _of_whole([costs[word.low] for word in words], of_words)
    return TextLanguage(value=value, probability=probability, of_words=tuple(zip(words, of_words, strict=True)))


@cache
def built_in_table() -> Table:
    """The table that comes with Komek; the first call reads it (0.1 s)."""
    packed = files("dispatch.assistant").joinpath("data", "languages.tsv.gz").read_bytes()
    return dict(_row(line) for line in gzip.decompress(packed).decode("utf-8").splitlines())


def _row(line: str) -> tuple[str, tuple[float, ...]]:
    gram, _, costs = line.partition("\t")
    return gram, tuple(int(cost) / 10 for cost in costs.split("\t"))


def _costs(table: Table, low: str) -> tuple[float, ...]:
    """What the word costs in each variety beyond the cheapest one."""
    rows = [row for gram in grams(low) if (row := table.get(gram)) is not None]
    sums = [sum(column) for column in zip(*rows, strict=True)] or [0.0] * len(VARIETIES)
    least = min(sums)
    return tuple(min(one - least, _WORST / _WEIGHT) * _WEIGHT for one in sums)


def _likeliest(costs: Sequence[tuple[float, ...]]) -> tuple[Variety, ...]:
    """The cheapest sequence of varieties (Viterbi); all changes cost the same."""
    so_far = [0.0] * len(VARIETIES)
    origins: list[list[int]] = []
    for of_word in costs:
        cheapest = min(range(len(VARIETIES)), key=so_far.__getitem__)
        changed = so_far[cheapest] + _CHANGE
        origin = [one if so_far[one] <= changed else cheapest for one in range(len(VARIETIES))]
        so_far = [min(so_far[one], changed) + of_word[one] for one in range(len(VARIETIES))]
        origins.append(origin)
    at = min(range(len(VARIETIES)), key=so_far.__getitem__)
    found = []
    for origin in reversed(origins):
        found.append(VARIETIES[at])
        at = origin[at]
    return tuple(reversed(found))


def _of_whole(costs: Sequence[tuple[float, ...]], of_words: Sequence[Variety]) -> tuple[Language, float]:
    shares = Counter(one.language for one in of_words).most_common()
    if len(shares) > 1:
        second = shares[1][1]
        if second >= _MIXED_WORDS and second >= _MIXED_SHARE * len(of_words):
            # The smaller the second language, the less certain that it is more than borrowed words.
            return Language.MIXED, min(_CERTAIN, 0.5 + second / len(of_words))
    sums = [sum(column) for column in zip(*costs, strict=True)]
    of_language: dict[Language, float] = {}
    for variety, cost in zip(VARIETIES, sums, strict=True):
        of_language[variety.language] = min(cost, of_language.get(variety.language, math.inf))
    (value, least), *others = sorted(of_language.items(), key=lambda one: one[1])
    weights = [math.exp(least - cost) for _, cost in others]
    return value, min(_CERTAIN, 1 / (1 + sum(weights)))


def _strangeness(table: Table, words: Sequence[Word], of_words: Sequence[Variety]) -> float:
    """Above zero for a text that is none of the three."""
    excess = list(rare_costs(table, words, of_words))
    return sum(excess) / len(excess) - _STRANGE - _STRANGE_OF_FEW / math.sqrt(len(excess))


def rare_costs(table: Table, words: Sequence[Word], of_words: Sequence[Variety]) -> Iterator[float]:
    """What each n-gram of three and four letters costs beyond the usual, in the variety of its word."""
    usual = table.get(USUAL, (0.0,) * len(VARIETIES))
    for word, variety in zip(words, of_words, strict=True):
        column = VARIETIES.index(variety)
        for gram in grams(word.low):
            if len(gram) in (3, 4):
                row = table.get(gram)
                yield (row[column] if row is not None else _UNSEEN) - usual[column]


def _foreign_share(words: Sequence[Word]) -> float:
    return sum(not _LETTERS.issuperset(word.low) for word in words) / len(words)


def _sigmoid(value: float) -> float:
    return min(_CERTAIN, 1 / (1 + math.exp(-value)))
