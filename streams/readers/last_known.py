"""The state of incidents as the log shows it, a fallback for when Redis and the workers are unavailable.

Holds the newest state of each incident from `incident-status`, and the reports behind the workers' committed offsets, which have
no decision yet. Contains no personal data: both topics hold ids only. Each read scans the whole compacted topic, so it serves
requests by people and is not to be polled.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

import msgspec
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import StatusRecord
from dispatch.model.incidents import Incident
from streams import clock, metrics, wire
from streams.errors import LogUnavailable
from streams.kafka import clients, groups
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import INCIDENT_STATUS, INCIDENTS, Topic

WITHIN_S = 30.0
"""Limit for the API; `komek board` waits for two minutes (DESIGN 63)."""
KEPT_S = 2.0
"""A result is reused for this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A report in the log without a decision."""

    command: ReportIncident
    logged_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastKnown:
    """`read_ms`: when the log was read. `decided_ms`: time of the newest decision, None without one."""

    read_ms: int
    decided_ms: int | None = None
    states: tuple[Incident, ...] = ()
    """Newest state of each incident, sorted by report time, newest first."""
    undecided: tuple[Undecided, ...] = ()
    """Newest first."""
    waiting: int | None = None
    """Committed lag: commands of all kinds behind the committed offsets; None when these could not be read."""


class LastKnownReader:
    """Reads the log on demand, one read at a time."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._lock = asyncio.Lock()
        self._kept: LastKnown | None = None

    async def read(self, *, within_s: float = WITHIN_S) -> LastKnown:
        """The state now, or at most `KEPT_S` ago.

        Raises:
            LogUnavailable: Kafka did not return it within `within_s`.
        """
        async with self._lock:
            if self._kept is None or clock.now_ms() - self._kept.read_ms > KEPT_S * 1000:
                try:
                    async with asyncio.timeout(within_s):
                        self._kept = await self._read()
                except (KafkaError, TimeoutError, OSError) as error:
                    raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
            return self._kept

    async def _read(self) -> LastKnown:
        read_ms = clock.now_ms()
        reader = LogReader(self._settings, self._client_id)
        try:
            await reader.start()
            # Before the states: a report that is decided meanwhile is found twice and removed below. In the other order it could
            # be missed.
            committed = await self._committed()
            newest = await self._newest_states(reader)
            undecided, waiting = await self._undecided(reader, committed)
        finally:
            await reader.stop()
        # In a thread, because decoding all states would block the event loop.
        records = await asyncio.to_thread(_decoded, newest)
        known = {record.incident.id for record in records}
        return LastKnown(
            read_ms=read_ms,
            decided_ms=max((record.decided_ms for record in records), default=None),
            states=tuple(sorted((record.incident for record in records), key=lambda state: -state.times.reported_ms)),
            undecided=tuple(entry for entry in undecided[::-1] if entry.command.incident_id not in known),
            waiting=waiting,
        )

    async def _committed(self) -> dict[int, int] | None:
        """Offsets that the workers have committed, by partition of `incidents`; None when Kafka did not return them."""
        admin = clients.async_admin(self._settings, f"{self._client_id}-offsets")
        try:
            await admin.start()
            offsets = await groups.committed_commands(admin)
        # The offsets only add the reports without a decision; the states are worth showing without them.
        except KafkaError:
            return None
        finally:
            await admin.close()
        return {part.partition: offset for part, offset in offsets.items()}

    async def _newest_states(self, reader: LogReader) -> list[bytes]:
        newest: dict[str, _Head] = {}
        async for records in _all_of(reader, INCIDENT_STATUS):
            for head in await asyncio.to_thread(_heads, records):
                before = newest.get(head.incident_id)
                # By the offset of the decision and not by the order in the topic: a worker that was stalled may append old states
                # (DESIGN 67).
                if before is None or head.decision_offset >= before.decision_offset:
                    newest[head.incident_id] = head
        return [head.value for head in newest.values()]

    async def _undecided(
        self, reader: LogReader, committed: dict[int, int] | None
    ) -> tuple[list[Undecided], int | None]:
        if committed is None:
            return [], None
        found: list[Undecided] = []
        waiting = 0
        async for records in _all_of(reader, INCIDENTS, committed):
            waiting += len(records)
            found += await asyncio.to_thread(_reports, records)
        return sorted(found, key=lambda entry: entry.logged_ms), waiting


class _IncidentHead(msgspec.Struct):
    id: str


class _StatusHead(msgspec.Struct):
    """The fields of a status record that determine which one is newest."""

    incident: _IncidentHead
    decision_offset: int


@dataclass(frozen=True, slots=True)
class _Head:
    incident_id: str
    decision_offset: int
    value: bytes


# Decodes two fields of every record; only the newest record of each incident is decoded as a whole.
_decode_head = msgspec.json.Decoder(_StatusHead).decode


async def _all_of(
    reader: LogReader, topic: Topic, start: dict[int, int] | None = None
) -> AsyncIterator[list[ConsumerRecord]]:
    bounds = await reader.bounds(topic.name, await reader.partitions(topic.name))
    stretches = {number: (max(first, (start or {}).get(number, 0)), end) for number, (first, end) in bounds.items()}
    async for records in reader.read(topic.name, stretches):
        yield records


def _heads(records: Sequence[ConsumerRecord]) -> list[_Head]:
    heads = []
    for record in records:
        if record.value is None:
            continue
        try:
            head = _decode_head(record.value)
        except msgspec.DecodeError:
            metrics.UNREADABLE_SHOWN.labels(topic=record.topic).inc()
            continue
        heads.append(_Head(head.incident.id, head.decision_offset, record.value))
    return heads


def _decoded(values: Iterable[bytes]) -> list[StatusRecord]:
    records = []
    for value in values:
        try:
            records.append(wire.decode_status(value))
        except wire.Unreadable:
            metrics.UNREADABLE_SHOWN.labels(topic=INCIDENT_STATUS.name).inc()
    return records


def _reports(records: Sequence[ConsumerRecord]) -> list[Undecided]:
    """Reports among the records. Unreadable records are skipped: the worker dead-letters them."""
    reports: dict[str, Undecided] = {}
    for record in records:
        try:
            command = wire.decode_incident_command(record.value)
        except wire.Unreadable:
            continue
        if isinstance(command, ReportIncident):
            # The first one counts: a report that was sent again does not look younger.
            reports.setdefault(command.incident_id, Undecided(command=command, logged_ms=record.timestamp))
    return list(reports.values())
