"""Maps the text of a call record to an incident type and a priority by the rules of `call_types.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dispatch.model.vocabulary import Priority

UNKNOWN_TYPE = "information"
UNKNOWN_PRIORITY = Priority.NORMAL
MEDICAL = "medical.other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallType:
    """`is_known` is false when no rule matches."""

    type: str
    priority: Priority
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    rules: tuple[tuple[re.Pattern[str], CallType], ...]
    levels: Mapping[str, Priority]


@cache
def call_type(words: str, level: str = "") -> CallType:
    """The incident type of a call. `level`: the urgency code of the record, if it has one."""
    table = _rules()
    # The first rule that matches counts, so the order in the file matters.
    for pattern, found in table.rules:
        if pattern.search(words):
            if found.type == MEDICAL and level in table.levels:
                return CallType(type=found.type, priority=table.levels[level])
            return found
    return CallType(type=UNKNOWN_TYPE, priority=UNKNOWN_PRIORITY, is_known=False)


@cache
def _rules() -> _Rules:
    table = tomllib.loads((files("streams.simulator") / "call_types.toml").read_text("utf-8"))
    rules = tuple(
        (
            re.compile(rule["pattern"], re.IGNORECASE),
            CallType(type=rule["type"], priority=Priority(rule["priority"])),
        )
        for rule in table["rule"]
    )
    return _Rules(rules=rules, levels={level: Priority(word) for level, word in table["levels"].items()})
