"""Redis fails over: all connections move, and the new master grants nothing until it has been rebuilt from the log."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.components import Component
from streams.local.ports import free_ports
from streams.rebuild.rebuilder import Rebuilder
from streams.store import RedisClient
from streams.store.redis_check import problem_with
from streams.store.redis_target import target_of
from streams.store.restore import Restore
from tests.support.desk import desk_at
from tests.support.redis_servers import server_part
from tests.support.sentinels import SENTINEL_PASSWORD, replicated
from tests.support.stack import running

REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"password": "guessed"}, "refuses the login of the user komek-worker"),
    ({"sentinel_password": "guessed"}, "The Sentinel at 127.0.0.1:"),
)


async def test_after_a_failover_nobody_is_booked_twice_and_nothing_is_lost(kafka: str, tmp_path: Path) -> None:
    """The last claim was never replicated: the new master takes its holder for free."""
    with replicated(tmp_path) as servers:
        async with desk_at(kafka, servers.url, KOMEK_REDIS_SENTINEL_PASSWORD=SENTINEL_PASSWORD) as desk:
            await desk.register("only")
            await Rebuilder(settings=desk.settings, link=desk.link, owner="first").run_always()
            await desk.people("only")
            servers.wait_for_replica()
            own = target_of(desk.settings)
            assert problem_with(own, Component.WORKER) is None
            for change, said in REFUSED:
                problem = problem_with(replace(own, **change), Component.WORKER)
                assert problem is not None
                assert problem.is_refusal
                assert said in problem.message
            # As many connections as a busy process has; each has to find the new master.
            await asyncio.gather(*(answered(lambda: desk.link.run([("TIME",)])) for _ in range(64)))
            replica = servers.supervisor.pids()[next(name for name in servers.ports if name != servers.master())]
            first, second = desk.report(), desk.report()

            os.kill(replica, signal.SIGSTOP)
            await desk.dispatcher.handle(await desk.send(first))
            before = await desk.incident(first.incident_id)
            servers.kill(servers.master())
            os.kill(replica, signal.SIGCONT)
            records = await desk.send(second)

            await answered(lambda: desk.link.run([("PING",)]))
            with pytest.raises(NotReady):
                await desk.dispatcher.handle(records)
            await Rebuilder(settings=desk.settings, link=desk.link, owner="again").run_or_wait()
            desk.dispatcher.invalidate(range(8))
            await desk.dispatcher.handle(records)
            moved = await asyncio.gather(*(desk.link.run([("SET", f"komek:k-{n}", n)]) for n in range(64)))

            assert [offer.volunteer_id for offer in before.offers] == [desk.named("only")]
            assert await desk.incident(first.incident_id) == before
            assert not (await desk.incident(second.incident_id)).offers
            assert moved == [[b"OK"]] * 64


async def test_a_master_that_was_a_replica_in_between_is_rebuilt(tmp_path: Path) -> None:
    """Its run id is the old one, and its ready key came back by replication. What the other master had is missing."""
    one, two = free_ports(2)
    quickly = ("--repl-diskless-sync-delay", "0")
    parts = [server_part(tmp_path, port, *quickly, name=str(port)) for port in (one, two)]
    with running(tmp_path, *parts):
        a, b = (RedisClient(f"redis://127.0.0.1:{port}") for port in (one, two))
        ready = Restore(a, "test")
        await b.run([("REPLICAOF", "127.0.0.1", one)])
        await synchronised(b)
        await ready.acquire(10_000)
        assert await ready.mark_ready(await ready.this_run())
        assert await ready.is_ready()

        await b.run([("REPLICAOF", "NO", "ONE")])
        await a.run([("REPLICAOF", "127.0.0.1", two)])
        await synchronised(a)
        demoted = await ready.this_run()
        await a.run([("REPLICAOF", "NO", "ONE")])

        assert (await a.run([("KEYS", f"komek:ready:{demoted.id}")])) != [[]]
        assert not await ready.is_ready()
        assert not await Restore(b, "test").is_ready()
        # A rebuild that began before the demotion does not count either.
        assert not await ready.mark_ready(demoted)
        assert await ready.mark_ready(await ready.this_run())
        assert await ready.is_ready()
        await a.close()
        await b.close()


async def synchronised(replica: RedisClient) -> None:
    async def is_up() -> None:
        (info,) = await replica.run([("INFO", "replication")])
        if b"master_link_status:up" not in info:
            raise StoreUnavailable("not synchronised yet")

    await answered(is_up)


async def answered(call: Callable[[], Awaitable[object]], within_s: float = 30.0) -> None:
    """Calls until the store answers."""
    until_s = clock.monotonic_s() + within_s
    while True:
        try:
            await call()
        except StoreUnavailable:
            assert clock.monotonic_s() < until_s
            await asyncio.sleep(0.05)
        else:
            return
