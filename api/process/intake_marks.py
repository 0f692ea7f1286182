"""What intake remembers: keys that were used, reports and answers that have no decision yet. A help, never a guard.

Kept in this process and, with 200 ms of patience, in Redis, so that another process knows it as well. No answer depends on it:
ids are derived from the caller and the key, and the dispatcher recognises a repeat by them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Coroutine
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from dispatch.ports import NotReady, StoreTrouble
from streams import clock
from streams.store.intake_marks import Repeat

PATIENCE_S = 0.2
"""At 50 ms a machine that was merely busy let a key pass that another process had just seen with another body."""
GLANCE_S = 0.15
REST_S = 1.0
"""After Redis gave no answer it is left alone for this long, so that intake does not pay the patience for each report."""
EXPECTED_S = 30
"""A split is decided within a moment; one that was refused must not look like an incident for long."""
REMEMBERED = 20_000
ON_THEIR_WAY = 1_000

T = TypeVar("T")


class IntakeMarks(Protocol):
    """`streams.store.reads.Intake`."""

    async def put_reported(self, incident_id: str, report: bytes, ttl_s: int = 86400) -> None: ...
    async def reported(self, incident_id: str) -> bytes | None: ...
    async def put_answering(self, offer_id: str, command_id: str, ttl_s: int = 120) -> None: ...
    async def answer_waits(self, offer_id: str, command_id: str | None = None) -> bool: ...
    async def first_use(self, key_digest: str, body_digest: str, ttl_s: int = 86400) -> Repeat | None: ...
    async def put_answer(self, key_digest: str, body_digest: str, answer: bytes, ttl_s: int = 86400) -> None: ...


class Newest(Generic[T]):
    """The newest entries by key; older ones are forgotten."""

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
    """A report that this process took in, and when."""

    report: bytes
    at_ms: int


class Marks:
    """Never raises for Redis' sake, never waits longer than 200 ms."""

    def __init__(self, store: IntakeMarks) -> None:
        self._store = store
        self._repeats: Newest[Repeat] = Newest(REMEMBERED)
        self._reports: Newest[TakenReport] = Newest(REMEMBERED)
        self._answers: Newest[str] = Newest(REMEMBERED)
        self._rest_until_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def first_use(self, key_digest: str, body_digest: str) -> Repeat | None:
        """None when the key is new as far as is known (it is noted now), else what it was first used for."""
        known = self._repeats.get(key_digest)
        if known is not None and (known.answer or known.digest != body_digest):
            return known
        self._repeats.put(key_digest, Repeat(digest=body_digest))
        return await self._asked(self._store.first_use(key_digest, body_digest))

    def answered(self, key_digest: str, body_digest: str, answer: bytes) -> None:
        self._repeats.put(key_digest, Repeat(digest=body_digest, answer=answer))
        self._tell(self._store.put_answer(key_digest, body_digest, answer))

    def put_reported(self, incident_id: str, report: bytes) -> None:
        self._reports.put(incident_id, TakenReport(report, clock.now_ms()))
        self._tell(self._store.put_reported(incident_id, report))

    async def expect_reported(self, incident_id: str, report: bytes) -> None:
        """For a moment, of an incident that is about to be: another order makes it, and may still be refused."""
        await self._asked(self._store.put_reported(incident_id, report, EXPECTED_S))

    async def reported(self, incident_id: str) -> bytes | None:
        taken = self.taken(incident_id)
        return taken.report if taken else await self._asked(self._store.reported(incident_id))

    def put_answering(self, offer_id: str, command_id: str) -> None:
        self._answers.put(offer_id, command_id)
        self._tell(self._store.put_answering(offer_id, command_id))

    async def answer_waits(self, offer_id: str) -> bool:
        """Whether something that the person said about this offer is not in the picture yet, or may not be."""
        return await self._asked(self._store.answer_waits(offer_id, self._answers.get(offer_id))) is not False

    def tell(self, work: Coroutine[Any, Any, Any]) -> None:
        """Something else for Redis that nobody waits for, and that a service will do again from the log if it is lost."""
        self._tell(work)

    async def glance(self, work: Coroutine[Any, Any, T]) -> T:
        """A read of the picture on the way of an order that does not depend on it.

        Raises:
            StoreTrouble: no answer within 150 ms, or Redis is being left alone.
            NotReady: as the read does.
        """
        if clock.monotonic_s() < self._rest_until_s:
            work.close()
            raise StoreTrouble("Redis is left alone for a moment")
        try:
            return await asyncio.wait_for(work, GLANCE_S)
        except (StoreTrouble, TimeoutError) as error:
            self._rest_until_s = clock.monotonic_s() + REST_S
            raise StoreTrouble(str(error) or "no answer in time") from error

    def taken(self, incident_id: str) -> TakenReport | None:
        """What this very process took in and has not seen decided."""
        return self._reports.get(incident_id)

    def seen_decided(self, incident_id: str) -> None:
        """From now on nobody is told that it is only reported."""
        self._reports.drop(incident_id)

    async def stop(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)

    async def _asked(self, work: Coroutine[Any, Any, T | None]) -> T | None:
        if clock.monotonic_s() < self._rest_until_s:
            work.close()
            return None
        try:
            return await asyncio.wait_for(work, PATIENCE_S)
        except (StoreTrouble, NotReady, TimeoutError):
            self._rest_until_s = clock.monotonic_s() + REST_S
            return None

    def _tell(self, work: Coroutine[Any, Any, Any]) -> None:
        if clock.monotonic_s() < self._rest_until_s or len(self._tasks) >= ON_THEIR_WAY:
            work.close()
            return
        task = asyncio.ensure_future(self._told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Awaitable[Any]) -> None:
        try:
            await work
        except (StoreTrouble, NotReady):
            self._rest_until_s = clock.monotonic_s() + REST_S
