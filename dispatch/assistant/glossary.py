"""Words that stand for one another in Kazakh, Russian and English, and where a text uses them: `terms_in(reading)`."""

from dataclasses import dataclass
from functools import cache

from dispatch.assistant.languages import Language
from dispatch.assistant.phrase_finding import key_of
from dispatch.assistant.phrasebook import SPOKEN
from dispatch.assistant.phrases import Line
from dispatch.assistant.place_names import DATA
from dispatch.assistant.reading import Reading
from dispatch.assistant.texts import Span, Text

MOST = 30
_SHORT = 3
"""Words up to this long are compared whole: they begin too many others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing in three languages, in the first form of its words."""

    kk: str
    ru: str
    en: str

    def text(self, language: Language) -> str:
        return {Language.KK: self.kk, Language.RU: self.ru, Language.EN: self.en}[language]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTerm:
    """A term, and where the text uses it."""

    term: Term
    spans: tuple[Span, ...]


@cache
def built_in_glossary() -> tuple[Term, ...]:
    rows = DATA.joinpath("glossary.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(Term(kk=kk, ru=ru, en=en) for kk, ru, en in (row.split("\t") for row in rows))


def terms_in(reading: Reading) -> tuple[FoundTerm, ...]:
    """At most `MOST`, in the order of the text; the words of a term stand together there, in whatever forms."""
    plain = [piece.plain for piece in reading.line.pieces]
    found: dict[Term, list[Span]] = {}
    for language in {variety.language for _, variety in reading.language.of_words} & set(SPOKEN):
        wanted = _wanted(language)
        for at, word in enumerate(plain):
            for words, term in wanted.get(word[:_SHORT], ()):
                pieces = reading.line.pieces[at : at + len(words)]
                if len(pieces) == len(words) and all(map(_is_form, (piece.plain for piece in pieces), words)):
                    found.setdefault(term, []).append((pieces[0].start, pieces[-1].end))
    terms = [FoundTerm(term=term, spans=tuple(sorted(set(spans)))) for term, spans in found.items()]
    return tuple(sorted(terms, key=lambda one: (one.spans, one.term.en))[:MOST])


@cache
def _wanted(language: Language) -> dict[str, list[tuple[tuple[str, ...], Term]]]:
    """The terms by the first letters of their first word, which all its forms share."""
    found: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
    for term in built_in_glossary():
        words = tuple(piece.plain for piece in Line(Text(term.text(language))).pieces)
        found.setdefault(words[0][:_SHORT], []).append((words, term))
    return found


def _is_form(plain: str, word: str) -> bool:
    if plain == word:
        return True
    return len(word) > _SHORT and (plain.startswith(word) or (len(word) > _SHORT + 1 and key_of(plain) == key_of(word)))
