"""Fills `KnownReports` from the log: all partitions of `incident-status` and `hints`, at the start and from then on.

A sketch comes from the record of `hints`, the number of people and the digests of telephone numbers from the sealed values, so
that what was erased does not come back. What is read at the start is bounded by age and by number.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from dispatch.assistant.hint_kinds import HintKind
from dispatch.model.private_refs import hints_ref
from streams import wire
from streams.assistant.known_reports import KnownReports
from streams.assistant.left_records import left_if_unreadable
from streams.assistant.sealed_records import SealedRecords
from streams.kafka import clients
from streams.kafka.log_reader import LogReader
from streams.kafka.start_offsets import recent_offsets
from streams.kafka.stopping import stop_consumer
from streams.settings import Settings
from streams.topics import HINTS, INCIDENT_STATUS
from streams.wire import HintsRecord, IncidentPrivate

BACK_S = 3 * 86_400
"""A search may last for days, and be told of once more."""
MOST_BACK = 2_500
"""Records of each partition that are read at the start, the newest: some seconds of work."""
AT_ONCE = 100
"""Records between two turns of the event loop, which answers questions as well: some 15 ms."""
_CLIENT_ID = "komek-assistant-known"


class KnownSource:
    """Runs until it is stopped or fails. `caught_up`: set once the log was read to the end that it had at the start."""

    def __init__(self, settings: Settings, known: KnownReports, records: SealedRecords) -> None:
        self._settings = settings
        self._known = known
        self._records = records
        self.caught_up = asyncio.Event()

    async def follow(self, should_stop: Callable[[], bool]) -> None:
        """Reads until `should_stop` returns true.

        Raises:
            KafkaError, LogUnavailable, TimeoutError: it cannot continue. Called again, it reads the last days once more.
        """
        reader = LogReader(self._settings, _CLIENT_ID)
        parts = [
            TopicPartition(topic, number)
            for topic in (INCIDENT_STATUS.name, HINTS.name)
            for number in await reader.partitions(topic)
        ]
        consumer: AIOKafkaConsumer = clients.async_consumer(self._settings, _CLIENT_ID, **clients.UNHURRIED)
        try:
            await consumer.start()
            consumer.assign(parts)
            ends = await _sought(consumer, parts)
            while not should_stop():
                for records in (await consumer.getmany(timeout_ms=200, max_records=AT_ONCE)).values():
                    await self.take(records)
                if not self.caught_up.is_set() and await _is_past(consumer, ends):
                    self.caught_up.set()
        finally:
            await stop_consumer(consumer)

    async def take(self, records: Sequence[Any]) -> None:
        """Takes the next records of one partition."""
        read: list[tuple[Any, HintsRecord]] = []
        for record in records:
            with left_if_unreadable(record):
                if record.topic == HINTS.name:
                    found = wire.decode_hint_record(record.value)
                    if isinstance(found, HintsRecord) and _is_own(found):
                        read.append((record, found))
                elif record.value is not None:
                    self._known.stands(wire.decode_status(record.value).incident)
        sealed = await self._records.all_sealed([found.private_ref for _, found in read])
        for (record, found), values in zip(read, sealed, strict=True):
            with left_if_unreadable(record):
                self._hear(found, values)

    def _hear(self, found: HintsRecord, sealed: bytes | None) -> None:
        """`sealed`: the values; empty: they were erased; None: Redis does not have them yet."""
        if sealed == b"":
            self._known.forget(found.incident_id, found.source_ref)
            return
        people, numbers = _said(self._records.opened(found.private_ref, sealed))
        heard = self._known.heard_of(found.sketch, people, numbers)
        self._known.heard(found.incident_id, found.source_ref, heard)


async def _sought(consumer: AIOKafkaConsumer, parts: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
    """Seeks to where reading begins; returns the present ends."""
    recent = await recent_offsets(consumer, parts, BACK_S)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(parts)
    for part, floor in recent.items():
        consumer.seek(part, max(floor, ends[part] - MOST_BACK))
    return ends


async def _is_past(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return all([await consumer.position(part) >= end for part, end in ends.items()])


def _is_own(found: HintsRecord) -> bool:
    """Not those of a model of the deployer, which has its own record beside."""
    return found.private_ref == hints_ref(found.incident_id, found.source_ref)


def _said(record: IncidentPrivate | None) -> tuple[int | None, Iterable[str]]:
    """How many people, and which telephone numbers in international form."""
    if record is None or record.text is None:
        return None, ()
    hints = wire.decode_hints_text(record.text).hints
    counts = [one.value.get("count") for one in hints if one.kind is HintKind.PEOPLE]
    numbers = [one.value.get("normal") for one in hints if one.kind is HintKind.PHONE]
    people = next((one for one in counts if isinstance(one, int)), None)
    return people, [one for one in numbers if isinstance(one, str) and one]
