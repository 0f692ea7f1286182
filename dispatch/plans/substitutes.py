"""Which skills may stand in for which, as a plan states it: `cpr = ["first_aid", "nurse"]`, the better first."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from dispatch.model.vocabulary import Skill


def stand_ins(table: Mapping[str, tuple[str, ...]], skill: str) -> tuple[str, ...]:
    """All skills that may stand in for one, directly or through another, nearest first. The table has no cycles."""
    found: dict[str, None] = {}
    row = list(table.get(skill, ()))
    while row:
        found |= dict.fromkeys(row)
        row = [further for near in row for further in table.get(near, ()) if further not in found]
    return tuple(found)


def substitutes_of(raw: Any, faults: list[str]) -> dict[str, tuple[str, ...]]:
    """The checked table; what is wrong goes to `faults`."""
    if not isinstance(raw, Mapping):
        faults.append('substitutes: expected a table like cpr = ["first_aid"]')
        return {}
    found: list[str] = []
    for skill, others in raw.items():
        where = f"substitutes.{skill}"
        found += skill_fault(where, skill)
        if not isinstance(others, list) or not others:
            found.append(f"{where}: expected a list of at least one skill")
            continue
        for number, other in enumerate(others, 1):
            found += skill_fault(f"{where}[{number}]", other)
    if not found:
        found = [
            f"substitutes.{skill}: cyclic, {skill} stands in for itself; take one of {' → '.join(way)} out"
            for skill in raw
            if (way := _way_back(raw, skill))
        ]
    faults.extend(found)
    return {} if found else {skill: tuple(others) for skill, others in raw.items()}


def skill_fault(where: str, value: object) -> list[str]:
    """A line when the value is no skill, with the nearest one there is, else with all."""
    if isinstance(value, str) and value in set(Skill):
        return []
    near = get_close_matches(value, [str(skill) for skill in Skill], n=1) if isinstance(value, str) else []
    cure = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(Skill)}"
    return [f"{where}: {value!r} is no known skill; {cure}"]


def _way_back(table: Mapping[str, list[str]], skill: str) -> list[str]:
    """A way of stand-ins from a skill back to itself; empty when there is none."""
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
