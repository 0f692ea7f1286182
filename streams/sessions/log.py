"""Writing to `sessions` so that the writer has read its own record back before it goes on."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from streams.sessions.follower import SessionFollower
from streams.wire import SessionRecord


class SessionLog(Protocol):
    """The log of sessions. Implemented by `KafkaSessionLog`, and in memory by tests."""

    async def write(self, key: str, record: SessionRecord | None) -> None:
        """Appends a record (None: a tombstone). Afterwards the book of this process contains it and everything before it.

        A repeat is harmless.

        Raises:
            IntakeError, LogUnavailable: not confirmed or not read back in time; the record may be in the log or not.
        """
        ...

    async def catch_up(self) -> None:
        """Afterwards the book contains everything that was in the log at the call. Raises LogUnavailable."""
        ...


class _Placed(Protocol):
    @property
    def offset(self) -> int: ...


class KafkaSessionLog:
    """`send` appends a record and returns its place (`streams.intake.commands.CommandIntake.send_session`)."""

    def __init__(
        self, send: Callable[[str, SessionRecord | None], Awaitable[_Placed]], follower: SessionFollower
    ) -> None:
        self._send = send
        self._follower = follower

    async def write(self, key: str, record: SessionRecord | None) -> None:
        place = await self._send(key, record)
        await self._follower.reached(place.offset)

    async def catch_up(self) -> None:
        await self._follower.caught_up()
