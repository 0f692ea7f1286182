"""The shape of a plan file: pydantic models that name all faults at once and give the JSON Schema for editors.

`book.py` turns the models into frozen dataclasses with slots, because `decide` reads their attributes for every command.
A rule that compares several settings is checked once each of them is valid.

Measured against the hand-written checks before (CPython 3.11): loading the built-in plans takes 8.7 ms (was 8.9), 1.3 ms of it
validation; importing `dispatch.plans.book` takes 0.33 s (was 0.08), most of it the import of pydantic; the room has 1,280 lines
of Python (was 1,068), about 160 of them descriptions and defaults for the JSON Schema.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from dispatch.model.vocabulary import Details, Priority
from dispatch.plans import fixed_policies
from dispatch.plans.budget_table import MAX_S, MOST_OFFERS, Budget
from dispatch.plans.defaults import FALLBACK_TYPE, VERIFIED_SKILLS, Defaults
from dispatch.plans.file_table import Table, named_tables
from dispatch.plans.ladder_tables import LadderForm, LadderName
from dispatch.plans.precautions import CHECK_IN_RANGE_S
from dispatch.plans.requirement_table import Certainty, PolicyTable, RequirementTable
from dispatch.plans.result_bounds import ResultBoundsTable
from dispatch.plans.substitutes import cycle_through
from dispatch.plans.value_types import (
    Expected,
    Flag,
    Positive,
    Rows,
    SkillName,
    Skills,
    Text,
    Unique,
    Whole,
    expected,
    fault,
    faults,
    one_of,
)

_TITLE_LANGUAGES = ("kk", "ru", "en")
_DEFAULTS, _BUDGET = Defaults(), Budget()
PriorityWord = Annotated[Priority, one_of(Priority)]


def _for_every_priority(rows: list[RequirementTable]) -> list[RequirementTable]:
    """Refuses a type whose incidents would need nobody at some priority."""
    empty = [priority for priority in Priority if not any(row.counts(priority, 1) for row in rows)]
    if empty:
        raise fault(f"none of level 1 for {', '.join(empty)}; remove level or priorities from one of them")
    return rows


def _titles(value: object) -> object:
    """Titles of further languages are kept."""
    if not isinstance(value, dict) or not all(
        isinstance(value.get(key), str) and value[key] for key in _TITLE_LANGUAGES
    ):
        raise expected(f"texts for {', '.join(_TITLE_LANGUAGES)}")
    return value


Title = Annotated[
    dict[str, Any],
    BeforeValidator(_titles),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {key: {"type": "string", "minLength": 1} for key in _TITLE_LANGUAGES},
            "required": list(_TITLE_LANGUAGES),
        }
    ),
]


class TypeTable(Table):
    """The response plan of an incident type."""

    expected: ClassVar[str] = "a table with title, priority and requirements"

    title: Title = Field(description="Name of the type in each language.")
    priority: PriorityWord = Field(description="Priority of reports that state none.")
    certainty: Certainty | None = Field(default=None, description="Certainty of requirements that state none.")
    heavy: Flag = Field(default=False, description="Heavy work: people rest longer afterwards.")
    hazard: Flag = Field(default=False, description="The polygon of an incident of this type is a hazard area.")
    equipped: Annotated[list[SkillName], Rows("a list of skills with which a person may enter"), Unique] = Field(
        default=[], description="Skills with which a person may enter the hazard area."
    )
    check_in_s: (
        Annotated[int, Whole(*CHECK_IN_RANGE_S, "whole seconds from {} to {}".format(*CHECK_IN_RANGE_S))] | None
    ) = Field(default=None, description="Seconds after which a person on scene is asked to check in. Default: never.")
    bounds: ResultBoundsTable | None = Field(
        default=None, description="Bounds of results of digital work for this type. Default: those of the file."
    )
    details: Annotated[Details, one_of(Details)] | None = Field(
        default=None,
        description="To whom caller and description are shown after acceptance. Default: `verified_only` while the incident "
        "is critical, else `all`.",
    )
    requirements: Annotated[list[RequirementTable], Rows("at least one", 1), AfterValidator(_for_every_priority)] = (
        Field(description="People that an incident of this type needs.")
    )

    @field_validator("equipped")
    @classmethod
    def _needs_hazard(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if value and info.data.get("hazard") is False:
            raise fault("has no effect without hazard = true")
        return value


class DefaultsTable(Table):
    """Values of requirements that state none."""

    window_s: Positive = Field(
        default=_DEFAULTS.window_s, description="Field work: time to answer an offer, in seconds."
    )
    digital_window_s: Positive = Field(
        default=_DEFAULTS.digital_window_s, description="Digital work: time to answer an offer, in seconds."
    )
    certainty: Certainty = Field(
        default=_DEFAULTS.certainty,
        description="Probability that enough people accept within the window; sizes a wave.",
    )
    policy: PolicyTable | None = Field(default=None, description="A fixed rule instead of a certainty.")
    max_distance_m: Positive = Field(default=_DEFAULTS.max_distance_m, description="Search radius in metres.")
    retry_s: Positive = Field(default=_DEFAULTS.retry_s, description="First retry of a shortfall, in seconds.")
    digital_lease_s: Positive = Field(
        default=_DEFAULTS.digital_lease_s,
        description="Digital work: seconds without a sign of life until it is passed on.",
    )
    ladder: LadderName | None = Field(default=None, description="Ladder of field work.")
    digital_ladder: LadderName | None = Field(default=None, description="Ladder of digital work.")

    def build(self) -> Defaults:
        policy = fixed_policies.policy_of(self.policy.stated() if self.policy else None)
        return Defaults(**(self.stated() | {"policy": policy}))


Hour = Annotated[int, Whole(0, 23)]
Seconds = Annotated[int, Whole(0, MAX_S)]
Offers = Annotated[int, Whole(0, MOST_OFFERS)]


class BudgetTable(Table):
    """Limits on what may be asked of one person; 0: no limit. Hours are local."""

    offers_per_hour: Offers = Field(default=_BUDGET.offers_per_hour, description="Offers of field work per hour.")
    offers_per_day: Offers = Field(default=_BUDGET.offers_per_day, description="Offers of field work per day.")
    digital_offers_per_hour: Offers = Field(
        default=_BUDGET.digital_offers_per_hour, description="Offers of digital work per hour."
    )
    digital_offers_per_day: Offers = Field(
        default=_BUDGET.digital_offers_per_day, description="Offers of digital work per day."
    )
    quiet_from_h: Hour = Field(default=_BUDGET.quiet_from_h, description="Hour at which quiet hours begin.")
    quiet_until_h: Hour = Field(
        default=_BUDGET.quiet_until_h,
        description="Hour at which quiet hours end. Equal to `quiet_from_h`: no quiet hours.",
    )
    quiet_up_to: Annotated[
        Literal["high", "normal", "low"], Expected("high, normal or low; critical ignores quiet hours")
    ] = Field(default="normal", description="The most urgent priority that respects quiet hours.")
    rest_s: Seconds = Field(default=_BUDGET.rest_s, description="Rest after work, in seconds.")
    heavy_rest_s: Seconds = Field(default=_BUDGET.heavy_rest_s, description="Rest after heavy work, in seconds.")
    fairness_s: Seconds = Field(
        default=_BUDGET.fairness_s, description="Largest ranking penalty for recent work, in seconds of travel."
    )
    critical_fairness_s: Seconds = Field(
        default=_BUDGET.critical_fairness_s, description="The same for critical incidents, in seconds of travel."
    )
    beyond_s: Seconds = Field(
        default=_BUDGET.beyond_s,
        description="Ranking penalty for asking a person beyond these limits, in seconds of travel.",
    )

    def build(self) -> Budget:
        return Budget(**(self.stated() | {"quiet_up_to": Priority(self.quiet_up_to)}))


def _no_cycles(table: dict[str, list[str]]) -> dict[str, list[str]]:
    cycles = {skill: cycle_through(table, skill) for skill in table}
    found = [
        ((skill,), f"cyclic, {skill} is its own substitute; remove one of {' → '.join(cycle)}")
        for skill, cycle in cycles.items()
        if cycle
    ]
    if found:
        raise faults(found)
    return table


def _with_fallback(types: object) -> object:
    """Without the plan of unknown types, the faults of the other types are still reported."""
    return types | {FALLBACK_TYPE: types.get(FALLBACK_TYPE)} if isinstance(types, dict) else types


class PlanFile(Table):
    """Response plans of Komek: what each incident type needs unless the operator states otherwise."""

    version: Text = Field(description="Names these plans in each decision. One version never names two texts.")
    defaults: DefaultsTable = Field(
        default_factory=DefaultsTable, description="Values that apply where a requirement states none."
    )
    budget: BudgetTable = Field(default_factory=BudgetTable, description="Limits on what may be asked of one person.")
    bounds: ResultBoundsTable = Field(
        default_factory=ResultBoundsTable,
        description="Bounds within which results of digital work act without an operator.",
    )
    verified: Annotated[list[SkillName], Rows("a list of skills"), Unique] = Field(
        default=list(VERIFIED_SKILLS), description="Skills that count only if an operator or admin has verified them."
    )
    substitutes: Annotated[
        dict[SkillName, Skills], named_tables('a table like cpr = ["first_aid"]'), AfterValidator(_no_cycles)
    ] = Field(
        default={}, description="Substitutes of a skill for the ladder step `substitutes`, the better first; no cycles."
    )
    ladders: Annotated[dict[str, LadderForm], named_tables("tables")] = Field(
        default={}, description="Escalation ladders by name."
    )
    types: Annotated[
        dict[str, TypeTable],
        named_tables(f"tables, among them {FALLBACK_TYPE!r}"),
        BeforeValidator(_with_fallback),
    ] = Field(description=f"Response plans by incident type. `{FALLBACK_TYPE}` is required: it serves unknown types.")


def read_tables(raw: Mapping[str, Any]) -> PlanFile:
    """Validates decoded TOML.

    Raises:
        pydantic.ValidationError: with all faults.
    """
    ladders = raw.get("ladders")
    known = list(ladders) if isinstance(ladders, Mapping) else []
    return PlanFile.model_validate(raw, context={"ladders": known})
