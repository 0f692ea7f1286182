"""Checks of the rows of a plan file. Each function returns the faults it finds, with their path and what was expected."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dispatch.model.languages import EXPECTED, canonical, is_assigned
from dispatch.model.vocabulary import Capability, LanguageRule, Priority, Task
from dispatch.plans import digital_work
from dispatch.plans.fixed_policies import certainty_faults, policy_faults
from dispatch.plans.substitutes import skill_fault

MAX_COUNT = 100
MAX_LEVEL = 9
_MAX_WHOLE = 1_000_000
REQUIREMENT_KEYS = {
    "capability",
    "skill",
    "count",
    "languages",
    "task",
    "max_distance_m",
    "window_s",
    "certainty",
    "policy",
    "heavy",
    "role",
    "any_of",
    "language",
    "max_eta_s",
    "ladder",
    "level",
    "priorities",
    *digital_work.KEYS,
}


def unknown(where: str, table: Mapping[str, Any], known: set[str]) -> list[str]:
    """A fault for each key that is not a setting."""
    return [f"{where}{key}: no such setting" for key in table if key not in known]


def number_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """Faults of times, distances, certainty and policy. Times and distances must be integers, as they are on the wire."""
    faults = [
        f"{where}.{key}: expected a whole number from 1 to {_MAX_WHOLE}, got {row[key]!r}"
        for key in ("window_s", "digital_window_s", "digital_lease_s", "max_distance_m", "max_eta_s", "retry_s")
        if key in row and not is_whole(row[key], _MAX_WHOLE)
    ]
    return faults + certainty_faults(where, row) + policy_faults(where, row)


def is_whole(value: object, most: int) -> bool:
    """Whether the value is an integer from 1 to `most`; `True` is not (bool is a subclass of int)."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def is_word(value: object, words: type[StrEnum]) -> bool:
    """Whether the value is one of the enum's values."""
    return isinstance(value, str) and value in set(words)


def heavy_faults(where: str, table: Mapping[str, Any]) -> list[str]:
    return [] if isinstance(table.get("heavy", False), bool) else [f"{where}.heavy: expected true or false"]


def _skill_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """Faults of `skill` (the preferred skill) and `any_of` (alternatives); at least one of them is required."""
    others = row.get("any_of", [])
    if not isinstance(others, list) or ("any_of" in row and not others):
        return [f"{where}.any_of: expected a list of skills, the preferred first"]
    faults = [
        fault for number, other in enumerate(others, 1) for fault in skill_fault(f"{where}.any_of[{number}]", other)
    ]
    return faults if others and "skill" not in row else [*skill_fault(f"{where}.skill", row.get("skill")), *faults]


def _extra_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    faults = []
    if "language" in row and not is_word(row["language"], LanguageRule):
        faults.append(f"{where}.language: expected one of {', '.join(LanguageRule)}")
    if not isinstance(row.get("role", ""), str):
        faults.append(f"{where}.role: expected a text")
    if not is_whole(row.get("level", 1), MAX_LEVEL):
        faults.append(f"{where}.level: expected an alarm level from 1 to {MAX_LEVEL}")
    priorities = row.get("priorities", [])
    if not isinstance(priorities, list) or not all(is_word(entry, Priority) for entry in priorities):
        faults.append(f"{where}.priorities: expected a list of {', '.join(Priority)}")
    return faults


def _languages_faults(where: str, languages: object) -> list[str]:
    if not isinstance(languages, list):
        return [f"{where}.languages: expected a list of language tags"]
    return [
        f"{where}.languages[{number}]: expected {EXPECTED}, got {language!r}"
        for number, language in enumerate(languages, 1)
        if not isinstance(language, str) or canonical(language) is None or not is_assigned(language)
    ]


def requirement_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """All faults of one requirement; inline ladders are checked by `ladders.py`."""
    faults = unknown(f"{where}.", row, REQUIREMENT_KEYS)
    if not is_word(row.get("capability"), Capability):
        faults.append(f"{where}.capability: expected field or digital")
    faults += _skill_faults(where, row)
    if not is_whole(row.get("count", 1), MAX_COUNT):
        faults.append(f"{where}.count: expected a whole number from 1 to {MAX_COUNT}")
    faults += _languages_faults(where, row.get("languages", []))
    if "task" in row and not is_word(row["task"], Task):
        faults.append(f"{where}.task: expected one of {', '.join(Task)}")
    faults += digital_work.faults(where, row)
    return faults + _extra_faults(where, row) + heavy_faults(where, row) + number_faults(where, row)
