"""Groups of people that a text counts: numbers and what makes them numbers of persons."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from dispatch.assistant import people_words as words
from dispatch.assistant.number_words import COLLECTIVES, PERSON_FORMS
from dispatch.assistant.numerals import Number, numbers
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.texts import Span

MOST = 100_000
"""Larger numbers are no count of people that one report can know."""


class Role(IntEnum):
    """What a group of people does in a report; the highest is the one to answer with."""

    CREW = 0
    HELPING = 1
    PART = 2
    SAFE = 3
    PRESENT = 4
    AFFECTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People that the text counts. `upper`: the other end of a range; pieces `first` to `last` say it."""

    count: int
    span: Span
    first: int
    last: int
    role: Role = Role.PRESENT
    upper: int | None = None
    is_about: bool = False
    is_total: bool = False
    is_bare: bool = False
    """A collective number without a noun: of people who were named or counted before it."""


def groups_in(line: Line) -> Iterator[Group]:
    """In the order of the text; their roles are not judged yet, but for those who help by trade."""
    taken = [phone.span for phone in phones(line.text)]
    counted = [group for number in numbers(line) if not _lies_in(number.span, taken) if (group := _group(line, number))]
    pairs = [
        Group(count=2, span=hit.span, first=hit.first, last=hit.last)
        for hit in line.hits(words.PAIRS)
        if not any(group.first <= hit.last and hit.first <= group.last for group in counted)
    ]
    yield from sorted((*counted, *pairs), key=lambda group: group.first)


def _lies_in(span: Span, others: list[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _group(line: Line, number: Number) -> Group | None:
    """The persons that a number counts, or None."""
    if number.value < 1 or number.value != int(number.value) or number.value > MOST or _is_a_name(line, number):
        return None
    if (last := _noun_behind(line, number, words.CREW)) is not None:
        return replace(_made(line, number, number.first, last), role=Role.CREW)
    if (last := _noun_behind(line, number, words.PERSONS)) is not None:
        return None if _is_article(line, number) else _made(line, number, _start_of_ours(line, number), last)
    is_alone = number.has_pronoun or line.pieces[number.last].plain in PERSON_FORMS
    if not is_alone and _is_of_things(line, number.last):
        return None
    if number.value > 1 and (first := _noun_before(line, number)) is not None:
        return _made(line, number, first, number.last, is_about=line.pieces[first].plain in _SOME)
    if number.value > 1 and (ends := _inside(line, number)) is not None:
        return _made(line, number, *ends)
    if number.is_persons and _stands_for_persons(line, number):
        return _made(line, number, number.first, number.last)
    return None


_SOME = frozenset(("человек", "душ"))
"""Before a number they make it approximate: "человек двадцать"."""
_ARTICLE = frozenset(("бир", "бири"))
_FOR = frozenset(("за", "на"))
"""A price, a ticket or a room for two counts nobody."""
_BOTH = frozenset(("оба", "обе", "обоих", "обеих", "обоим", "обоими"))


def _is_article(line: Line, number: Number) -> bool:
    """ "Бір" before a noun is mostly "a": it counts where the noun is adam or kisi."""
    return line.pieces[number.first].plain in _ARTICLE and not line.pieces[number.last + 1].plain.startswith(("адам",))


def _is_a_name(line: Line, number: Number) -> bool:
    """Digits that hang on a word by a hyphen ("Ақсай-4"), and those behind house, flat, floor or street."""
    start = line.pieces[number.first].start
    before = line.text.whole[max(0, start - 2) : start]
    if len(before) == 2 and before[1] == "-" and before[0].isalpha():
        return True
    # "Fifth floor, two kids inside": behind a comma it counts again.
    is_behind = number.first > 0 and line.is_unbroken(number.first - 1, number.first)
    return is_behind and words.NAMED.is_whole(line.between(number.first - 1, number.first))


def _noun_behind(line: Line, number: Number, nouns: Phrases) -> int | None:
    """The last piece of the noun that follows a number, with at most three words between; None without one."""
    at = number.last + 1
    while at < len(line.pieces) and line.pieces[at].start < number.span[1]:
        at += 1
    for _ in range(4):
        if at >= len(line.pieces) or not line.is_unbroken(number.last, at):
            return None
        if (last := line.longest(nouns, at)) is not None:
            return last
        if (filler := line.longest(words.FILLERS, at)) is None:
            return None
        at = filler + 1
    return None


def _noun_before(line: Line, number: Number) -> int | None:
    """The first piece of what stands before a number and makes it one of persons: "нас", "человек", "family of"."""
    first = number.first
    while first > 0 and line.pieces[first].start > number.span[0]:
        first -= 1
    for lexicon in (words.INVERTED, words.OURS):
        for length in (4, 3, 2, 1):
            at = first - length
            if at >= 0 and line.is_together(at, first) and lexicon.is_whole(line.between(at, first)):
                return at
    return None


def _inside(line: Line, number: Number) -> tuple[int, int] | None:
    """The pieces of a number that says with a place alone how many people are there; None for others."""
    after = number.last + 1
    if after < len(line.pieces) and line.is_unbroken(number.last, after):
        last = line.longest(words.INSIDE, after)
        return None if last is None else (number.first, last)
    at = number.first - 1
    if at >= 0 and line.is_together(at, number.first) and words.INSIDE.is_whole(line.between(at, number.first)):
        return at, number.last
    return None


def _start_of_ours(line: Line, number: Number) -> int:
    at = number.first - 1
    return at if at >= 0 and words.OURS.is_whole(line.pieces[at].plain) else number.first


def _is_of_things(line: Line, last: int) -> bool:
    at = last + 1
    return at < len(line.pieces) and line.is_unbroken(last, at) and line.longest(words.THINGS, at) is not None


def _stands_for_persons(line: Line, number: Number) -> bool:
    """A collective number alone: Russian ones count persons; Kazakh ones stand for what was named last."""
    form = line.pieces[number.last].plain
    if form in _BOTH or number.value == 1 or (number.first > 0 and line.pieces[number.first - 1].plain in _FOR):
        return False
    if form in COLLECTIVES or number.has_pronoun:
        return True
    for at in range(number.first - 1, max(-1, number.first - 25), -1):
        if line.longest(words.PERSONS, at) is not None:
            return True
        if line.longest(words.THINGS, at) is not None:
            return False
    return True


def _made(line: Line, number: Number, first: int, last: int, *, is_about: bool = False) -> Group:
    first, last = min(first, number.first), max(last, number.last)
    span = (min(line.pieces[first].start, number.span[0]), max(line.pieces[last].end, number.span[1]))
    return Group(
        count=int(number.value),
        span=span,
        first=first,
        last=last,
        is_bare=number.is_persons and (first, last) == (number.first, number.last),
        upper=None if number.upper is None else int(number.upper),
        is_about=number.is_about or is_about,
    )
