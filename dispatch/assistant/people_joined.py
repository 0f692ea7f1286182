"""People who are named or counted one after the other make one group: `joined_groups`.

"Двое взрослых и трое детей", "me and my three kids", "әкесі, шешесі және екі баласы". Joined are neighbours with nothing but
"and" or "with" between them, and what a comma sets before such a pair. A group of all people is not joined by its parts ("4 чел,
двое детей"). Where nobody is counted ("мы с мужем застряли"), those named are a group only if something is said to happen to
them: two who saw the smoke are no people affected.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise

from dispatch.assistant import people_words as words
from dispatch.assistant.people_groups import Group, Role
from dispatch.assistant.phrases import Line, Phrases

WithRole = Callable[[Line, Group], Group]

_AND = frozenset(("и", "мен", "пен", "бен", "жане", "плюс", "and", "plus"))
_WITH = frozenset(("с", "со", "with"))
_ASIDE = frozenset(
    (
        "мои",
        "моя",
        "моеи",
        "его",
        "ее",
        "их",
        "свои",
        "своими",
        "своеи",
        "своим",
        "моими",
        "моим",
        "маленьким",
        "маленькои",
    )
) | frozenset(("my", "his", "her", "their", "our", "a", "an", "the"))
"""May stand before whoever is joined."""
_OF_ALL = frozenset(
    ("чел", "человек", "человека", "людеи", "адам", "киси", "адамбиз", "жан", "душ", "нас", "их")
) | frozenset(("people", "persons", "us", "them"))
_KINDS = frozenset(("ер", "еркек", "аиел", "жас", "кари"))
"""Before "адам" they make it one kind of person."""
_TOGETHER = frozenset(("вдвоем", "втроем", "вчетвером", "впятером", "вшестером", "всемером", "ввосьмером"))
"""Count those as well who are named behind "with": "вдвоём с братом" are two."""
_BY_ENDING = ("мен", "бен", "пен")
"""Kazakh "with" at the end of a noun: екі баласымен әйел."""


MOST_JOINED = 12
"""Members of one group; a list of more is no sentence that somebody says."""


class _Join(IntEnum):
    """How a member is joined to the one before."""

    NOT = 0
    COMMA = 1
    WITH = 2
    AND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """`is_counted`: by a number or as a pair; others are named."""

    group: Group
    is_counted: bool


def joined_groups(line: Line, groups: Sequence[Group], with_role: WithRole) -> Iterator[Group]:
    """`groups` with their roles, in the order of the text; those that are joined, and the persons joined to them, as one."""
    members = _members(line, groups)
    at = 0
    while at < len(members):
        chain = _chain(line, members, at)
        at += len(chain)
        counted = [one.group for one in chain if one.is_counted]
        if len(chain) == 1 and counted:
            yield counted[0]
        elif len(chain) > 1:
            whole = _sum([one.group for one in chain])
            if counted:
                yield replace(whole, role=max(one.role for one in counted))
            elif (judged := with_role(line, whole)).role is Role.AFFECTED:
                yield judged


def _members(line: Line, groups: Sequence[Group]) -> list[_Member]:
    found = [_Member(group=group, is_counted=True) for group in groups]
    taken = {at for group in groups for at in range(group.first, group.last + 1)}
    for phrases, count in ((words.COUPLES, 2), (words.LONE, 1), (words.SPEAKER, 1), (words.JOINED, 1)):
        for hit in line.hits(phrases):
            pieces = range(hit.first, hit.last + 1)
            if taken.isdisjoint(pieces):
                taken.update(pieces)
                group = Group(count=count, span=hit.span, first=hit.first, last=hit.last)
                found.append(_Member(group=group, is_counted=False))
    return sorted(found, key=lambda one: one.group.first)


def _chain(line: Line, members: Sequence[_Member], at: int) -> Sequence[_Member]:
    """The members from `at` on that are joined. Commas alone join nobody."""
    joins = [_Join.NOT]
    for one, other in pairwise(members[at : at + MOST_JOINED]):
        join = _join(line, one, other)
        if join is _Join.NOT:
            break
        joins.append(join)
    while len(joins) > 1 and joins[-1] is _Join.COMMA and not _is_pair(line, members[at + len(joins) - 1]):
        joins.pop()
    has_commas = _Join.COMMA in joins
    if has_commas and joins[-1] is _Join.WITH:
        # "Звонит сосед, мать с ребёнком в дыму": who calls is not one of them.
        joins = joins[: joins.index(_Join.COMMA)]
    return members[at : at + len(joins)]


def _is_pair(line: Line, member: _Member) -> bool:
    """Whether it is two persons joined by "and" already: "дедушка, бабушка и внук"."""
    pieces = line.pieces[member.group.first + 1 : member.group.last]
    return member.is_counted and any(piece.plain in _AND for piece in pieces)


def _join(line: Line, one: _Member, other: _Member) -> _Join:
    first, second = one.group, other.group
    if not line.is_together(first.first, second.first) or {first.role, second.role} & {Role.CREW, Role.PART}:
        return _Join.NOT
    if _is_of_all(line, first) or (_is_of_all(line, second) and other.is_counted):
        return _Join.NOT
    between = [piece.plain for piece in line.pieces[first.last + 1 : second.first] if piece.plain not in _ASIDE]
    is_unbroken = line.is_unbroken(first.last, second.first)
    if len(between) == 1 and between[0] in _AND:
        return _Join.AND
    if len(between) == 1 and between[0] in _WITH:
        if line.pieces[first.last].plain in _TOGETHER:
            return _Join.NOT
        return _Join.WITH if is_unbroken else _Join.NOT
    if between:
        return _Join.NOT
    if _has(line, words.ADULTS, first) and _has(line, words.CHILDREN, second) and one.is_counted and other.is_counted:
        return _Join.AND
    if is_unbroken:
        return _Join.WITH if _has_ending(line, one) or _has_ending(line, other) else _Join.NOT
    return _Join.COMMA if not one.is_counted else _Join.NOT


def _has_ending(line: Line, member: _Member) -> bool:
    return member.is_counted and line.pieces[member.group.last].plain.endswith(_BY_ENDING)


def _is_of_all(line: Line, group: Group) -> bool:
    """Whether it counts people of any kind; "ер адам" is a man."""
    pieces = line.pieces
    return any(
        pieces[at].plain in _OF_ALL and (at == 0 or pieces[at - 1].plain not in _KINDS)
        for at in range(group.first, group.last + 1)
    )


def _has(line: Line, lexicon: Phrases, group: Group) -> bool:
    return any(group.first <= hit.first and hit.last <= group.last for hit in line.hits(lexicon))


def _sum(groups: Sequence[Group]) -> Group:
    first, last = groups[0], groups[-1]
    return replace(
        first,
        count=sum(group.count for group in groups),
        span=(first.span[0], last.span[1]),
        last=last.last,
        is_about=any(group.is_about for group in groups),
        is_total=any(group.is_total for group in groups),
        is_bare=False,
        upper=None,
    )
