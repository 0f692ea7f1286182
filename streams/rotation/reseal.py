"""Seals the private records again that are under another key than the active one, while everything else goes on.

Nothing is stored about the progress: an interrupted run is resumed by another one, which finds what is left. Writes are bounded
in their rate, and a partition is finished once a read to its end finds nothing to write any more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError

from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.ring import KeyRing, KeyUse
from streams.rotation.private_fold import Newest, PrivateFold
from streams.settings import Settings
from streams.topics import PRIVATE, Topic

AT_ONCE = 100
RATE = 500
"""Records a second: intake and workers go on with most of a broker's capacity."""
_SOURCE = "/komek/keys"

OnResealed: TypeAlias = Callable[[int, int], Awaitable[None]]
"""Called with the number of records written so far, and of those known to be left in this partition."""


@dataclass(slots=True)
class Resealed:
    """`written`: records. `unreadable`: records that no key of the ring opens; they are left as they are. `lost`: newer records
    that compaction had removed before they were written again; expected 0."""

    written: int = 0
    unreadable: int = 0
    lost: int = 0


class Resealer:
    """One run. `ring`: every key that may be needed to read; its active data key seals."""

    def __init__(
        self,
        settings: Settings,
        ring: KeyRing,
        *,
        topic: Topic = PRIVATE,
        rate: int = RATE,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ring = ring
        self._key = ring.active(KeyUse.DATA)
        self._topic = topic.name
        self._rate = rate
        self._pause = pause
        self._reader = LogReader(settings, "keys-reseal")
        self._producer: AIOKafkaProducer = clients.async_producer(settings, "keys-reseal")
        self.done = Resealed()

    async def run(self, on_progress: OnResealed | None = None) -> Resealed:
        """Raises LogUnavailable: Kafka did not answer or confirm; run it again."""
        try:
            await self._reader.start()
            await self._producer.start()
            for number in await self._reader.partitions(self._topic):
                await self._partition(number, on_progress)
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{self._topic}: {kafka_reason(error)}") from error
        finally:
            await self._producer.stop()
            await self._reader.stop()
        return self.done

    async def _partition(self, number: int, on_progress: OnResealed | None) -> None:
        fold = PrivateFold(self._key.id, key_finder(self._ring))
        (start, end) = (await self._reader.bounds(self._topic, [number]))[number]
        while True:
            await read_into(fold, self._reader, self._topic, number, (start, end))
            pending = list(fold.pending())
            if not pending:
                self.done.unreadable += fold.counts().get(None, 0)
                return
            for at in range(0, len(pending), AT_ONCE):
                await self._write(number, pending[at : at + AT_ONCE])
                if on_progress is not None:
                    await on_progress(self.done.written, max(0, len(pending) - at - AT_ONCE))
            # What was written meanwhile, by this run and by others.
            start, end = end, await self._reader.end(self._topic, number)

    async def _write(self, number: int, batch: Sequence[tuple[str, Newest]]) -> None:
        began_s = clock.monotonic_s()
        sent = []
        for ref, newest in batch:
            value = newest.value
            if not newest.is_tombstone:
                if value is None and (value := await self._stored(number, newest.stored_at)) is None:
                    self.done.lost += 1
                    # Not asked for again: there is nothing left to write.
                    newest.is_last = True
                    continue
                value = self._resealed(ref, value)
            headers = [
                *wire.headers("private", clock.fresh_id(), _SOURCE)[:-1],
                ("content-type", b"application/octet-stream"),
            ]
            headers.append((wire.RESEALED_FROM, str(newest.offset).encode()))
            sent.append(
                await self._producer.send(self._topic, value, key=ref.encode(), partition=number, headers=headers)
            )
        await asyncio.gather(*sent)
        self.done.written += len(sent)
        await self._pause(max(0.0, len(sent) / self._rate - (clock.monotonic_s() - began_s)))

    def _resealed(self, ref: str, value: bytes) -> bytes:
        """Under the active key; as it is if no key opens it."""
        try:
            plain, _ = wire.open_plain(self._ring, ref, value)
        except wire.Unreadable:
            return value
        return wire.seal_plain(self._key, ref, plain)

    async def _stored(self, number: int, offset: int) -> bytes | None:
        found: bytes | None = None
        async for records in self._reader.read(self._topic, {number: (offset, offset + 1)}):
            for record in records:
                found = record.value if record.offset == offset else found
        return found


def key_finder(ring: KeyRing) -> Callable[[str, bytes], str | None]:
    """Names the key of a record, without decrypting it where the record names its key itself."""

    def key_of(ref: str, value: bytes) -> str | None:
        named = wire.named_key(value)
        if named is not None:
            key = ring.get(named)
            return named if key is not None and key in ring.readers(KeyUse.DATA) else None
        try:
            return wire.open_plain(ring, ref, value)[1]
        except wire.Unreadable:
            return None

    return key_of


async def read_into(fold: PrivateFold, reader: LogReader, topic: str, number: int, stretch: tuple[int, int]) -> None:
    """Adds the records of a partition to a fold. Raises LogUnavailable."""
    async for records in reader.read(topic, {number: stretch}):
        for record in records:
            _add(fold, record)


def _add(fold: PrivateFold, record: ConsumerRecord) -> None:
    ref = (record.key or b"").decode("utf-8", "replace")
    fold.add(ref, record.offset, record.value, wire.resealed_from(record.headers))
