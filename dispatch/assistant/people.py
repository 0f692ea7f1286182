"""How many people a report says are affected: `people(line)`.

Counted are numbers that belong to persons by their noun (бес адам, двое детей, three workers), their form (төртеуміз, нас пятеро)
or their construction (человек двадцать, family of five, ана мен бала). Ages, floors, distances, times, phones, animals, things
and the crews that a caller asks for are no people affected. A text may count several groups; what is said about each decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dispatch.assistant import people_words as words
from dispatch.assistant.people_groups import Group, Role, groups_in
from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.texts import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """`count` people are affected, as `spans` say; None where no number is said. `groups`: all that are counted. `lone`: persons
    that are named without a number (моего мужа, әжеміз, my niece)."""

    count: int | None
    spans: tuple[Span, ...]
    upper: int | None = None
    is_about: bool = False
    groups: tuple[Group, ...] = ()
    lone: tuple[Span, ...] = ()


def people(line: Line) -> People:
    """The count of the people affected, and every group."""
    groups = _without_parts(list(_summed(line, [_with_role(line, group) for group in groups_in(line)])))
    lone = tuple(hit.span for hit in line.hits(words.LONE))
    answers = [group for group in groups if group.role > Role.PART]
    if not answers:
        return People(count=None, spans=(), groups=groups, lone=lone)
    best = max(answers, key=lambda group: (group.is_total, group.role, group.count, -group.first))
    return People(
        count=best.count, spans=(best.span,), upper=best.upper, is_about=best.is_about, groups=groups, lone=lone
    )


def _with_role(line: Line, group: Group) -> Group:
    """What is said in the sentence about a group."""
    if group.role is Role.CREW:
        return group
    start, end = line.sentence_around(group.first, group.last)
    clause = (max(start, group.first - 6), min(end, group.last + 8))
    is_total = _is_said(line, words.TOTAL, max(start, group.first - 3), group.first - 1)
    if _is_said(line, words.PART, max(start, group.first - 3), group.first - 1):
        return replace(group, role=Role.PART)
    if _is_said(line, words.HELPING, group.first, min(end, group.last + 4)):
        return replace(group, role=Role.HELPING)
    if _is_said(line, words.AFFECTED, group.first, clause[1]) or _is_said(line, words.AFFECTED, clause[0], group.first):
        return replace(group, role=Role.AFFECTED, is_total=is_total)
    if _is_said(line, words.SAFE, group.first, min(end, group.last + 5)):
        return replace(group, role=Role.SAFE)
    return replace(group, is_total=is_total)


def _is_said(line: Line, lexicon: Phrases, first: int, last: int) -> bool:
    return first <= last and any(first <= hit.first and hit.last <= last for hit in line.hits(lexicon))


def _without_parts(groups: list[Group]) -> tuple[Group, ...]:
    """A bare number after a larger group is a part of it: "30 адам бар еді … екеуі қозғалмай жатыр"."""
    most = 0
    judged = []
    for group in groups:
        is_part = group.is_bare and group.count < most
        judged.append(replace(group, role=Role.PART) if is_part else group)
        most = max(most, group.count if group.role > Role.PART else 0)
    return tuple(judged)


_AND = frozenset(("и", "мен", "пен", "бен", "жане", "плюс", "and", "plus", "с", "со", "with"))
_POSSESSIVES = frozenset(("мои", "его", "ее", "ее", "свои", "своими", "моими", "my", "his", "her", "their", "our"))
_OF_ALL = frozenset(
    (
        "чел",
        "человек",
        "человека",
        "людеи",
        "адам",
        "киси",
        "адамбиз",
        "жан",
        "душ",
        "нас",
        "их",
        "people",
        "persons",
        "us",
        "them",
    )
)


def _summed(line: Line, groups: list[Group]) -> Iterator[Group]:
    """Groups that are joined make one: "двое взрослых и трое детей". A group of all people is not joined by its parts: "4 чел,
    двое детей"."""
    at = 0
    while at < len(groups):
        group = groups[at]
        while at + 1 < len(groups) and _is_joined(line, group, groups[at + 1]):
            group = _sum(group, groups[at + 1])
            at += 1
        yield _with_one_more(line, group)
        at += 1


def _sum(group: Group, other: Group) -> Group:
    return replace(
        group,
        count=group.count + other.count,
        span=(group.span[0], other.span[1]),
        last=other.last,
        is_about=group.is_about or other.is_about,
        role=max(group.role, other.role),
        upper=None,
    )


def _is_joined(line: Line, group: Group, other: Group) -> bool:
    if not line.is_together(group.first, other.first) or Role.CREW in (group.role, other.role):
        return False
    if _is_of_all(line, group):
        return False
    between = [piece.plain for piece in line.pieces[group.last + 1 : other.first] if piece.plain not in _POSSESSIVES]
    if not between:
        return _has(line, words.ADULTS, group) and _has(line, words.CHILDREN, other)
    return len(between) == 1 and between[0] in _AND


def _is_of_all(line: Line, group: Group) -> bool:
    return any(piece.plain in _OF_ALL for piece in line.pieces[group.first : group.last + 1])


def _has(line: Line, lexicon: Phrases, group: Group) -> bool:
    return _is_said(line, lexicon, group.first, group.last)


def _with_one_more(line: Line, group: Group) -> Group:
    """The group with a person who is joined to it without a number: "мать и двое детей", "3 бала мен мұғалім"."""
    if group.role in (Role.CREW, Role.PART) or _is_of_all(line, group):
        return group
    for hit in (*line.hits(words.LONE), *line.hits(words.SPEAKER)):
        if _is_and(line, hit.last, group.first):
            span = (hit.span[0], group.span[1])
            return replace(group, count=group.count + 1, first=hit.first, span=span, upper=None)
        if _is_and(line, group.last, hit.first):
            span = (group.span[0], hit.span[1])
            return replace(group, count=group.count + 1, last=hit.last, span=span, upper=None)
    return group


def _is_and(line: Line, before: int, after: int) -> bool:
    """Whether nothing but "and" or "with" stands between two pieces."""
    if not before + 1 < after <= before + 4 or not line.is_unbroken(before, after):
        return False
    between = [piece.plain for piece in line.pieces[before + 1 : after] if piece.plain not in _POSSESSIVES]
    return len(between) == 1 and between[0] in _AND
