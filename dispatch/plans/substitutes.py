"""Substitute skills of a plan: `cpr = ["first_aid", "nurse"]`, the better first."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from dispatch.model.vocabulary import Skill


def stand_ins(table: Mapping[str, tuple[str, ...]], skill: str) -> tuple[str, ...]:
    """All substitutes of a skill, direct ones first, then substitutes of those. The table must have no cycles."""
    found: dict[str, None] = {}
    row = list(table.get(skill, ()))
    while row:
        found |= dict.fromkeys(row)
        row = [further for near in row for further in table.get(near, ()) if further not in found]
    return tuple(found)


def substitutes_of(raw: Any, faults: list[str]) -> dict[str, tuple[str, ...]]:
    """The table of a plan file; faults are appended to `faults`, and an empty table is returned."""
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
            f"substitutes.{skill}: cyclic, {skill} is its own substitute; remove one of {' → '.join(cycle)}"
            for skill in raw
            if (cycle := _cycle_through(raw, skill))
        ]
    faults.extend(found)
    return {} if found else {skill: tuple(others) for skill, others in raw.items()}


def skill_fault(where: str, value: object) -> list[str]:
    """A fault if the value is not a known skill, with the most similar skill, else with all of them."""
    if isinstance(value, str) and value in set(Skill):
        return []
    near = get_close_matches(value, [str(skill) for skill in Skill], n=1) if isinstance(value, str) else []
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(Skill)}"
    return [f"{where}: {value!r} is not a known skill; {hint}"]


def _cycle_through(table: Mapping[str, list[str]], skill: str) -> list[str]:
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
