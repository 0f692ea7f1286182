"""The topic `notices`: the log of sent notices. Written before offsets are committed, read by the notifier that takes over."""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.notices.rules import NoticeOutcome
from streams import clock, event_loop, wire
from streams.errors import LogUnavailable
from streams.kafka.clients import idempotent_producer
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.notices.lane import Parcel
from streams.settings import Settings
from streams.topics import NOTICES

CONFIRM_WITHIN_MS = 10_000
CLOCKS_APART_MS = 60_000
"""Allowed clock skew between brokers: each broker stamps the records of its partitions by its own clock."""
AT_ONCE = 500


class _Wanted(NamedTuple):
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    written: "asyncio.Future[None]"


class Ledger:
    """Writes and reads `notices`. One task sends for all callers.

    With thousands of callers of `AIOKafkaProducer.send`, every batch that leaves wakes all callers that wait for room in a batch,
    which blocks the event loop.
    """

    def __init__(self, settings: Settings, source: str) -> None:
        self._settings = settings
        self._source = source
        self._reader = LogReader(settings, f"{source}-ledger")
        self._producer: AIOKafkaProducer | None = None
        self._queue: deque[_Wanted] = deque()
        self._is_wanted = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        producer = idempotent_producer(self._settings, self._source, CONFIRM_WITHIN_MS)
        self._producer = producer
        await producer.start()
        await self._reader.start()
        self._writer = asyncio.ensure_future(self._write_all(producer))

    async def stop(self) -> None:
        await event_loop.cancel(self._writer)
        await self._reader.stop()
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    @property
    def producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise LogUnavailable("the ledger is not open")
        return self._producer

    async def write(
        self, parcel: Parcel, channel: str, outcome: NoticeOutcome, attempts: int, code: str | None = None
    ) -> None:
        """Writes the outcome and waits for the broker's confirmation.

        Raises:
            LogUnavailable: not confirmed; the record may or may not have been written. A repeat has the same id.
        """
        notice = parcel.notice
        record = wire.NoticeRecord(
            id=parcel.id,
            event_id=notice.event_id,
            offer_id=notice.offer_id,
            incident_id=notice.incident_id,
            volunteer_id=notice.volunteer_id,
            kind=notice.kind,
            channel=channel,
            outcome=outcome,
            attempts=attempts,
            at_ms=clock.now_ms(),
            version=notice.version,
            reason=notice.reason,
            changes=notice.changes,
            code=code,
        )
        await self.append(record)

    async def append(self, record: wire.NoticeRecord) -> None:
        """Writes a record. Raises as `write`."""
        headers = wire.headers(f"notice.{record.outcome}", record.id, self._source, record.at_ms)
        if self._writer is None or self._writer.done():
            raise LogUnavailable("the ledger is not open")
        wanted = _Wanted(
            # Keyed by person, so that the notices of one person are in one partition and in order.
            record.volunteer_id.encode(),
            wire.encode(record),
            headers,
            asyncio.get_running_loop().create_future(),
        )
        self._queue.append(wanted)
        self._is_wanted.set()
        await wanted.written

    async def _write_all(self, producer: AIOKafkaProducer) -> None:
        while True:
            await self._is_wanted.wait()
            self._is_wanted.clear()
            while self._queue:
                part = [self._queue.popleft() for _ in range(min(AT_ONCE, len(self._queue)))]
                await _write(producer, part)

    async def known_since(self, at_ms: int, consumer: AIOKafkaConsumer) -> set[str]:
        """Ids of all notices recorded since `at_ms` by any notifier. `consumer` is used to look up offsets by time.

        Raises:
            LogUnavailable: the topic cannot be read at the moment.
        """
        parts = [TopicPartition(NOTICES.name, number) for number in await self._reader.partitions(NOTICES.name)]
        try:
            starts = await consumer.offsets_for_times(dict.fromkeys(parts, max(0, at_ms - CLOCKS_APART_MS)))
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{NOTICES.name}: {kafka_reason(error)}") from error
        bounds = await self._reader.bounds(NOTICES.name, [part.partition for part in parts])
        return await self._ids(
            # None: no record since then in that partition.
            {part.partition: (found.offset, bounds[part.partition][1]) for part, found in starts.items() if found}
        )

    async def _ids(self, stretches: Mapping[int, tuple[int, int]]) -> set[str]:
        known: set[str] = set()
        async for records in self._reader.read(NOTICES.name, stretches):
            known |= ids_of(record.value for record in records)
        return known


def ids_of(values: Iterable[bytes | None]) -> set[str]:
    """Ids of the notices in `values`. Unreadable values are skipped: only notifiers write to this topic."""
    known = set()
    for value in values:
        try:
            known.add(wire.decode_notice(value).id)
        except wire.Unreadable:
            continue
    return known


async def _write(producer: AIOKafkaProducer, part: Sequence[_Wanted]) -> None:
    sent = []
    for wanted in part:
        try:
            # All sends of the part are under way before the first confirmation is awaited.
            sent.append(await producer.send(NOTICES.name, wanted.value, key=wanted.key, headers=wanted.headers))
        except KafkaError as error:
            failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            sent.append(failed)
    for wanted, result in zip(part, await asyncio.gather(*sent, return_exceptions=True), strict=True):
        if wanted.written.done():  # the caller was cancelled
            continue
        if isinstance(result, BaseException):
            wanted.written.set_exception(LogUnavailable(f"{NOTICES.name}: {result!r}"))
        else:
            wanted.written.set_result(None)
