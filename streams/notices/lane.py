"""The queue of one channel: bounded, each person's notices in their order, tried again with growing pauses.

Nobody waits for a stranger: a person whose notice is being tried again holds up nobody else, and a channel that hangs only fills
its own lane. Room in a lane that moves is waited for (the reader then stands still, which is the back-pressure); a full lane
that does not move lets go what would come on top.

A notice ends in exactly one of three ways: recorded as sent, recorded as failed, or dropped and counted (its offer is over or
void by now, its end was never worth anything to the person, or the lane hung).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

import structlog

from dispatch.notices.rules import Notice, NoticeOutcome
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.notices.channels import Channel, DeliveryFailed

log = structlog.get_logger(__name__)
UNTOLD_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient a lane is."""

    waiting: int = 10_000
    at_once: int = 256
    attempt_s: float = 5.0
    attempts: int = 8
    first_pause_s: float = 0.2
    longest_pause_s: float = 10.0
    stuck_s: float = 2.0
    """A full lane out of which nothing came for so long is not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A notice on its way through one channel, and the place of its step in `offers`."""

    notice: Notice
    id: str
    partition: int
    offset: int


class Office(Protocol):
    """What a lane asks of and tells the notifier."""

    async def until_known(self, partition: int) -> None:
        """Returns when the log of this partition was read to where it ended a moment ago."""

    def is_known(self, partition: int) -> bool: ...

    def is_true_still(self, parcel: Parcel) -> bool:
        """As far as the log was read."""

    def done(self, parcel: Parcel) -> None: ...


Record = Callable[[Parcel, NoticeOutcome, int], Awaitable[None]]
"""Records the outcome after so many attempts; returns when the broker has it, raises LogUnavailable when that is not certain."""


@dataclass(slots=True)
class _Tries:
    """`refusals`: attempts that failed by the channel. `is_sent`: nothing but writing it down is left."""

    attempts: int = 0
    refusals: int = 0
    is_sent: bool = False


class Lane:
    """Tasks of a lane that meet anything but the two known troubles end; `check` raises what they met."""

    def __init__(
        self,
        channel: Channel,
        office: Office,
        record: Record,
        *,
        limits: Limits | None = None,
        rng: Random | None = None,
    ) -> None:
        self._channel = channel
        self._office = office
        self._record = record
        self._limits = limits or Limits()
        self._rng = rng or Random()
        self._people: dict[str, deque[Parcel]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(self._limits.at_once)
        self._untold: dict[str, None] = {}
        self._size = 0
        self._moved = asyncio.Event()
        self._is_stuck = False
        self._bug: BaseException | None = None
        self._is_stopped = False

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def is_full(self) -> bool:
        return self._size >= self._limits.waiting

    @property
    def waiting(self) -> int:
        return self._size

    async def put(self, parcel: Parcel) -> None:
        """Waits while the lane is full and moves."""
        if self.is_full and not await self._has_room(parcel.partition):
            self._drop(parcel, "channel_hangs")
            return
        if self._is_stopped:
            return
        self._size += 1
        metrics.NOTICES_WAITING.labels(channel=self._channel.name).set(self._size)
        person = parcel.notice.volunteer_id
        queue = self._people.get(person)
        if queue is not None:
            queue.append(parcel)
            return
        self._people[person] = queue = deque([parcel])
        task = asyncio.ensure_future(self._serve(person, queue))
        self._tasks.add(task)
        task.add_done_callback(self._served)

    def check(self) -> None:
        if self._bug is not None:
            raise self._bug

    async def drained(self) -> None:
        """Returns when nothing waits."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            self.check()

    async def stop(self) -> None:
        """At once; what waits is not done, and comes again."""
        self._is_stopped = True
        self._moved.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        metrics.NOTICES_WAITING.labels(channel=self._channel.name).set(0)

    async def _has_room(self, partition: int) -> bool:
        unmoved_s = 0.0
        step_s = self._limits.stuck_s / 4
        while self.is_full and not self._is_stuck and not self._is_stopped:
            self._moved.clear()
            try:
                async with asyncio.timeout(step_s):
                    await self._moved.wait()
                unmoved_s = 0.0
            except TimeoutError:
                # While nobody may send, since Kafka is away, a lane that stands still is no sign of its channel.
                unmoved_s += step_s if self._office.is_known(partition) else 0.0
            self.check()
            if unmoved_s >= self._limits.stuck_s:
                self._is_stuck = True
                log.error("channel hangs; what comes on top is let go", channel=self._channel.name, waiting=self._size)
        return not self.is_full or self._is_stopped

    async def _serve(self, person: str, queue: deque[Parcel]) -> None:
        while queue:
            await self._deliver(queue[0])
            queue.popleft()
            self._size -= 1
            self._is_stuck = False
            self._moved.set()
            metrics.NOTICES_WAITING.labels(channel=self._channel.name).set(self._size)
        del self._people[person]

    def _served(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()

    async def _deliver(self, parcel: Parcel) -> None:
        tries = _Tries()
        while True:
            # Few at a time: thousands that become ready at once would keep the event loop from everything else for seconds.
            async with self._turns:
                is_over = await self._attempt(parcel, tries)
            if is_over:
                return
            await self._pause(tries.attempts)

    async def _attempt(self, parcel: Parcel, tries: "_Tries") -> bool:
        """Whether the notice has ended."""
        try:
            if not tries.is_sent:
                await self._office.until_known(parcel.partition)
                if why := self._why_not(parcel, tries.attempts):
                    self._drop(parcel, why, tries.attempts)
                    return True
                if tries.refusals >= self._limits.attempts:
                    await self._end(parcel, NoticeOutcome.FAILED, tries)
                    return True
                tries.attempts += 1
                async with asyncio.timeout(self._limits.attempt_s):
                    await self._channel.send(parcel.notice, parcel.id)
                tries.is_sent = not self._channel.delivers_by_record
            await self._end(parcel, NoticeOutcome.SENT, tries)
        except (DeliveryFailed, LogUnavailable, TimeoutError) as trouble:
            # That Kafka is away is no fault of the channel, and passes.
            tries.refusals += not isinstance(trouble, LogUnavailable)
            metrics.NOTICES_RETRIED.labels(channel=self._channel.name).inc()
            log.info("notice is tried again", channel=self._channel.name, id=parcel.id, cause=repr(trouble))
            return False
        return True

    def _why_not(self, parcel: Parcel, attempts: int) -> str | None:
        if clock.now_ms() >= parcel.notice.until_ms:
            return "too_late"
        if not self._office.is_true_still(parcel):
            return "over"
        if not attempts and parcel.notice.is_moot_unless_told and parcel.notice.offer_id in self._untold:
            return "never_told"
        return None

    def _drop(self, parcel: Parcel, why: str, attempts: int = 0) -> None:
        metrics.NOTICES_DROPPED.labels(channel=self._channel.name, why=why).inc()
        if not attempts and parcel.notice.is_first:
            self._untold[parcel.notice.offer_id] = None
            if len(self._untold) > UNTOLD_REMEMBERED:
                del self._untold[next(iter(self._untold))]
        self._office.done(parcel)

    async def _end(self, parcel: Parcel, outcome: NoticeOutcome, tries: "_Tries") -> None:
        await self._record(parcel, outcome, tries.attempts)
        metrics.NOTICES.labels(channel=self._channel.name, outcome=outcome).inc()
        if outcome is NoticeOutcome.SENT:
            late_s = max(0, clock.now_ms() - parcel.notice.at_ms) / 1000
            metrics.NOTICE_SECONDS.labels(channel=self._channel.name).observe(late_s)
            self._untold.pop(parcel.notice.offer_id, None)
        else:
            log.error("notice failed", channel=self._channel.name, id=parcel.id, attempts=tries.attempts)
        self._office.done(parcel)

    async def _pause(self, attempts: int) -> None:
        """Those that met the same trouble must not come back at the same moment."""
        longest_s = min(self._limits.longest_pause_s, self._limits.first_pause_s * 2 ** max(0, attempts - 1))
        await asyncio.sleep(longest_s * self._rng.uniform(0.5, 1.0))
