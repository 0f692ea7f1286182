"""Ends what no TTL and no retention time ends: private records and the last states of ended incidents.

Once an hour the owner of a partition reads its oldest records, up to the offset that is as old as the limit. Records lie in the
log in the order of their time, so these are the ones that came of age since the last pass, also after a downtime, and those that
stay (people, open incidents). What is due gets a tombstone; compaction removes the values within a day. All writes are
idempotent: two owners during a rebalance are harmless. Times are those of the log.

Kafka closes a segment only when a record is appended, and compacts only closed ones. A partition without traffic would keep an
erased value for ever, so its owner appends a record without meaning (`QUIET_KEY`) when the last one is a day old.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from mode import Service

from dispatch.model.incidents import Incident
from dispatch.ports import NotReady, Store, StoreUnavailable
from streams import metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.stopping import cancellations_of_its_own
from streams.retention.classes import DAY_S, OWN_TIMES_S, STATUS_S, own_time_s
from streams.settings import Settings
from streams.store.record_decoders import QUIET_KEY
from streams.topics import ERASABLE, INCIDENT_STATUS, INCIDENTS, PRIVATE, Topic

log = structlog.get_logger()
FIRST_AFTER_S = 60.0
EVERY_S = 3600.0
AT_ONCE = 200
"""Tombstones, or incidents looked up, in one round trip."""
PAUSE_S = 0.1
"""Between two round trips: at most 2,000 tombstones a second, whatever a downtime has left."""
_INCIDENT = "incident:"
_REMEMBERED = 100_000


class Tombstones(Protocol):
    """The part of `Publisher` that is used. Each raises LogUnavailable when a record is not confirmed; a repeat is harmless."""

    async def erase_private(self, refs: Sequence[str]) -> None: ...
    async def erase_statuses(self, incident_ids: Sequence[str]) -> None: ...
    async def append_quiet(self, topic: str, partition: int) -> None: ...


class SealedRecords(Protocol):
    """The part of `Reads` that is used."""

    async def privates(self, refs: Sequence[str]) -> list[bytes | None]: ...


def incident_of(ref: str) -> str | None:
    """The incident of a reference of `private`; None for those of people."""
    return ref.removeprefix(_INCIDENT).partition(":")[0] if ref.startswith(_INCIDENT) else None


def is_over(state: Incident | None, before_ms: int) -> bool:
    """Whether an incident ended before this time. Redis forgets ended incidents later than that, hence None is over."""
    if state is None:
        return True
    return not state.is_open and state.times.closed_ms is not None and state.times.closed_ms <= before_ms


def _may_end(record: ConsumerRecord, before_ms: int, now_ms: int) -> bool:
    """Of a private record: whether its incident may have ended long enough ago, or its own time is over: the text of a hand-over
    note, a message from the public.

    The API ends the notes as well. A text whose note was never confirmed is ended here alone.
    """
    ref = _key(record)
    kept_s = own_time_s(ref)
    if kept_s is not None:
        return bool(record.timestamp <= now_ms - kept_s * 1000)
    return incident_of(ref) is not None and record.timestamp <= before_ms


class RetentionService(Service):
    """Handles the partitions whose number is owned, modulo the partitions of `incidents`."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        sealed: SealedRecords,
        tombstones: Tombstones,
        owned: Callable[[], set[int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._store = store
        self._sealed = sealed
        self._tombstones = tombstones
        self._owned = owned
        self._private_ms = settings.private_days * DAY_S * 1000
        self._reader = LogReader(settings, "komek-retention")
        self._ended: dict[str, None] = {}
        """Incidents whose state has a tombstone that compaction has not used yet."""

    @Service.task
    async def _watch(self) -> None:
        await self.sleep(FIRST_AFTER_S)
        while not self.should_stop:
            try:
                with cancellations_of_its_own():
                    await self.run_once()
            except (StoreUnavailable, NotReady, LogUnavailable, KafkaError) as trouble:
                log.info("retention is retried", cause=type(trouble).__name__)
                await self.sleep(FIRST_AFTER_S)
            else:
                await self.sleep(EVERY_S)

    async def run_once(self) -> Mapping[str, int]:
        """Writes all tombstones that are due by the clock of the store; returns how many by kind.

        Raises:
            StoreUnavailable, NotReady, LogUnavailable, KafkaError: a repeat continues.
        """
        now_ms = await self._store.now_ms()
        await self._reader.start()
        try:
            done = {
                "private": await self._end_private(now_ms - self._private_ms),
                "status": await self._end_statuses(now_ms - STATUS_S * 1000),
                "quiet": sum([await self._stir(topic, now_ms - DAY_S * 1000) for topic in ERASABLE]),
            }
        finally:
            await self._reader.stop()
        for kind, count in done.items():
            metrics.RETENTION_TOMBSTONES.labels(kind=kind).inc(count)
        if any(done.values()):
            log.info("retention wrote tombstones", **done)
        return done

    async def _end_private(self, before_ms: int) -> int:
        count = 0
        now_ms = before_ms + self._private_ms
        newest_ms = max(before_ms, now_ms - min(OWN_TIMES_S.values()) * 1000)
        async for records in self._older(PRIVATE, newest_ms):
            refs = [_key(one) for one in records if one.value is not None and _may_end(one, before_ms, now_ms)]
            for part in _parts(list(dict.fromkeys(refs))):
                due = await self._due_refs(part, before_ms)
                await self._tombstones.erase_private(due)
                count += len(due)
                await asyncio.sleep(PAUSE_S)
        return count

    async def _due_refs(self, refs: Sequence[str], before_ms: int) -> list[str]:
        # Redis mirrors the newest record: what has a tombstone already is not written again until compaction removes it.
        kept = [ref for ref, sealed in zip(refs, await self._sealed.privates(refs), strict=True) if sealed is not None]
        notes = [ref for ref in kept if own_time_s(ref) is not None]
        texts = [(ref, incident_id) for ref in kept if (incident_id := incident_of(ref)) is not None]
        states = await self._states(list(dict.fromkeys(incident_id for _, incident_id in texts)))
        return notes + [ref for ref, incident_id in texts if is_over(states[incident_id], before_ms)]

    async def _end_statuses(self, before_ms: int) -> int:
        count = 0
        async for records in self._older(INCIDENT_STATUS, before_ms):
            ended = [_key(record) for record in records if _is_ended_status(record, before_ms)]
            for part in _parts([one for one in dict.fromkeys(ended) if one not in self._ended]):
                # A state in Redis is newer than this record: the incident was reopened since.
                due = [one for one, state in (await self._states(part)).items() if state is None]
                await self._tombstones.erase_statuses(due)
                self._ended.update(dict.fromkeys(due))
                count += len(due)
                await asyncio.sleep(PAUSE_S)
        while len(self._ended) > _REMEMBERED:
            del self._ended[next(iter(self._ended))]
        return count

    async def _states(self, ids: Sequence[str]) -> dict[str, Incident | None]:
        if not ids:
            return {}
        _, loaded = await self._store.load([("", incident_id) for incident_id in ids])
        return {incident_id: entry.incident for incident_id, entry in zip(ids, loaded, strict=True)}

    async def _stir(self, topic: Topic, before_ms: int) -> int:
        """Appends a record to partitions in which nothing was written since, so that Kafka closes their segment."""
        count = 0
        for partition, (first, end) in (await self._bounds(topic)).items():
            if end == first:
                continue
            last: ConsumerRecord | None = None
            async for records in self._reader.read(topic.name, {partition: (end - 1, end)}):
                last = records[-1]
            # Compaction may have removed the last record; then its segment is closed.
            if last is not None and last.timestamp <= before_ms and _key(last) != QUIET_KEY:
                await self._tombstones.append_quiet(topic.name, partition)
                count += 1
        return count

    async def _older(self, topic: Topic, before_ms: int) -> AsyncIterator[Sequence[ConsumerRecord]]:
        """Chunks of the records that were logged before this time."""
        bounds = await self._bounds(topic)
        ends = await self._reader.offsets_at(topic.name, bounds, before_ms)
        stretches = {partition: (first, ends[partition]) for partition, (first, _) in bounds.items()}
        async for records in self._reader.read(topic.name, stretches):
            yield records

    async def _bounds(self, topic: Topic) -> dict[int, tuple[int, int]]:
        owned, shares = self._owned(), len(await self._reader.partitions(INCIDENTS.name))
        ours = [number for number in await self._reader.partitions(topic.name) if number % shares in owned]
        return await self._reader.bounds(topic.name, ours) if ours else {}


def _key(record: ConsumerRecord) -> str:
    return (record.key or b"").decode("utf-8", "replace")


def _is_ended_status(record: ConsumerRecord, before_ms: int) -> bool:
    if record.value is None:
        return False
    try:
        return is_over(wire.decode_status(record.value).incident, before_ms)
    except wire.Unreadable:
        return False  # its readers report it


def _parts(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[at : at + AT_ONCE] for at in range(0, len(items), AT_ONCE))
