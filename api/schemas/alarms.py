"""Answers of operators to alarms."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import Body, Shown, Time

Sounded = Annotated[int, Field(ge=0, le=10_000)]


class AlarmHeard(Body):
    """`sounded`: how many times it has sounded at this desk; counted in the metrics."""

    sounded: Sounded = 0


class AlarmShelf(Body):
    """Silences an alarm for `minutes`; then it sounds again."""

    minutes: Annotated[int, Field(ge=1, le=10)]
    sounded: Sounded = 0


class AlarmAnswered(Shown):
    """Who has heard an alarm. `shelved_until`: silenced until then; null: acknowledged. All null: the answer has ended, and the
    alarm sounds again if it is active."""

    name: str
    ref: str
    acked_by: str | None
    at: Time | None
    shelved_until: Time | None
