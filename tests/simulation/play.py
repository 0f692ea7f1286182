"""One run: a seed, a climate, so many steps, a quiet phase, and the judgement.

Real code decides, publishes, applies, sweeps and rebuilds (`workers.py`); the log, the store and the clocks are played and fail
(`kafka.py`, `redis.py`), as the climate says (`weather.py`).
"""

import asyncio
import itertools
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

import structlog

from dispatch.model.ids import derived
from dispatch.plans.book import PlanBook, load_builtin
from dispatch.plans.budget_table import UNLIMITED
from streams.topics import INCIDENTS
from tests.simulation import virtual_time
from tests.simulation.inhabitants import Inhabitants
from tests.simulation.judge import Finding, Judge
from tests.simulation.kafka import START_MS, Admin, Consumer, Kafka, Producer
from tests.simulation.processes import running
from tests.simulation.redis import Altered, Redis, Restore
from tests.simulation.registrar import Registrar
from tests.simulation.weather import CLIMATES, Weather
from tests.simulation.workers import Group, Worker

PARTITIONS = 3
WORKERS = 3
QUIET_S = 150.0
LONGEST_S = 3_000.0
"""Of the play: a run that has not made its steps by then stands still."""
SETTLED_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    seed: int
    climate: str
    steps: int
    commands: int
    calls: int
    faults: Counter[str]
    findings: tuple[Finding, ...]
    seconds: float
    """Of the play."""
    void_decisions: int = 0
    void_offers: int = 0
    repeats: int = 0


@dataclass(slots=True)
class Play:
    seed: int
    climate: str = "storm"
    steps: int = 10_000
    altered: dict[str, Altered] = field(default_factory=dict)
    """Methods of the store that a mutation has changed."""
    stops_at_once: bool = False
    """At the first violation."""

    def run(self) -> Outcome:
        outcomes: list[Outcome] = []

        async def part() -> None:
            with _stage(chance.random()) as stage:
                outcomes.append(await _Run(self, chance, stage).through())

        chance = random.Random(f"{self.climate} {self.seed}")
        virtual_time.play(part)
        return outcomes[0]


class _Run:
    def __init__(self, play: Play, chance: random.Random, stage: "_Stage") -> None:
        loop = asyncio.get_running_loop()
        self._play, self._chance, self._stage = play, chance, stage
        self._weather = Weather(CLIMATES[play.climate], chance)
        self._kafka = stage.kafka = Kafka(PARTITIONS, loop.time)
        self._redis = stage.redis = Redis(loop.time)
        self._redis.altered = play.altered
        self._group = Group(self._kafka, self._weather)
        self._judge = Judge(self._kafka, self._redis, forgives_void=self._weather.climate.loses_redis)
        self._judge.is_fair = play.climate == "fair"
        self._group.on_commit = self._judge.commits
        self._inhabitants = Inhabitants(
            self._kafka, self._weather, chance, chance.choice((0.15, 0.4)), _zones(self._kafka)
        )
        self._plans = _plans(chance)
        self._names = itertools.count(1)
        self._workers: list[Worker | None] = [None] * chance.choice((2, WORKERS))

    async def through(self) -> Outcome:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, about: self._stage.bug(repr(about.get("exception", about))))
        background = [asyncio.create_task(Registrar(self._kafka, self._redis).follow())]
        self._inhabitants.begin()
        for number in range(len(self._workers)):
            self._begin(number)
        background.append(asyncio.create_task(self._inhabitants.live()))
        while self._weather.steps < self._play.steps and not self._is_over():
            await asyncio.sleep(1.0)
            self._nemesis()
            await self._look()
            if loop.time() > LONGEST_S:
                self._judge.stands_still(self._weather.steps)
                break
        if not self._is_over():
            await self._rest()
        for worker in self._workers:
            if worker is not None:
                worker.process.kill()
        for task in background:
            task.cancel()
        await asyncio.sleep(0)
        return self._outcome(loop.time())

    def _is_over(self) -> bool:
        return self._play.stops_at_once and bool(self._judge.findings or self._stage.bugs)

    async def _look(self) -> None:
        await self._judge.look()
        self._weather.commands = len(self._judge.first)

    def _begin(self, number: int) -> None:
        worker = Worker(
            f"worker-{next(self._names)}", self._weather, self._kafka, self._redis, self._group, self._plans
        )
        self._workers[number] = worker
        worker.start()

    def _nemesis(self) -> None:
        """Faults that come by themselves, once a second; who is dead is started again."""
        weather, now_s = self._weather, asyncio.get_running_loop().time()
        for number, worker in enumerate(self._workers):
            if worker is not None and worker.process.is_dead:
                self._workers[number] = None
                again_s = weather.chance.uniform(0.5, 6.0)
                asyncio.get_running_loop().call_later(again_s, self._begin, number)
                asyncio.get_running_loop().call_later(weather.chance.uniform(0.0, 6.0), self._group.rebalance)
        if weather.strikes("rebalance"):
            self._group.rebalance()
        if weather.climate.older and weather.chance.random() < 0.02:
            self._redis.remember()
        if weather.strikes("emptied"):
            self._redis.empty()
        if weather.strikes("older"):
            self._redis.come_back_older()
        if weather.strikes("outage"):
            part = weather.chance.choice((self._kafka, self._redis))
            part.down_until_s = now_s + weather.chance.choice((1.0, 5.0, 14.0, 45.0))
        if weather.strikes("jump"):
            self._jump()

    def _jump(self) -> None:
        """A worker's clock by seconds or an hour; the servers' by seconds, and only where Redis keeps its memory: a rebuild
        orders by Redis' clock what no partition orders."""
        chance = self._weather.chance
        alive = [worker.process for worker in self._workers if worker is not None]
        if alive and (self._weather.climate.loses_redis or chance.random() < 0.5):
            chance.choice(alive).skew_ms = chance.choice((0, 3_000, -3_000, 3_600_000, -3_600_000))
        elif not self._weather.climate.loses_redis:
            servers: list[Kafka | Redis] = [self._kafka, self._redis]
            chance.choice(servers).skew_ms = chance.choice((0, 3_000, -3_000))

    async def _rest(self) -> None:
        """All is healed and nobody reports any more; then the timers stop and the log is worked off."""
        self._weather.is_calm, self._inhabitants.is_quiet = True, True
        self._kafka.down_until_s = self._redis.down_until_s = 0.0
        self._kafka.skew_ms = self._redis.skew_ms = 0
        for _ in range(round(QUIET_S)):
            await asyncio.sleep(1.0)
            self._nemesis()
        self._redis.takes_timers = False
        for _ in range(round(SETTLED_S)):
            await asyncio.sleep(1.0)
            await self._look()
            if self._is_settled():
                break
        self._judge.at_rest()

    def _is_settled(self) -> bool:
        ends = {number: len(log) for number, log in enumerate(self._kafka.topics[INCIDENTS.name])}
        return all(self._group.committed.get(number, 0) == end for number, end in ends.items())

    def _outcome(self, seconds: float) -> Outcome:
        bugs = [Finding(invariant="bug", detail=bug) for bug in self._stage.bugs]
        return Outcome(
            seed=self._play.seed,
            climate=self._play.climate,
            steps=self._weather.steps,
            commands=self._weather.commands,
            calls=self._weather.calls,
            faults=self._weather.faults,
            findings=(*bugs, *self._judge.findings),
            seconds=seconds,
            void_decisions=self._judge.void_decisions,
            void_offers=self._judge.void_offers,
            repeats=self._judge.repeats,
        )


def _zones(kafka: Kafka) -> list[str]:
    """One for each partition."""
    found: dict[int, str] = {}
    for number in itertools.count():
        zone = derived("zone", str(number)).hex[:6]
        found.setdefault(kafka.partition_of(zone.encode()), zone)
        if len(found) == kafka.partitions:
            return [found[partition] for partition in sorted(found)]
    raise AssertionError


def _plans(chance: random.Random) -> PlanBook:
    book = load_builtin()
    return book if chance.random() < 0.3 else replace(book, budget=UNLIMITED)


@dataclass(slots=True)
class _Stage:
    """What the real code finds where it looks for Kafka, Redis, the time and its own end."""

    kafka: Kafka | None = None
    redis: Redis | None = None
    bugs: list[str] = field(default_factory=list)

    def bug(self, what: str) -> None:
        self.bugs.append(what)

    def now_ms(self) -> int:
        process = running()
        at_s = asyncio.get_running_loop().time()
        return START_MS + round(at_s * 1000) + (process.skew_ms if process else 0)

    def producer(self, **_: Any) -> Producer:
        assert self.kafka is not None
        return Producer(self.kafka, _running())

    def consumer(self, **_: Any) -> Consumer:
        assert self.kafka is not None
        return Consumer(self.kafka, _running())

    def admin(self, **_: Any) -> Admin:
        assert self.kafka is not None
        return Admin(self.kafka)

    def restore(self, _: object, owner: str) -> Restore:
        assert self.redis is not None
        return Restore(self.redis, _running(), owner)

    def die(self, code: int) -> None:
        """A worker that met a bug ends itself."""

        self.bug(f"{_running().name} ended with {code}: {sys.exc_info()[1]!r}")
        _running().kill()


def _running() -> Any:
    process = running()
    assert process is not None
    return process


@contextmanager
def _stage(seed: float) -> Iterator[_Stage]:
    stage = _Stage()
    state = random.getstate()
    said = structlog.get_config()
    replaced: dict[str, Any] = {
        "streams.kafka.clients.AIOKafkaProducer": stage.producer,
        "streams.kafka.clients.AIOKafkaConsumer": stage.consumer,
        "streams.kafka.clients.AIOKafkaAdminClient": stage.admin,
        "streams.rebuild.rebuilder.Restore": stage.restore,
        "streams.clock.now_ms": stage.now_ms,
        "streams.clock.monotonic_s": lambda: asyncio.get_running_loop().time(),
        "os._exit": stage.die,
        "traceback.print_exc": lambda: None,
        # A play has little to do: whatever waits for a moment counts as much.
        "streams.worker.triage.WORTH_READING": 2,
        "streams.worker.triage.BEHIND_S": 1.0,
    }
    with ExitStack() as stack:
        random.seed(seed)  # for the jitter of the agent
        stack.callback(random.setstate, state)
        stack.callback(structlog.configure, **said)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        for place, part in replaced.items():
            stack.enter_context(mock.patch(place, part))
        yield stage
