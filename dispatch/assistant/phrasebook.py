"""Phrases checked by people, in Kazakh, Russian and English: the book, and what to ask a caller who is called back.

A phrase of the book says in one language what it says in the others, which no translation made on the spot can promise. The file
`data/phrasebook.tsv` is for people to read and correct; `phrase_finding.py` finds which phrases a text says.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from dispatch.assistant.languages import Language
from dispatch.assistant.missing import Fact, missing
from dispatch.assistant.phones import Phone
from dispatch.assistant.place_names import DATA
from dispatch.assistant.reading import Reading

SPOKEN = (Language.KK, Language.RU, Language.EN)
GENERAL = "general"


class Speaker(StrEnum):
    """Who says a phrase."""

    DISPATCHER = "dispatcher"
    CALLER = "caller"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`group`: what the types of its incidents begin with, or `general`. `fact`: what its answer tells. The texts of the three
    languages say the same."""

    code: str
    group: str
    says: Speaker
    fact: Fact | None
    kk: str
    ru: str
    en: str

    def text(self, language: Language) -> str:
        """In one of `SPOKEN`."""
        return {Language.KK: self.kk, Language.RU: self.ru, Language.EN: self.en}[language]


@dataclass(frozen=True, eq=False)
class Phrasebook:
    """All phrases, in the order of the file: by group, questions before advice."""

    phrases: tuple[Phrase, ...]

    @cached_property
    def _of_fact(self) -> dict[tuple[Fact, str], Phrase]:
        found: dict[tuple[Fact, str], Phrase] = {}
        for phrase in self.phrases:
            if phrase.fact is not None:
                found.setdefault((phrase.fact, phrase.group), phrase)
                found.setdefault((phrase.fact, ""), phrase)
        return found

    def question(self, fact: Fact, type_: str = "") -> Phrase:
        """What to ask for a fact: as it is asked at incidents of this type, if the book knows that."""
        group = type_.partition(".")[0]
        return self._of_fact.get((fact, group)) or self._of_fact[fact, ""]

    def for_type(self, type_: str) -> tuple[Phrase, ...]:
        """The phrases of an incident of this type, then the general ones."""
        group = type_.partition(".")[0]
        own = [phrase for phrase in self.phrases if phrase.group == group]
        return (*own, *(phrase for phrase in self.phrases if phrase.group == GENERAL))


def questions(facts: Iterable[Fact], type_: str = "", *, book: Phrasebook | None = None) -> list[dict[str, str]]:
    """What to ask for these facts, as JSON: `fact`, `code` of the phrase, and its text in each language. The pages have no
    questions of their own."""
    book = book or built_in_phrasebook()
    asked = [(fact, book.question(fact, type_)) for fact in facts]
    return [{"fact": fact.value, "code": one.code, "kk": one.kk, "ru": one.ru, "en": one.en} for fact, one in asked]


def open_facts(type_: str, likely: Sequence[str], known: Collection[Fact]) -> tuple[Fact, ...]:
    """What is still to be asked about an incident. `likely`: types of its text, for an incident whose own type asks for nothing.
    `known`: what any of its texts and fields tell."""
    return missing([type_], known) or missing(likely[:1], known)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack:
    """`language` None: not known which of the three the caller speaks, so all are offered. `questions`: those still open, in the
    order of asking."""

    language: Language | None
    phones: tuple[Phone, ...]
    questions: tuple[Phrase, ...]


@cache
def built_in_phrasebook() -> Phrasebook:
    """The book that comes with Komek; the first call reads the file."""
    rows = DATA.joinpath("phrasebook.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return Phrasebook(tuple(_phrase(row.split("\t")) for row in rows))


def call_back(readings: Sequence[Reading], *, type_: str | None = None, book: Phrasebook | None = None) -> CallBack:
    """The questions that no text of one incident has answered. `type_`: of the incident, if an operator has stated one; else the
    likeliest one of the first text that has any. A phone that is known is not asked for, nor is it when there is one to call."""
    book = book or built_in_phrasebook()
    likely = (type_,) if type_ is not None else tuple(_likeliest(readings))
    known = _known(readings)
    return CallBack(
        language=_language(readings),
        phones=_phones(readings),
        questions=tuple(_asked(book, missing(likely, known), likely)),
    )


def _asked(book: Phrasebook, facts: Iterable[Fact], likely: Sequence[str]) -> Iterable[Phrase]:
    return dict.fromkeys(book.question(fact, likely[0]) for fact in facts)


def _likeliest(readings: Iterable[Reading]) -> Iterable[str]:
    return next(([one.types[0].value] for one in readings if one.types), [])


def _known(readings: Iterable[Reading]) -> Collection[Fact]:
    return {fact for reading in readings for fact in reading.known}


def _phones(readings: Iterable[Reading]) -> tuple[Phone, ...]:
    """Each number once, as it was first written."""
    found: dict[str, Phone] = {}
    for reading in readings:
        for phone in reading.phones:
            found.setdefault(phone.normal or phone.text, phone)
    return tuple(found.values())


def _language(readings: Iterable[Reading]) -> Language | None:
    """Of the words of all texts, the language that most are written in."""
    words: dict[Language, int] = {}
    for reading in readings:
        for _, variety in reading.language.of_words:
            words[variety.language] = words.get(variety.language, 0) + 1
    return max(words, key=lambda one: (words[one], one.value)) if words else None


def _phrase(cells: Sequence[str]) -> Phrase:
    code, group, says, fact, kk, ru, en = cells
    return Phrase(code=code, group=group, says=Speaker(says), fact=Fact(fact) if fact else None, kk=kk, ru=ru, en=en)
