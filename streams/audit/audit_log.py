"""Writes the audit log of one process: each entry to its file first, then to Kafka, in order.

An entry that is in the file is written: Kafka may be away while an operator reads about a fire. Without a usable file, entries
are accepted only while Kafka confirms them.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from streams import clock, event_loop, metrics, wire
from streams.audit.chain import HEAD, Chain
from streams.audit.reader import AuditReader
from streams.audit.spool import Spool, left_behind
from streams.errors import LogUnavailable, RetryLater
from streams.kafka import clients
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import AUDIT
from streams.wire import AuditRecord
from streams.wire.client_digests import ClientDigests

FOLDER = "audit"
"""In KOMEK_DATA."""
BATCH = 500
CONFIRM_WITHIN_MS = 5_000
RETRY_AFTER_S = 1.0
HEAD_EVERY_S = 600.0
MOST_WAITING = 100_000
"""Entries in memory. Beyond it, what cannot be written is refused: some 40 MB."""
_log = structlog.get_logger(__name__)


class AuditUnavailable(RetryLater):
    """The entry can be written neither to the file nor to Kafka: what it is about must not be disclosed."""


class AuditLog:
    """One per process."""

    def __init__(self, settings: Settings, digests: ClientDigests, writer: str) -> None:
        self._settings = settings
        self._folder: Path = settings.data / FOLDER
        self._writer = writer
        self._chain = Chain(digests, writer)
        self._spool: Spool | None = None
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._producer: AIOKafkaProducer | None = None
        self._is_confirmed = True

    @property
    def waiting(self) -> int:
        """Entries that Kafka has not confirmed yet."""
        return len(self._waiting)

    @property
    def is_reliable(self) -> bool:
        """Whether entries survive a crash of this process, or Kafka confirms them."""
        return self._spool is not None or (self._is_confirmed and not self._waiting)

    async def start(self) -> None:
        """Takes over what ended processes left, and writes the first entry. Never waits for Kafka longer than a read takes."""
        try:
            with left_behind(self._folder) as entries:
                self._spool = Spool(self._folder, self._writer)
                for encoded in entries:
                    self._take_over(encoded)
        except OSError as error:
            self._broken(error)
        newest = await self._newest()
        self.record(
            AuditRecord(
                actor=self._writer, role="system", action=HEAD, subject="start", at_ms=clock.now_ms(), after=newest
            )
        )
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Gives Kafka two seconds to confirm what waits; the rest stays in the file for the next process."""
        deadline = clock.monotonic_s() + 2.0
        while self._waiting and clock.monotonic_s() < deadline:  # noqa: ASYNC110 - bounded, at the end of the process
            await asyncio.sleep(0.02)
        await event_loop.cancel(self._task)
        if self._producer is not None:
            await self._producer.stop()
        if self._spool is not None:
            self._spool.close(remove=not self._waiting)

    def record(self, entry: AuditRecord) -> None:
        """Writes an entry; it is linked to the one before.

        Raises:
            AuditUnavailable: it can be written nowhere.
        """
        if not self.is_reliable or len(self._waiting) >= MOST_WAITING:
            metrics.AUDIT_LOST.inc()
            raise AuditUnavailable("the audit log cannot be written")
        self._keep(entry.actor, wire.encode(self._chain.link(entry)))

    def _take_over(self, encoded: bytes) -> None:
        try:
            actor = wire.decode_audit(encoded).actor
        except wire.Unreadable:
            # After a crash of the machine a file may hold blocks that were never written; the numbers of its writer show the gap.
            metrics.AUDIT_LOST.inc()
            _log.error("an entry of the audit log that an ended process left cannot be read")
            return
        self._keep(actor, encoded)

    def _keep(self, actor: str, encoded: bytes) -> None:
        if self._spool is not None:
            try:
                self._spool.append(encoded)
            except OSError as error:
                self._broken(error)
        self._waiting.append((actor, encoded))
        metrics.AUDIT_WAITING.set(len(self._waiting))
        self._wake.set()

    def _broken(self, error: OSError) -> None:
        self._spool = None
        metrics.AUDIT_SPOOL_BROKEN.set(1)
        _log.error("the file of the audit log cannot be written", errno=error.errno)

    async def _run(self) -> None:
        next_head_s = clock.monotonic_s() + HEAD_EVERY_S
        while True:
            self._wake.clear()
            if not self._waiting:
                try:
                    async with asyncio.timeout(max(0.0, next_head_s - clock.monotonic_s())):
                        await self._wake.wait()
                except TimeoutError:
                    next_head_s = clock.monotonic_s() + HEAD_EVERY_S
                    await self._head()
                    continue
            await self._send_batch()

    async def _head(self) -> None:
        entry = AuditRecord(
            actor=self._writer,
            role="system",
            action=HEAD,
            subject="alive",
            at_ms=clock.now_ms(),
            after=await self._newest(),
        )
        try:
            self.record(entry)
        except AuditUnavailable:
            return

    async def _send_batch(self) -> None:
        batch = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
        try:
            producer = await self._started()
            await asyncio.gather(*[await _sent(producer, actor, encoded, self._writer) for actor, encoded in batch])
        except (KafkaError, TimeoutError) as error:
            self._is_confirmed = False
            _log.warning("audit entries wait for Kafka", waiting=len(self._waiting), kind=type(error).__name__)
            await self._renew()
            await asyncio.sleep(RETRY_AFTER_S)
            return
        self._is_confirmed = True
        for _ in batch:
            self._waiting.popleft()
        metrics.AUDIT_WAITING.set(len(self._waiting))
        if not self._waiting and self._spool is not None:
            self._spool.clear()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            # A batch that was confirmed in part is sent again as a whole: numbers show the repeats.
            self._producer = await _producer(self._settings, self._writer)
        return self._producer

    async def _renew(self) -> None:
        """A producer is of no use after an idempotent batch has expired."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                await producer.stop()
            except (KafkaError, TimeoutError):
                return

    async def _newest(self) -> str:
        try:
            return await AuditReader(self._settings, f"{self._writer}-audit-end").newest()
        except LogUnavailable:
            return ""


async def write_entries(
    settings: Settings, digests: ClientDigests, entries: Sequence[AuditRecord], writer: str
) -> None:
    """Writes the entries of a command, and returns after Kafka has confirmed them. Raises LogUnavailable."""
    chain = Chain(digests, writer)
    newest = await AuditReader(settings, f"{writer}-end").newest()
    head = AuditRecord(
        actor=entries[0].actor, role=entries[0].role, action=HEAD, subject="start", at_ms=clock.now_ms(), after=newest
    )
    try:
        producer = await _producer(settings, writer)
        try:
            linked = [chain.link(entry) for entry in (head, *entries)]
            await asyncio.gather(*[await _sent(producer, entry.actor, wire.encode(entry), writer) for entry in linked])
        finally:
            await producer.stop()
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"audit: {kafka_reason(error)}") from error


async def _producer(settings: Settings, writer: str) -> AIOKafkaProducer:
    producer = clients.idempotent_producer(settings, f"{writer}-audit", CONFIRM_WITHIN_MS)
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


async def _sent(
    producer: AIOKafkaProducer, actor: str, encoded: bytes, writer: str
) -> "asyncio.Future[RecordMetadata]":
    headers = wire.headers("audit", clock.fresh_id(), writer)
    answer: asyncio.Future[RecordMetadata] = await producer.send(
        AUDIT.name, encoded, key=actor.encode("utf-8", "replace"), headers=headers
    )
    return answer
