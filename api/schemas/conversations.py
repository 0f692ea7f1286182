"""What the public sends, as operators see it, and what they do about it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.fields import word
from api.schemas.base import Body, Geometry, Shown, Time
from api.schemas.presence import DoingWord
from streams.store.operators_here import Doing
from streams.wire import ConversationEnd, DiscardReason, MessageKind, PreparedReply


class ConversationState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    ENDED = "ended"


class ReplyShown(Shown):
    """The prepared text that an operator has sent last."""

    text: PreparedReply
    by: str
    at: Time


class ConversationHead(Shown):
    """A conversation without texts. `sender`: a short mark of its sender, the same for all that they send by this way; it tells
    nothing of them. `count`: its messages; `by`: who works on it or has ended it; `incident_id`: what it became, or was attached
    to; `volunteer_id`: one of its messages came from this person's verified channel. `stopped`: the sender wants no answers of
    machines."""

    id: str
    way: str
    sender: str
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
    reply: ReplyShown | None


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
    (`is_cut`). `characters` of the whole text, `missing_parts` that have not come: null where only all messages tell. `phone`: of
    an SMS. `location`: the last one that was sent."""

    text: str
    is_cut: bool
    characters: int | None
    missing_parts: int | None
    phone: str | None
    location: Geometry | None
    kinds: list[MessageKind]


class ConversationDetail(ConversationShown):
    """`messages`: at most the first 50 and the last 150, of which `text` is made; `count` says how many there are, and
    `…/messages` has all."""

    messages: list[MessageShown]


class ConversationMessages(Shown):
    """A page of all messages of a conversation, in the order in which they came. `first`: the number of its first one, from 1, of
    `count`. `text`, `missing_parts`: of this page; parts of one SMS are on one page. `next`: the cursor of the next page, null on
    the last."""

    first: int
    count: int
    text: str
    missing_parts: int
    messages: list[MessageShown]
    next: str | None


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


class DoingAtConversation(Body):
    """`editing`: the caller chooses a reply."""

    doing: DoingWord


class ColleagueAtConversation(Shown):
    """`label`: id of the operator. `editing`: they choose a reply."""

    conversation_id: str
    label: str
    doing: Doing


class ConversationsEvent(Shown):
    """Row view: the conversations with the public that wait, the longest waiting first, at most 50, without texts; at the start
    and when any has changed; operators only. `version`: another one after each change, also where what waits is the same again
    (discarded and taken back). `waiting`: how many there are. `here`: the other operators who read one of them or choose a
    reply."""

    is_on: bool
    version: int
    waiting: int
    items: list[ConversationHead]
    here: list[ColleagueAtConversation]
