"""Request bodies that state an incident: a report, a split, and the requirements in them."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from api.fields import AreaField, Instant, LanguageTag, expected, is_blank, word
from api.schemas.base import (
    BLANK_AS_NULL,
    EACH_ONCE,
    Body,
    CapabilityWord,
    OptionalShortText,
    OptionalText,
    PriorityWord,
    SkillWord,
    TaskWord,
    null_if_empty,
)
from dispatch.model.vocabulary import Capability, LanguageRule, OnFalse
from dispatch.plans import digital_work

CONVERSATION_ID = "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
"""As `dispatch.model.ids.derived` writes them."""
TypeName = Annotated[str, Field(min_length=1, max_length=64)]


class CallerOfIncident(Body):
    """The person who called; stored encrypted."""

    name: Annotated[Annotated[str, Field(max_length=200)] | None, BLANK_AS_NULL] = None
    phone: Annotated[
        Annotated[str, Field(max_length=64)] | None, BLANK_AS_NULL, Field(description="free text; stored unchanged")
    ] = None


OptionalCaller = Annotated[CallerOfIncident | None, AfterValidator(null_if_empty)]
"""A caller without name and phone counts as not given."""


def _only_of_field_work(row: Mapping[str, Any]) -> list[str]:
    """Settings of field work that a digital requirement states. The search for digital work has no place."""
    return (
        [key for key in ("max_distance_m", "max_eta_s") if key in row]
        if row["capability"] is Capability.DIGITAL
        else []
    )


class RequirementIn(Body):
    """One line of what an incident needs. Unset values come from the defaults of the response plans."""

    capability: CapabilityWord
    skill: SkillWord
    count: Annotated[int, Field(ge=1, le=100)] = 1
    languages: Annotated[
        list[LanguageTag], Field(max_length=10, description="speaking one of them suffices"), EACH_ONCE
    ] = []
    task: TaskWord | None = None
    max_distance_m: Annotated[int, Field(ge=1, le=2_000_000)] | None = None
    window_s: Annotated[int, Field(ge=1, le=86_400, description="time to answer an offer")] | None = None
    lease_s: Annotated[int, Field(ge=1, le=86_400, description="digital work: how long an acceptance holds")] | None = (
        None
    )
    answers_wanted: Annotated[int, Field(ge=1, le=9, description="digital work: how many people do it in parallel")] = 1
    agree: Annotated[int, Field(ge=1, le=9, description="digital work: number of equal answers that settle it")] = 1
    validated: Annotated[bool, Field(description="digital work: a second person repeats it after the first")] = False
    assistant_counts: Annotated[
        bool, Field(description="digital work: a hint that is usually right may stand for one of two equal answers")
    ] = False
    on_false: Annotated[OnFalse, word(OnFalse)] = OnFalse.STAND_DOWN
    any_of: Annotated[
        list[SkillWord], Field(max_length=10, description="alternative skills, the preferred one first"), EACH_ONCE
    ] = []
    language: Annotated[LanguageRule, word(LanguageRule)] | None = None
    """Unset: `languages` are required if given; otherwise the language of the incident counts."""
    max_eta_s: Annotated[int, Field(ge=1, le=86_400, description="longest travel time")] | None = None
    role: Annotated[str, Field(max_length=64), AfterValidator(lambda text: "" if is_blank(text) else text)] = ""
    """A label that the response plans give to a requirement, or one that the incident has already."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        """Applies the checks of plan files, and drops `skill` from its own alternatives. A value equal to its default counts as
        unset."""
        if self.skill in self.any_of:
            self.any_of = [other for other in self.any_of if other is not self.skill]
        # A form that was read and is sent back states the defaults, also those of the other kind of work.
        row = self.model_dump(exclude_defaults=True)
        for key in _only_of_field_work(row):
            raise expected("no such setting: digital work has no distance", key)
        for key in digital_work.only_of_digital_work(row):
            raise expected("no such setting: only digital work has it", key)
        for key in digital_work.not_with_validated(row):
            raise expected("no such setting: validated work is done by two people, one after the other", key)
        if not digital_work.can_agree(row):
            raise expected("at most answers_wanted", "agree")
        return self

    @property
    def needs_language_of_incident(self) -> bool:
        """A language is required, and only the incident can say which."""
        return self.language is LanguageRule.REQUIRE and not self.languages


class StatedIncident(Body):
    """What a report says of an incident. `type` selects the response plan; `requirements` replace those of the plan."""

    type: TypeName
    location: AreaField | None
    """null for work without a place."""
    priority: PriorityWord | None = None
    description: OptionalText = None
    language: LanguageTag | None = None
    address: OptionalShortText = None
    caller: OptionalCaller = None
    requirements: Annotated[list[RequirementIn], Field(min_length=1, max_length=20)] | None = None
    reported_at: Instant | None = None
    external_id: Annotated[Annotated[str, Field(max_length=128)] | None, BLANK_AS_NULL] = None
    exercise: Annotated[bool, Field(description="a drill: offers say so, and it is counted apart")] = False

    @model_validator(mode="after")
    def _states_required_languages(self) -> Self:
        # Needs the whole report: only the incident can say the language that such an entry requires.
        for number, entry in enumerate(self.requirements or ()):
            if entry.needs_language_of_incident and self.language is None:
                what = "at least one language: it is required, and the incident states none"
                raise expected(what, f"requirements[{number}].languages")
        return self


class IncidentReport(StatedIncident):
    """A report of an incident. `type` selects the response plan; `requirements` replace those of the plan. `into`: the open
    incident of the same event, to which the report is added; nobody is asked for it. If that is impossible by then, it is an
    incident of its own, with the attention `merge_failed`. `conversation_id`: the messages from the public that it was made of
    (`GET /v1/conversations`): 409 if somebody else works on them or they have ended; `caller` is then by default their number."""

    into: Annotated[str, Field(max_length=64, description="the incident that remains")] | None = None
    conversation_id: Annotated[str, Field(pattern=CONVERSATION_ID)] | None = None


class Split(StatedIncident):
    """The report of the new incident, and what is transferred to it."""

    offers: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=100), EACH_ONCE] = []
    """Offers whose people are transferred: released here and asked by name there."""
    reports: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100), EACH_ONCE] = []
    """Merged reports (incidents that were merged into this one) that belong to the new incident."""
    reason: OptionalText = None
