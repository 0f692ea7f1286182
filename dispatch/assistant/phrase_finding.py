"""Which phrases of the phrasebook a text says: `phrases_in(reading)`.

A clause says a phrase if it has its words, in whatever forms (the ends of long words do not count), the rare ones weighing more.
"He is breathing" and "he is not breathing" share almost all of them, so a clause that denies never says a phrase that affirms,
nor the reverse; likewise a question and a statement. `likeness` adds what a model of meanings holds for alike; without one the
words alone decide.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from dispatch.assistant.languages import Language
from dispatch.assistant.phrasebook import SPOKEN, Phrase, Phrasebook, Speaker, built_in_phrasebook
from dispatch.assistant.phrases import Line, Piece
from dispatch.assistant.reading import Reading
from dispatch.assistant.texts import Span, Text

MOST = 12
LEAST = 0.6
_CLAUSES = 60
"""Clauses that are compared; each costs some 0.05 ms, and a report has ten."""
_OF_PHRASE, _OF_CLAUSE = 0.75, 0.25
"""What the found share of the phrase, and that of the clause, weigh."""
_DENYING = re.compile(
    r"не|нет|ни|нельзиа|никто|никого|ничего|без|жок|емес|ешким|not|no|nobody|none|never|without|cannot|\w*nt"
    r"|\w{2,}[мбп][ае](?:иди|имин|имиз|исиз|и|низ|низдар|гиздар|ган|ген|ди|сан|сениз)"
)
_LITTLE_WORDS = "а и в на с у к о по из мен пен бен ол the a an is are it in on of to he she his her or"
_LITTLE = frozenset(_LITTLE_WORDS.split())

Likeness = Callable[[str, Sequence[str]], Sequence[float]]
"""How alike in meaning a clause and each of the phrases are, 0 to 1. Must not raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPhrase:
    """`probability`: that the text says it. `spans`: the clause that does."""

    phrase: Phrase
    probability: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    keys: frozenset[str]
    denies: bool
    asks: bool
    span: Span


def phrases_in(
    reading: Reading,
    *,
    says: Speaker | None = None,
    likeness: Likeness | None = None,
    book: Phrasebook | None = None,
) -> tuple[FoundPhrase, ...]:
    """At most `MOST`, the likeliest first. `says`: only phrases of this speaker."""
    languages = {variety.language for _, variety in reading.language.of_words}
    indexes = [_index(book or built_in_phrasebook(), language) for language in SPOKEN if language in languages]
    best: dict[str, FoundPhrase] = {}
    for clause in _clauses(reading.line)[:_CLAUSES]:
        for index in indexes:
            for found in _said(clause, index, reading.text.whole, likeness):
                if (says is None or found.phrase.says is says) and found.probability > _probability(best, found):
                    best[found.phrase.code] = found
    ranked = sorted(best.values(), key=lambda found: (-found.probability, found.spans, found.phrase.code))
    return tuple(ranked[:MOST])


def denies(line: Line) -> bool:
    """Whether any word of a text denies, in any of the three languages."""
    return any(_DENYING.fullmatch(piece.plain) for piece in line.pieces)


def _probability(best: Mapping[str, FoundPhrase], found: FoundPhrase) -> float:
    known = best.get(found.phrase.code)
    return known.probability if known is not None else 0.0


def _said(clause: _Clause, index: "_Index", whole: str, likeness: Likeness | None) -> Iterator[FoundPhrase]:
    by_words = index.shares(clause)
    alike: Sequence[float] = ()
    if likeness is not None:
        alike = likeness(whole[slice(*clause.span)], index.texts)
    for number, said in enumerate(index.said):
        if said.denies is not clause.denies or said.asks is not clause.asks:
            continue
        probability = by_words.get(number, 0.0)
        if alike:
            probability = max(probability, min(1.0, max(0.0, alike[number])))
        if probability >= LEAST:
            yield FoundPhrase(phrase=index.phrases[number], probability=round(probability, 3), spans=(clause.span,))


@dataclass(frozen=True)
class _Index:
    """The phrases of the book in one language, by their words."""

    phrases: tuple[Phrase, ...]
    language: Language

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(phrase.text(self.language) for phrase in self.phrases)

    @cached_property
    def said(self) -> tuple[_Clause, ...]:
        return tuple(_whole(Line(Text(text))) for text in self.texts)

    @cached_property
    def _weights(self) -> dict[str, float]:
        counted = Counter(key for one in self.said for key in one.keys)
        return {key: math.log(1 + len(self.said) / count) for key, count in counted.items()}

    @cached_property
    def _with(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, one in enumerate(self.said):
            for key in one.keys:
                found[key].append(number)
        return found

    def shares(self, clause: _Clause) -> dict[int, float]:
        """Phrase → how much of it, and of the clause, the common words are."""
        common: dict[int, float] = defaultdict(float)
        for key in clause.keys:
            for number in self._with.get(key, ()):
                common[number] += self._weights[key]
        of_clause = self._weight(clause.keys)
        return {
            number: _OF_PHRASE * weight / self._weight(self.said[number].keys) + _OF_CLAUSE * weight / of_clause
            for number, weight in common.items()
        }

    def _weight(self, keys: frozenset[str]) -> float:
        unknown = math.log(1 + len(self.said))
        return sum(self._weights.get(key, unknown) for key in keys)


@cache
def _index(book: Phrasebook, language: Language) -> _Index:
    return _Index(book.phrases, language)


def _whole(line: Line) -> _Clause:
    return _clause(line.pieces, ends=line.text.whole)


def _clauses(line: Line) -> list[_Clause]:
    """The clauses of a text, and the sentences whose clauses all affirm or all deny."""
    made: list[_Clause] = []
    for pieces in _cut(line, line.pieces, "."):
        clauses = [_clause_of(line, part) for part in _cut(line, pieces, ".,")]
        if len(clauses) > 1 and len({clause.denies for clause in clauses}) == 1:
            made.append(_clause_of(line, pieces))
        made += clauses
    return made


def _cut(line: Line, pieces: Sequence[Piece], marks: str) -> list[list[Piece]]:
    parts: list[list[Piece]] = []
    for piece in pieces:
        if not parts or (parts[-1] and line.line[piece.at - 2] in marks):
            parts.append([])
        parts[-1].append(piece)
    return parts


def _clause_of(line: Line, pieces: Sequence[Piece]) -> _Clause:
    end = pieces[-1].end
    return _clause(pieces, ends=line.text.whole[end : end + 2])


def _clause(pieces: Sequence[Piece], *, ends: str) -> _Clause:
    plain = [piece.plain for piece in pieces]
    span = (pieces[0].start, pieces[-1].end) if pieces else (0, 0)
    return _Clause(
        keys=frozenset(key_of(word) for word in plain if word not in _LITTLE),
        denies=any(_DENYING.fullmatch(word) for word in plain),
        asks="?" in ends,
        span=span,
    )


def key_of(word: str) -> str:
    """What the forms of a word share, nearly: a long word without its end."""
    return word if len(word) <= 4 else word[: max(4, min(6, len(word) - 2))]
