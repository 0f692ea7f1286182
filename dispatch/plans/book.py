"""Response plans: what each incident type needs. Parsed from TOML; each decision records the version of the plans."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dispatch.model.incidents import Climb, Policy, Requirement, RequirementSpec
from dispatch.model.languages import canonicals
from dispatch.model.travel import distance_within_m
from dispatch.model.vocabulary import TASK_OF_SKILL, Capability, LanguageRule, Priority, Skill, Task, TravelMode
from dispatch.plans import digital_work
from dispatch.plans.budget_table import Budget, budget_of
from dispatch.plans.fixed_policies import certainty_faults, policy_of
from dispatch.plans.ladders import FALLBACK, Ladder, ladder_of
from dispatch.plans.line_numbers import line_of, lines_of
from dispatch.plans.precautions import KEYS as PRECAUTION_KEYS
from dispatch.plans.precautions import NONE as NO_PRECAUTIONS
from dispatch.plans.precautions import Precautions, precautions_of
from dispatch.plans.row_checks import heavy_faults, is_text, is_word, number_faults, requirement_faults, unknown
from dispatch.plans.substitutes import substitutes_of

BUILT_IN = Path(__file__).with_name("builtin.toml")
FALLBACK_TYPE = "information"
"""Plan for unknown types: an incident is never refused because it has no plan."""

_TITLE_LANGUAGES = ("kk", "ru", "en")
_BOOK_KEYS = {"version", "defaults", "types", "substitutes", "ladders", "budget"}
_PLAN_KEYS = {"title", "priority", "certainty", "heavy", "requirements", *PRECAUTION_KEYS}
_DEFAULT_KEYS = {
    "window_s",
    "digital_window_s",
    "certainty",
    "policy",
    "max_distance_m",
    "retry_s",
    "digital_lease_s",
    "ladder",
    "digital_ladder",
}


class BadPlans(ValueError):
    """The plan file is invalid. The message has one line per fault, with its position and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    window_s: int = 90
    digital_window_s: int = 120
    certainty: float = 0.95
    policy: Policy | None = None
    max_distance_m: int = 50_000
    retry_s: int = 20
    digital_lease_s: int = digital_work.LEASE_S
    ladder: str = ""
    """Default ladder of field work; empty: `ladders.FALLBACK`."""
    digital_ladder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One requirement of a plan, with the alarm level from which it applies and the priorities for which it does (empty: all)."""

    requirement: Requirement
    level: int = 1
    priorities: frozenset[Priority] = frozenset()

    def counts(self, priority: Priority, levels: range) -> bool:
        return self.level in levels and (not self.priorities or priority in self.priorities)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePlan:
    type: str
    title: Mapping[str, str]
    priority: Priority
    lines: tuple[PlanLine, ...]
    certainty: float | None = None
    """Certainty of requirements that state none; None: the default of the plans."""
    heavy: bool = False
    """Heavy work: people rest longer afterwards."""
    precautions: Precautions = NO_PRECAUTIONS

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Requirements of alarm level 1 at the default priority of the type."""
        return self.stated(self.priority)

    @property
    def highest_level(self) -> int:
        return max(line.level for line in self.lines)

    def stated(self, priority: Priority, level: int = 1) -> tuple[Requirement, ...]:
        """Requirements of this type up to an alarm level, with ids `r1`, `r2`, … in the order of the file."""
        chosen = [line.requirement for line in self.lines if line.counts(priority, range(1, level + 1))]
        return tuple(replace(entry, id=f"r{number}") for number, entry in enumerate(chosen, 1))

    def added(self, priority: Priority, level: int) -> tuple[Requirement, ...]:
        """Requirements that one alarm level adds to those below it. `requirement_ids.with_ids` replaces their ids."""
        return tuple(line.requirement for line in self.lines if line.counts(priority, range(level, level + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBook:
    """All response plans of a deployment, with their defaults, ladders, substitutes and notification budget."""

    version: str
    defaults: Defaults
    plans: Mapping[str, ResponsePlan]
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    substitutes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def ladder(self, name: str) -> Ladder:
        """The ladder of this name; `FALLBACK` if there is none: the incident may have been reported under other plans."""
        return self.ladders.get(name, FALLBACK)

    def plan(self, incident_type: str) -> ResponsePlan:
        """The plan of a type; that of `FALLBACK_TYPE` for an unknown type."""
        return self.plans.get(incident_type) or self.plans[FALLBACK_TYPE]

    def requirements(
        self, specs: Iterable[RequirementSpec], incident_type: str | None = None
    ) -> tuple[Requirement, ...]:
        """Requirements stated by an operator, completed from the type's plan and the defaults, with ids `r1`, `r2`, …."""
        plan = self.plans.get(incident_type or "")
        completed = [self._completed(number, spec, plan) for number, spec in enumerate(specs, 1)]
        return tuple(replace(entry, heavy=plan is not None and plan.heavy) for entry in completed)

    def _completed(
        self, number: int, spec: RequirementSpec, plan: ResponsePlan | None = None, policy: Policy | None = None
    ) -> Requirement:
        digital = spec.capability is Capability.DIGITAL
        window_s = self.defaults.digital_window_s if digital else self.defaults.window_s
        policy = policy or self.defaults.policy
        return Requirement(
            id=f"r{number}",
            capability=spec.capability,
            skill=spec.skill,
            count=digital_work.people(spec),
            languages=spec.languages,
            task=task_of(spec) if digital else None,
            max_distance_m=spec.max_distance_m or self._furthest_m(spec),
            window_s=(policy.window_s if policy else None) or spec.window_s or window_s,
            certainty=spec.certainty or (plan.certainty if plan else None) or self.defaults.certainty,
            policy=policy,
            role=spec.role,
            any_of=spec.any_of,
            language=spec.language,
            max_eta_s=spec.max_eta_s,
            climb=Climb(ladder=spec.ladder or (self.defaults.digital_ladder if digital else self.defaults.ladder)),
            **digital_work.completed(spec, self.defaults.digital_lease_s),
        )

    def _furthest_m(self, spec: RequirementSpec) -> int:
        """With a time limit only, the search radius is what a car reaches; eligibility applies each person's own travel mode."""
        if spec.max_eta_s is None:
            return self.defaults.max_distance_m
        return max(1, round(distance_within_m(spec.max_eta_s, TravelMode.CAR)))


def task_of(spec: RequirementSpec) -> Task:
    """The stated task, else the default task of the skill, else `verify_report`."""
    if spec.task:
        return spec.task
    known = spec.skill in Skill._value2member_map_
    return TASK_OF_SKILL.get(Skill(spec.skill), Task.VERIFY_REPORT) if known else Task.VERIFY_REPORT


def load_builtin() -> PlanBook:
    """The plans that are part of the package."""
    return load(BUILT_IN)


def load(path: Path) -> PlanBook:
    """Reads and parses a plan file.

    Raises:
        BadPlans: the file cannot be read or parsed, or has faults; each line starts with the file name.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPlans(f"{path}: {error}") from error
    return read(text, source=str(path))


def read(text: str, *, source: str) -> PlanBook:
    """Parses the text of a plan file. `source`: the name to use in fault messages.

    Raises:
        BadPlans: the text is not TOML, or has faults; each with source, line number and remedy.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPlans(f"{source}: {error}") from error
    return parse(raw, source=source, lines=lines_of(text))


def parse(raw: Mapping[str, Any], *, source: str, lines: Mapping[str, int] | None = None) -> PlanBook:
    """Checks decoded TOML and builds the plans. `lines`: line number of each key, if known (`line_numbers.lines_of`).

    Raises:
        BadPlans: with all faults, not only the first.
    """
    faults = unknown("", raw, _BOOK_KEYS)
    defaults = _defaults(raw.get("defaults", {}), faults)
    budget = budget_of(raw.get("budget", {}), faults)
    types = raw.get("types", {})
    if not is_text(raw.get("version")):
        faults.append("version: expected a text")
    if not isinstance(types, dict) or FALLBACK_TYPE not in types:
        faults.append(f"types: expected tables, among them {FALLBACK_TYPE!r}")
        types = {}
    ladders = _ladders(raw.get("ladders", {}), defaults, types, faults)
    book = PlanBook(
        version=str(raw.get("version")),
        defaults=defaults,
        plans={},
        ladders=ladders,
        substitutes=substitutes_of(raw.get("substitutes", {}), faults),
        budget=budget,
    )
    plans = {name: _plan(name, table, book, faults) for name, table in types.items()}
    if faults:
        raise BadPlans("\n".join(f"{source}:{_line(fault, lines or {})} {fault}" for fault in faults))
    return replace(book, plans=plans)


def _line(fault: str, lines: Mapping[str, int]) -> str:
    line = line_of(lines, fault.partition(": ")[0])
    return "" if line is None else f"{line}:"


def _ladders(table: Any, defaults: Defaults, types: Mapping[str, Any], faults: list[str]) -> dict[str, Ladder]:
    """The named ladders, and the inline ladders of requirements under their position in the file as name."""
    if not isinstance(table, dict):
        faults.append("ladders: expected tables")
        return {}
    ladders = {name: ladder_of(f"ladders.{name}", name, steps, faults) for name, steps in table.items()}
    for key in ("ladder", "digital_ladder"):
        name = getattr(defaults, key)
        if name and name not in ladders:
            faults.append(f"defaults.{key}: {_no_ladder(name, ladders)}")
    for type_name, plan in types.items():
        rows = plan.get("requirements") if isinstance(plan, dict) else None
        for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
            stated = row.get("ladder") if isinstance(row, dict) else None
            where = f"types.{type_name}.requirements[{number}]"
            if isinstance(stated, dict | list):
                ladders[where] = ladder_of(f"{where}.ladder", where, stated, faults)
            elif stated is not None and stated not in ladders:
                faults.append(f"{where}.ladder: {_no_ladder(stated, ladders)}")
    return ladders


def _no_ladder(name: object, ladders: Mapping[str, Ladder]) -> str:
    return f"{name!r} is not a ladder of these plans; known are {', '.join(ladders) or 'none'}"


def _defaults(table: Any, faults: list[str]) -> Defaults:
    if not isinstance(table, dict):
        faults.append("defaults: expected a table")
        return Defaults()
    faults.extend(unknown("defaults.", table, _DEFAULT_KEYS))
    before = len(faults)
    known = {key: value for key, value in table.items() if key in _DEFAULT_KEYS}
    faults.extend(number_faults("defaults", known))
    faults.extend(
        f"defaults.{key}: expected the name of a ladder"
        for key in ("ladder", "digital_ladder")
        if key in known and not is_text(known[key])
    )
    if len(faults) != before:
        return Defaults()
    return Defaults(**(known | {"policy": policy_of(known.get("policy"))}))


def _is_title(value: object) -> bool:
    return isinstance(value, dict) and all(is_text(value.get(language)) for language in _TITLE_LANGUAGES)


def _plan(name: str, table: Any, book: PlanBook, faults: list[str]) -> ResponsePlan:
    where = f"types.{name}"
    if not isinstance(table, dict):
        faults.append(f"{where}: expected a table")
        return ResponsePlan(type=name, title={}, priority=Priority.NORMAL, lines=())
    faults.extend(unknown(f"{where}.", table, _PLAN_KEYS))
    stated: Mapping[str, Any] = {"priority": None, "title": None, "requirements": None} | table
    priority, title, rows = stated["priority"], stated["title"], stated["requirements"]
    if not is_word(priority, Priority):
        faults.append(f"{where}.priority: expected one of {', '.join(Priority)}")
        priority = Priority.NORMAL
    if not _is_title(title):
        faults.append(f"{where}.title: expected texts for {', '.join(_TITLE_LANGUAGES)}")
        title = {}
    found = [*certainty_faults(where, table), *heavy_faults(where, table)]
    faults.extend(found)
    frame = ResponsePlan(
        type=name,
        title=title,
        priority=Priority(priority),
        lines=(),
        certainty=None if found else table.get("certainty"),
        heavy=not found and table.get("heavy", False),
        precautions=precautions_of(where, table, faults),
    )
    if not isinstance(rows, list) or not rows:
        faults.append(f"{where}.requirements: expected at least one")
        rows = []
    requirements = [
        _requirement(f"{where}.requirements[{number}]", number, row, book, frame, faults)
        for number, row in enumerate(rows, 1)
    ]
    if requirements and all(requirements):
        faults.extend(_empty_levels(where, [entry for entry in requirements if entry]))
    return replace(frame, lines=tuple(entry for entry in requirements if entry))


def _empty_levels(where: str, lines: list[PlanLine]) -> list[str]:
    """A fault if an incident of this type would need nobody at some priority."""
    empty = [entry for entry in Priority if not any(line.counts(entry, range(1, 2)) for line in lines)]
    if not empty:
        return []
    names = ", ".join(empty)
    return [f"{where}.requirements: none of level 1 for {names}; remove level or priorities from one of them"]


def _requirement(
    where: str, number: int, row: Any, book: PlanBook, plan: ResponsePlan, faults: list[str]
) -> PlanLine | None:
    if not isinstance(row, dict):
        faults.append(f"{where}: expected a table")
        return None
    found = requirement_faults(where, row)
    if found:
        faults.extend(found)
        return None
    skills: list[str] = [*([row["skill"]] if "skill" in row else []), *row.get("any_of", ())]
    skill, *others = skills
    stated = row.get("ladder")
    spec = RequirementSpec(
        capability=Capability(row["capability"]),
        skill=skill,
        any_of=tuple(dict.fromkeys(others)),
        role=row.get("role", ""),
        language=LanguageRule(row["language"]) if "language" in row else None,
        max_eta_s=row.get("max_eta_s"),
        ladder=stated if isinstance(stated, str) else where if stated else None,
        count=row.get("count", 1),
        languages=canonicals(row.get("languages", ())),
        task=Task(row["task"]) if "task" in row else None,
        max_distance_m=row.get("max_distance_m"),
        window_s=row.get("window_s"),
        certainty=row.get("certainty"),
        **digital_work.stated(row),
    )
    completed = book._completed(number, spec, plan, policy_of(row.get("policy")))
    return PlanLine(
        requirement=replace(completed, heavy=row.get("heavy", plan.heavy)),
        level=row.get("level", 1),
        priorities=frozenset(map(Priority, row.get("priorities", ()))),
    )
