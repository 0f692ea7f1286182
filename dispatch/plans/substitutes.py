"""Substitute skills of a plan: `cpr = ["first_aid", "nurse"]`, the better first."""

from collections.abc import Mapping


def stand_ins(table: Mapping[str, tuple[str, ...]], skill: str) -> tuple[str, ...]:
    """All substitutes of a skill, direct ones first, then substitutes of those. The table must have no cycles."""
    found: dict[str, None] = {}
    row = list(table.get(skill, ()))
    while row:
        found |= dict.fromkeys(row)
        row = [further for near in row for further in table.get(near, ()) if further not in found]
    return tuple(found)


def cycle_through(table: Mapping[str, list[str]], skill: str) -> list[str]:
    """The skills of a cycle of substitutes through this skill; empty if there is none."""
    ways = [[skill, other] for other in table[skill]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        if way[-1] == skill:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, other] for other in table.get(way[-1], ())]
    return []
