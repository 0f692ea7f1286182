"""The notifier: sends people the notices that follow from `offers`, at least once; a repeated notice keeps its id.

It has its own consumer group, so that notices and decisions do not wait for each other. An offset is committed only when every
notice before it has been recorded in `notices` or needs none, so a crash repeats at most the notices that were sent but not
recorded.

The notifier that takes over a partition reads `notices` from the time of the first uncommitted step, and `offers` from the first
step of the oldest offer that was live there. That offset is the metadata of the commit. Without a commit (a new group) reading
begins `LONGEST_LIFE_S` ago; older steps need no notice.
"""

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from streams import clock
from streams.dead_letters import letters
from streams.errors import LogUnavailable
from streams.kafka import clients, groups, timeouts
from streams.kafka.reasons import kafka_reason
from streams.kafka.records import Consumed
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.notices.channels import Channel, all_channels
from streams.notices.lane import Limits
from streams.notices.ledger import Ledger
from streams.notices.partition import Partition, low_of
from streams.notices.session import Session
from streams.settings import Settings
from streams.topics import OFFERS

LONGEST_LIFE_S = 7 * 86_400
"""The longest assumed time between the creation and the end of an offer."""
BEAT_S = 0.5
"""Interval of end offsets and commits; well below `session.FRESH_S`, for which end offsets count as recent."""
DRAIN_WITHIN_S = 7.0
"""With a second for the last commit below the nine seconds of `cli.notifier`, which are below the ten of supervisors."""
YIELD_WITHIN_S = 2.0
"""How long notices in flight may take to finish before revoked partitions are handed over."""
_AT_ONCE = 1_000
log = structlog.get_logger(__name__)


def notifier_name() -> str:
    return f"notifier@{socket.gethostname()}:{os.getpid()}"


class Notifier(Service):
    """Runs until it is stopped. On a Kafka error it restarts from the committed offsets, with backoff."""

    def __init__(
        self,
        settings: Settings,
        *,
        channels: Callable[[], Sequence[Channel]] = all_channels,
        group: str = groups.NOTIFIER,
        limits: Limits | None = None,
        measures_lag: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._channels = channels
        self._group = group
        self._limits = limits
        self._name = notifier_name()
        self._measures_lag = measures_lag
        self.reading: Reading | None = None
        self.ledger = Ledger(settings, f"{self._name}-{group}")
        self._ended = asyncio.Event()

    async def on_start(self) -> None:
        await self.ledger.start()

    async def on_stop(self) -> None:
        """Waits until everything read has been sent and committed, at most `DRAIN_WITHIN_S` and one second."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), DRAIN_WITHIN_S + 1)

    async def on_shutdown(self) -> None:
        await self.ledger.stop()

    @Service.task
    async def _run(self) -> None:
        attempt = 0
        try:
            while not self.should_stop:
                # A new consumer and new lanes: what the failed ones held is read again from the committed offsets.
                reading = Reading(self._settings, self._group, self.ledger, self._channels(), self._limits)
                reading.measures_lag = self._measures_lag
                self.reading = reading
                try:
                    with cancellations_of_its_own():
                        await reading.follow(lambda: self.should_stop)
                except (KafkaError, LogUnavailable, TimeoutError) as trouble:
                    attempt += 1
                    log.warning("notifier restarts from its committed offsets", cause=repr(trouble))
                    await self.sleep(min(5.0, 0.2 * 2 ** min(attempt, 5)) * random.uniform(0.5, 1.0))
        finally:
            self._ended.set()


class Reading(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """One consumer, from its start until it stops or fails."""

    def __init__(
        self, settings: Settings, group: str, ledger: Ledger, channels: Sequence[Channel], limits: Limits | None
    ) -> None:
        self._settings = settings
        self._group = group
        self.ledger = ledger
        self._channels = channels
        self._limits = limits
        self._consumer = clients.group_member(settings, group, fetch_max_wait_ms=250)
        self.measures_lag = True
        self._session: Session | None = None
        self._assignments = 0
        self._committed: dict[int, tuple[int, str]] = {}

    @property
    def session(self) -> Session | None:
        """The session between two rebalances; None during one."""
        return self._session

    async def follow(self, should_stop: Callable[[], bool]) -> None:
        """Reads and sends until `should_stop` returns true, then finishes what was read.

        Raises:
            KafkaError, LogUnavailable, TimeoutError: it cannot continue. A new `Reading` resumes without loss.
        """
        beat = None
        try:
            await self._consumer.start()
            self._consumer.subscribe([OFFERS.name], listener=self)
            beat = asyncio.ensure_future(self._beat())
            seen = 0
            while not should_stop():
                if beat.done():
                    # The task ends only by an exception, which is raised here.
                    beat.result()
                # `on_partitions_assigned` only counts: the reads of `_begin` must not prolong the rebalance.
                if seen != self._assignments:
                    seen = self._assignments
                    await self._begin()
                await self._read_once(seen)
            if self._session is not None:
                await self._drain(self._session, DRAIN_WITHIN_S)
        finally:
            if beat is not None:
                beat.cancel()
                await asyncio.gather(beat, return_exceptions=True)
            if self._session is not None:
                await self._session.close()
            await stop_consumer(self._consumer)

    async def on_partitions_revoked(self, _: Any) -> None:
        # Taken away first, so that it gets no more records while it drains.
        session, self._session = self._session, None
        if session is not None and not session.is_closed:
            await self._drain(session, YIELD_WITHIN_S)

    async def on_partitions_assigned(self, _: Any) -> None:
        self._assignments += 1

    async def _read_once(self, assignment: int) -> None:
        batches = await self._consumer.getmany(timeout_ms=200, max_records=_AT_ONCE)
        session = self._session
        # Records fetched before `_begin` has seeked the new assignment come from wrong offsets.
        if session is None or assignment != self._assignments:
            return
        for part, records in batches.items():
            await session.take(part.partition, records)
        session.check()

    async def _begin(self) -> None:
        if self._session is not None:
            await self._session.close()
        parts = sorted(self._consumer.assignment())
        # From an admin client: `AIOKafkaConsumer.committed` returns the offset without the metadata.
        where = await _committed(self._settings, self._group) if parts else {}
        firsts = await self._consumer.beginning_offsets(parts)
        ends = await self._consumer.end_offsets(parts)
        back_ms = clock.now_ms() - LONGEST_LIFE_S * 1000
        floors = await self._consumer.offsets_for_times(dict.fromkeys(parts, back_ms)) if parts else {}
        partitions = []
        for part in parts:
            # No record since then: begin at the end.
            floor = max(firsts[part], floors[part].offset if floors.get(part) else ends[part])
            offset, metadata = where.get(part, (-1, ""))
            # A commit beyond the end belongs to another log: the topic was created anew.
            start = max(floor, offset) if 0 <= offset <= ends[part] else floor
            # The metadata belongs to the committed offset and to no other.
            low = low_of(metadata, start) if start == offset else None
            low = floor if low is None else max(floor, low)
            self._consumer.seek(part, low)
            partitions.append(Partition(part.partition, low=low, start=start, end=ends[part]))
        self._committed = {}
        self._session = Session(
            partitions,
            self._channels,
            self.ledger,
            known_since=lambda at_ms: self.ledger.known_since(at_ms, self._consumer),
            dead_letter=self._dead_letter,
            limits=self._limits,
            measures_lag=self.measures_lag,
        )
        log.info("notifier is ready", partitions=[part.number for part in partitions])

    async def _beat(self) -> None:
        """Reads the end offsets and commits, periodically.

        After a pause of the process it commits all offsets, also unchanged ones: the commit fails if the partitions were revoked
        meanwhile.
        """
        last_s = clock.monotonic_s()
        while True:
            await asyncio.sleep(BEAT_S)
            began_s = clock.monotonic_s()
            session, parts = self._session, list(self._consumer.assignment())
            if session is None or session.is_closed or not parts:
                last_s = began_s
                continue
            async with asyncio.timeout(2 * timeouts.SESSION_MS / 1000):
                ends = await self._consumer.end_offsets(parts)
                if began_s - last_s > timeouts.SESSION_MS / 2000:
                    self._committed = {}
                await self._commit(session)
            if session is self._session:
                session.set_ends(began_s, {part.partition: end for part, end in ends.items()})
            last_s = began_s

    async def _commit(self, session: Session) -> None:
        """Commits the offsets that differ from the last commit."""
        places = session.committable()
        changed = {number: place for number, place in places.items() if self._committed.get(number) != place}
        if changed:
            await self._consumer.commit(
                {TopicPartition(OFFERS.name, number): place for number, place in changed.items()}
            )
            self._committed |= changed

    async def _drain(self, session: Session, within_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await session.drained()
        await session.close()
        try:
            await self._commit(session)
        except KafkaError as trouble:
            # The next owner of the partitions sends these notices again, with the same ids.
            log.info("last commit failed", cause=repr(trouble))

    async def _dead_letter(self, record: Consumed, reason: str) -> None:
        log.error("record cannot be read", topic=record.topic, partition=record.partition, offset=record.offset)
        letter = letters.letter_of(record, reason)
        try:
            await letters.write(self.ledger.producer, letter, source=notifier_name())
        except KafkaError as error:
            raise LogUnavailable(f"dead letter: {kafka_reason(error)}") from error


async def _committed(settings: Settings, group: str) -> dict[TopicPartition, tuple[int, str]]:
    """Committed offset and metadata of each partition; partitions without a commit are absent."""
    admin = clients.async_admin(settings, f"{group}-offsets")
    try:
        await admin.start()
        found = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {part: (entry.offset, entry.metadata) for part, entry in found.items() if entry.offset >= 0}
