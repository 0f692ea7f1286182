"""Writing to `messages` so that the writer has read its own record back before it goes on: of two records the first counts."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from streams.readers.conversation_book import ConversationFollower
from streams.wire import AnyMessageRecord


class ConversationLog(Protocol):
    """Implemented by `KafkaConversationLog`, and in memory by tests."""

    async def write(self, key: str, record: AnyMessageRecord) -> None:
        """Appends a record. Afterwards the book of this process contains it and everything before it. A repeat is harmless.

        Raises:
            IntakeError, LogUnavailable: not confirmed or not read back in time; the record may be in the log or not.
        """
        ...


class _Placed(Protocol):
    @property
    def offset(self) -> int: ...


class KafkaConversationLog:
    """`send` appends a record and returns its place (`streams.intake.commands.CommandIntake.send_about_conversation`)."""

    def __init__(
        self, send: Callable[[str, AnyMessageRecord], Awaitable[_Placed]], follower: ConversationFollower
    ) -> None:
        self._send = send
        self._follower = follower

    async def write(self, key: str, record: AnyMessageRecord) -> None:
        place = await self._send(key, record)
        await self._follower.reached(place.offset)
