"""Rules of a deployment: which alert becomes a hazard area or an incident, and which is only recorded. Read from TOML.

The first rule that fits one of the descriptions of an alert decides. What a rule does not state fits everything.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from dispatch.cap.messages import Alert, Info
from dispatch.cap.schema import CATEGORIES
from dispatch.model.vocabulary import Priority

Word = TypeVar("Word", bound=StrEnum)
BUILT_IN = Path(__file__).with_name("builtin.toml")
_SECONDS = (60, 7 * 86_400)
_HOLD_S = 3_600


class Follows(StrEnum):
    HAZARD = "hazard"  # an area that people are warned of and kept out of; one person at a desk watches the media
    INCIDENT = "incident"  # work by the response plan of its type
    RECORD = "record"  # nothing but an entry in the ledger


class Drill(StrEnum):
    """What becomes of alerts with the status Exercise or Test."""

    EXERCISE = "exercise"  # as an actual one, marked as a drill
    IGNORE = "ignore"


class BadRules(ValueError):
    """A file of rules that cannot be used; the message has the place and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`events`: beginnings of words, of which one stands in the event or the headline, in any language. `codes`: `NAME=VALUE` of
    event codes. The other conditions: words of CAP."""

    name: str
    then: Follows
    type: str = ""
    priority: Priority | None = None
    events: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    certainty: tuple[str, ...] = ()

    def fits(self, info: Info) -> bool:
        return (
            self._names(info)
            and _meets(self.category, info.categories)
            and _meets(self.severity, (info.severity,))
            and _meets(self.urgency, (info.urgency,))
            and _meets(self.certainty, (info.certainty,))
        )

    def _names(self, info: Info) -> bool:
        if not self.events and not self.codes:
            return True
        if {f"{name}={value}" for name, value in info.event_codes} & set(self.codes):
            return True
        # Beginnings of words, because Kazakh and Russian decline: "су тасқыны", "паводка", "flooding".
        said = "".join(letter if letter.isalnum() else " " for letter in f"{info.event} {info.headline}".casefold())
        return any(f" {begin}" in f" {' '.join(said.split())}" for begin in self.events)


def _meets(wanted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    return not wanted or not set(wanted).isdisjoint(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`hold_s`: how long an update or a cancellation waits for the message it is about."""

    rules: tuple[Rule, ...]
    hold_s: int = _HOLD_S
    exercise: Drill = Drill.EXERCISE
    test: Drill = Drill.IGNORE

    def without_plan(self, hazards: Mapping[str, bool | None]) -> list[str]:
        """What the response plans in force do not permit, one sentence for each rule. `hazards`: by incident type, whether its
        area is a hazard area; None: not known."""
        faults = []
        for rule in self.rules:
            if rule.then is Follows.RECORD:
                continue
            if rule.type not in hazards:
                faults.append(f"rule {rule.name!r}: no response plan has the type {rule.type!r}")
            elif rule.then is Follows.HAZARD and hazards[rule.type] is False:
                faults.append(
                    f'rule {rule.name!r}: then = "hazard", and the plan of {rule.type!r} declares no hazard area'
                )
        return faults

    def judge(self, alert: Alert) -> tuple[Rule, Info] | None:
        """The first rule that fits, with the description that it fits; None if none does."""
        return next(((rule, info) for rule in self.rules for info in alert.infos if rule.fits(info)), None)


_WORDS: Mapping[str, frozenset[str]] = {
    "category": frozenset(CATEGORIES),
    "severity": frozenset(["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    "urgency": frozenset(["Immediate", "Expected", "Future", "Past", "Unknown"]),
    "certainty": frozenset(["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
}


def rules_of(text: str) -> Rules:
    """The rules in a TOML text.

    Raises:
        BadRules: not TOML, an unknown name, or a value that is not as expected.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"not TOML: {error}") from None
    _known(raw, {"rules", "hold_s", "exercise", "test"}, "the file")
    entries = raw.get("rules")
    if not isinstance(entries, list) or not entries:
        raise BadRules("rules: expected one table [[rules]] at least")
    hold_s = raw.get("hold_s", _HOLD_S)
    if not isinstance(hold_s, int) or isinstance(hold_s, bool) or not _SECONDS[0] <= hold_s <= _SECONDS[1]:
        raise BadRules(f"hold_s: expected whole seconds from {_SECONDS[0]} to {_SECONDS[1]}")
    return Rules(
        rules=tuple(_rule(entry, number) for number, entry in enumerate(entries, 1)),
        hold_s=hold_s,
        exercise=_word(Drill, raw.get("exercise", "exercise"), "exercise"),
        test=_word(Drill, raw.get("test", "ignore"), "test"),
    )


def built_in() -> Rules:
    return rules_of(BUILT_IN.read_text(encoding="utf-8"))


def _rule(entry: Any, number: int) -> Rule:
    where = f"rules[{number}]"
    if not isinstance(entry, dict):
        raise BadRules(f"{where}: expected a table")
    _known(entry, {one.name for one in fields(Rule)}, where)
    then = _word(Follows, entry.get("then"), f"{where}.then")
    kind = entry.get("type", "")
    if not isinstance(kind, str) or bool(kind) != (then is not Follows.RECORD):
        raise BadRules(f'{where}.type: expected an incident type, and none with then = "record"')
    priority = entry.get("priority")
    lists = {name: _list(entry, name, where) for name in ("events", "codes", *_WORDS)}
    for name, words in _WORDS.items():
        if unknown := set(lists[name]) - words:
            raise BadRules(f"{where}.{name}: expected words of CAP, found {', '.join(sorted(unknown))}")
    return Rule(
        name=str(entry.get("name") or f"rule {number}"),
        then=then,
        type=kind,
        priority=None if priority is None else _word(Priority, priority, f"{where}.priority"),
        **{**lists, "events": tuple(word.casefold() for word in lists["events"])},
    )


def _known(table: Mapping[str, Any], names: set[str], where: str) -> None:
    if unknown := set(table) - names:
        raise BadRules(f"{where}: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(names))}")


def _list(entry: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    value = entry.get(name, [])
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise BadRules(f"{where}.{name}: expected a list of texts")
    return tuple(value)


def _word(kind: type[Word], value: Any, where: str) -> Word:
    try:
        return kind(value)
    except ValueError:
        raise BadRules(f"{where}: expected one of {', '.join(kind)}, found {value!r}") from None
