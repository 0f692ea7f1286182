"""Response plans: what each incident type needs. Parsed from TOML; each decision records the version of the plans."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dispatch.model.copying import changed
from dispatch.model.languages import canonicals
from dispatch.model.plain_reason import plain_reason
from dispatch.model.requirements import Climb, Policy, Requirement, RequirementSpec
from dispatch.model.travel import distance_within_m
from dispatch.model.verifications import EVERY_SKILL
from dispatch.model.vocabulary import TASK_OF_SKILL, Capability, Details, Priority, Skill, Task, TravelMode
from dispatch.plans import digital_work
from dispatch.plans.budget_table import Budget
from dispatch.plans.defaults import FALLBACK_TYPE, VERIFIED_SKILLS, Defaults
from dispatch.plans.fault_texts import sentences
from dispatch.plans.fixed_policies import policy_of
from dispatch.plans.ladder_tables import LadderTable
from dispatch.plans.ladders import FALLBACK, Ladder
from dispatch.plans.line_numbers import lines_of
from dispatch.plans.plan_file import PlanFile, TypeTable, read_tables
from dispatch.plans.precautions import NONE as NO_PRECAUTIONS
from dispatch.plans.precautions import Precautions
from dispatch.plans.requirement_table import RequirementTable
from dispatch.plans.result_bounds import ResultBounds

BUILT_IN = Path(__file__).with_name("builtin.toml")


class BadPlans(ValueError):
    """The plan file is invalid. The message has one line per fault, with its position and what was expected."""


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
    bounds: ResultBounds = field(default_factory=ResultBounds)
    details: Details | None = None
    """To whom caller and description are shown after acceptance; None: by priority (`disclosure.py`)."""

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
        return tuple(changed(entry, id=f"r{number}") for number, entry in enumerate(chosen, 1))

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
    verified: tuple[str, ...] = VERIFIED_SKILLS
    """Skills that count only if verified, for requirements that do not say otherwise."""

    @property
    def roles(self) -> frozenset[str]:
        """The labels that the plans give to requirements."""
        lines = (line for plan in self.plans.values() for line in plan.lines)
        return frozenset(line.requirement.role for line in lines if line.requirement.role)

    def in_time_zone(self, time_zone: str) -> "PlanBook":
        """The same plans with the hours of this time zone, a name of the IANA database."""
        return changed(self, budget=changed(self.budget, time_zone=time_zone))

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
        return tuple(changed(entry, heavy=plan is not None and plan.heavy) for entry in completed)

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
            verified=self._verified(spec),
            climb=Climb(ladder=spec.ladder or (self.defaults.digital_ladder if digital else self.defaults.ladder)),
            **digital_work.completed(spec, self.defaults.digital_lease_s),
        )

    def _verified(self, spec: RequirementSpec) -> tuple[str, ...]:
        if spec.verified is None:
            return self.verified
        return (EVERY_SKILL,) if spec.verified else ()

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


@cache
def load_builtin() -> PlanBook:
    """The plans that are part of the package. Read once: neither the file nor a `PlanBook` changes."""
    return load(BUILT_IN)


def load(path: Path) -> PlanBook:
    """Reads and parses a plan file.

    Raises:
        BadPlans: the file cannot be read or parsed, or has faults; each line starts with the file name.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadPlans(f"{path}: {plain_reason(error)}") from error
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
        BadPlans: with all faults in the order of their lines, not only the first.
    """
    try:
        file = read_tables(raw)
    except ValidationError as error:
        raise BadPlans("\n".join(sentences(error, raw, source=source, lines=lines or {}))) from None
    ladders = {name: table.build(name) for name, table in file.ladders.items()}
    book = PlanBook(
        version=file.version,
        defaults=file.defaults.build(),
        plans={},
        ladders=ladders | _inline_ladders(file),
        substitutes={skill: tuple(others) for skill, others in file.substitutes.items()},
        budget=file.budget.build(),
        verified=tuple(file.verified),
    )
    bounds = file.bounds.build(ResultBounds())
    return changed(book, plans={name: _plan(name, table, book, bounds) for name, table in file.types.items()})


def _inline_ladders(file: PlanFile) -> dict[str, Ladder]:
    """Ladders written in requirements; their name is their place in the file."""
    return {
        place: row.ladder.build(place)
        for name, table in file.types.items()
        for number, row in enumerate(table.requirements, 1)
        if isinstance(row.ladder, LadderTable) and (place := _place(name, number))
    }


def _place(incident_type: str, number: int) -> str:
    return f"types.{incident_type}.requirements[{number}]"


def _plan(name: str, table: TypeTable, book: PlanBook, bounds: ResultBounds) -> ResponsePlan:
    plan = ResponsePlan(
        type=name,
        title=table.title,
        priority=table.priority,
        lines=(),
        certainty=table.certainty,
        heavy=table.heavy,
        details=table.details,
        precautions=Precautions(hazard=table.hazard, equipped=tuple(table.equipped), check_in_s=table.check_in_s),
        bounds=table.bounds.build(bounds) if table.bounds else bounds,
    )
    return changed(
        plan, lines=tuple(_line(number, row, book, plan) for number, row in enumerate(table.requirements, 1))
    )


def _line(number: int, row: RequirementTable, book: PlanBook, plan: ResponsePlan) -> PlanLine:
    stated = row.stated()
    level, priorities, heavy = row.level, frozenset(row.priorities), plan.heavy if row.heavy is None else row.heavy
    policy = policy_of(row.policy.stated() if row.policy else None)
    skill, *others = [*([row.skill] if row.skill else []), *(row.any_of or [])]
    for key in ("level", "priorities", "heavy", "policy"):
        stated.pop(key, None)
    stated |= {"skill": skill, "any_of": tuple(dict.fromkeys(others)), "languages": canonicals(row.languages)}
    if isinstance(row.ladder, LadderTable):
        stated["ladder"] = _place(plan.type, number)
    completed = book._completed(number, RequirementSpec(**stated), plan, policy)
    return PlanLine(requirement=changed(completed, heavy=heavy), level=level, priorities=priorities)
