"""The bounded queue of one channel: keeps each person's notices in order and retries with exponential backoff.

One recipient's retries never block another, and a hanging channel fills only its own lane. When a lane is full but progresses,
`put` waits, which is the back-pressure on the reader. When a full lane makes no progress, new notices are dropped.

A notice ends in exactly one of three ways: recorded as sent, recorded as failed, or dropped and counted (its offer has ended or
is void, the person was never told of the offer that ended, or the lane is stuck).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

import structlog

from dispatch.notices.rules import Notice, NoticeOutcome
from dispatch.ports import StoreUnavailable
from streams import clock, metrics
from streams.errors import LogUnavailable
from streams.notices.channels import Channel, DeliveryFailed, NotSent, Refused
from streams.tracing import spans

log = structlog.get_logger(__name__)
UNTOLD_REMEMBERED = 10_000
"""Offers of which a person was never told. For a forgotten one, the notice of its end is sent: never one too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`waiting`: capacity of a lane; `at_once`: concurrent attempts."""

    waiting: int = 10_000
    at_once: int = 256
    attempt_s: float = 5.0
    attempts: int = 8
    """With `attempt_s` and the pauses, a hanging channel loses a notice after about a minute of attempts (DESIGN 60)."""
    first_pause_s: float = 0.2
    longest_pause_s: float = 10.0
    stuck_s: float = 2.0
    """A full lane that has finished nothing for this long is stuck: `put` drops instead of waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A notice for one channel, and the partition and offset of its step in `offers`."""

    notice: Notice
    id: str
    partition: int
    offset: int
    work: spans.Taken | None = None
    """Of the trace of its incident."""


class LaneOwner(Protocol):
    """What a lane needs from its session."""

    async def until_known(self, partition: int) -> None:
        """Waits until the partition has been read to its recent end."""

    def is_known(self, partition: int) -> bool: ...

    def is_true_still(self, parcel: Parcel) -> bool:
        """Whether the notice still holds, according to the log as far as it has been read."""

    def done(self, parcel: Parcel) -> None: ...


Record = Callable[[Parcel, NoticeOutcome, int, str | None], Awaitable[None]]
"""Records the outcome, the attempts and the code of a failure in `notices`. Raises LogUnavailable: not confirmed."""


@dataclass(slots=True)
class _Tries:
    """`refusals`: attempts that the channel failed. `is_sent`: only the record is missing. `after_s`: the channel's own pause."""

    attempts: int = 0
    refusals: int = 0
    is_sent: bool = False
    after_s: float = 0.0
    code: str | None = None


class Lane:
    """One task per person with waiting notices. An unexpected exception ends its task, and `check` raises it."""

    def __init__(
        self,
        channel: Channel,
        owner: LaneOwner,
        record: Record,
        *,
        limits: Limits | None = None,
        rng: Random | None = None,
    ) -> None:
        self._channel = channel
        self._owner = owner
        self._record = record
        self._limits = limits or Limits()
        self._rng = rng or Random()
        self._people: dict[str, deque[Parcel]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(self._limits.at_once)
        self._untold: dict[str, None] = {}
        self._stirred: dict[str, asyncio.Event] = {}
        self._size = 0
        self._moved = asyncio.Event()
        self._is_stuck = False
        self._bug: BaseException | None = None
        self._is_stopped = False
        # From the start: what is counted first in a new series is no increase for Prometheus, and the objectives would miss it.
        for outcome in (NoticeOutcome.SENT, NoticeOutcome.FAILED):
            metrics.NOTICES.labels(channel=channel.name, outcome=outcome)
        metrics.NOTICES_RETRIED.labels(channel=channel.name)
        metrics.NOTICE_SECONDS.labels(channel=channel.name)

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def is_full(self) -> bool:
        return self._size >= self._limits.waiting

    async def put(self, parcel: Parcel) -> None:
        """Adds a notice. Waits while the lane is full but progresses; drops it when the lane is stuck."""
        if self.is_full and not await self._has_room(parcel.partition):
            self._drop(parcel, "channel_hangs")
            return
        if self._is_stopped:
            return  # neither sent nor committed: the next owner of the partition reads the step again
        self._size += 1
        metrics.NOTICES_WAITING.labels(channel=self._channel.name).set(self._size)
        person = parcel.notice.volunteer_id
        queue = self._people.get(person)
        if queue is not None:
            queue.append(parcel)
            return
        self._people[person] = queue = deque([parcel])
        # One per person: the order of their notices is kept, and nobody waits for the retries of another.
        task = asyncio.ensure_future(self._serve(person, queue))
        self._tasks.add(task)
        task.add_done_callback(self._served)

    def takes(self, notice: Notice) -> bool:
        return self._channel.due_ms(notice) is not None

    def stirred(self, person: str) -> None:
        """Something that a waiting notice of this person depends on has changed."""
        event = self._stirred.pop(person, None)
        if event is not None:
            event.set()

    def check(self) -> None:
        if self._bug is not None:
            raise self._bug

    async def drained(self) -> None:
        """Waits until the lane is empty."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            self.check()

    async def stop(self) -> None:
        """Cancels all tasks at once. Waiting notices are not committed, so they are sent after the next takeover."""
        self._is_stopped = True
        self._moved.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # The lane is gone; the gauge would keep its last value.
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
                # While Kafka is unavailable nothing may be sent, so a lane without progress says nothing about its channel.
                unmoved_s += step_s if self._owner.is_known(partition) else 0.0
            self.check()
            if unmoved_s >= self._limits.stuck_s:
                self._is_stuck = True
                log.error("channel hangs; further notices are dropped", channel=self._channel.name, waiting=self._size)
        return not self.is_full or self._is_stopped

    async def _serve(self, person: str, queue: deque[Parcel]) -> None:
        while queue:
            await self._deliver(queue[0])
            queue.popleft()
            self._size -= 1
            self._is_stuck = False  # one notice that has ended shows that the channel works again
            self._moved.set()
            metrics.NOTICES_WAITING.labels(channel=self._channel.name).set(self._size)
        # Nothing was awaited since the queue was found empty, so no notice can have been added to it.
        del self._people[person]

    def _served(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()

    async def _deliver(self, parcel: Parcel) -> None:
        tries = _Tries()
        await self._until_due(parcel)
        while True:
            # Limit concurrency: thousands of attempts starting at once would block the event loop for seconds.
            async with self._turns:
                is_over = await self._attempt(parcel, tries)
            if is_over:
                return
            await self._pause(tries)

    async def _until_due(self, parcel: Parcel) -> None:
        """Waits for the step of the notice; less if the notice has become needless meanwhile, which the attempt then finds."""
        due_ms = self._channel.due_ms(parcel.notice) or 0
        while (left_ms := due_ms - clock.now_ms()) > 0 and self._drop_reason(parcel, 0) is None:
            event = self._stirred.setdefault(parcel.notice.volunteer_id, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_ms / 1000):
                    await event.wait()
        self._stirred.pop(parcel.notice.volunteer_id, None)

    async def _attempt(self, parcel: Parcel, tries: "_Tries") -> bool:
        """One attempt. True when the notice has ended: sent, failed or dropped."""
        try:
            # A notice that went out is recorded from here on even if its offer has ended meanwhile.
            if not tries.is_sent:
                await self._owner.until_known(parcel.partition)
                if why := self._drop_reason(parcel, tries.attempts):
                    self._drop(parcel, why, tries.attempts)
                    return True
                if tries.refusals >= self._limits.attempts:
                    await self._end(parcel, NoticeOutcome.FAILED, tries)
                    return True
                tries.attempts += 1
                async with asyncio.timeout(self._limits.attempt_s):
                    await self._channel.send(parcel.notice, parcel.id)
                # For a channel that delivers by its record nothing is sent yet: the next attempt checks again whether the notice
                # still holds.
                tries.is_sent = not self._channel.delivers_by_record
            await self._end(parcel, NoticeOutcome.SENT, tries)
        except NotSent as reason:
            self._drop(parcel, reason.why)
            return True
        except Refused as refusal:
            tries.code = refusal.code
            tries.refusals = self._limits.attempts  # the next attempt records the failure
            return False
        except (DeliveryFailed, LogUnavailable, StoreUnavailable, TimeoutError) as trouble:
            # Kafka or Redis being unavailable is not a failure of the channel and does not count towards `Limits.attempts`.
            tries.refusals += not isinstance(trouble, LogUnavailable | StoreUnavailable)
            if isinstance(trouble, DeliveryFailed):
                tries.code, tries.after_s = trouble.code, trouble.after_s
            else:
                tries.code = "timeout"
            metrics.NOTICES_RETRIED.labels(channel=self._channel.name).inc()
            log.info("notice will be retried", channel=self._channel.name, id=parcel.id, cause=repr(trouble))
            return False
        return True

    def _drop_reason(self, parcel: Parcel, attempts: int) -> str | None:
        if clock.now_ms() >= parcel.notice.until_ms:
            return "too_late"
        if not self._owner.is_true_still(parcel):
            return "over"
        if not attempts and (why := self._channel.needless(parcel.notice)):
            return why
        # The end of an offer means nothing to a person who was never told of the offer.
        if not attempts and parcel.notice.is_moot_unless_told and parcel.notice.offer_id in self._untold:
            return "never_told"
        return None

    def _drop(self, parcel: Parcel, why: str, attempts: int = 0) -> None:
        metrics.NOTICES_DROPPED.labels(channel=self._channel.name, why=why).inc()
        # Only without any attempt: one that failed may have reached the person all the same.
        if not attempts and parcel.notice.is_first:
            self._untold[parcel.notice.offer_id] = None
            if len(self._untold) > UNTOLD_REMEMBERED:
                del self._untold[next(iter(self._untold))]
        self._owner.done(parcel)

    async def _end(self, parcel: Parcel, outcome: NoticeOutcome, tries: "_Tries") -> None:
        # Recorded before `done` lets the offset pass: a crash in between repeats the notice, with the same id.
        code = tries.code if outcome is NoticeOutcome.FAILED else None
        await self._record(parcel, outcome, tries.attempts, code)
        metrics.NOTICES.labels(channel=self._channel.name, outcome=outcome).inc()
        spans.noticed(parcel.work, parcel.id, channel=self._channel.name, outcome=outcome, attempts=tries.attempts)
        if outcome is NoticeOutcome.SENT:
            late_s = max(0, clock.now_ms() - parcel.notice.at_ms) / 1000
            metrics.NOTICE_SECONDS.labels(channel=self._channel.name).observe(late_s)
            self._untold.pop(parcel.notice.offer_id, None)
        else:
            log.warning("notice failed", channel=self._channel.name, id=parcel.id, attempts=tries.attempts)
        self._owner.done(parcel)

    async def _pause(self, tries: _Tries) -> None:
        """Backoff with jitter, so that notices that failed together do not retry together."""
        longest_s = min(self._limits.longest_pause_s, self._limits.first_pause_s * 2 ** max(0, tries.attempts - 1))
        await asyncio.sleep(max(tries.after_s, longest_s * self._rng.uniform(0.5, 1.0)))
