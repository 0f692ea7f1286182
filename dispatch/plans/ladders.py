"""Escalation ladders of a plan: what is tried next for a requirement that is not met, and when.

Times are seconds since the report (or since a place became open again). `target_s` is the service level: a step is taken early
when the probability to be staffed by then falls below `least_chance`. The last step of every ladder is `end`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dispatch.model.incidents import Climb
from dispatch.model.vocabulary import StepAction

MAX_AT_S = 86_400
MAX_FACTOR = 10
_STEP_KEYS = {"at_s", "step", "factor", "level", "partner"}
_LADDER_KEYS = {"target_s", "least_chance", "steps"}
_OWN_KEY = {
    "factor": StepAction.WIDER_RING,
    "level": StepAction.ALARM_LEVEL,
    "partner": StepAction.PARTNER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step. `factor` is for `wider_ring`, `level` for `alarm_level`, `partner` (named by the deployment) for `partner`."""

    at_s: int
    action: StepAction
    factor: int = 2
    level: int = 2
    partner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    name: str
    steps: tuple[Step, ...]
    target_s: int = 300
    least_chance: float = 0.5

    def left(self, climb: Climb) -> tuple[int, ...]:
        """Numbers (from 0) of the steps not taken yet, in their order."""
        return tuple(number for number in range(climb.taken, len(self.steps)) if number not in climb.ahead)


FALLBACK = Ladder(
    name="",
    steps=(Step(at_s=180, action=StepAction.OPERATOR), Step(at_s=900, action=StepAction.END)),
)
"""Ladder of requirements whose ladder is unknown: alert the operator after three minutes, end after fifteen."""


def ladder_of(where: str, name: str, table: Any, faults: list[str]) -> Ladder:
    """The ladder of a table or of a bare list of steps; faults are appended to `faults`, and `FALLBACK` is returned."""
    stated: Any = {"steps": table} if isinstance(table, list) else table
    if not isinstance(stated, Mapping):
        faults.append(f"{where}: expected a table with steps, or a list of steps")
        return FALLBACK
    found = [f"{where}.{key}: no such setting" for key in stated if key not in _LADDER_KEYS]
    rows = stated.get("steps")
    if not isinstance(rows, list) or not rows:
        faults.extend([*found, f"{where}.steps: expected at least one step"])
        return FALLBACK
    place = where if isinstance(table, list) else f"{where}.steps"
    for number, row in enumerate(rows, 1):
        found += _step_faults(f"{place}[{number}]", row)
    found += [] if found else _order_faults(place, rows)
    found += _target_faults(where, stated)
    if found:
        faults.extend(found)
        return FALLBACK
    known = {key: stated[key] for key in ("target_s", "least_chance") if key in stated}
    return Ladder(name=name, steps=tuple(_step(row) for row in rows), **known)


def _step(row: Mapping[str, Any]) -> Step:
    own = {key: row[key] for key in _OWN_KEY if key in row}
    return Step(at_s=row["at_s"], action=StepAction(row["step"]), **own)


def _step_faults(where: str, row: Any) -> list[str]:
    if not isinstance(row, Mapping):
        return [f'{where}: expected a table like {{ at_s = 60, step = "wider_ring" }}']
    faults = [f"{where}.{key}: no such setting" for key in row if key not in _STEP_KEYS]
    action = row.get("step")
    if action not in list(StepAction):
        return [*faults, f"{where}.step: expected one of {', '.join(StepAction)}"]
    if not _is_whole(row.get("at_s"), 0, MAX_AT_S):
        faults.append(f"{where}.at_s: expected whole seconds since the report, up to {MAX_AT_S}")
    faults += [f"{where}.{key}: only for {owner}" for key, owner in _OWN_KEY.items() if key in row and action != owner]
    if not _is_whole(row.get("factor", 2), 2, MAX_FACTOR):
        faults.append(f"{where}.factor: expected a whole number from 2 to {MAX_FACTOR}")
    if not _is_whole(row.get("level", 2), 2, 9):
        faults.append(f"{where}.level: expected a whole number from 2 to 9")
    if action == StepAction.PARTNER and not (isinstance(row.get("partner"), str) and row["partner"]):
        faults.append(f"{where}.partner: expected the name of the organisation to ask")
    return faults


def _order_faults(where: str, rows: list[Mapping[str, Any]]) -> list[str]:
    """Times never go back, the end stands at the end and nowhere else."""
    faults = [
        f"{where}[{number}].at_s: expected {before['at_s']} or later, the time of the step before"
        for number, (before, row) in enumerate(pairwise(rows), 2)
        if row["at_s"] < before["at_s"]
    ]
    early = [number for number, row in enumerate(rows[:-1], 1) if row["step"] == StepAction.END]
    faults += [f"{where}[{number}].step: no step may follow end; move it to the end of the list" for number in early]
    if rows[-1]["step"] != StepAction.END:
        faults.append(f'{where}: the ladder has no end; add {{ at_s = …, step = "end" }} as its last step')
    return faults


def _target_faults(where: str, table: Mapping[str, Any]) -> list[str]:
    faults = []
    if not _is_whole(table.get("target_s", 300), 1, MAX_AT_S):
        faults.append(f"{where}.target_s: expected whole seconds from 1 to {MAX_AT_S}")
    chance = table.get("least_chance", 0.5)
    if not isinstance(chance, int | float) or isinstance(chance, bool) or not 0 <= chance < 1:
        faults.append(f"{where}.least_chance: expected a number from 0 to below 1")
    return faults


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
