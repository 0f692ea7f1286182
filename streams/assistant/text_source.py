"""Follows `decisions` as a member of the assistants' group, and commits what has been dealt with.

An offset is committed once every text before it was read, shed or found to be gone. A crash repeats the rest: the same hints with
the same ids. Without a commit reading begins `BACK_S` ago; older texts need no hints.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.model.decisions import Decision
from streams import event_loop, wire
from streams.assistant.left_records import left_if_unreadable
from streams.assistant.texts_named import NamedText, texts_named
from streams.kafka import clients, groups
from streams.kafka.start_offsets import offset_to_go_on, recent_offsets
from streams.kafka.stopping import stop_consumer
from streams.settings import Settings
from streams.topics import DECISIONS

BACK_S = 3_600
COMMIT_EVERY_S = 1.0
AT_ONCE = 500
MOST_IN_HAND = 4_000
"""Texts that wait or are being read; beyond them nothing more is fetched."""
_log = structlog.get_logger(__name__)

DealWith = Callable[[NamedText], Awaitable[None]]
"""Returns once the text needs nothing more. Never raises but CancelledError."""


class Progress:
    """Offsets of one partition: `committable` is the first one that has not been dealt with."""

    def __init__(self, offset: int) -> None:
        self.position = offset
        self._in_hand: dict[int, int] = {}

    def take(self, offset: int, texts: int) -> None:
        self.position = offset + 1
        if texts:
            self._in_hand[offset] = texts

    def done(self, offset: int) -> None:
        left = self._in_hand[offset] - 1
        if left:
            self._in_hand[offset] = left
        else:
            del self._in_hand[offset]

    @property
    def committable(self) -> int:
        # Insertion order is the order of the log.
        return next(iter(self._in_hand), self.position)


class TextSource(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """One consumer, from its start until it is stopped or fails."""

    def __init__(
        self, settings: Settings, deal_with: DealWith, note: Callable[[Decision], None] = lambda _: None
    ) -> None:
        """`note`: gets every decision that is read, some once more after a rebalance."""
        self._note = note
        self._settings = settings
        self._deal_with = deal_with
        self._consumer: AIOKafkaConsumer = clients.group_member(settings, groups.ASSISTANT, **clients.UNHURRIED)
        self._progress: dict[int, Progress] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._committed: dict[int, int] = {}

    async def follow(self, should_stop: Callable[[], bool]) -> None:
        """Reads until `should_stop` returns true.

        Raises:
            KafkaError, TimeoutError: it cannot continue. A new source goes on from the committed offsets.
        """
        committing: asyncio.Task[None] | None = None
        try:
            await self._consumer.start()
            self._consumer.subscribe([DECISIONS.name], listener=self)
            committing = asyncio.ensure_future(self._commit_all())
            while not should_stop():
                if committing.done():
                    committing.result()
                await self._read_once()
            await self._commit()
        finally:
            await event_loop.cancel(committing)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await stop_consumer(self._consumer)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        try:
            await self._commit()
        except KafkaError as error:
            _log.info("last commit failed", cause=repr(error))
        for part in revoked:
            self._progress.pop(part.partition, None)
            self._committed.pop(part.partition, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        recent = await recent_offsets(self._consumer, assigned, BACK_S)
        for part, floor in recent.items():
            offset = await offset_to_go_on(self._consumer, part, floor)
            self._consumer.seek(part, offset)
            self._progress[part.partition] = Progress(offset)
        _log.info("assistant reads decisions", partitions=[part.partition for part in recent])

    async def _read_once(self) -> None:
        if len(self._tasks) >= MOST_IN_HAND:
            await asyncio.sleep(0.05)
            return
        for part, records in (await self._consumer.getmany(timeout_ms=200, max_records=AT_ONCE)).items():
            progress = self._progress.get(part.partition)
            if progress is None:
                continue
            for record in records:
                self.take(progress, record)

    def take(self, progress: Progress, record: Any) -> None:
        """Takes the next record of a partition, and its texts in hand."""
        found: tuple[NamedText, ...] = ()
        with left_if_unreadable(record):
            decision = wire.decode_decision(record.value)
            self._note(decision)
            found = tuple(texts_named(decision))
        progress.take(record.offset, len(found))
        for text in found:
            task = asyncio.ensure_future(self._dealt_with(text, progress, record.offset))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _dealt_with(self, text: NamedText, progress: Progress, offset: int) -> None:
        await self._deal_with(text)
        progress.done(offset)

    async def _commit_all(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_EVERY_S)
            await self._commit()

    async def _commit(self) -> None:
        offsets = {number: one.committable for number, one in self._progress.items()}
        changed = {number: offset for number, offset in offsets.items() if self._committed.get(number) != offset}
        if changed:
            await self._consumer.commit(
                {TopicPartition(DECISIONS.name, number): offset for number, offset in changed.items()}
            )
            self._committed |= changed
