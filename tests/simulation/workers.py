"""Workers made of the real parts: agent, dispatcher, projection, timers, sweeps, rebuild; Kafka's and Redis's clients are played.

`Group` is the consumer group: it moves partitions about, and keeps what was committed. A worker learns late that a partition was
taken from it, and works on until then.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from dispatch.plans.book import PlanBook
from dispatch.ports import Store
from streams.kafka.log_reader import LogReader
from streams.rebuild.rebuilder import Rebuilder
from streams.rebuild.watch import RebuildWatch
from streams.settings import load
from streams.store import RedisClient, RedisStore
from streams.topics import INCIDENTS
from streams.worker.agent import CommandWorker
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.timers import PendingSweep, TimerSweep
from streams.worker.triage import Triage
from tests.simulation.kafka import Kafka, Record
from tests.simulation.processes import Process
from tests.simulation.redis import Redis, StorePort
from tests.simulation.virtual_time import OWNER
from tests.simulation.weather import Weather

SETTINGS = load({"KOMEK_KAFKA": "127.0.0.1:9", "KOMEK_REDIS": "redis://127.0.0.1:9", "KOMEK_DATA_KEY": "A" * 43})
RESTARTED_S = (0.5, 6.0)
SESSION_S = (0.0, 6.0)


@dataclass(slots=True)
class Group:
    """`owner` is who Kafka believes reads a partition; only the owner's commits count."""

    kafka: Kafka
    weather: Weather
    members: "list[Worker]" = field(default_factory=list)
    owner: "dict[int, Worker]" = field(default_factory=dict)
    committed: dict[int, int] = field(default_factory=dict)
    on_commit: Callable[[int, int], None] = lambda _partition, _offset: None

    def rebalance(self) -> None:
        """Everybody alive gets a share; who loses a partition hears of it at once or seconds later."""
        alive = [member for member in self.members if not member.process.is_dead]
        self.weather.chance.shuffle(alive)
        shares: dict[Worker, set[int]] = {member: set() for member in alive}
        for number in range(self.kafka.partitions if alive else 0):
            member = alive[number % len(alive)]
            shares[member].add(number)
            self.owner[number] = member
        for member, share in shares.items():
            deaf = not self.weather.is_calm and self.weather.chance.random() < self.weather.climate.deaf
            member.hears(share, self.weather.chance.uniform(0.5, 6.0) if deaf else 0.0)

    def commit(self, member: "Worker", offsets: dict[int, int]) -> None:
        for partition, offset in offsets.items():
            if self.owner.get(partition) is member:
                self.on_commit(partition, offset)
                self.committed[partition] = max(offset, self.committed.get(partition, 0))


class Worker:
    """One worker process; dead ones are replaced by new objects."""

    def __init__(self, name: str, weather: Weather, kafka: Kafka, redis: Redis, group: Group, plans: PlanBook) -> None:
        self.process = Process(name, weather)
        self.owned: set[int] = set()
        self._acked: dict[int, set[int]] = {}
        self._base: dict[int, int] = {}
        """Up to here everything of a partition is acked; what may be committed."""
        self._kafka, self._redis, self._group, self._plans = kafka, redis, group, plans
        self._positions: dict[int, int] = {}
        self._heard = 0
        self.dispatcher: Dispatcher | None = None
        self.agent: CommandWorker | None = None

    def start(self) -> None:
        token = OWNER.set(self.process)
        try:
            asyncio.get_running_loop().create_task(self._run())
        finally:
            OWNER.reset(token)

    async def _run(self) -> None:
        name, store = self.process.name, cast(Store, StorePort(self._redis, self.process))
        publisher = Publisher(SETTINGS, name)
        reader, side_reader = LogReader(SETTINGS, f"{name}-log"), LogReader(SETTINGS, f"{name}-side")
        await publisher.start()
        await reader.start()
        await side_reader.start()
        dispatcher = Dispatcher(
            store=store,
            publisher=publisher,
            projection=Projection(store, publisher, reader),
            plans=self._plans,
        )
        self.dispatcher = dispatcher
        rebuilder = Rebuilder(settings=SETTINGS, link=RedisClient(SETTINGS.require_redis()), owner=name)
        self.agent = agent = CommandWorker(
            dispatcher=dispatcher, rebuild=rebuilder.run_or_wait, owned=lambda: self.owned, batch=SETTINGS.batch
        )
        services = [
            agent,
            RebuildWatch(rebuilder=rebuilder, on_rebuilt=lambda: dispatcher.invalidate(range(256))),
            Triage(worker=agent, reader=side_reader, plans=lambda: dispatcher.plans),
            TimerSweep(store=store, publisher=publisher, behind_s=self._behind_s),
            PendingSweep(
                store=cast(RedisStore, store),
                dispatcher=dispatcher,
                owned=lambda: self.owned,
                partition_of=lambda zone: publisher.partition_of(INCIDENTS.name, zone),
            ),
        ]
        for service in services:
            await service.start()
        self._group.members.append(self)
        self._group.rebalance()
        await asyncio.gather(agent.feed(_Stream(self)), self._commit())

    def hears(self, share: set[int], after_s: float) -> None:
        """Of a rebalance: at once of what it was given, late of what it lost. A later one makes an earlier one void that has
        not been heard of yet."""
        self._heard += 1
        self._take(self.owned | share, self._heard)
        asyncio.get_running_loop().call_later(after_s, self._take, share, self._heard)

    def _take(self, share: set[int], number: int) -> None:
        if number != self._heard or self.process.is_dead:
            return
        gone, new = self.owned - share, share - self.owned
        self.owned = set(share)
        if self.dispatcher is not None and self.agent is not None and gone:
            self.dispatcher.invalidate(gone)
            self.agent.lost(gone)
        for partition in gone:
            self._base.pop(partition, None)
        for partition in new:
            self._base[partition] = self._positions[partition] = self._group.committed.get(partition, 0)
            self._acked[partition] = set()
        self._kafka.news.set()

    async def events(self) -> AsyncIterator[Any]:
        while True:
            await self.process.gate()
            record = self._next()
            if record is None:
                self._kafka.news.clear()
                await self._kafka.news.wait()
                continue
            message = SimpleNamespace(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                timestamp=record.timestamp / 1000,
                key=record.key,
                value=record.value,
                headers=record.headers,
            )
            yield SimpleNamespace(message=message)

    def _behind_s(self) -> float:
        """Age of the oldest command that waits."""
        logs = self._kafka.topics[INCIDENTS.name]
        waiting = [logs[number][at] for number, at in self._base.items() if at < len(logs[number])]
        return max((self._kafka.now_s() - record.at_s for record in waiting), default=0.0)

    def _next(self) -> Record | None:
        for partition in sorted(self.owned):
            log = self._kafka.topics[INCIDENTS.name][partition]
            at = self._positions[partition]
            if at < len(log):
                self._positions[partition] = at + 1
                return log[at]
        return None

    def ack(self, partition: int, offset: int) -> None:
        if partition in self._base:
            self._acked[partition].add(offset)
            while self._base[partition] in self._acked[partition]:
                self._acked[partition].remove(self._base[partition])
                self._base[partition] += 1

    async def _commit(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await self.process.gate()
            self._group.commit(self, self._base)


class _Stream:
    """As much of a Faust stream as the agent uses."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def noack(self) -> "_Stream":
        return self

    def events(self) -> AsyncIterator[Any]:
        return self._worker.events()

    async def ack(self, event: Any) -> None:
        self._worker.ack(event.message.partition, event.message.offset)
