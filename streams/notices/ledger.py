"""The topic `notices`: the log of what went out. Written before anything is committed, read back by whoever takes over."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.notices.rules import NoticeOutcome
from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka.clients import idempotent_producer
from streams.kafka.log_reader import LogReader
from streams.notices.lane import Parcel
from streams.settings import Settings
from streams.topics import NOTICES

CONFIRM_WITHIN_MS = 10_000
CLOCKS_APART_MS = 60_000
"""How far the clocks of two brokers may be apart: each stamps the records of its partitions by its own."""
AT_ONCE = 500


class _Wanted(NamedTuple):
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    written: "asyncio.Future[None]"


class Ledger:
    """Whatever many write at a time goes through one task: thousands that wait for room in one batch of aiokafka's producer are
    all woken by each batch that leaves, and the event loop stands still."""

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
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        await self._reader.stop()
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    @property
    def producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise LogUnavailable("the ledger is not open")
        return self._producer

    async def write(self, parcel: Parcel, channel: str, outcome: NoticeOutcome, attempts: int) -> None:
        """Returns when the broker has it.

        Raises:
            LogUnavailable: it may be there or not; a repeat carries the same id.
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
        )
        headers = wire.headers(f"notice.{outcome}", parcel.id, self._source, record.at_ms)
        if self._writer is None or self._writer.done():
            raise LogUnavailable("the ledger is not open")
        wanted = _Wanted(
            notice.volunteer_id.encode(), wire.encode(record), headers, asyncio.get_running_loop().create_future()
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
        """Ids of everything that was written down since then, by any notifier. `consumer` looks up the places.

        Raises:
            LogUnavailable: not readable for the moment.
        """
        parts = [TopicPartition(NOTICES.name, number) for number in await self._reader.partitions(NOTICES.name)]
        try:
            starts = await consumer.offsets_for_times(dict.fromkeys(parts, max(0, at_ms - CLOCKS_APART_MS)))
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{NOTICES.name}: {error!r}") from error
        bounds = await self._reader.bounds(NOTICES.name, [part.partition for part in parts])
        return await self._ids(
            {part.partition: (found.offset, bounds[part.partition][1]) for part, found in starts.items() if found}
        )

    async def _ids(self, stretches: Mapping[int, tuple[int, int]]) -> set[str]:
        known: set[str] = set()
        async for records in self._reader.read(NOTICES.name, stretches):
            known |= ids_of(record.value for record in records)
        return known


def ids_of(values: Iterable[bytes | None]) -> set[str]:
    """Of the notices in these values; what is none is passed over: nobody but us writes here."""
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
            sent.append(await producer.send(NOTICES.name, wanted.value, key=wanted.key, headers=wanted.headers))
        except KafkaError as error:
            failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            failed.set_exception(error)
            sent.append(failed)
    for wanted, result in zip(part, await asyncio.gather(*sent, return_exceptions=True), strict=True):
        if wanted.written.done():  # whoever wanted it has gone
            continue
        if isinstance(result, BaseException):
            wanted.written.set_exception(LogUnavailable(f"{NOTICES.name}: {result!r}"))
        else:
            wanted.written.set_result(None)
