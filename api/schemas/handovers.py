"""Notes of a shift for the next one."""

from typing import Annotated

from pydantic import Field

from api.schemas.base import NOT_BLANK, Body, Shown, Time


class HandoverIn(Body):
    """`exercise`: about drills."""

    text: Annotated[str, Field(min_length=1, max_length=10_000), NOT_BLANK]
    exercise: bool = False


class HandoverReader(Shown):
    """An operator who has read the note."""

    by: str
    at: Time


class HandoverHead(Shown):
    """A note without its text. `read_by`: the first reader first; whoever wrote it is not among them. `until`: it is kept until
    then."""

    id: str
    by: str
    at: Time
    until: Time
    exercise: bool
    read_by: list[HandoverReader]


class HandoverShown(HandoverHead):
    """`text` null: it has been erased, or `unreadable`: this process lacks the key under which it is stored."""

    text: str | None
    unreadable: bool


class HandoverPage(Shown):
    """Newest first. `next`: the cursor of the next page, null on the last."""

    items: list[HandoverShown]
    next: str | None
