"""The state of a notifier between two rebalances: its partitions of `offers`, and one lane per channel.

A notice is sent only when its partition has been read to its recent end. So a notifier that is catching up, or that was paused
and resumed, sends no notice about an offer that has ended. While a full lane blocks the reader, the state read so far is used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from aiokafka import ConsumerRecord

from dispatch.model.ids import notice_id
from dispatch.notices import rules
from dispatch.notices.rules import Notice, NoticeOutcome
from streams import clock, metrics, wire
from streams.kafka.records import Consumed
from streams.notices.channels import Channel
from streams.notices.lane import Lane, Limits, Parcel
from streams.notices.partition import Partition
from streams.tracing import spans

FRESH_S = 3.0
"""The end offsets of the log are recent for this long."""
_NEVER_MS = 2**62
_RECORDS_PER_YIELD = 50
"""Yield to the event loop after this many records: reading buffered records never awaits, and heartbeats must run."""

WriteDeadLetter = Callable[[Consumed, str], Awaitable[None]]
"""Writes a dead letter and waits for the confirmation; raises LogUnavailable when there is none."""
KnownSince = Callable[[int], Awaitable[set[str]]]
"""Ids of the notices recorded since a time (ms); raises LogUnavailable."""


class NoticeLedger(Protocol):
    """`streams.notices.ledger.Ledger`."""

    async def write(
        self, parcel: Parcel, channel: str, outcome: NoticeOutcome, attempts: int, code: str | None = None
    ) -> None: ...


class Session:
    """`take` processes the records of each partition in order; `set_ends` says where the log ends."""

    def __init__(
        self,
        partitions: Sequence[Partition],
        channels: Sequence[Channel],
        book: NoticeLedger,
        *,
        known_since: KnownSince,
        dead_letter: WriteDeadLetter,
        limits: Limits | None = None,
        measures_lag: bool = True,
    ) -> None:
        """`measures_lag`: whether unfinished notices are lag; steps that wait for their time are none."""
        self._partitions = {part.number: part for part in partitions}
        self._lanes = [Lane(channel, self, self._recorder(channel, book), limits=limits) for channel in channels]
        self._known_since = known_since
        self._dead_letter = dead_letter
        self._known: set[str] = set()
        self._known_from_ms = _NEVER_MS
        self._ends_at_s: float | None = None
        self._ends: Mapping[int, int] = {}
        self._measures_lag = measures_lag
        self._reads_on = True
        self._changed = asyncio.Event()
        self.is_closed = False

    async def take(self, number: int, records: Sequence[ConsumerRecord]) -> None:
        """Processes records and queues their notices; waits while the lanes are full.

        Raises:
            LogUnavailable: not all records were processed. Discard the session.
        """
        part = self._partitions[number]
        for count, record in enumerate(records):
            if count % _RECORDS_PER_YIELD == 0:
                await asyncio.sleep(0)
            if self.is_closed:
                # The partitions were revoked. This record does not advance the offset, so the next owner gets it.
                return
            notice = await self._judged(part, record)
            self.stirred((record.key or b"").decode("utf-8", "replace"))
            parcels = await self._parcels(part, record, notice) if notice else []
            # Before `put`: a lane may end a notice at once, and `done` needs the entry.
            part.advance(record.offset, len(parcels))
            for lane, parcel in parcels:
                await self._put(lane, parcel)
        part.mark()
        if self.is_known(number):
            self._wake()

    def set_ends(self, at_s: float, ends: Mapping[int, int]) -> None:
        """Sets the end offsets of the log as of `at_s` (`clock.monotonic_s`), by partition."""
        self._ends_at_s, self._ends = at_s, ends
        parts = self._partitions.values()
        if self._measures_lag:
            metrics.NOTIFIER_LAG.set(sum(max(0, ends.get(part.number, 0) - part.committable[0]) for part in parts))
        self._wake()

    def owns(self, partition: int) -> bool:
        return partition in self._partitions and not self.is_closed

    def stirred(self, volunteer_id: str) -> None:
        """Waiting notices of this person are examined again."""
        for lane in self._lanes:
            lane.stirred(volunteer_id)

    def check(self) -> None:
        """Raises the unexpected exception of a lane, if any."""
        for lane in self._lanes:
            lane.check()

    def committable(self) -> dict[int, tuple[int, str]]:
        return {number: part.committable for number, part in self._partitions.items()}

    async def drained(self) -> None:
        """Waits until every notice read so far has ended. No more records may be taken."""
        self._reads_on = False
        self._wake()
        await asyncio.gather(*(lane.drained() for lane in self._lanes))

    async def close(self) -> None:
        """Cancels all lanes. Unsent notices are sent by the next owner. Idempotent."""
        self.is_closed = True
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    # lane.LaneOwner

    def is_known(self, partition: int) -> bool:
        if self._ends_at_s is None or clock.monotonic_s() - self._ends_at_s > FRESH_S:
            return False
        return not self._reads_on or self._partitions[partition].position >= self._ends.get(partition, 0)

    async def until_known(self, partition: int) -> None:
        while not self.is_known(partition):
            await self._changed.wait()

    def is_true_still(self, parcel: Parcel) -> bool:
        return rules.is_true_still(parcel.notice, self._partitions[parcel.partition].validity)

    def done(self, parcel: Parcel) -> None:
        self._partitions[parcel.partition].done(parcel.offset)

    def _wake(self) -> None:
        # A new event for the next change: who waits now checks its condition again.
        self._changed.set()
        self._changed = asyncio.Event()

    async def _judged(self, part: Partition, record: ConsumerRecord) -> Notice | None:
        try:
            step = wire.decode_offer_step(record.value)
        except wire.Unreadable as error:
            # For records before `start` an earlier session has written the letter.
            if record.offset >= part.start:
                await self._dead_letter(record, str(error))
            return None
        return part.judge(record.offset, step)

    async def _parcels(self, part: Partition, record: ConsumerRecord, notice: Notice) -> list[tuple[Lane, Parcel]]:
        """The notice for each channel, unless it is recorded as sent.

        `notices` is read only for records older than this session: newer ones cannot have been sent before.
        """
        was_there = record.offset < part.end
        # Read once, from the oldest record on; a record with an older time (brokers stamp by their own clocks) extends the range.
        if was_there and record.timestamp < self._known_from_ms:
            self._known |= await self._known_since(record.timestamp)
            self._known_from_ms = record.timestamp
        # By event and channel: another notifier gives the same notice the same id.
        work = spans.taken(record)
        ids = {lane: notice_id(notice.event_id, lane.name) for lane in self._lanes if lane.takes(notice)}
        return [
            (lane, Parcel(notice=notice, id=identity, partition=part.number, offset=record.offset, work=work))
            for lane, identity in ids.items()
            if not (was_there and identity in self._known)
        ]

    async def _put(self, lane: Lane, parcel: Parcel) -> None:
        if not lane.is_full:
            await lane.put(parcel)
            return
        # While this waits, the partition is not read to its end. Without the flag, the notices in the lane would wait for that
        # end, and this one for room in the lane.
        self._reads_on = False
        self._wake()
        await lane.put(parcel)
        self._reads_on = True

    def _recorder(
        self, channel: Channel, book: NoticeLedger
    ) -> Callable[[Parcel, NoticeOutcome, int, str | None], Awaitable[None]]:
        async def record(parcel: Parcel, outcome: NoticeOutcome, attempts: int, code: str | None) -> None:
            await book.write(parcel, channel.name, outcome, attempts, code)

        return record
