"""A requirement of a plan file, and the fixed policy that may replace its certainty."""

from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from dispatch.model.vocabulary import Capability, LanguageRule, OnFalse, Priority, Task
from dispatch.plans import digital_work, fixed_policies
from dispatch.plans.file_table import Table
from dispatch.plans.ladder_tables import LadderForm, LadderName
from dispatch.plans.ladders import MAX_LEVEL
from dispatch.plans.value_types import (
    Expected,
    Flag,
    LanguageTag,
    Number,
    Positive,
    Rows,
    SkillName,
    Whole,
    expected,
    fault,
    one_of,
)

MAX_COUNT = 100
_RULES = ("nearest", "within_m", "greedy", "offers_per_place")

_NAMED, _INLINE = "(named)", "(inline)"
PSEUDO_KEYS = frozenset({_NAMED, _INLINE, "[key]"})
"""Parts that pydantic adds to the place of an error and that are not in the file."""


Certainty = Annotated[float, Number(fixed_policies.LEAST_CERTAINTY, fixed_policies.MOST_CERTAINTY)]


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
    language: Annotated[LanguageRule, one_of(LanguageRule)] | None = Field(
        default=None, description="How a language shared with the caller counts."
    )
    max_distance_m: Positive | None = Field(default=None, description="Search radius in metres.")
    max_eta_s: Positive | None = Field(default=None, description="Longest travel time in seconds.")
    window_s: Positive | None = Field(default=None, description="Time to answer an offer, in seconds.")
    certainty: Certainty | None = Field(
        default=None, description="Probability that enough people accept within the window."
    )
    verified: Flag | None = Field(
        default=None,
        description="true: every skill counts only if verified; false: claims suffice. Default: as `verified` of the file.",
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
    task: Annotated[Task, one_of(Task)] | None = Field(
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
    assistant_counts: Flag = Field(
        default=False,
        description="Digital work: a hint that is usually right may stand for one of two equal answers, never for `false`.",
    )
    on_false: Annotated[OnFalse, one_of(OnFalse)] = Field(
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
