"""Live views that all come back at once: what intake and /healthz feel of it, and what it costs in memory."""

import asyncio
import math
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter

import httpx2
import psutil

from streams import clock, tokens
from streams.simulator.places import cities
from streams.tokens import Role
from tests.benchmarks.crowd import drawn_place, load, natural
from tests.benchmarks.listeners import Crowd, Watched, listeners
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, NotHere, Result, percentile, spread
from tests.benchmarks.servers import Servers, whole
from tests.support.whole_stack import WholeStack

NAME = "reconnect"
ABOUT = "1,000 live views come back after the API was restarted, while reports go in at 20/s"

VOLUNTEERS, WATCHERS = 900, 100
CALM_S, AFTER_S = 10.0, 20.0
CONNECTED_WITHIN_S = 60.0
PATIENCE_S = 20.0
NO_ANSWER = 0
NOBODY_THERE = -1
"""The process has ended, or has not begun to listen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`at_s`: when it was due, since the load began."""

    path: str
    status: int
    took_ms: float
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    asked: Sequence[Asked]
    rss_mb: float
    """The most the API had."""

    def took_ms(self, path: str) -> list[float]:
        return [one.took_ms for one in self.asked if one.path == path and one.status > 0]


def run(options: Options) -> Result:
    with whole(options.workers or 2) as (stack, at):
        return asyncio.run(_run(options, stack, at))


async def _run(options: Options, stack: WholeStack, at: Servers) -> Result:
    rate, rng = options.rate or 20.0, Random(options.seed)
    await load(at, natural(options.volunteers or 2_000, options.seed), [])
    with listeners(stack.api, _tokens(stack)) as crowd:
        everybody = VOLUNTEERS + WATCHERS
        if math.isnan(await _seconds_until(lambda: crowd.now.connected == everybody)):
            raise NotHere(f"{crowd.now.connected} of {everybody} live views could connect")
        calm = await _measured(stack, rng, rate, CALM_S)
        before = crowd.now
        old_pid = stack.kill("api", signal.SIGTERM)
        ended = asyncio.to_thread(stack.await_restart, "api", old_pid)
        back = asyncio.ensure_future(_seconds_until(lambda: crowd.now.returned - before.returned >= everybody))
        after, _ = await asyncio.gather(_measured(stack, rng, rate, options.seconds or AFTER_S), ended)
        back_s = await back
        return Result(
            figures=_figures(calm, after, before, crowd, back_s),
            notes=[
                f"{VOLUNTEERS} volunteers and {WATCHERS} monitors; {rate:g} reports a second and as many /healthz",
                f"nobody listened {_away(after)} s after the order to end; the slowest: {_slowest(after)}",
                f"resident: {calm.rss_mb:.0f} MB before, {after.rss_mb:.0f} MB at most after",
            ],
        )


def _tokens(stack: WholeStack) -> list[str]:
    keys = tokens.load_keys(stack.data / "jwt-keys.json")
    now_s = clock.now_ms() // 1000
    return [
        *(keys.issue(Role.VOLUNTEER, f"v-{number}", now_s=now_s) for number in range(VOLUNTEERS)),
        *(keys.issue(Role.MONITOR, f"m-{number}", now_s=now_s) for number in range(WATCHERS)),
    ]


async def _measured(stack: WholeStack, rng: Random, rate: float, seconds: float) -> Measured:
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    headers = stack.headers("operator")
    most_mb = 0.0
    async with httpx2.AsyncClient(base_url=stack.api, headers=headers, limits=limits, timeout=PATIENCE_S) as client:
        begun_s = perf_counter()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for number in range(round(rate * seconds)):
                due_s = begun_s + number / rate
                tasks.append(group.create_task(_asked(client, "/healthz", None, due_s, begun_s)))
                tasks.append(group.create_task(_asked(client, "/v1/incidents", _body(rng), due_s, begun_s)))
            while any(not task.done() for task in tasks):
                await asyncio.sleep(0.1)
                most_mb = max(most_mb, _resident_mb(stack))
    return Measured(asked=[task.result() for task in tasks], rss_mb=most_mb)


def _resident_mb(stack: WholeStack) -> float:
    try:
        return psutil.Process(stack.pids["api"]).memory_info().rss / 2**20
    except (KeyError, psutil.NoSuchProcess):
        return 0.0  # it is being restarted


def _body(rng: Random) -> dict[str, object]:
    place = drawn_place(rng, cities())
    return {"type": "medical.other", "location": {"type": "Point", "coordinates": [place.lon, place.lat]}}


async def _asked(client: httpx2.AsyncClient, path: str, body: object, due_s: float, begun_s: float) -> Asked:
    """It counts from when it was due."""

    def asked(status: int) -> Asked:
        return Asked(path=path, status=status, took_ms=(perf_counter() - due_s) * 1000, at_s=due_s - begun_s)

    await asyncio.sleep(max(0.0, due_s - perf_counter()))
    try:
        if body is None:
            answer = await client.get(path)
        else:
            answer = await client.post(path, json=body, headers={"Idempotency-Key": clock.fresh_id()})
    except (httpx2.ConnectError, httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
        return asked(NOBODY_THERE)
    except httpx2.HTTPError:
        return asked(NO_ANSWER)
    return asked(answer.status_code)


async def _seconds_until(is_so: Callable[[], bool]) -> float:
    """NaN: it was not so in time."""
    begun_s = perf_counter()
    while not is_so():
        if perf_counter() - begun_s > CONNECTED_WITHIN_S:
            return math.nan
        await asyncio.sleep(0.05)
    return perf_counter() - begun_s


def _away(after: Measured) -> str:
    missed = [one.at_s for one in after.asked if one.status == NOBODY_THERE]
    return f"from {min(missed):.1f} to {max(missed):.1f}" if missed else "never"


def _slowest(after: Measured) -> str:
    slow = sorted((one for one in after.asked if one.status > 0), key=lambda one: -one.took_ms)[:5]
    return ", ".join(f"{one.path} {one.took_ms:.0f} ms at {one.at_s:.1f} s" for one in slow)


def _figures(calm: Measured, after: Measured, before: Crowd, crowd: Watched, back_s: float) -> list[Figure]:
    health, posts = after.took_ms("/healthz"), after.took_ms("/v1/incidents")
    unanswered = sum(one.status == NO_ANSWER or one.status >= 500 for one in after.asked)
    return [
        *spread("/healthz, calm,", calm.took_ms("/healthz")),
        *spread("POST, calm,", calm.took_ms("/v1/incidents")),
        *spread("/healthz, all come back,", health, p99=100),
        *spread("POST, all come back,", posts, p99=100),
        Figure(name="longest /healthz", value=percentile(health, 1.0), unit="ms"),
        Figure(name="longest POST", value=percentile(posts, 1.0), unit="ms"),
        Figure(name="no answer, or 5xx", value=unanswered),
        Figure(name="asked while nobody listened", value=sum(one.status == NOBODY_THERE for one in after.asked)),
        Figure(name="until all had come back", value=back_s, unit="s"),
        Figure(name="views that came back", value=crowd.now.returned - before.returned, at_least=VOLUNTEERS + WATCHERS),
        Figure(name="views told to load anew", value=crowd.now.resets - before.resets),
        Figure(name="events told twice", value=crowd.now.twice, at_most=0, anywhere=True),
        Figure(name="events told", value=crowd.now.events),
        Figure(name="API resident at most", value=after.rss_mb, unit="MB"),
    ]
