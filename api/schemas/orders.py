"""Request bodies of an operator's orders to an incident, and the outcome of an order."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.fields import expected, word
from api.schemas.base import NOT_BLANK, Body, OptionalText, Shown
from api.schemas.edits import Conflict
from dispatch.model.reasons import AttentionReason, EndCode
from dispatch.model.vocabulary import OfferState


class Reason(Body):
    """Why the operator gives the order; stored encrypted, shown in the timeline."""

    reason: OptionalText = None


class Ending(Reason):
    """How and why the incident ends."""

    code: Annotated[EndCode, word(EndCode)] | None = None


class Merge(Reason):
    into: Annotated[str, Field(max_length=64, description="the incident that remains")]


class Look(Body):
    """The entry of `attention` that the operator has handled."""

    reason: Annotated[AttentionReason, word(AttentionReason)]


class Assignment(Body):
    """The person whom an operator selects for a requirement."""

    volunteer_id: Annotated[str, Field(min_length=1, max_length=128)]
    requirement_id: Annotated[str, Field(pattern="^r[0-9]{1,9}$", max_length=10)]
    reason: Annotated[OptionalText, Field(description="required with `force`")] = None
    force: Annotated[bool, Field(description="override the soft rules that exclude the person")] = False

    @model_validator(mode="after")
    def _has_reason_with_force(self) -> Self:
        # The reason is recorded in offer and decision beside each rule that is overridden (DESIGN 101).
        if self.force and not self.reason:
            raise expected("a text: it is required with force", "reason")
        return self


class Escalation(Reason):
    level: Annotated[int, Field(ge=1, le=20, description="the alarm level at which the order is given")] | None = None


class Note(Body):
    text: Annotated[str, Field(min_length=1, max_length=10_000), NOT_BLANK]


class NotMovedShown(Shown):
    """An offer or merged report that a split named and that was gone already. `volunteer_id`, `state`: of an offer. `into`: the
    incident into which another split moved it."""

    id: str
    volunteer_id: str | None
    state: OfferState | None
    into: str | None


class CommandShown(Shown):
    """The outcome of an order. `pending`: no decision is known yet. `reason`: why it was refused."""

    id: str
    incident_id: str
    outcome: Literal["pending", "applied", "unchanged", "refused"]
    reason: str | None
    version: int | None
    conflicts: list[Conflict] = []
    other_incident: str | None = None
    """The incident that `reason` speaks of: of `already_split`, the one that has the people or reports now."""
    not_moved: list[NotMovedShown] = []
    """Of an applied split: what it named and was gone already."""
