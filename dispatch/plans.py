"""Response plans: what an incident type needs. Read from a checked TOML file; the version is recorded in each decision."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dispatch.model import Requirement, RequirementSpec
from dispatch.vocabulary import TASK_OF_SKILL, Capability, Priority, Skill, Task

BUILT_IN = Path(__file__).with_name("plans.toml")
FALLBACK_TYPE = "information"
"""Plan for a type this book does not know: an incident is never refused for want of a plan."""

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
    faults: list[str] = []
    defaults = _defaults(raw.get("defaults", {}), faults)
    types = raw.get("types", {})
    if not isinstance(raw.get("version"), str) or not raw["version"]:
        faults.append("version: expected a text")
    if not isinstance(types, dict) or FALLBACK_TYPE not in types:
        faults.append(f"types: expected tables, among them {FALLBACK_TYPE!r}")
        types = {}
    book = PlanBook(version=str(raw.get("version")), defaults=defaults, plans={})
    plans = {name: _plan(name, table, book, faults) for name, table in types.items()}
    if faults:
        raise BadPlans("\n".join(f"{source}: {fault}" for fault in faults))
    return PlanBook(version=book.version, defaults=defaults, plans=plans)


def _defaults(table: Any, faults: list[str]) -> Defaults:
    if not isinstance(table, dict):
        faults.append("defaults: expected a table")
        return Defaults()
    faults.extend(f"defaults.{key}: no such setting" for key in table.keys() - _DEFAULT_KEYS)
    good = {key: value for key, value in table.items() if key in _DEFAULT_KEYS and _is_positive(value)}
    faults.extend(
        f"defaults.{key}: expected a number above 0, got {value!r}"
        for key, value in table.items()
        if key in _DEFAULT_KEYS and key not in good
    )
    return Defaults(**good)


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _plan(name: str, table: Any, book: PlanBook, faults: list[str]) -> ResponsePlan:
    where = f"types.{name}"
    if not isinstance(table, dict):
        faults.append(f"{where}: expected a table")
        table = {}
    faults.extend(f"{where}.{key}: no such setting" for key in table.keys() - {"title", "priority", "requirements"})
    if table.get("priority") not in set(Priority):
        faults.append(f"{where}.priority: expected one of {', '.join(Priority)}")
    title = table.get("title")
    if not isinstance(title, dict) or not {"kk", "ru", "en"} <= title.keys():
        faults.append(f"{where}.title: expected texts for kk, ru and en")
    rows = table.get("requirements")
    if not isinstance(rows, list) or not rows:
        faults.append(f"{where}.requirements: expected at least one")
        rows = []
    return ResponsePlan(
        type=name,
        title=title if isinstance(title, dict) else {},
        priority=Priority(table["priority"]) if table.get("priority") in set(Priority) else Priority.NORMAL,
        requirements=tuple(
            requirement
            for number, row in enumerate(rows, 1)
            if (requirement := _requirement(f"{where}.requirements[{number}]", number, row, book, faults))
        ),
    )


def _requirement(where: str, number: int, row: Any, book: PlanBook, faults: list[str]) -> Requirement | None:
    before = len(faults)
    if not isinstance(row, dict):
        faults.append(f"{where}: expected a table")
        return None
    faults.extend(f"{where}.{key}: no such setting" for key in row.keys() - _REQUIREMENT_KEYS)
    if row.get("capability") not in set(Capability):
        faults.append(f"{where}.capability: expected field or digital")
    if row.get("skill") not in set(Skill):
        faults.append(f"{where}.skill: {row.get('skill')!r} is no known skill")
    if not isinstance(row.get("count", 1), int) or not 1 <= row.get("count", 1) <= 100:
        faults.append(f"{where}.count: expected a whole number from 1 to 100")
    if "task" in row and row["task"] not in set(Task):
        faults.append(f"{where}.task: expected one of {', '.join(Task)}")
    faults.extend(
        f"{where}.{key}: expected a number above 0"
        for key in ("max_distance_m", "window_s", "offers_per_place")
        if key in row and not _is_positive(row[key])
    )
    if len(faults) > before:
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
    return _with_ratio(completed, row.get("offers_per_place"))


def _with_ratio(requirement: Requirement, offers_per_place: float | None) -> Requirement:
    return replace(requirement, offers_per_place=offers_per_place) if offers_per_place else requirement
