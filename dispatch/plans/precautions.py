"""Safety settings of a plan: hazard areas, who may enter them, and the check-in interval of people on scene."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.plans.substitutes import skill_fault

KEYS = frozenset({"hazard", "equipped", "check_in_s"})
CHECK_IN_RANGE_S = (60, 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Precautions:
    """`hazard`: the polygon of an incident of this type is a hazard area. `equipped`: people with one of these skills may enter.
    `check_in_s`: interval after which a person on scene is asked to check in; None: never."""

    hazard: bool = False
    equipped: tuple[str, ...] = ()
    check_in_s: int | None = None


NONE = Precautions()


def precautions_of(where: str, table: Mapping[str, Any], faults: list[str]) -> Precautions:
    """The precautions of a type's table; faults are appended to `faults`, and `NONE` is returned."""
    found = _faults(where, table)
    faults.extend(found)
    if found:
        return NONE
    return Precautions(
        hazard=table.get("hazard", False),
        equipped=tuple(dict.fromkeys(table.get("equipped", ()))),
        check_in_s=table.get("check_in_s"),
    )


def _faults(where: str, table: Mapping[str, Any]) -> list[str]:
    faults = []
    hazard, equipped, check_in_s = table.get("hazard", False), table.get("equipped", []), table.get("check_in_s")
    if not isinstance(hazard, bool):
        faults.append(f"{where}.hazard: expected true or false")
    if not isinstance(equipped, list):
        faults.append(f"{where}.equipped: expected a list of skills with which a person may enter")
    else:
        faults += [fault for at, one in enumerate(equipped) for fault in skill_fault(f"{where}.equipped[{at}]", one)]
        if equipped and hazard is False:
            faults.append(f"{where}.equipped: has no effect without hazard = true")
    if check_in_s is not None and not _is_seconds(check_in_s):
        low, high = CHECK_IN_RANGE_S
        faults.append(f"{where}.check_in_s: expected whole seconds from {low} to {high}, got {check_in_s!r}")
    return faults


def _is_seconds(value: object) -> bool:
    low, high = CHECK_IN_RANGE_S
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
