"""Notices of a person: what went out, by which way, and what became of it."""

from typing import Annotated, Literal

from pydantic import Field

from api.fields import Instant
from api.schemas.base import BLANK_AS_NULL, Body, Shown, Time


class SeenNotice(Body):
    """`at`: when the person saw it, by their clock; the server keeps its own time too. `offer_id`: seeing the offer counts for
    every notice about it that went out before. `outcome` `delivered`: a device has shown it by itself; whether
    somebody looked is not known, so louder ways follow. `channel`: the device that showed it, so that the person sees when it was
    last heard of."""

    at: Instant | None = None
    offer_id: Annotated[Annotated[str, Field(max_length=80)] | None, BLANK_AS_NULL] = None
    outcome: Literal["seen", "delivered"] = "seen"
    channel: Annotated[Annotated[str, Field(max_length=40)] | None, BLANK_AS_NULL] = None


class TestWanted(Body):
    """`channel`: one verified device or address alone; omitted: every verified one."""

    __test__ = False

    channel: Annotated[Annotated[str, Field(max_length=40)] | None, BLANK_AS_NULL] = None


class NoticeShown(Shown):
    """`outcome`: `sent` (a service took it; that is all it says), `failed` with `code`, `delivered`, `seen`, `asked`."""

    id: str
    kind: str
    offer_id: str | None
    incident_id: str | None
    channel: str
    outcome: str
    code: str | None
    at: Time | None
    version: int
    reason: str | None
    changes: list[str]


class NoticeList(Shown):
    items: list[NoticeShown]


class TestAsked(Shown):
    """`channels`: how many verified channels the test goes to; 0: nothing can reach the person outside the app. `id`: of the
    notice, where it goes to one channel."""

    __test__ = False

    id: str
    channels: int


class Reach(Shown):
    """What became of the notices of an offer by one way."""

    channel: str
    outcome: str
    code: str | None
    at: Time | None
