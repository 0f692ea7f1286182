"""Every fault with its inverse, as context managers: entering strikes, leaving heals. `DECK` is the list of all.

A fault yields what it struck. Kills heal when the part is up again, cuts when the way is open, and so on.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from random import Random

from streams import clock
from tests.faults.broker_admin import BrokerAdmin
from tests.faults.cluster import APIS, ASSISTANT, NOTIFIER, REDIS, SHIFTED, WORKERS, Cluster
from tests.faults.disk import full_disk
from tests.faults.operators import Operators
from tests.faults.picture import Picture
from tests.faults.poison import Poisoner
from tests.faults.proxy import BOTH, FAIR, Trouble, Weather

UP_AGAIN_WITHIN_S = 240.0
"""A part that is not back by then fails the run: far beyond every budget, since machines may be slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What faults act upon."""

    cluster: Cluster
    operators: Operators
    poisoner: Poisoner
    admin: BrokerAdmin
    picture: Picture
    random: Random


Strike = Callable[[Scene], AbstractAsyncContextManager[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`since`: recovery counts from the `begin` of the fault, or from its `end` where nothing can work before."""

    name: str
    strike: Strike
    lasts_s: float = 0.0
    since: str = "begin"
    brokers: int = 1
    """Needs so many."""
    budget_s: float | None = None
    """Of recovery (I14), on a quiet machine."""


@asynccontextmanager
async def killed(scene: Scene, *names: str, number: int = signal.SIGKILL) -> AsyncIterator[str]:
    name = scene.random.choice(names)
    old = scene.cluster.pid(name)
    scene.cluster.signal(name, number)
    yield name
    await _up_again(scene, name, old)


@asynccontextmanager
async def killed_leader(scene: Scene, controllers: bool) -> AsyncIterator[str]:
    name = await scene.admin.controller() if controllers else await scene.admin.leader()
    async with killed(scene, name) as struck:
        yield struck


@asynccontextmanager
async def rolled(scene: Scene, names: tuple[str, ...]) -> AsyncIterator[str]:
    """Each is asked to end, and the next one only when it is up again."""
    yield ",".join(names)
    for name in names:
        old = scene.cluster.pid(name)
        scene.cluster.signal(name, signal.SIGTERM)
        await _up_again(scene, name, old)
        await asyncio.sleep(1.0)


@asynccontextmanager
async def topics_upgraded(scene: Scene) -> AsyncIterator[str]:
    """What comes before the first process of the present version; from then on every start is one of it."""
    scene.cluster.versions.switch()
    await asyncio.to_thread(scene.cluster.upgrade_topics)
    yield "topics and rights"


@asynccontextmanager
async def stopped(scene: Scene, *names: str) -> AsyncIterator[str]:
    name = scene.random.choice(names)
    scene.cluster.signal(name, signal.SIGSTOP)
    try:
        yield name
    finally:
        scene.cluster.signal(name, signal.SIGCONT)


@asynccontextmanager
async def cut(scene: Scene, trouble: Trouble, *ways: str) -> AsyncIterator[str]:
    way = scene.random.choice(ways)
    directions: tuple[str, ...] = BOTH
    if trouble in (Trouble.STALL, Trouble.HALF_OPEN):
        directions = scene.random.choice([("up",), ("down",), BOTH])
    scene.cluster.proxies.set(way, Weather(trouble=trouble, directions=directions))
    try:
        yield f"{way} {'+'.join(directions)}"
    finally:
        scene.cluster.proxies.set(way, FAIR)


@asynccontextmanager
async def slow(scene: Scene) -> AsyncIterator[str]:
    """500 ms on everything that one worker says and hears."""
    way = scene.random.choice(WORKERS)
    scene.cluster.proxies.set(way, Weather(trouble=Trouble.SLOW, latency_s=0.5))
    try:
        yield way
    finally:
        scene.cluster.proxies.set(way, FAIR)


@asynccontextmanager
async def flushed(scene: Scene) -> AsyncIterator[str]:
    await scene.picture.flush()
    yield REDIS


@asynccontextmanager
async def paused(scene: Scene) -> AsyncIterator[str]:
    await scene.picture.pause(14_000)
    yield REDIS


@asynccontextmanager
async def old_file(scene: Scene) -> AsyncIterator[str]:
    """Redis comes back with what it held when the run began."""
    scene.cluster.supervisor.hold(REDIS)
    old = scene.cluster.pid(REDIS)
    scene.cluster.signal(REDIS, signal.SIGKILL)
    scene.picture.put_old_file()
    scene.cluster.supervisor.let_go(REDIS)
    yield REDIS
    await _up_again(scene, REDIS, old)
    scene.picture.drop_file()


@asynccontextmanager
async def wrong_clock(scene: Scene, seconds: float) -> AsyncIterator[str]:
    shift = seconds * scene.random.choice([1, -1])
    scene.cluster.clock_shift.write_text(str(shift), "ascii")
    try:
        yield f"{SHIFTED} {shift:+g} s"
    finally:
        scene.cluster.clock_shift.write_text("0", "ascii")


@asynccontextmanager
async def poisoned(scene: Scene) -> AsyncIterator[str]:
    await scene.poisoner.burst(100)
    yield "incidents,volunteers,locations"


@asynccontextmanager
async def crowded(scene: Scene) -> AsyncIterator[str]:
    scene.operators.factor = 10.0
    try:
        yield "api"
    finally:
        scene.operators.factor = 1.0


@asynccontextmanager
async def dead_letters_unwritable(scene: Scene) -> AsyncIterator[str]:
    await scene.admin.set_dead_letters_writable(False)
    try:
        for _ in range(3):
            await scene.poisoner.one("komek.incidents.v1")
        yield "komek.dead-letters.v1"
    finally:
        await scene.admin.set_dead_letters_writable(True)


@asynccontextmanager
async def two_brokers_down(scene: Scene) -> AsyncIterator[str]:
    """Nothing may be acknowledged meanwhile."""
    down = scene.random.sample(scene.cluster.brokers, 2)
    olds = {name: scene.cluster.pid(name) for name in down}
    for name in down:
        scene.cluster.supervisor.hold(name)
        scene.cluster.signal(name, signal.SIGKILL)
    try:
        yield ",".join(down)
    finally:
        for name in down:
            scene.cluster.supervisor.let_go(name)
    for name in down:
        await _up_again(scene, name, olds[name])


@asynccontextmanager
async def disk_full(scene: Scene) -> AsyncIterator[str]:
    old = scene.cluster.pid("kafka-3")
    async with full_disk(scene.cluster, "kafka-3") as struck:
        yield struck
    with suppress(TimeoutError):
        await _up_again(scene, "kafka-3", old)


async def _up_again(scene: Scene, name: str, old: int | None) -> None:
    deadline_s = clock.monotonic_s() + UP_AGAIN_WITHIN_S
    while scene.cluster.pid(name) in (None, old) or not await asyncio.to_thread(scene.cluster.is_up, name):
        if clock.monotonic_s() > deadline_s:
            raise TimeoutError(f"{name} did not come back within {UP_AGAIN_WITHIN_S:.0f} s")
        await asyncio.sleep(0.2)


def _fault(
    name: str, deed: Callable[..., AbstractAsyncContextManager[str]], *arguments: object, **rest: object
) -> Fault:
    return Fault(name=name, strike=lambda scene: deed(scene, *arguments), **rest)  # type: ignore[arg-type]


def deck(cluster: Cluster) -> list[Fault]:
    """Every fault that can be made with this cluster, in a fixed order."""
    brokers, of_worker, of_kafka = tuple(cluster.brokers), WORKERS, tuple(f"{name}/kafka" for name in WORKERS)
    redis_ways = tuple(f"{name}/redis" for name in WORKERS)
    notifier = (NOTIFIER,) if NOTIFIER in cluster.names else ()
    kill = [
        _fault("kill worker", killed, *of_worker, budget_s=8),
        _fault("kill api", killed, *APIS),
        _fault("kill assistant", killed, ASSISTANT),
        _fault("kill redis", killed, REDIS, budget_s=30),
        _fault("kill broker leading a partition", killed_leader, False, budget_s=10),
        _fault("kill broker leading the controllers", killed_leader, True, brokers=3, budget_s=10),
        Fault(name="term worker", strike=partial(_term, names=of_worker)),
        _fault("rolling restart of workers", rolled, WORKERS),
        _fault("rolling restart of api", rolled, APIS),
    ]
    stops = [
        _fault(f"stop {what} {seconds} s", stopped, *names, lasts_s=seconds, since=since, budget_s=budget)
        for what, names, since in (
            ("worker", of_worker, "begin"),
            ("api", APIS, "begin"),
            ("redis", (REDIS,), "end"),
            ("broker", brokers, "begin" if len(brokers) > 1 else "end"),
            *((("notifier", notifier, "begin"),) if notifier else ()),
            ("assistant", (ASSISTANT,), "begin"),
        )
        for seconds, budget in ((1, None), (8, 20), (20, None), (90, None))
    ]
    cuts = [
        _fault(f"{trouble} {what}", cut, trouble, *ways, lasts_s=10, since="end", brokers=needs)
        for what, ways, needs in (
            ("worker-redis", redis_ways, 1),
            ("worker-kafka", of_kafka, 1),
            ("api-kafka", ("api/kafka",), 1),
            ("broker-broker", tuple(f"peer/{name}" for name in brokers), 3),
        )
        for trouble in (Trouble.RESET, Trouble.STALL, Trouble.HALF_OPEN)
    ]
    others = [
        _fault("slow link 500 ms", slow, lasts_s=12, since="end"),
        _fault("redis flushed", flushed, budget_s=30),
        _fault("redis paused 14 s", paused, lasts_s=14, since="end"),
        _fault("redis with an old file", old_file, budget_s=30),
        _fault("clock of a worker 3 s", wrong_clock, 3.0, lasts_s=10),
        _fault("clock of a worker 1 h", wrong_clock, 3600.0, lasts_s=15),
        _fault("poison burst", poisoned),
        _fault("load x10", crowded, lasts_s=30, since="end"),
        _fault("dead letters unwritable", dead_letters_unwritable, lasts_s=8, since="end"),
        _fault("two brokers down", two_brokers_down, lasts_s=15, since="end", brokers=3),
        _fault("disk of a broker full", disk_full, lasts_s=12, since="end", brokers=3),
    ]
    if cluster.versions.commit is not None:
        one_by_one = [_fault(f"upgrade {name}", rolled, (name,)) for name in (*WORKERS, *APIS, NOTIFIER, ASSISTANT)]
        return [_fault("upgrade topics", topics_upgraded), *one_by_one]
    if notifier:
        kill.append(_fault("kill notifier", killed, *notifier))
    return [fault for fault in (*kill, *stops, *cuts, *others) if fault.brokers <= len(brokers)]


def _term(scene: Scene, names: tuple[str, ...]) -> AbstractAsyncContextManager[str]:
    return killed(scene, *names, number=signal.SIGTERM)
