"""Request bodies about one offer: the answers of its person, and a withdrawal by an operator."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.fields import AreaField, Checked, Instant, LanguageTag, expected, word
from api.schemas.base import Body, OptionalText, SkillWord
from dispatch.digital.results import FIELDS, RESULTS, outcomes_of
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import PROGRESS_ORDER, HeardBy, OfferState


class OnBehalf(Body):
    """Operators only: the person gave the answer to the operator, who enters it."""

    heard_by: Annotated[HeardBy, word(HeardBy)]


_WHEN = (
    "when the person answered; shown in the timeline, never used for who was first; "
    "ignored if more than a minute ahead or a day old"
)


class Said(Body):
    """An answer about an offer; `on_behalf` is required of operators and refused of volunteers."""

    # The role is not known here: `OfferAnswer.of` checks it.
    on_behalf: OnBehalf | None = None
    at: Annotated[Instant, Field(description=_WHEN)] | None = None


class Decline(Said):
    reason: Annotated[DeclineReason, word(DeclineReason)] = DeclineReason.OTHER
    text: OptionalText = None


class Withdrawal(Body):
    reason: OptionalText = None
    replace: Annotated[bool, Field(description="true: search for somebody else; false: give up the place")] = True


# The first of the order is `accepted`, which only `accept` may set.
_STEPS = PROGRESS_ORDER[1:]


def _step(value: object) -> OfferState:
    if not isinstance(value, str) or value not in _STEPS:
        raise expected("one of " + ", ".join(_STEPS))
    return OfferState(value)


class Progress(Said):
    state: Annotated[OfferState, Checked(_step, {"type": "string", "enum": list(map(str, _STEPS))})]


class CheckInText(Said):
    text: OptionalText = None


class Confirm(Said):
    version: Annotated[
        int,
        Field(
            ge=1,
            le=2_147_483_647,
            description="`version` of the event, of the notice or of `to_confirm`; confirms all changes up to it",
        ),
    ]


class DistressText(Said):
    text: OptionalText = None


class HelpWanted(Said):
    skill: SkillWord | None = None
    count: Annotated[int, Field(ge=1, le=10)] = 1
    text: OptionalText = None


def _with_table(schema: dict[str, Any]) -> None:
    """Adds the table of tasks, outcomes and fields to the description of the schema (CommonMark)."""
    rows = [
        f"| {task} | {outcome} | {_names(fields.required)} | {_names(fields.optional)} |"
        for task, outcomes in RESULTS.items()
        for outcome, fields in outcomes.items()
    ]
    table = "\n".join(("| task | outcome | required | optional |", "| --- | --- | --- | --- |", *rows))
    schema["description"] += f" All other fields of {_names(frozenset(FIELDS))} are refused.\n\n{table}"


def _names(fields: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in FIELDS if name in fields)


class Result(Said):
    """The result of digital work. The fields depend on the task of the offer and on the outcome."""

    model_config = ConfigDict(json_schema_extra=_with_table)

    outcome: Annotated[str, Field(min_length=1, max_length=32, json_schema_extra={"enum": list(outcomes_of(None))})]
    text: OptionalText = None
    language: LanguageTag | None = None
    location: AreaField | None = None
    incident_id: Annotated[str, Field(max_length=64)] | None = None
    assisted_by: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)] | None = None
    """Ids of the hints that the person used; empty: none of those shown. Ids that were not shown to them are left out."""
