"""Records of `messages`: what the public sends by SMS or Telegram, and what operators do about it. Texts, numbers and places are
in `private`."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from dispatch.model.places import Place


class MessageKind(StrEnum):
    """What a message is. Only of text and a location is the content kept; of all else it is known that it came."""

    TEXT = "text"
    LOCATION = "location"
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    OTHER = "other"
    STOP = "stop"
    """The sender wants no answers of a machine."""


class ConversationEnd(StrEnum):
    """What became of the messages of a conversation."""

    INCIDENT = "incident"
    ATTACHED = "attached"
    DISCARDED = "discarded"


class DiscardReason(StrEnum):
    SPAM = "spam"
    TEST = "test"
    NOT_URGENT = "not_urgent"
    KNOWN = "known"
    UNCLEAR = "unclear"
    OTHER = "other"


class PreparedReply(StrEnum):
    """Texts that operators may send. None promises that somebody comes."""

    RECEIVED = "received"
    WHERE = "where"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMessage:
    """Key `message|<id>`: one message, or one part of a long SMS. The content is the private record `message:<id>`, written
    before this record.

    `conversation_id`: the sender's that was open when it came, else its own id. `sender`: keyed digest of way and address.
    `reference`, `part`, `parts`: of a part of a long SMS. `edits`: id of the message whose text this one replaces for its sender;
    both are kept. `volunteer_id`: the sender is this person's verified channel.
    """

    id: str
    conversation_id: str
    sender: str
    way: str
    kind: MessageKind
    at_ms: int
    language: str
    sent_ms: int | None = None
    reference: str = ""
    part: int = 1
    parts: int = 1
    edits: str | None = None
    volunteer_id: str | None = None
    is_answered: bool = False
    """An acknowledgement was sent for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTaken:
    """Key `taken|<conversation>`: an operator works on the messages until `until_ms`; one before `at_ms` gives them back."""

    conversation_id: str
    by: str
    at_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEnded:
    """Key `ended|<conversation>`: what became of the messages. The first one in the log counts, and after a
    `ConversationReopened` the next one."""

    conversation_id: str
    by: str
    at_ms: int
    end: ConversationEnd
    incident_id: str | None = None
    reason: DiscardReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationReopened:
    """Key `reopened|<conversation>`: discarded messages wait again. Without effect on any other end."""

    conversation_id: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationReplied:
    """Key `replied|<conversation>`: an operator has had a prepared text sent to the sender. The last one in the log counts."""

    conversation_id: str
    by: str
    at_ms: int
    text: PreparedReply


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePrivate:
    """Plain text of a `private` record with key `message:<id>`. `address`: a telephone number (E.164) or a chat id of Telegram;
    `language`: of answers to it."""

    way: str
    language: str
    address: str = field(repr=False)
    text: str = field(default="", repr=False)
    place: Place | None = None
    accuracy_m: float | None = None


AnyMessageRecord: TypeAlias = (
    PublicMessage | ConversationTaken | ConversationEnded | ConversationReopened | ConversationReplied
)
