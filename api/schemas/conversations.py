"""What the public sends, as operators see it, and what they do about it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.fields import word
from api.schemas.base import Body, Geometry, Shown, Time
from streams.wire import ConversationEnd, DiscardReason, MessageKind


class ConversationState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    ENDED = "ended"


class PreparedReply(StrEnum):
    """Texts that operators may send. None promises that somebody comes."""

    RECEIVED = "received"
    WHERE = "where"
    CALL = "call"


class ConversationHead(Shown):
    """A conversation without texts. `count`: its messages; `by`: who works on it or has ended it; `incident_id`: what it became,
    or was attached to; `volunteer_id`: one of its messages came from this person's verified channel. `stopped`: the sender wants
    no answers of machines."""

    id: str
    way: str
    state: ConversationState
    language: str
    at: Time
    latest_at: Time
    count: int
    by: str | None
    taken_until: Time | None
    end: ConversationEnd | None
    reason: DiscardReason | None
    ended_at: Time | None
    incident_id: str | None
    volunteer_id: str | None
    stopped: bool


class MessageShown(Shown):
    """One message, or one part of a long SMS. `edits`: the message that it replaces for its sender. Photos, voice and the like
    are not kept: `kind` says that one came. `text` null: erased, or `unreadable` by this process."""

    id: str
    kind: MessageKind
    at: Time
    sent_at: Time | None
    text: str | None
    unreadable: bool
    location: Geometry | None
    accuracy_m: float | None
    part: int
    parts: int
    edits: str | None


class ConversationShown(ConversationHead):
    """`text`: the texts in their order, parts of long SMS joined, `[…]` for parts that have not come; in lists its beginning
    (`is_cut`). `phone`: of an SMS. `location`: the last one that was sent."""

    text: str
    is_cut: bool
    phone: str | None
    location: Geometry | None
    kinds: list[MessageKind]


class ConversationDetail(ConversationShown):
    """`messages`: at most the first 50 and the last 150; `count` says how many there are."""

    messages: list[MessageShown]


class ConversationPage(Shown):
    """`next`: the cursor of the next page, null on the last. `waiting`: how many have not ended."""

    items: list[ConversationShown]
    next: str | None
    waiting: int


class Attachment(Body):
    """The open incident that the messages tell of."""

    incident_id: Annotated[str, Field(max_length=64)]


class Discard(Body):
    reason: Annotated[DiscardReason, word(DiscardReason)]


class ReplyText(Body):
    text: Annotated[PreparedReply, word(PreparedReply)]


class ConversationsEvent(Shown):
    """Row view: the conversations with the public that wait, the longest waiting first, at most 50, without texts; at the start
    and when they change; operators only. `waiting`: how many there are."""

    is_on: bool
    waiting: int
    items: list[ConversationHead]
