"""Response plans: what an incident type needs. Read from a checked TOML file; the version is recorded in each decision."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from dispatch.model import Requirement, RequirementSpec
from dispatch.vocabulary import TASK_OF_SKILL, Capability, Priority, Skill, Task

BUILT_IN = Path(__file__).with_name("plans.toml")
FALLBACK_TYPE = "information"
"""Plan for a type this book does not know: an incident is never refused for want of a plan."""

MAX_COUNT = 100
MAX_OFFERS_PER_PLACE = 20
_MAX_WHOLE = 1_000_000
_TITLE_LANGUAGES = ("kk", "ru", "en")
_BOOK_KEYS = {"version", "defaults", "types"}
_PLAN_KEYS = {"title", "priority", "requirements"}
_DEFAULT_KEYS = {"window_s", "digital_window_s", "offers_per_place", "max_distance_m", "retry_s"}
_REQUIREMENT_KEYS = {
    "capability",
    "skill",
    "count",
    "languages",
    "task",
    "max_distance_m",
    "window_s",
    "offers_per_place",
}


class BadPlans(ValueError):
    """The file cannot be used; one line for each fault, with its place and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    window_s: int = 90
    digital_window_s: int = 120
    offers_per_place: float = 2.0
    max_distance_m: int = 50_000
    retry_s: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePlan:
    type: str
    title: Mapping[str, str]
    priority: Priority
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBook:
    version: str
    defaults: Defaults
    plans: Mapping[str, ResponsePlan]

    def plan(self, incident_type: str) -> ResponsePlan:
        return self.plans.get(incident_type) or self.plans[FALLBACK_TYPE]

    def requirements(self, specs: Iterable[RequirementSpec]) -> tuple[Requirement, ...]:
        """Requirements as an operator stated them, completed from the defaults; ids `r1`, `r2`, … in their order."""
        return tuple(self._completed(number, spec) for number, spec in enumerate(specs, 1))

    def _completed(self, number: int, spec: RequirementSpec) -> Requirement:
        digital = spec.capability is Capability.DIGITAL
        window_s = self.defaults.digital_window_s if digital else self.defaults.window_s
        return Requirement(
            id=f"r{number}",
            capability=spec.capability,
            skill=spec.skill,
            count=spec.count,
            languages=spec.languages,
            task=task_of(spec) if digital else None,
            max_distance_m=spec.max_distance_m or self.defaults.max_distance_m,
            window_s=spec.window_s or window_s,
            offers_per_place=self.defaults.offers_per_place,
        )


def task_of(spec: RequirementSpec) -> Task:
    """The stated task, else the one of the skill; any other skill verifies."""
    if spec.task:
        return spec.task
    known = spec.skill in Skill._value2member_map_
    return TASK_OF_SKILL.get(Skill(spec.skill), Task.VERIFY_REPORT) if known else Task.VERIFY_REPORT


def load_builtin() -> PlanBook:
    return load(BUILT_IN)


def load(path: Path) -> PlanBook:
    """Raises BadPlans (with the file's name) when the file cannot be read, parsed or used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPlans(f"{path}: {error}") from error
    return parse(raw, source=str(path))


def parse(raw: Mapping[str, Any], *, source: str) -> PlanBook:
    faults = _unknown("", raw, _BOOK_KEYS)
    defaults = _defaults(raw.get("defaults", {}), faults)
    types = raw.get("types", {})
    if not _is_text(raw.get("version")):
        faults.append("version: expected a text")
    if not isinstance(types, dict) or FALLBACK_TYPE not in types:
        faults.append(f"types: expected tables, among them {FALLBACK_TYPE!r}")
        types = {}
    book = PlanBook(version=str(raw.get("version")), defaults=defaults, plans={})
    plans = {name: _plan(name, table, book, faults) for name, table in types.items()}
    if faults:
        raise BadPlans("\n".join(f"{source}: {fault}" for fault in faults))
    return PlanBook(version=book.version, defaults=defaults, plans=plans)


def _unknown(where: str, table: Mapping[str, Any], known: set[str]) -> list[str]:
    return [f"{where}{key}: no such setting" for key in table if key not in known]


def _defaults(table: Any, faults: list[str]) -> Defaults:
    if not isinstance(table, dict):
        faults.append("defaults: expected a table")
        return Defaults()
    faults.extend(_unknown("defaults.", table, _DEFAULT_KEYS))
    before = len(faults)
    known = {key: value for key, value in table.items() if key in _DEFAULT_KEYS}
    faults.extend(_number_faults("defaults", known))
    return Defaults(**known) if len(faults) == before else Defaults()


def _number_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    """Times and distances end in whole milliseconds and metres on the wire, so nothing else is taken."""
    faults = [
        f"{where}.{key}: expected a whole number from 1 to {_MAX_WHOLE}, got {row[key]!r}"
        for key in ("window_s", "digital_window_s", "max_distance_m", "retry_s")
        if key in row and not _is_whole(row[key], _MAX_WHOLE)
    ]
    if "offers_per_place" in row and not _is_ratio(row["offers_per_place"]):
        faults.append(
            f"{where}.offers_per_place: expected a number from 1 to {MAX_OFFERS_PER_PLACE}, got {row['offers_per_place']!r}"
        )
    return faults


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_ratio(value: object) -> bool:
    """Below one, fewer people would be asked than are needed, and the rest would look like a shortfall."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= MAX_OFFERS_PER_PLACE


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_word(value: object, words: type[StrEnum]) -> bool:
    return isinstance(value, str) and value in set(words)


def _is_title(value: object) -> bool:
    return isinstance(value, dict) and all(_is_text(value.get(language)) for language in _TITLE_LANGUAGES)


def _plan(name: str, table: Any, book: PlanBook, faults: list[str]) -> ResponsePlan:
    where = f"types.{name}"
    if not isinstance(table, dict):
        faults.append(f"{where}: expected a table")
        return ResponsePlan(type=name, title={}, priority=Priority.NORMAL, requirements=())
    faults.extend(_unknown(f"{where}.", table, _PLAN_KEYS))
    stated: Mapping[str, Any] = {"priority": None, "title": None, "requirements": None} | table
    priority, title, rows = stated["priority"], stated["title"], stated["requirements"]
    if not _is_word(priority, Priority):
        faults.append(f"{where}.priority: expected one of {', '.join(Priority)}")
        priority = Priority.NORMAL
    if not _is_title(title):
        faults.append(f"{where}.title: expected texts for {', '.join(_TITLE_LANGUAGES)}")
        title = {}
    if not isinstance(rows, list) or not rows:
        faults.append(f"{where}.requirements: expected at least one")
        rows = []
    requirements = [
        _requirement(f"{where}.requirements[{number}]", number, row, book, faults) for number, row in enumerate(rows, 1)
    ]
    return ResponsePlan(
        type=name,
        title=title,
        priority=Priority(priority),
        requirements=tuple(entry for entry in requirements if entry),
    )


def _requirement(where: str, number: int, row: Any, book: PlanBook, faults: list[str]) -> Requirement | None:
    if not isinstance(row, dict):
        faults.append(f"{where}: expected a table")
        return None
    found = _requirement_faults(where, row)
    if found:
        faults.extend(found)
        return None
    spec = RequirementSpec(
        capability=Capability(row["capability"]),
        skill=row["skill"],
        count=row.get("count", 1),
        languages=tuple(row.get("languages", ())),
        task=Task(row["task"]) if "task" in row else None,
        max_distance_m=row.get("max_distance_m"),
        window_s=row.get("window_s"),
    )
    completed = book._completed(number, spec)
    return replace(completed, offers_per_place=row.get("offers_per_place", completed.offers_per_place))


def _requirement_faults(where: str, row: Mapping[str, Any]) -> list[str]:
    faults = _unknown(f"{where}.", row, _REQUIREMENT_KEYS)
    if not _is_word(row.get("capability"), Capability):
        faults.append(f"{where}.capability: expected field or digital")
    if not _is_word(row.get("skill"), Skill):
        faults.append(f"{where}.skill: {row.get('skill')!r} is no known skill")
    if not _is_whole(row.get("count", 1), MAX_COUNT):
        faults.append(f"{where}.count: expected a whole number from 1 to {MAX_COUNT}")
    languages = row.get("languages", [])
    if not isinstance(languages, list) or not all(_is_text(language) for language in languages):
        faults.append(f"{where}.languages: expected a list of language tags")
    if "task" in row and not _is_word(row["task"], Task):
        faults.append(f"{where}.task: expected one of {', '.join(Task)}")
    return faults + _number_faults(where, row)
