"""Lag of the workers: committed lag of each partition of `incidents`, and the age of the oldest undecided command.

Measured every second in the background. Callers read the last measurement without waiting and can see its age.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams import clock, event_loop, metrics, wire
from streams.kafka import broker_access, clients, groups
from streams.kafka.group_lag import GroupLag, look
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.monitoring.commit_stall import CommitSample, Standstill
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENTS, OFFERS

EVERY_S = 1.0
WITHIN_S = 1.5
"""Limit for reading the oldest commands; the whole measurement has four times as long."""
_log = structlog.get_logger(__name__)

Bounds: TypeAlias = Mapping[int, tuple[int, int]]
"""Beginning and end offset of each partition of a topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measurement, taken at `at_s` (`clock.monotonic_s`).

    `lag`: uncommitted commands by partition; `oldest_ms`: timestamp of the oldest one. `undecided`: the incident of each
    partition's oldest uncommitted command, and its timestamp. `still_s`: seconds since the last commit, by partition with lag.
    `decided`: the beginning and end offsets of `decisions`, by partition. `workers`, `notifier` and `assistant` are None when the
    group coordinator is unavailable; then only `decided` is known.
    """

    at_s: float
    lag: Mapping[int, int] = field(default_factory=dict)
    oldest_ms: int | None = None
    workers: int | None = None
    undecided: Mapping[str, int] = field(default_factory=dict)
    still_s: Mapping[int, float] = field(default_factory=dict)
    decided: Bounds = field(default_factory=dict)
    notifier: GroupLag | None = None
    assistant: GroupLag | None = None

    @property
    def total_lag(self) -> int:
        return sum(self.lag.values())


class Monitor:
    """`last` is None until the first measurement. While Kafka does not answer, `last` grows old; `age_s` tells its age."""

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id
        self._task: asyncio.Task[None] | None = None
        self._measured = asyncio.Event()
        self._standstill = Standstill()
        self.last: Measured | None = None
        self.is_refused = False
        """Kafka answers but does not let this process in, or denies it what it needs. The log says why."""

    async def start(self) -> None:
        """Starts measuring and waits for the first measurement, at most 3 s."""
        self._task = asyncio.ensure_future(self._run())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._measured.wait(), WITHIN_S * 2)

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    def age_s(self) -> float | None:
        """Seconds since the last measurement; None before the first."""
        return None if self.last is None else clock.monotonic_s() - self.last.at_s

    async def _run(self) -> None:
        while True:
            # New clients after each failure, so that nothing depends on how a client recovers.
            admin = clients.async_admin(self._settings, f"{self._client_id}-monitor")
            consumer = clients.async_consumer(self._settings, f"{self._client_id}-monitor")
            try:
                with cancellations_of_its_own():
                    await admin.start()
                    await consumer.start()
                    while True:
                        async with asyncio.timeout(WITHIN_S * 4):
                            self._publish(await self._measure(admin, consumer))
                        await asyncio.sleep(EVERY_S)
            except (KafkaError, TimeoutError, OSError) as error:
                _log.warning("lag cannot be measured", cause=type(error).__name__)
                await self._look_for_refusal(error)
                # Commits may have been missed while nothing was measured, so the seconds without a commit start over.
                self._standstill.reset()
            finally:
                await stop_consumer(consumer)
                await admin.close()
            await asyncio.sleep(EVERY_S)

    async def _measure(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> Measured:
        commands, decided = await _bounds(admin, consumer)
        try:
            committed = await groups.committed_commands(admin)
            workers = await groups.members(admin, groups.DISPATCHER)
            notifier = await look(admin, consumer, groups.NOTIFIER, OFFERS)
            assistant = await look(admin, consumer, groups.ASSISTANT, DECISIONS)
        except KafkaError as error:
            # The group coordinator is unavailable. The bounds of the topics are known nevertheless.
            _log.warning("the workers' group cannot be read", cause=type(error).__name__)
            self._note_refusal(kafka_reason(error) if isinstance(error, broker_access.DENIED) else None)
            return Measured(at_s=clock.monotonic_s(), decided=decided)
        self._note_refusal(None)
        ends = {number: end for number, (_, end) in commands.items()}
        # Never below the beginning of the log: commands that retention has deleted are no lag.
        reached = {
            number: max(first, committed.get(TopicPartition(INCIDENTS.name, number), 0))
            for number, (first, _) in commands.items()
        }
        # The committed offsets were read after the ends, so they may be ahead of them.
        lag = {number: max(0, ends[number] - reached[number]) for number in commands}
        oldest = await _oldest(consumer, {number: reached[number] for number, count in lag.items() if count})
        at_s = clock.monotonic_s()
        return Measured(
            at_s=at_s,
            lag=lag,
            oldest_ms=min((record.timestamp for record in oldest), default=None),
            workers=workers,
            undecided={incident: record.timestamp for record in oldest if (incident := _incident_of(record))},
            still_s=self._standstill.look(CommitSample(at_s=at_s, committed=reached, ends=ends)),
            decided=decided,
            notifier=notifier,
            assistant=assistant,
        )

    async def _look_for_refusal(self, error: Exception) -> None:
        """A client that cannot connect does not tell a wrong password from a broker that is down, so a broker is asked."""
        if isinstance(error, broker_access.DENIED):
            self._note_refusal(str(error))
            return
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(WITHIN_S * 4):
                self._note_refusal(await broker_access.refusal(self._settings))

    def _note_refusal(self, reason: str | None) -> None:
        if reason is not None and not self.is_refused:
            _log.error("Kafka refuses this process", reason=reason)
        elif reason is None and self.is_refused:
            _log.info("Kafka accepts this process again")
        self.is_refused = reason is not None

    def _publish(self, measured: Measured) -> None:
        self.last = measured
        self._measured.set()
        for partition, lag in measured.lag.items():
            metrics.COMMITTED_LAG.labels(partition=str(partition)).set(lag)
        if measured.notifier is not None:
            metrics.NOTIFIER_LAG.set(measured.notifier.lag)
        age_ms = clock.now_ms() - measured.oldest_ms if measured.oldest_ms is not None else 0
        # The timestamp is of the broker, whose clock may be ahead of this one.
        metrics.OLDEST_UNDECIDED_SECONDS.set(max(0, age_ms) / 1000)


async def _bounds(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> tuple[Bounds, Bounds]:
    """The bounds of `incidents` and of `decisions`, which have the same partitions."""
    (described,) = await admin.describe_topics([INCIDENTS.name])
    numbers = sorted(entry["partition"] for entry in described["partitions"])
    commands = [TopicPartition(INCIDENTS.name, number) for number in numbers]
    decisions = [TopicPartition(DECISIONS.name, number) for number in numbers]
    starts = await consumer.beginning_offsets([*commands, *decisions])
    ends = await consumer.end_offsets([*commands, *decisions])
    return (
        {part.partition: (starts[part], ends[part]) for part in commands},
        {part.partition: (starts[part], ends[part]) for part in decisions},
    )


async def _oldest(consumer: AIOKafkaConsumer, waiting: Mapping[int, int]) -> list[ConsumerRecord]:
    """The first uncommitted command of each partition, as far as they arrive within `WITHIN_S`.

    `waiting`: the committed offset of each partition of `incidents` with lag.
    """
    if not waiting:
        return []
    offsets = {TopicPartition(INCIDENTS.name, number): offset for number, offset in waiting.items()}
    consumer.assign(list(offsets))
    for part, offset in offsets.items():
        consumer.seek(part, offset)
    oldest: dict[TopicPartition, ConsumerRecord] = {}
    deadline = clock.monotonic_s() + WITHIN_S
    while len(oldest) < len(offsets) and clock.monotonic_s() < deadline:
        missing = [part for part in offsets if part not in oldest]
        for part, records in (await consumer.getmany(*missing, timeout_ms=300, max_records=len(missing))).items():
            # A poll may return more records; only the first of a partition is the oldest.
            oldest.setdefault(part, records[0])
    # An assigned consumer would go on fetching commands that nobody reads.
    consumer.unsubscribe()
    return list(oldest.values())


def _incident_of(record: ConsumerRecord) -> str | None:
    """The incident of a command; None for an unreadable record, which a worker will dead-letter."""
    try:
        return wire.decode_incident_command(record.value).incident_id
    except wire.Unreadable:
        return None
