"""Evaluates the alarms every second in the background, so that callers get the last result without waiting."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

import structlog

from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, event_loop, metrics
from streams.dead_letters.watch import LetterWatch
from streams.monitoring.alarm_board import AlarmSnapshot, Board
from streams.monitoring.alarm_conditions import LATE_MS, MOST_UNREAD, UNREAD_MS, Observed
from streams.monitoring.alarms import NAMES
from streams.monitoring.lag_monitor import Measured
from streams.store.alarm_facts import AlarmFactsReader
from streams.store.reach import ReachStore
from streams.store.reads import Reads
from streams.store.redis_client import RedisClient

EVERY_S = 1.0
WITHIN_S = 1.0
"""Timeout of each of the two reads from Redis."""
MEASURED_WITHIN_S = 6.0
"""An older measurement counts as none, which raises `kafka_away`."""
OLD_S = 10.0
"""A result older than this is discarded: every alarm is then unknown."""
NOTHING = AlarmSnapshot(unknown=NAMES)
"""Before the first evaluation, and when the last one is too old: unknown, never "no alarms"."""
T = TypeVar("T")
_log = structlog.get_logger(__name__)


class LagSource(Protocol):
    """`streams.monitoring.lag_monitor.Monitor`."""

    last: Measured | None
    is_refused: bool

    def age_s(self) -> float | None: ...


class KeyState(Protocol):
    """`streams.tokens.KeyFile`."""

    is_refused: bool


class AuditState(Protocol):
    """`streams.audit.audit_log.AuditLog`."""

    @property
    def waiting(self) -> int: ...
    @property
    def is_reliable(self) -> bool: ...


class RingState(Protocol):
    """`streams.ring.LiveRing`."""

    is_refused: bool

    @property
    def missing(self) -> tuple[str, ...]: ...


class AlarmWatch:
    """`told()` returns the last result; every alarm is unknown when it is too old. It never waits and never raises."""

    def __init__(
        self,
        *,
        link: RedisClient,
        lag: LagSource,
        letters: LetterWatch,
        keys: KeyState,
        ring: RingState,
        audit: AuditState,
        assistant_is_off: Callable[[], bool] = lambda: False,
        below_floor: Callable[[], Sequence[str]] = tuple,
        unread: Callable[..., dict[str, int]] = lambda **_: {},
    ) -> None:
        self._reads = Reads(link)
        self._facts = AlarmFactsReader(link, LATE_MS)
        self._reach = ReachStore(link)
        self._lag = lag
        self._letters = letters
        self._keys = keys
        self._ring = ring
        self._audit = audit
        self._assistant_is_off = assistant_is_off
        self._below_floor = below_floor
        self._unread = unread
        self._board = Board()
        self._last = NOTHING
        self._looked_s: float | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    def told(self) -> AlarmSnapshot:
        is_old = self._looked_s is None or clock.monotonic_s() - self._looked_s > OLD_S
        return NOTHING if is_old else self._last

    async def look(self) -> AlarmSnapshot:
        """Evaluates the alarms once and stores the result. Alarms whose sources do not answer are unknown."""
        measured = self._fresh()
        # First the state of the rebuild: while Redis is being rebuilt its contents are incomplete and would raise false alarms.
        rebuild = await _within(self._reads.rebuild_state())
        numbers = measured.decided if measured else {}
        # Read Redis after Kafka was measured, so that its applied offsets are never compared with newer ends of the log.
        facts = await _within(self._facts.read(numbers)) if rebuild and rebuild.is_ready else None
        ways = await _within(self._reach.ways(clock.now_ms())) if rebuild is not None else None
        seen = Observed(
            now_ms=clock.now_ms(),
            measured=measured,
            rebuild=rebuild,
            facts=facts,
            letters=self._letters.standing,
            token_keys_are_refused=self._keys.is_refused,
            data_keys_missing=self._ring.missing,
            data_keys_are_refused=self._ring.is_refused,
            kafka_refuses=self._lag.is_refused,
            audit_waiting=self._audit.waiting,
            audit_is_reliable=self._audit.is_reliable,
            ways=ways,
            assistant_is_off=self._assistant_is_off(),
            below_floor=self._below_floor(),
            unread=self._unread_now(),
        )
        self._last, self._looked_s = self._board.update(seen, clock.monotonic_s()), clock.monotonic_s()
        count(self._last)
        return self._last

    def _unread_now(self) -> dict[str, int]:
        now_ms = clock.now_ms()
        oldest = self._unread(before_ms=now_ms, most=1)
        metrics.OLDEST_MESSAGE_SECONDS.set(max([0, *(now_ms - at_ms for at_ms in oldest.values())]) / 1000)
        return self._unread(before_ms=now_ms - UNREAD_MS, most=MOST_UNREAD)

    def _fresh(self) -> Measured | None:
        age_s = self._lag.age_s()
        return self._lag.last if age_s is not None and age_s < MEASURED_WITHIN_S else None

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:  # noqa: BLE001 -- one unexpected record must not silence every alarm
                _log.exception("alarms cannot be evaluated")
            await asyncio.sleep(EVERY_S)


async def _within(work: Coroutine[Any, Any, T]) -> T | None:
    try:
        # A Redis that hangs must not delay the alarms that come from Kafka.
        return await asyncio.wait_for(work, WITHIN_S)
    except (StoreUnavailable, NotReady, TimeoutError):
        return None


def count(told: AlarmSnapshot) -> None:
    """Sets the metric of each alarm: 1 active, 0 not active, NaN unknown."""
    standing = {alarm.name for alarm in told.alarms}
    for name in NAMES:
        known = 1.0 if name in standing else 0.0
        # NaN and not 0: a rule of Prometheus must not take unknown for healthy.
        metrics.ALARM.labels(name=name).set(float("nan") if name in told.unknown else known)
