"""Incident types with their response plans, and the vocabularies that request bodies use."""

from api.schemas.base import Shown
from dispatch.model.requirements import Policy
from dispatch.model.vocabulary import Capability, Details, LanguageRule, OnFalse, Priority, Skill, Task, TravelMode


class PlanRequirement(Shown):
    """A requirement of a response plan, with the defaults of the plans applied."""

    id: str
    capability: Capability
    skill: str
    count: int
    languages: list[str]
    task: Task | None
    max_distance_m: int | None
    """null for digital work."""
    window_s: int
    certainty: float
    policy: Policy | None
    heavy: bool
    short_since_ms: int | None
    role: str
    any_of: list[str]
    language: LanguageRule | None
    max_eta_s: int | None
    translator_since_ms: int | None
    lease_s: int | None
    answers_wanted: int
    agree: int
    validated: bool
    assistant_counts: bool
    on_false: OnFalse
    helped: int
    verified: list[str]
    """Skills that count only if verified, also as substitutes; `*`: every skill."""


class PlanLineShown(PlanRequirement):
    """A requirement, with the alarm level from which it applies and the priorities for which it does."""

    level: int
    priorities: list[Priority]


class IncidentType(Shown):
    """`title`: by language (`kk`, `ru`, `en`). `requirements`: those of alarm level 1 at the default priority."""

    type: str
    title: dict[str, str]
    priority: Priority
    details: Details | None
    """To whom caller and description are shown after acceptance; null: `verified_only` while the incident is critical."""
    hazard: bool
    """The polygon of an incident of this type is a hazard area."""
    requirements: list[PlanRequirement]
    lines: list[PlanLineShown]


class Vocabulary(Shown):
    capabilities: list[Capability]
    priorities: list[Priority]
    skills: list[Skill]
    tasks: list[Task]
    travel_modes: list[TravelMode]


class IncidentTypes(Shown):
    """`version`: of the response plans in force."""

    version: str
    items: list[IncidentType]
    vocabulary: Vocabulary
