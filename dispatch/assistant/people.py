"""How many people a report says are affected: `people(line)`.

Counted are numbers that belong to persons by their noun (бес адам, двое детей, three workers), their form (төртеуміз, нас пятеро)
or their construction (человек двадцать, family of five, ана мен бала). Ages, floors, distances, times, phones, animals, things
and the crews that a caller asks for are no people affected. A text may count several groups; what is said about each decides.
"""

from dataclasses import dataclass, replace

from dispatch.assistant import people_words as words
from dispatch.assistant.people_groups import Group, Role, groups_in
from dispatch.assistant.people_joined import joined_groups
from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.texts import Span, once_each


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


@once_each
def people(line: Line) -> People:
    """The count of the people affected, and every group."""
    counted = [_with_role(line, group) for group in groups_in(line)]
    groups = _without_parts(line, list(joined_groups(line, counted, _with_role)))
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


def _without_parts(line: Line, groups: list[Group]) -> tuple[Group, ...]:
    """A bare number after a larger group is a part of it: "30 адам бар еді … екеуі қозғалмай жатыр", "девять человек, четверо из
    них дети"."""
    most = 0
    judged = []
    for group in groups:
        is_part = group.is_bare or _is_said(line, words.PART, group.first, min(len(line.pieces) - 1, group.last + 3))
        judged.append(replace(group, role=Role.PART) if is_part and group.count < most else group)
        most = max(most, group.count if group.role > Role.PART else 0)
    return tuple(judged)
