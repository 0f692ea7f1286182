"""Recent intake: idempotency keys in use, reports and answers without a decision.

A best-effort cache in this process and, within 200 ms, in Redis, so that other processes share it; correctness never depends on
it. Ids are derived from caller and key, and the dispatcher detects a repeat by them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Coroutine
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from dispatch.model.plain_reason import plain_reason
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.store.intake_marks import Repeat

MARK_TIMEOUT_S = 0.2
"""With 50 ms, a busy machine missed a key that another process had just used with another body."""
READ_TIMEOUT_S = 0.15
RETRY_AFTER_S = 1.0
"""After a timeout Redis is not called for this long, so that not every report waits for the next one."""
EXPECTED_S = 30
"""A split is decided within a second. The TTL is short because a refused one must not stay visible as an incident."""
REMEMBERED = 20_000
"""Entries of each kind in this process. Redis keeps reports and keys for a day, answers to offers 2 min."""
TASKS_AT_MOST = 1_000
"""Background writes beyond this are dropped, so that they cannot pile up while Redis is slow."""

T = TypeVar("T")


class MarkStore(Protocol):
    """`streams.store.intake_marks.RedisIntakeMarks`."""

    async def put_reported(self, incident_id: str, report: bytes, ttl_s: int = 86400) -> None: ...
    async def reported(self, incident_id: str) -> bytes | None: ...
    async def put_answering(self, offer_id: str, command_id: str, ttl_s: int = 120) -> None: ...
    async def answer_waits(self, offer_id: str, command_id: str | None = None) -> bool: ...
    async def first_use(
        self, key_digest: str, body_digest: str, ttl_s: int = 86400, *, earlier_key: str | None = None
    ) -> Repeat | None: ...
    async def put_answer(self, key_digest: str, body_digest: str, answer: bytes, ttl_s: int = 86400) -> None: ...


class Newest(Generic[T]):
    """A mapping that keeps the `limit` entries written last."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str) -> T | None:
        return self._entries.get(key)

    def put(self, key: str, value: T) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def drop(self, key: str) -> None:
        self._entries.pop(key, None)


class TakenReport(NamedTuple):
    """A report that this process accepted, and when."""

    report: bytes
    at_ms: int


class IntakeMarks:
    """No method but `read_promptly` raises because of Redis; none waits longer than 200 ms for it."""

    def __init__(self, store: MarkStore) -> None:
        self._store = store
        self._repeats: Newest[Repeat] = Newest(REMEMBERED)
        self._reports: Newest[TakenReport] = Newest(REMEMBERED)
        self._answers: Newest[str] = Newest(REMEMBERED)
        self._retry_at_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def first_use(self, key_digest: str, body_digest: str, *, earlier_key: str | None = None) -> Repeat | None:
        """Marks the key as used. None if it is new as far as is known, else the first request with it.

        `earlier_key`: the digest under which a process of an earlier version marks the same key; only looked up.
        """
        known = self._repeats.get(key_digest)
        # Without a response the key is looked up in Redis as well: another process may have answered since.
        if known is not None and (known.answer or known.digest != body_digest):
            return known
        # Before the first await: a concurrent request with the same key and another body is refused.
        self._repeats.put(key_digest, Repeat(digest=body_digest))
        return await self._within_timeout(self._store.first_use(key_digest, body_digest, earlier_key=earlier_key))

    def answered(self, key_digest: str, body_digest: str, answer: bytes) -> None:
        """Stores the response to the first request with a key."""
        self._repeats.put(key_digest, Repeat(digest=body_digest, answer=answer))
        self.in_background(self._store.put_answer(key_digest, body_digest, answer))

    def put_reported(self, incident_id: str, report: bytes) -> None:
        self._reports.put(incident_id, TakenReport(report, clock.now_ms()))
        self.in_background(self._store.put_reported(incident_id, report))

    async def expect_reported(self, incident_id: str, report: bytes) -> None:
        """For 30 s and in Redis only: the report of a split, which may still be refused."""
        await self._within_timeout(self._store.put_reported(incident_id, report, EXPECTED_S))

    async def reported(self, incident_id: str) -> bytes | None:
        """The report of an incident without a decision, as far as is known."""
        # Memory first: the report of this process is known also while Redis is down.
        taken = self.taken(incident_id)
        return taken.report if taken else await self._within_timeout(self._store.reported(incident_id))

    def put_answering(self, offer_id: str, command_id: str) -> None:
        self._answers.put(offer_id, command_id)
        self.in_background(self._store.put_answering(offer_id, command_id))

    async def answer_waits(self, offer_id: str) -> bool:
        """Whether an answer about this offer has no decision yet; True also if that is unknown."""
        newest = self._answers.get(offer_id)
        return await self._within_timeout(self._store.answer_waits(offer_id, newest)) is not False

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs a write to Redis that nothing waits for. It may be dropped: a service repeats it from the log."""
        if self._is_paused() or len(self._tasks) >= TASKS_AT_MOST:
            work.close()
            return
        # The event loop keeps only weak references to tasks.
        task = asyncio.ensure_future(self._unless_down(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def read_promptly(self, work: Coroutine[Any, Any, T]) -> T:
        """A read that refines a request and that the request can do without.

        Raises:
            StoreUnavailable: no reply within 150 ms, or Redis is not called at the moment.
            NotReady: Redis is being rebuilt.
        """
        if self._is_paused():
            work.close()
            raise StoreUnavailable("Redis is not called for a second after a timeout")
        try:
            return await asyncio.wait_for(work, READ_TIMEOUT_S)
        # Not NotReady: Redis answers, so calling it costs nobody time.
        except (StoreUnavailable, TimeoutError) as error:
            self._pause()
            raise StoreUnavailable(plain_reason(error)) from error

    def taken(self, incident_id: str) -> TakenReport | None:
        """A report that this process accepted, until it sees its decision."""
        return self._reports.get(incident_id)

    def seen_decided(self, incident_id: str) -> None:
        """The incident is no longer shown as only reported."""
        self._reports.drop(incident_id)

    async def stop(self) -> None:
        """Waits up to a second for the writes in the background."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)

    def _is_paused(self) -> bool:
        return clock.monotonic_s() < self._retry_at_s

    def _pause(self) -> None:
        self._retry_at_s = clock.monotonic_s() + RETRY_AFTER_S

    async def _within_timeout(self, work: Coroutine[Any, Any, T | None]) -> T | None:
        """None also when Redis does not reply within 200 ms."""
        if self._is_paused():
            work.close()
            return None
        try:
            return await asyncio.wait_for(work, MARK_TIMEOUT_S)
        except (StoreUnavailable, NotReady, TimeoutError):
            self._pause()
            return None

    async def _unless_down(self, work: Awaitable[Any]) -> None:
        try:
            await work
        except (StoreUnavailable, NotReady):
            self._pause()
