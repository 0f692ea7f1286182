"""The shape of a plan file: pydantic models that name all faults at once and give the JSON Schema for editors.

`book.py` turns the models into frozen dataclasses with slots, because `decide` reads their attributes for every command.
A rule that compares several settings is checked once each of them is valid.

Measured against the hand-written checks before (CPython 3.11): loading the built-in plans takes 8.7 ms (was 8.9), 1.3 ms of it
validation; importing `dispatch.plans.book` takes 0.33 s (was 0.08), most of it the import of pydantic; the room has 1,240 lines
of Python (was 1,068), about 160 of them descriptions and defaults for the JSON Schema.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from dispatch.model.vocabulary import Capability, LanguageRule, OnFalse, Priority, StepAction, Task
from dispatch.plans import digital_work, fixed_policies
from dispatch.plans.budget_table import MAX_S, MOST_OFFERS, Budget
from dispatch.plans.defaults import FALLBACK_TYPE, Defaults
from dispatch.plans.ladders import MAX_AT_S, MAX_FACTOR, MAX_LEVEL, Ladder, Step
from dispatch.plans.precautions import CHECK_IN_RANGE_S
from dispatch.plans.substitutes import cycle_through
from dispatch.plans.value_types import (
    Expected,
    Flag,
    LanguageTag,
    Number,
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
)

MAX_COUNT = 100
_TITLE_LANGUAGES = ("kk", "ru", "en")
_DEFAULTS, _BUDGET = Defaults(), Budget()
_OWNERS = {"factor": StepAction.WIDER_RING, "level": StepAction.ALARM_LEVEL, "partner": StepAction.PARTNER}
"""The only ladder step for which each of these settings has an effect."""
_RULES = ("nearest", "within_m", "greedy", "offers_per_place")

_NAMED, _INLINE = "(named)", "(inline)"
PSEUDO_KEYS = frozenset({_NAMED, _INLINE, "[key]"})
"""Parts that pydantic adds to the place of an error and that are not in the file."""


class Table(BaseModel):
    """A table of the file. Unknown keys are faults: a misspelt setting would otherwise have no effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    expected: ClassVar[str] = "a table"

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise expected(cls.expected)
        # pydantic reports a missing key without the sentence of its type; None is refused by the type itself.
        return {key: None for key, entry in cls.model_fields.items() if entry.is_required()} | dict(data)

    def stated(self) -> dict[str, Any]:
        """The settings that the file states; all others take the default of their dataclass."""
        return {key: getattr(self, key) for key in self.model_fields_set}


def _one_of(words: Iterable[str]) -> Expected:
    return Expected(f"one of {', '.join(words)}")


def _known_ladder(name: str, info: ValidationInfo) -> str:
    known = (info.context or {}).get("ladders", ())
    if name not in known:
        raise fault(f"{name!r} is not a ladder of these plans; known are {', '.join(known) or 'none'}")
    return name


LadderName = Annotated[str, Field(min_length=1), Expected("the name of a ladder"), AfterValidator(_known_ladder)]
Certainty = Annotated[float, Number(fixed_policies.LEAST_CERTAINTY, fixed_policies.MOST_CERTAINTY)]
PriorityWord = Annotated[Priority, _one_of(Priority)]


class PolicyTable(Table):
    """A fixed rule for the number of people asked, instead of a certainty. Exactly one rule is stated."""

    expected: ClassVar[str] = "a table such as { nearest = 3, window_s = 30 }"

    nearest: Annotated[int, Whole(1, fixed_policies.MAX_NEAREST)] | None = Field(
        default=None, description="Ask this many of the nearest people at a time."
    )
    within_m: Annotated[int, Whole(1, fixed_policies.MAX_WITHIN_M)] | None = Field(
        default=None, description="Ask everybody within this distance at once, in metres."
    )
    greedy: Annotated[Literal[True], Expected("true")] | None = Field(
        default=None, description="Ask the nearest person for each open place, by travel time alone."
    )
    offers_per_place: Annotated[float, Number(1, fixed_policies.MAX_OFFERS_PER_PLACE)] | None = Field(
        default=None,
        description="Offers for each open place. Below 1, the people never asked would be reported as a shortfall.",
    )
    window_s: Annotated[int, Whole(1, fixed_policies.MAX_WINDOW_S)] | None = Field(
        default=None, description="Time to answer an offer, in seconds; replaces every other window."
    )

    @model_validator(mode="after")
    def _one_rule(self) -> "PolicyTable":
        if len(self.model_fields_set.intersection(_RULES)) != 1:
            raise expected(f"one of {', '.join(_RULES)}")
        return self


class StepTable(Table):
    """A step of an escalation ladder."""

    expected: ClassVar[str] = 'a table like { at_s = 60, step = "wider_ring" }'

    step: Annotated[StepAction, _one_of(StepAction)] = Field(description="What is tried.")
    at_s: Annotated[int, Whole(0, MAX_AT_S, f"whole seconds since the report, up to {MAX_AT_S}")] = Field(
        description="Seconds since the report, or since a place became open again."
    )
    factor: Annotated[int, Whole(2, MAX_FACTOR)] = Field(
        default=2, description="`wider_ring`: factor of the search radius."
    )
    level: Annotated[int, Whole(2, MAX_LEVEL)] = Field(default=2, description="`alarm_level`: the level to raise to.")
    partner: str = Field(default="", description="`partner`: name of the organisation to ask.", validate_default=True)

    @field_validator(*_OWNERS, mode="before")
    @classmethod
    def _has_effect(cls, value: object, info: ValidationInfo) -> object:
        owner, action = _OWNERS[info.field_name or ""], info.data.get("step")
        if info.field_name == "partner" and action == owner and not (isinstance(value, str) and value):
            raise fault("expected the name of the organisation to ask")
        if action not in (owner, None) and value != "":
            raise fault(f"only for {owner}")
        return value

    def build(self) -> Step:
        stated = self.stated()
        return Step(action=stated.pop("step"), **stated)


def _in_order(steps: list[StepTable]) -> list[StepTable]:
    """Times never decrease; `end` is the last step and no other."""
    found: list[tuple[int, str, str]] = [
        (number, "at_s", f"expected {before.at_s} or later, the time of the step before")
        for number, (before, step) in enumerate(pairwise(steps), 1)
        if step.at_s < before.at_s
    ]
    found += [
        (number, "step", "no step may follow end; move it to the end of the list")
        for number, step in enumerate(steps[:-1])
        if step.step == StepAction.END
    ]
    if found:
        raise faults(((number, key), text) for number, key, text in found)
    if steps[-1].step != StepAction.END:
        raise fault('the ladder has no end; add { at_s = …, step = "end" } as its last step')
    return steps


class LadderTable(Table):
    """An escalation ladder: what is tried next for a requirement that is not met, and when."""

    expected: ClassVar[str] = "a table with steps, or a list of steps"

    steps: Annotated[list[StepTable], Rows("at least one step", 1), AfterValidator(_in_order)] = Field(
        description="The steps in the order of their times; the last one is `end`."
    )
    target_s: Annotated[int, Whole(1, MAX_AT_S, f"whole seconds from 1 to {MAX_AT_S}")] = Field(
        default=300, description="Service level: seconds since the report by which the requirement should be staffed."
    )
    least_chance: Annotated[float, Number(0, below=1)] = Field(
        default=0.5,
        description="A step is taken early when the probability to be staffed by `target_s` falls below this.",
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, data: Any) -> Any:
        return {"steps": data} if isinstance(data, list) else data

    def build(self, name: str) -> Ladder:
        steps = tuple(step.build() for step in self.steps)
        return Ladder(name=name, **(self.stated() | {"steps": steps}))


class _OrList:
    """Annotation: adds the bare list of steps to the JSON Schema of a ladder."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        table = handler(schema)
        return {"anyOf": [table, handler.resolve_ref_schema(table)["properties"]["steps"]]}


LadderForm = Annotated[LadderTable, _OrList()]


class RequirementTable(Table):
    """People of one kind that an incident needs."""

    capability: Annotated[Capability, Expected("field or digital")] = Field(
        description="`field`: travels to the incident; `digital`: works remotely."
    )
    any_of: Annotated[list[SkillName], Rows("a list of skills, the preferred first", 1)] | None = Field(
        default=None, description="Alternative skills, the preferred first."
    )
    skill: SkillName | None = Field(
        default=None, description="The preferred skill. Required unless `any_of` is stated.", validate_default=True
    )
    count: Annotated[int, Whole(1, MAX_COUNT)] = Field(default=1, description="How many people.")
    level: Annotated[int, Whole(1, MAX_LEVEL, f"an alarm level from 1 to {MAX_LEVEL}")] = Field(
        default=1, description="Alarm level from which the requirement applies."
    )
    priorities: Annotated[list[Priority], Expected(f"a list of {', '.join(Priority)}")] = Field(
        default=[], description="Priorities for which the requirement applies; empty: all."
    )
    role: Annotated[str, Expected("a text")] = Field(default="", description="A label for the operator.")
    languages: Annotated[list[LanguageTag], Rows("a list of language tags")] = Field(
        default=[], description="Languages (RFC 5646) of which a person must speak one."
    )
    language: Annotated[LanguageRule, _one_of(LanguageRule)] | None = Field(
        default=None, description="How a language shared with the caller counts."
    )
    max_distance_m: Positive | None = Field(default=None, description="Search radius in metres.")
    max_eta_s: Positive | None = Field(default=None, description="Longest travel time in seconds.")
    window_s: Positive | None = Field(default=None, description="Time to answer an offer, in seconds.")
    certainty: Certainty | None = Field(
        default=None, description="Probability that enough people accept within the window."
    )
    policy: PolicyTable | None = Field(default=None, description="A fixed rule instead of a certainty.")
    heavy: Flag | None = Field(
        default=None, description="Heavy work: people rest longer afterwards. Default: as the type."
    )
    ladder: (
        Annotated[
            Annotated[LadderName, Tag(_NAMED)] | Annotated[LadderForm, Tag(_INLINE)],
            Discriminator(lambda value: _NAMED if isinstance(value, str) else _INLINE),
        ]
        | None
    ) = Field(default=None, description="Name of a ladder, or the ladder itself.")
    task: Annotated[Task, _one_of(Task)] | None = Field(
        default=None, description="Digital work: its kind. Default: by skill."
    )
    lease_s: Annotated[int, Whole(1, digital_work.MAX_LEASE_S)] | None = Field(
        default=None, description="Digital work: seconds without a sign of life after which it goes to another person."
    )
    validated: Flag = Field(
        default=False, description="Digital work: a second person confirms the answer of the first."
    )
    answers_wanted: Annotated[int, Whole(1, digital_work.MAX_ANSWERS)] = Field(
        default=1, description="Digital work: people who answer independently."
    )
    agree: Annotated[int, Whole(1, digital_work.MAX_ANSWERS)] = Field(
        default=1, description="Digital work: equal answers that decide; at most `answers_wanted`."
    )
    on_false: Annotated[OnFalse, _one_of(OnFalse)] = Field(
        default=OnFalse.STAND_DOWN, description="Digital work: consequence if the answer is that the report is false."
    )

    @field_validator("skill", mode="before")
    @classmethod
    def _skill_or_any_of(cls, value: object, info: ValidationInfo) -> object:
        if value is None and "any_of" in info.data and not info.data["any_of"]:
            raise expected("a skill, or any_of with a list of skills")
        return value

    @field_validator("task", *digital_work.KEYS, mode="before")
    @classmethod
    def _of_digital_work(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("capability") == Capability.FIELD:
            raise fault("only for digital work; remove it")
        return value

    @field_validator("answers_wanted", "agree")
    @classmethod
    def _can_agree(cls, value: int, info: ValidationInfo) -> int:
        key, wanted = info.field_name, info.data.get("answers_wanted")
        if info.data.get("validated"):
            raise fault(f"a validated answer uses two people, one after the other; remove {key} or validated")
        if key == "agree" and wanted is not None and value > wanted:
            raise fault(f"{value} of {wanted} answers can never agree; raise answers_wanted or lower agree")
        return value

    def counts(self, priority: Priority, level: int) -> bool:
        return self.level <= level and (not self.priorities or priority in self.priorities)


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


def _tables(words: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, dict):
            raise expected(words)
        return value

    return BeforeValidator(check)


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
    substitutes: Annotated[
        dict[SkillName, Skills], _tables('a table like cpr = ["first_aid"]'), AfterValidator(_no_cycles)
    ] = Field(
        default={}, description="Substitutes of a skill for the ladder step `substitutes`, the better first; no cycles."
    )
    ladders: Annotated[dict[str, LadderForm], _tables("tables")] = Field(
        default={}, description="Escalation ladders by name."
    )
    types: Annotated[
        dict[str, TypeTable],
        _tables(f"tables, among them {FALLBACK_TYPE!r}"),
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
