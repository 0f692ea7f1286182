"""Verified skills of people: bodies and responses."""

from typing import Annotated

from pydantic import Field

from api.fields import Instant, OpaqueId
from api.schemas.base import Body, Shown, Time


class VerificationIn(Body):
    """Who vouches for the skill follows from the token."""

    until: Annotated[Instant, Field(description="at most five years ahead; default: 365 days")] | None = None
    organisation: (
        Annotated[OpaqueId, Field(description="the organisation that vouches; default: that of the token")] | None
    ) = None


class VerifiedSkill(Shown):
    """A valid verification of a skill."""

    until: Time
    by_organisation: str | None
    ends_soon: bool
    """It ends within 30 days. Afterwards the skill counts as claimed, until somebody verifies it again."""


class VerificationShown(VerifiedSkill):
    volunteer_id: str
    skill: str


class EndingShown(Shown):
    volunteer_id: str
    skill: str
    until: Time


class EndingList(Shown):
    """The next to end first; at most 1,000."""

    items: list[EndingShown]
