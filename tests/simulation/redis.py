"""Redis in memory: the store's twin with a run id, which may lose its memory, come back with an older one, or not answer.

A pipeline is not atomic: others get in between its calls, and it may break off in the middle. Every call of a worker goes through
`StorePort`, which is where it fails.
"""

import asyncio
import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dispatch.matching.position_checks import Track
from dispatch.model.people import Candidate, Found
from dispatch.ports import StoreUnavailable
from streams.store import LockLost
from streams.store.memory.store import MemoryStore
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.verifications import VerificationWrite
from tests.simulation.kafka import START_MS
from tests.simulation.processes import Process

PIPELINES = frozenset({"claim", "apply", "release"})
QUIET = frozenset({"take_due", "now_ms", "sweep_pending", "hazards", "is_ready", "progress"})
"""Asked all the time; not counted as steps."""

Proceed = Callable[..., Awaitable[Any]]
Altered = Callable[["Redis", Proceed, tuple[Any, ...]], Awaitable[Any]]
"""What a mutation makes of one method of the store."""


class Redis:
    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self.skew_ms = 0
        self.run = 1
        self.down_until_s = 0.0
        self.lock: tuple[str, float] | None = None
        self.altered: dict[str, Altered] = {}
        self.repeats: list[asyncio.Task[None]] = []
        """Calls that a mutation runs once more."""
        self.takes_timers = True
        self.duty: dict[str, list[tuple[float, bool]]] = {}
        """What the picture was told of each person's duty, and when, on the clock of the play."""
        self.refused: set[str] = set()
        """Offers that were decided and that the order of the log refused."""
        self.loads: dict[tuple[str, int], float] = {}
        """When a command was looked up that was then decided at this time of the store's clock."""
        self.store = MemoryStore(lambda: self.now_ms(), is_ready=False)
        self._older: MemoryStore | None = None

    def now_s(self) -> float:
        return self._now_s()

    def now_ms(self) -> int:
        return START_MS + self.skew_ms + round(self._now_s() * 1000)

    def empty(self) -> None:
        """Killed, and started again without its memory."""
        self.run += 1
        self.lock = None
        self.store.forget()

    def remember(self) -> None:
        """What a file on the disk would hold from now on."""
        states = {id(state): state for state in self.store.incidents.values()}
        self._older = copy.deepcopy(self.store, dict(states))

    def come_back_older(self) -> None:
        """Killed, and started again from its file. Ready is said for the run that wrote it, not for this one."""
        if self._older is None:
            self.empty()
            return
        self.run += 1
        self.lock = None
        self.store, self._older = self._older, None
        self.store.is_ready = False

    async def do(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        async def proceed(*given: Any) -> Any:
            return await getattr(self.store, name)(*given, **kwargs)

        if name == "take_due" and not self.takes_timers:
            return []
        answer = await (self.altered[name](self, proceed, args) if name in self.altered else proceed(*args))
        if name == "put_profiles":
            self.note_duty(args[0])
        if name == "apply":
            self.refused.update(hold.offer_id for applied in answer for hold in applied.refused)
        if name == "restore_progress":
            self.refused.update(hold.offer_id for hold in kwargs["refused"])
        if name == "load":
            self.loads.update({(command, answer[0]): self.now_s() for command, _ in args[0]})
        return answer

    def note_duty(self, writes: Sequence[ProfileWrite]) -> None:
        for write in writes:
            is_on = write.record is not None and write.record.on_duty
            told = self.duty.setdefault(write.volunteer_id, [])
            if not told or told[-1][1] != is_on:
                told.append((self.now_s(), is_on))


class StorePort:
    """The store as one worker sees it. Every method of `Store` is there, with Redis's troubles."""

    def __init__(self, redis: Redis, process: Process) -> None:
        self._redis = redis
        self._process = process
        self._seen: dict[str, Candidate] = {}
        """Whom this worker's searches found last."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            return await self._call(name, args, kwargs)

        return call

    async def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        process, weather, redis = self._process, self._process.weather, self._redis
        if name in QUIET:
            await process.gate()
        else:
            await process.comes_to(name)
        await asyncio.sleep(weather.latency_s())
        await process.gate()
        if redis.now_s() < redis.down_until_s or (name not in QUIET and weather.strikes("store_before")):
            raise StoreUnavailable(f"{name}: no answer")
        if name in PIPELINES and len(args[0]) > 1 and not weather.is_calm and weather.chance.random() < 0.3:
            answer = await self._piecewise(name, args[0])
        else:
            answer = await redis.do(name, args, kwargs)
        if name not in QUIET and weather.strikes("store_after"):
            raise StoreUnavailable(f"{name}: the answer was lost")
        process.may_end(f"{name} done")
        await process.gate()
        return [self._of_index(found) for found in answer] if name == "find" else answer

    def _of_index(self, found: Found) -> Found:
        """As a live index that is late would answer. Only one that offers more people than are wanted may lack some: a search
        that saw everybody asks Redis (`streams/live_index/live_store.py`)."""
        before, people = list(self._seen.values()), list(found.candidates)
        self._seen = {one.volunteer_id: one for one in people}
        chance = self._process.weather.chance
        if not people or not self._process.weather.strikes("late_index"):
            return found
        fault = chance.choice(("engaged", "lacking", "twice"))
        if fault == "engaged":
            # Who was free a search ago; most have been asked since.
            known = {one.volunteer_id for one in people}
            people = [one for one in before if one.volunteer_id not in known][:3] + people
        elif fault == "twice":
            people.insert(0, chance.choice(people))
        elif not found.complete:
            people.remove(chance.choice(people))
        return replace(found, candidates=tuple(people))

    async def _piecewise(self, name: str, given: Sequence[Any]) -> list[Any]:
        """Others get in between; it may break off."""
        answers: list[Any] = []
        for entry in given:
            answers += await self._redis.do(name, ([entry],), {}) or []
            self._process.may_end(f"{name} half done")
            if self._process.weather.strikes("store_before"):
                raise StoreUnavailable(f"{name}: broke off")
            await asyncio.sleep(self._process.weather.latency_s())
            await self._process.gate()
        return answers


class Restore:
    """`streams.store.restore.Restore` over this Redis."""

    def __init__(self, redis: Redis, process: Process, owner: str) -> None:
        self._redis = redis
        self._process = process
        self._owner = owner

    def people(self) -> "Restore":
        return self

    async def this_run(self) -> int:
        await self._reach("this_run", locked=False)
        return self._redis.run

    async def is_ready(self) -> bool:
        await self._reach("is_ready", locked=False)
        return self._redis.store.is_ready

    async def acquire(self, ttl_ms: int) -> bool:
        await self._reach("acquire", locked=False)
        lock = self._redis.lock
        if lock and lock[0] != self._owner and lock[1] > self._redis.now_s():
            return False
        self._redis.lock = (self._owner, self._redis.now_s() + ttl_ms / 1000)
        return True

    async def renew(self, ttl_ms: int, **_: int) -> bool:
        await self._process.gate()
        if not self._holds():
            return False
        self._redis.lock = (self._owner, self._redis.now_s() + ttl_ms / 1000)
        return True

    async def release(self) -> None:
        await self._process.gate()
        if self._holds():
            self._redis.lock = None

    def _holds(self) -> bool:
        lock = self._redis.lock
        return lock is not None and lock[0] == self._owner and lock[1] > self._redis.now_s()

    async def wipe(self) -> None:
        await self._reach("wipe")
        self._redis.store.forget()

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> None:
        await self._reach("restore profiles")
        self._redis.note_duty(writes)
        for write in writes:
            self._redis.store.people.put_profile(write)

    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> None:
        await self._reach("restore verifications")
        for write in writes:
            self._redis.store.people.verified.put(write)

    async def put_private(self, _: Sequence[PrivateWrite]) -> None:
        await self._reach("restore private")

    async def restore_tracks(self, tracks: Mapping[str, Track]) -> None:
        await self._reach("restore tracks")
        for volunteer_id, track in tracks.items():
            self._redis.store.people.restore_track(volunteer_id, track)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """`restore_incidents` and the others that the twin has itself."""

        async def call(*args: Any, **kwargs: Any) -> Any:
            await self._reach(name)
            return await self._redis.do(name, args, kwargs)

        return call

    async def mark_ready(self, run: int) -> bool:
        await self._reach("mark_ready")
        if run != self._redis.run:
            return False
        people = self._redis.store.people
        for person in list(people.known.values()):
            people.settle(person)
        self._redis.store.mark_ready()
        return True

    async def _reach(self, name: str, *, locked: bool = True) -> None:
        """Raises what a rebuilder has to live with: trouble, and the loss of its lock."""
        if name not in QUIET:
            await self._process.comes_to(name)
        await asyncio.sleep(self._process.weather.latency_s())
        await self._process.gate()
        if self._redis.now_s() < self._redis.down_until_s or self._process.weather.strikes("store_before"):
            raise StoreUnavailable(f"{name}: no answer")
        if locked and not self._holds():
            raise LockLost(name)
