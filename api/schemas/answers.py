"""Request bodies about one offer: the answers of its person, and a withdrawal by an operator."""

from typing import Annotated

from pydantic import Field

from api.fields import AreaField, LanguageTag, word
from api.schemas.base import Body, SkillWord, Text
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import HeardBy, OfferState


class OnBehalf(Body):
    """Operators only: the person gave the answer to the operator, who enters it."""

    heard_by: Annotated[HeardBy, word(HeardBy)]


class Said(Body):
    """An answer about an offer; `on_behalf` is required of operators and refused of volunteers."""

    on_behalf: OnBehalf | None = None


class Decline(Said):
    reason: Annotated[DeclineReason, word(DeclineReason)] = DeclineReason.OTHER
    text: Text | None = None


class Withdrawal(Body):
    reason: Text | None = None
    replace: Annotated[bool, Field(description="true: search for somebody else; false: give up the place")] = True


class Progress(Said):
    state: Annotated[OfferState, word(OfferState)]


class CheckInText(Said):
    text: Text | None = None


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
    text: Text | None = None


class HelpWanted(Said):
    skill: SkillWord | None = None
    count: Annotated[int, Field(ge=1, le=10)] = 1
    text: Text | None = None


class Result(Said):
    """The result of digital work. Which fields an outcome requires: `api/writes/preconditions.py`."""

    outcome: Annotated[str, Field(min_length=1, max_length=32)]
    text: Text | None = None
    language: LanguageTag | None = None
    location: AreaField | None = None
    incident_id: Annotated[str, Field(max_length=64)] | None = None
