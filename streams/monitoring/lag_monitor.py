"""How far the workers are behind: committed lag of each partition of `incidents`, and the age of the oldest undecided command.

Measured every second in the background, so that whoever asks gets the last measurement at once and can see how old it is.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams import clock, metrics, wire
from streams.kafka import clients, groups
from streams.monitoring.commit_stall import CommitSample, Standstill
from streams.notices.lag import NotifierLag, look
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENTS

EVERY_S = 1.0
WITHIN_S = 1.5
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`lag`: commands per partition that no worker has committed; `oldest_ms`: when the oldest of them was logged.

    `undecided`: the incidents of each partition's oldest such command, and when it was logged. `still_s`: for how long nothing
    of a partition with lag was committed. `decided`: by partition, the first and the next offset of `decisions`.
    """

    at_s: float
    lag: Mapping[int, int] = field(default_factory=dict)
    oldest_ms: int | None = None
    workers: int | None = None
    undecided: Mapping[str, int] = field(default_factory=dict)
    still_s: Mapping[int, float] = field(default_factory=dict)
    decided: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    notifier: NotifierLag | None = None

    @property
    def total_lag(self) -> int:
        return sum(self.lag.values())


class Monitor:
    """`last` is None until the first measurement; measurements stop when Kafka does not answer, and go on when it does."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._task: asyncio.Task[None] | None = None
        self._measured = asyncio.Event()
        self._standstill = Standstill()
        self.last: Measured | None = None

    async def start(self) -> None:
        """Waits for the first measurement, but not for long."""
        self._task = asyncio.ensure_future(self._run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._measured.wait(), WITHIN_S * 2)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def age_s(self) -> float | None:
        """Of the last measurement."""
        return None if self.last is None else clock.monotonic_s() - self.last.at_s

    async def _run(self) -> None:
        while True:
            admin = clients.async_admin(self._settings, f"{self._client_id}-monitor")
            consumer = clients.async_consumer(self._settings, f"{self._client_id}-monitor")
            try:
                await admin.start()
                await consumer.start()
                while True:
                    async with asyncio.timeout(WITHIN_S * 4):
                        self._publish(await self._measure(admin, consumer))
                    await asyncio.sleep(EVERY_S)
            except (KafkaError, TimeoutError, OSError) as error:
                _log.warning("lag cannot be measured", cause=type(error).__name__)
                self._standstill.begin_anew()
            finally:
                await consumer.stop()
                await admin.close()
            await asyncio.sleep(EVERY_S)

    async def _measure(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> Measured:
        (described,) = await admin.describe_topics([INCIDENTS.name])
        numbers = sorted(entry["partition"] for entry in described["partitions"])
        parts = [TopicPartition(INCIDENTS.name, number) for number in numbers]
        decisions = [TopicPartition(DECISIONS.name, number) for number in numbers]
        starts = await consumer.beginning_offsets([*parts, *decisions])
        ends = await consumer.end_offsets([*parts, *decisions])
        decided = {part.partition: (starts[part], ends[part]) for part in decisions}
        try:
            committed, workers = await groups.committed_commands(admin), await groups.members(admin, groups.DISPATCHER)
            notifier = await look(admin, consumer)
        except KafkaError as error:
            # The coordinator of groups is not there yet (or not any more); what the topics say is known all the same.
            _log.warning("the workers' group cannot be read", cause=type(error).__name__)
            return Measured(at_s=clock.monotonic_s(), decided=decided)
        reached = {part: max(starts[part], committed.get(part, 0)) for part in parts}
        lag = {part.partition: max(0, ends[part] - reached[part]) for part in parts}
        waiting = {part: reached[part] for part in parts if lag[part.partition]}
        oldest = await _oldest(consumer, waiting) if waiting else []
        at_s = clock.monotonic_s()
        seen = CommitSample(
            at_s=at_s,
            committed={part.partition: reached[part] for part in parts},
            ends={part.partition: ends[part] for part in parts},
        )
        return Measured(
            at_s=at_s,
            lag=lag,
            oldest_ms=min((record.timestamp for record in oldest), default=None),
            workers=workers,
            undecided={incident: record.timestamp for record in oldest if (incident := _incident_of(record))},
            still_s=self._standstill.look(seen),
            decided=decided,
            notifier=notifier,
        )

    def _publish(self, measured: Measured) -> None:
        self.last = measured
        self._measured.set()
        for partition, lag in measured.lag.items():
            metrics.COMMITTED_LAG.labels(partition=str(partition)).set(lag)
        if measured.notifier is not None:
            metrics.NOTIFIER_LAG.set(measured.notifier.lag)
        age_ms = clock.now_ms() - measured.oldest_ms if measured.oldest_ms is not None else 0
        metrics.OLDEST_UNDECIDED_SECONDS.set(max(0, age_ms) / 1000)


async def _oldest(consumer: AIOKafkaConsumer, waiting: Mapping[TopicPartition, int]) -> list[ConsumerRecord]:
    """The first record of each partition that waits, as far as they come in time."""
    consumer.assign(list(waiting))
    for part, offset in waiting.items():
        consumer.seek(part, offset)
    oldest: dict[TopicPartition, ConsumerRecord] = {}
    deadline = clock.monotonic_s() + WITHIN_S
    while len(oldest) < len(waiting) and clock.monotonic_s() < deadline:
        missing = [part for part in waiting if part not in oldest]
        for part, records in (await consumer.getmany(*missing, timeout_ms=300, max_records=len(missing))).items():
            oldest.setdefault(part, records[0])
    consumer.unsubscribe()
    return list(oldest.values())


def _incident_of(record: ConsumerRecord) -> str | None:
    """None for what cannot be read; a worker will make a dead letter of it."""
    try:
        return wire.decode_incident_command(record.value).incident_id
    except wire.Unreadable:
        return None
