"""Which operators look at an incident or edit it now."""

from typing import Annotated, Literal

from api.fields import word
from api.schemas.base import Body, Shown
from streams.store.operators_here import Doing

EditedField = Literal["type", "priority", "location", "language", "requirements", "description", "address", "caller"]
"""The fields of a PATCH."""
DoingWord = Annotated[Doing, word(Doing)]


class DoingHere(Body):
    """`field`: the field that is being edited."""

    doing: DoingWord
    field: EditedField | None = None


class ColleagueHere(Shown):
    """`label`: id of the operator."""

    label: str
    doing: Doing
    field: str | None


class PresenceShown(Shown):
    """The other operators at the incident; empty also while Redis is away. Also the `presence` event of the stream."""

    incident_id: str
    people: list[ColleagueHere]
