"""Consumer of verifications, and the clock of their ends, in a consumer group of its own outside Faust's agents.

A batch is written to Redis, then committed: at least once, and every write is guarded by offset. A verification that was
withdrawn or has ended while its person holds an offer becomes a command about that offer (DESIGN 118).
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import structlog
from aiokafka import ConsumerRecord
from mode import Service

from dispatch.model.answer_commands import LoseVerification
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.safety.lost_verifications import command_of
from streams.errors import LogUnavailable
from streams.kafka import groups
from streams.kafka.batch_consumer import BatchReading
from streams.settings import Settings
from streams.store.record_decoders import newest_verifications
from streams.store.verifications import Ending, VerificationWrite
from streams.topics import VERIFICATIONS
from streams.worker.unreadable_records import DeadLetter, dead_letter_all

log = structlog.get_logger()
VERIFICATIONS_AT_ONCE = 1000
ENDED_EVERY_S = 10.0

SendCommands: TypeAlias = Callable[[Sequence[LoseVerification]], Awaitable[None]]
"""Returns after the broker confirmed the commands; raises `LogUnavailable` when that is not certain."""


class VerifiedPeople(Protocol):
    """`streams.store.people.PeopleStore`."""

    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> int: ...
    async def ended_verifications(self, done: Sequence[Ending] = ()) -> list[Ending]: ...
    async def engaged(self, volunteer_ids: Sequence[str]) -> dict[str, str]: ...


class VerificationService(Service):
    """Writes verifications to Redis and sends a command when one ends."""

    def __init__(
        self, settings: Settings, people: VerifiedPeople, *, dead_letter: DeadLetter, tell: SendCommands, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._people = people
        self._dead_letter = dead_letter
        self._tell = tell
        self._consumer = BatchReading(settings, (VERIFICATIONS.name,), groups.VERIFICATIONS, VERIFICATIONS_AT_ONCE)

    @Service.task
    async def _follow(self) -> None:
        await self._consumer.follow(self._take, lambda: self.should_stop)

    @Service.task
    async def _end(self) -> None:
        while True:
            await self.sleep(ENDED_EVERY_S)
            if self.should_stop:
                return
            try:
                await self.end_once()
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                log.info("ends of verifications are retried", cause=type(trouble).__name__)

    async def end_once(self) -> int:
        """Sends the commands about verifications that have ended; returns how many ended.

        Raises:
            StoreUnavailable, NotReady, LogUnavailable: a repeat is harmless.
        """
        count = 0
        ended = await self._people.ended_verifications()
        while ended:
            await self._send(ended)
            count += len(ended)
            # Several workers may find the same ones: equal commands have equal ids.
            ended = await self._people.ended_verifications(ended)
        return count

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        writes, rejected = newest_verifications(records)
        await self._people.put_verifications(writes)
        await self._send(withdrawn(writes))
        await dead_letter_all(rejected, self._dead_letter)

    async def _send(self, ended: Sequence[Ending]) -> None:
        """Runs before the commit: after a crash the batch is redelivered, so that no offer is overlooked."""
        if commands := await lose_verification_commands(self._people, ended):
            await self._tell(commands)


def withdrawn(writes: Iterable[VerificationWrite]) -> list[Ending]:
    """The verifications that these records withdraw. An erased person's offers are ended by their profile."""
    return [
        Ending(volunteer_id=write.volunteer_id, skill=write.skill, until_ms=write.record.at_ms)
        for write in writes
        if write.skill and write.record is not None and write.record.until_ms == 0
    ]


async def lose_verification_commands(people: VerifiedPeople, ended: Sequence[Ending]) -> list[LoseVerification]:
    """Commands for people who hold an offer while a verification of theirs ends. Raises StoreUnavailable or NotReady."""
    held = await people.engaged(sorted({one.volunteer_id for one in ended})) if ended else {}
    commands = [
        command_of(one.volunteer_id, held[one.volunteer_id], one.skill, ended_ms=one.until_ms)
        for one in ended
        if one.volunteer_id in held
    ]
    return [command for command in commands if command is not None]
