"""What `komek.messages.v1` says: what the public sent, who works on it, and what became of it.

A conversation is what one sender has written since an operator last settled something of theirs. So a caller who sends three
short texts and a location is one entry of the queue, and so is a sender who floods it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from streams import clock
from streams.retention.classes import MESSAGE_S
from streams.wire import (
    AnyMessageRecord,
    ConversationEnd,
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    MessageKind,
    PublicMessage,
)

KEPT_MS = MESSAGE_S * 1000
FIRST_LISTED, LAST_LISTED = 50, 150
"""Messages of one conversation that are known one by one; those between are counted, and their texts stay in the log."""
MOST_UNLISTED = 2_000_000
"""Messages that are not listed whose ids are known all the same, of all conversations, so that they can be erased: some 80 MB."""
MOST_WAITING = 20_000
"""Conversations that wait. Beyond them the gateways must keep what they have, and bring it again."""
MOST_LISTED = 400_000
"""Messages that are known one by one, of all conversations: some 200 MB."""
FORGETS_EVERY_MS = 60_000


@dataclass(slots=True)
class Conversation:
    """What one sender has sent, the first message first. `count`: with those that are not listed. Read-only outside the book.

    `unlisted`: ids of these, each with a line break behind it: a flood costs 37 bytes a message. `rest_at`: offset in the log of
    the first message behind the first ones that are listed.
    """

    id: str
    sender: str
    listed: OrderedDict[str, PublicMessage] = field(default_factory=OrderedDict)
    unlisted: bytearray = field(default_factory=bytearray)
    count: int = 0
    rest_at: int = 0
    taken: ConversationTaken | None = None
    ended: ConversationEnded | None = None
    replied: ConversationReplied | None = None

    @property
    def first(self) -> PublicMessage:
        return next(iter(self.listed.values()))

    @property
    def latest(self) -> PublicMessage:
        return self.listed[next(reversed(self.listed))]

    def message_ids(self) -> Iterator[str]:
        """Of all its messages as of now, those that are not listed too."""
        listed, unlisted = list(self.listed), bytes(self.unlisted)
        yield from listed
        begin = 0
        while (end := unlisted.find(b"\n", begin)) >= 0:
            yield unlisted[begin:end].decode()
            begin = end + 1

    def taken_by(self, now_ms: int) -> str | None:
        """Who works on it at this time."""
        is_held = self.ended is None and self.taken is not None and self.taken.until_ms > now_ms
        return self.taken.by if is_held and self.taken is not None else None


class ConversationBook:
    """The conversations in memory, without texts. `version` grows with every change; no method blocks or raises."""

    def __init__(self, now_ms: Callable[[], int] = clock.now_ms) -> None:
        self._now_ms = now_ms
        self._kept: dict[str, Conversation] = {}
        self._waiting: dict[str, None] = {}
        """Those that have not ended. Of one sender there are several where an end was taken back."""
        self._open: dict[str, str] = {}
        """Sender → the one that takes what they send next."""
        self._stopped: dict[str, int] = {}
        """Senders who want no answers of machines, since when."""
        self._answered: dict[str, int] = {}
        """Sender → when they were last sent an acknowledgement."""
        self._of_message: dict[str, str] = {}
        """Message → its conversation, of those that are listed."""
        self._unlisted_count = 0
        self._looked_ms = 0
        self.version = 0

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING or len(self._of_message) >= MOST_LISTED

    @property
    def waiting_count(self) -> int:
        return len(self._waiting)

    def apply(self, record: AnyMessageRecord, offset: int = 0) -> None:
        """Takes the next record of the log."""
        match record:
            case PublicMessage():
                self._add(record, offset)
            case ConversationTaken():
                self._take(record)
            case ConversationEnded():
                self._end(record)
            case ConversationReopened():
                self._reopen(record)
            case ConversationReplied():
                self._reply(record)
        self.version += 1

    def get(self, conversation_id: str) -> Conversation | None:
        """The conversation, unless its time is over."""
        found = self._kept.get(conversation_id)
        return found if found is not None and found.latest.at_ms + KEPT_MS > self._now_ms() else None

    def of_sender(self, sender: str) -> Conversation | None:
        """The one that takes what this sender sends next."""
        return self.get(self._open.get(sender, ""))

    def knows(self, message_id: str) -> bool:
        """Whether the message is listed in a conversation."""
        return message_id in self._of_message

    def is_in(self, kept: Conversation, sent: PublicMessage) -> bool:
        """Whether a message of the log, behind the first one of the conversation, belongs to it and to no later one."""
        named = self._kept.get(self._of_message.get(sent.id, sent.conversation_id))
        # One that had ended before is named where the writer did not know of its end.
        is_later = named is not None and named is not kept and named.first.at_ms >= kept.first.at_ms
        return sent.sender == kept.sender and not is_later

    def is_stopped(self, sender: str) -> bool:
        """Whether the sender wants no answers of machines."""
        return sender in self._stopped

    def answered_ms(self, sender: str) -> int | None:
        """When the sender was last sent an acknowledgement."""
        return self._answered.get(sender)

    def waiting(self) -> Iterator[Conversation]:
        """Those that have not ended, in the order in which they began to wait by the log."""
        for conversation_id in self._waiting:
            if (one := self.get(conversation_id)) is not None:
                yield one

    def unread(self, *, before_ms: int, most: int) -> dict[str, int]:
        """Ids of those that nobody works on and that began before this time, with when; the earliest ones."""
        now_ms, found = self._now_ms(), {}
        for one in self.waiting():
            if one.first.at_ms <= before_ms and one.taken_by(now_ms) is None:
                found[one.id] = one.first.at_ms
                if len(found) == most:
                    break
        return found

    def ended(self, how: ConversationEnd | None = None) -> Iterator[Conversation]:
        """Those that have ended (`how`: only so), the latest first."""
        found = [
            one
            for one in self._kept.values()
            if one.ended is not None and how in (None, one.ended.end) and self.get(one.id) is not None
        ]
        yield from sorted(found, key=lambda one: (one.ended.at_ms if one.ended else 0, one.id), reverse=True)

    def of_volunteer(self, volunteer_id: str) -> list[Conversation]:
        """Those in which this person's verified channel has written."""
        return [
            one for one in self._kept.values() if any(sent.volunteer_id == volunteer_id for sent in one.listed.values())
        ]

    def forget_old(self) -> None:
        """Forgets what is kept no longer. Looks at most once a minute."""
        if self._now_ms() - self._looked_ms < FORGETS_EVERY_MS:
            return
        self._looked_ms = self._now_ms()
        limit_ms = self._looked_ms - KEPT_MS
        for one in [one for one in self._kept.values() if one.latest.at_ms <= limit_ms]:
            del self._kept[one.id]
            self._unlisted_count -= one.unlisted.count(b"\n")
            self._waiting.pop(one.id, None)
            for message_id in one.listed:
                del self._of_message[message_id]
            if self._open.get(one.sender) == one.id:
                del self._open[one.sender]
        for times in (self._stopped, self._answered):
            for sender in [sender for sender, at_ms in times.items() if at_ms <= limit_ms]:
                del times[sender]

    def _add(self, sent: PublicMessage, offset: int) -> None:
        if sent.is_answered:
            self._answered[sent.sender] = max(sent.at_ms, self._answered.get(sent.sender, 0))
        if sent.kind is MessageKind.STOP:
            self._stopped[sent.sender] = sent.at_ms
            # Nobody has to read it: it asks for nothing but silence.
            if sent.sender not in self._open:
                return
        if sent.id in self._of_message:
            return
        kept = self._conversation_of(sent)
        if kept.count == FIRST_LISTED:
            kept.rest_at = offset
        kept.count += 1
        kept.listed[sent.id] = sent
        self._of_message[sent.id] = kept.id
        if len(kept.listed) > FIRST_LISTED + LAST_LISTED:
            middle = next(id_ for place, id_ in enumerate(kept.listed) if place == FIRST_LISTED)
            del kept.listed[middle], self._of_message[middle]
            self._keep_unlisted(kept, middle)

    def _keep_unlisted(self, kept: Conversation, message_id: str) -> None:
        if self._unlisted_count < MOST_UNLISTED:
            kept.unlisted += f"{message_id}\n".encode()
            self._unlisted_count += 1

    def _conversation_of(self, sent: PublicMessage) -> Conversation:
        # By the order of the log: two processes that took the first two messages of a sender at once make one conversation.
        named = self._open.get(sent.sender) or self._named(sent)
        if named not in self._kept:
            self._kept[named] = Conversation(id=named, sender=sent.sender)
            self._waiting[named] = None
        self._open[sent.sender] = named
        return self._kept[named]

    def _named(self, sent: PublicMessage) -> str:
        """The conversation that the record names, unless it has ended meanwhile: what came after the end is nobody's yet."""
        before = self._kept.get(sent.conversation_id)
        return sent.id if before is not None and before.ended is not None else sent.conversation_id

    def _take(self, record: ConversationTaken) -> None:
        kept = self._kept.get(record.conversation_id)
        if kept is not None and kept.taken_by(record.at_ms) in (None, record.by):
            kept.taken = record

    def _end(self, record: ConversationEnded) -> None:
        kept = self._kept.get(record.conversation_id)
        # Only who holds it ends it, as far as somebody does.
        if kept is not None and kept.ended is None and kept.taken_by(record.at_ms) in (None, record.by):
            kept.ended = record
            self._waiting.pop(kept.id, None)
            if self._open.get(kept.sender) == kept.id:
                del self._open[kept.sender]

    def _reopen(self, record: ConversationReopened) -> None:
        kept = self._kept.get(record.conversation_id)
        if kept is not None and kept.ended is not None and kept.ended.end is ConversationEnd.DISCARDED:
            kept.ended = kept.taken = None
            self._waiting[kept.id] = None
            # What the sender has written since is a conversation of its own, and goes on.
            self._open.setdefault(kept.sender, kept.id)

    def _reply(self, record: ConversationReplied) -> None:
        kept = self._kept.get(record.conversation_id)
        if kept is not None:
            kept.replied = record
