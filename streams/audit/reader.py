"""Reads the audit log: filtered from the newest entry backwards, or whole for verification."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka.errors import KafkaError

from streams import wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import AUDIT
from streams.wire import AuditRecord

PARTITION = 0
BLOCK = 5_000
EXAMINED = 100_000
"""Entries that one request examines; a page may be shorter than its limit and still have a next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """None: any. `subject` also matches entries about several subjects. Times in ms, both inclusive."""

    subject: str | None = None
    actor: str | None = None
    action: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def matches(self, entry: AuditRecord) -> bool:
        return (
            (self.subject is None or self.subject == entry.subject or self.subject in entry.subjects)
            and (self.actor is None or self.actor == entry.actor)
            and (self.action is None or entry.action == self.action or entry.action.startswith(f"{self.action}."))
            and (self.since_ms is None or entry.at_ms >= self.since_ms)
            and (self.until_ms is None or entry.at_ms <= self.until_ms)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Newest first. `before`: continue with entries before this offset; None: there are no more."""

    entries: tuple[tuple[int, AuditRecord], ...]
    before: int | None


class AuditReader:
    """A consumer for one read at a time; each call connects anew, because reads are rare."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id

    async def page(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> AuditPage:
        """Up to `limit` entries that match, from the offset `before` backwards. Raises LogUnavailable."""
        async with _Connected(self._settings, self._client_id) as log:
            first, end = await _bounds(log)
            if wanted.since_ms is not None:
                first = max(first, (await log.offsets_at(AUDIT.name, [PARTITION], wanted.since_ms))[PARTITION])
            end = end if before is None else min(end, before)
            found: list[tuple[int, AuditRecord]] = []
            seen: set[tuple[str, int]] = set()
            lowest = max(first, end - EXAMINED)
            while end > lowest:
                begin = max(lowest, end - BLOCK)
                block = [entry async for entry in _entries(log, begin, end)]
                for offset, entry in reversed(block):
                    # An entry that was sent twice is shown once.
                    link = (entry.writer, entry.number)
                    if not wanted.matches(entry) or (entry.writer and link in seen):
                        continue
                    seen.add(link)
                    found.append((offset, entry))
                    if len(found) == limit:
                        return AuditPage(entries=tuple(found), before=offset if offset > first else None)
                end = begin
            return AuditPage(entries=tuple(found), before=end if end > first else None)

    async def newest(self) -> str:
        """`<offset>:<MAC>` of the last entry; empty if there is none. Raises LogUnavailable."""
        async with _Connected(self._settings, self._client_id) as log:
            first, end = await _bounds(log)
            newest = ""
            async for offset, entry in _entries(log, max(first, end - 1), end):
                newest = f"{offset}:{entry.mac}"
            return newest

    async def everything(self, since_ms: int | None = None) -> AsyncIterator[tuple[int, bytes | None]]:
        """Offset and value of every record, in order. Raises LogUnavailable."""
        async with _Connected(self._settings, self._client_id) as log:
            first, end = await _bounds(log)
            if since_ms is not None:
                first = max(first, (await log.offsets_at(AUDIT.name, [PARTITION], since_ms))[PARTITION])
            async for chunk in log.read(AUDIT.name, {PARTITION: (first, end)}):
                for record in chunk:
                    yield record.offset, record.value


class _Connected:
    def __init__(self, settings: Settings, client_id: str) -> None:
        self._log = LogReader(settings, client_id)

    async def __aenter__(self) -> LogReader:
        try:
            await self._log.start()
        except (KafkaError, TimeoutError) as error:
            await self._log.stop()
            raise LogUnavailable(f"audit: {kafka_reason(error)}") from error
        return self._log

    async def __aexit__(self, *_: object) -> None:
        await self._log.stop()


async def _bounds(log: LogReader) -> tuple[int, int]:
    return (await log.bounds(AUDIT.name, [PARTITION]))[PARTITION]


async def _entries(log: LogReader, begin: int, end: int) -> AsyncIterator[tuple[int, AuditRecord]]:
    async for chunk in log.read(AUDIT.name, {PARTITION: (begin, end)}):
        for record in chunk:
            try:
                yield record.offset, wire.decode_audit(record.value)
            except wire.Unreadable:
                continue  # `komek audit verify` reports it
