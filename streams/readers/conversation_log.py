"""The log `komek.messages.v1`: followed from its beginning; written so that the writer has read its own record back before it
goes on (of two records the first counts); and read again for messages that the book only counts."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol, cast

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from streams import metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.readers.conversation_book import ConversationBook
from streams.readers.readable_records import RecordFollower, applied
from streams.settings import Settings
from streams.topics import MESSAGES
from streams.wire import (
    AnyMessageRecord,
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    PublicMessage,
)

READ_BACK_WITHIN_S = 2.0
READ_WITHIN_S = 15.0


def message_key(message_id: str) -> str:
    return f"message|{message_id}"


def taken_key(conversation_id: str) -> str:
    return f"taken|{conversation_id}"


def ended_key(conversation_id: str) -> str:
    return f"ended|{conversation_id}"


def reopened_key(conversation_id: str) -> str:
    return f"reopened|{conversation_id}"


def replied_key(conversation_id: str) -> str:
    return f"replied|{conversation_id}"


_DECODERS: Mapping[str, Callable[[bytes | None], AnyMessageRecord]] = {
    "message": wire.decode_public_message,
    "taken": wire.decode_conversation_taken,
    "ended": wire.decode_conversation_ended,
    "reopened": wire.decode_conversation_reopened,
    "replied": wire.decode_conversation_replied,
}
"""By the first word of the key."""


class ConversationLog(Protocol):
    """Implemented by `KafkaConversationLog`, and in memory by tests."""

    async def write(self, key: str, record: AnyMessageRecord) -> None:
        """Appends a record. Afterwards the book of this process contains it and everything before it. A repeat is harmless.

        Raises:
            IntakeError, LogUnavailable: not confirmed or not read back in time; the record may be in the log or not.
        """
        ...

    def messages_from(self, offset: int) -> AsyncGenerator[tuple[int, PublicMessage]]:
        """The messages of all senders from this offset to the present end, with their offsets. To be closed (`aclosing`).

        Raises:
            LogUnavailable: Kafka did not return them within 15 s.
        """
        ...


class _Placed(Protocol):
    @property
    def offset(self) -> int: ...


class ConversationFollower(RecordFollower):
    """Keeps `book` at the end of the log. What is unreadable has no effect but an error in the log and a metric."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        super().__init__(settings, client_id, MESSAGES)
        self.book = ConversationBook()
        self._moved = asyncio.Event()

    async def take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            applied(record, partial(self._apply, offset=record.offset))
        self.book.forget_old()
        metrics.MESSAGES_WAITING.set(self.book.waiting_count)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def reached(self, offset: int) -> None:
        """Waits until the record at this offset is in the book. Raises LogUnavailable: it was not read back in time."""
        try:
            async with asyncio.timeout(READ_BACK_WITHIN_S):
                while self._follower.next_offset <= offset:
                    # Taken before the wait: `take` sets the event and puts a new one in its place.
                    await self._moved.wait()
        except TimeoutError as error:
            raise LogUnavailable(f"{MESSAGES.name}: the record was not read back") from error

    def _apply(self, key: str, value: bytes | None, offset: int = 0) -> None:
        if value is not None:
            self.book.apply(record_of(key, value), offset)


class KafkaConversationLog:
    """`ConversationLog`. `send` appends a record and returns its place (`CommandIntake.send_about_conversation`)."""

    def __init__(
        self,
        send: Callable[[str, AnyMessageRecord], Awaitable[_Placed]],
        follower: ConversationFollower,
        reader: Callable[[], LogReader],
    ) -> None:
        """`reader`: gives a reader that has not been started."""
        self._send = send
        self._follower = follower
        self._reader = reader

    async def write(self, key: str, record: AnyMessageRecord) -> None:
        place = await self._send(key, record)
        await self._follower.reached(place.offset)

    async def messages_from(self, offset: int) -> AsyncGenerator[tuple[int, PublicMessage]]:
        reader = self._reader()
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                await reader.start()
                first, end = (await reader.bounds(MESSAGES.name, [0]))[0]
                # What has left the log meanwhile is no longer kept.
                chunks = reader.read(MESSAGES.name, {0: (max(offset, first), end)})
                async with aclosing(cast("AsyncGenerator[list[ConsumerRecord]]", chunks)) as read:
                    async for records in read:
                        for record in records:
                            if (found := _message(record)) is not None:
                                yield record.offset, found
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{MESSAGES.name}: {kafka_reason(error)}") from error
        finally:
            await reader.stop()


def record_of(key: str, value: bytes | None) -> AnyMessageRecord:
    """Raises wire.Unreadable, also for a record that is not the one of its key."""
    decode = _DECODERS.get(key.partition("|")[0])
    record = None if decode is None else decode(value)
    if record is None or key != _key_of(record):
        raise wire.Unreadable("messages: expected the key of the record")
    return record


def _key_of(record: AnyMessageRecord) -> str:
    match record:
        case PublicMessage():
            return message_key(record.id)
        case ConversationTaken():
            return taken_key(record.conversation_id)
        case ConversationEnded():
            return ended_key(record.conversation_id)
        case ConversationReopened():
            return reopened_key(record.conversation_id)
        case ConversationReplied():
            return replied_key(record.conversation_id)


def _message(record: ConsumerRecord) -> PublicMessage | None:
    """None: another record. What is unreadable was told by the follower."""
    try:
        found = record_of((record.key or b"").decode(), record.value)
    except (wire.Unreadable, UnicodeDecodeError):
        return None
    return found if isinstance(found, PublicMessage) else None
