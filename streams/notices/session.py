"""What a notifier holds between two rebalances: its partitions of `offers`, and a lane for each channel.

Nothing is sent on stale knowledge: a notice waits until its partition was read to where the log ended a moment ago. So neither a
notifier that is catching up nor one that was stopped for a while and woke up tells of an offer that is over. While a full
lane keeps the reader from reading on, what was read until then has to do.
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

FRESH_S = 3.0
"""How old the last look at the ends of the log may be."""
_NEVER_MS = 2**62
_BREATH = 50
"""Records judged in one go: reading what is buffered never waits, and heartbeats must not have to."""

Bury = Callable[[Consumed, str], Awaitable[None]]
"""Returns when the broker has the dead letter; raises LogUnavailable when that is not certain."""
KnownSince = Callable[[int], Awaitable[set[str]]]
"""Ids of the notices that were written down since then; raises LogUnavailable."""


class NoticeLedger(Protocol):
    """`streams.notices.ledger.Ledger`."""

    async def write(self, parcel: Parcel, channel: str, outcome: NoticeOutcome, attempts: int) -> None: ...


class Session:
    """`take` gets the records of each partition in order; `pulse` says where the log ends."""

    def __init__(
        self,
        partitions: Sequence[Partition],
        channels: Sequence[Channel],
        book: NoticeLedger,
        *,
        known_since: KnownSince,
        dead_letter: Bury,
        limits: Limits | None = None,
    ) -> None:
        self._partitions = {part.number: part for part in partitions}
        self._lanes = [Lane(channel, self, self._recorder(channel, book), limits=limits) for channel in channels]
        self._known_since = known_since
        self._dead_letter = dead_letter
        self._known: set[str] = set()
        self._known_from_ms = _NEVER_MS
        self._pulse_s: float | None = None
        self._ends: Mapping[int, int] = {}
        self._reads_on = True
        self._changed = asyncio.Event()
        self.is_closed = False

    async def take(self, number: int, records: Sequence[ConsumerRecord]) -> None:
        """Judges them and puts what is to be told on its way; waits while the lanes are full.

        Raises:
            LogUnavailable: not all were taken; the session is of no use any more.
        """
        part = self._partitions[number]
        for count, record in enumerate(records):
            if count % _BREATH == 0:
                await asyncio.sleep(0)
            if self.is_closed:
                return
            notice = await self._judged(part, record)
            parcels = await self._parcels(part, record, notice) if notice else []
            part.advance(record.offset, len(parcels))
            for lane, parcel in parcels:
                await self._put(lane, parcel)
        part.mark()
        if self.is_known(number):
            self._wake()

    def pulse(self, at_s: float, ends: Mapping[int, int]) -> None:
        """The log ended there at that moment of `clock.monotonic_s`."""
        self._pulse_s, self._ends = at_s, ends
        parts = self._partitions.values()
        metrics.NOTIFIER_LAG.set(sum(max(0, ends.get(part.number, 0) - part.committable[0]) for part in parts))
        self._wake()

    def check(self) -> None:
        """Raises what a lane met that nobody foresaw."""
        for lane in self._lanes:
            lane.check()

    def committable(self) -> dict[int, tuple[int, str]]:
        return {number: part.committable for number, part in self._partitions.items()}

    async def drained(self) -> None:
        """Reading has ended: returns when everything that was read is told."""
        self._reads_on = False
        self._wake()
        await asyncio.gather(*(lane.drained() for lane in self._lanes))

    async def close(self) -> None:
        """At once; what was not told comes again. A repeat is harmless."""
        self.is_closed = True
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    # What lanes ask (`lane.Office`).

    def is_known(self, partition: int) -> bool:
        if self._pulse_s is None or clock.monotonic_s() - self._pulse_s > FRESH_S:
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
        self._changed.set()
        self._changed = asyncio.Event()

    async def _judged(self, part: Partition, record: ConsumerRecord) -> Notice | None:
        try:
            step = wire.decode_offer_step(record.value)
        except wire.Unreadable as error:
            if record.offset >= part.start:
                await self._dead_letter(record, str(error))
            return None
        return part.judge(record.offset, step)

    async def _parcels(self, part: Partition, record: ConsumerRecord, notice: Notice) -> list[tuple[Lane, Parcel]]:
        """What is not known to have gone out. Only of what stood in the log before this session can anything have."""
        was_there = record.offset < part.end
        if was_there and record.timestamp < self._known_from_ms:
            self._known |= await self._known_since(record.timestamp)
            self._known_from_ms = record.timestamp
        ids = {lane: notice_id(notice.event_id, lane.name) for lane in self._lanes}
        return [
            (lane, Parcel(notice=notice, id=identity, partition=part.number, offset=record.offset))
            for lane, identity in ids.items()
            if not (was_there and identity in self._known)
        ]

    async def _put(self, lane: Lane, parcel: Parcel) -> None:
        if not lane.is_full:
            await lane.put(parcel)
            return
        self._reads_on = False
        self._wake()
        await lane.put(parcel)
        self._reads_on = True

    def _recorder(
        self, channel: Channel, book: NoticeLedger
    ) -> Callable[[Parcel, NoticeOutcome, int], Awaitable[None]]:
        async def record(parcel: Parcel, outcome: NoticeOutcome, attempts: int) -> None:
            await book.write(parcel, channel.name, outcome, attempts)

        return record
