# ruff: noqa: ARG001 - every state has the same arguments
"""Whether dispatch notices the assistant: 202 → first offer with the assistant on, switched off, standing still and being killed.

The four take turns in one run, so that a noisy machine is noisy for all of them. Every report has a text to be read.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from random import Random
from statistics import median
from time import perf_counter

import httpx2

from streams import clock, event_loop
from streams.topics import HINTS, OFFERS
from tests.benchmarks.bench_post import CALM_RATE, Posted, body_of, offered_after, post
from tests.benchmarks.crowd import first_aiders, load
from tests.benchmarks.following import Follower, following
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.benchmarks.servers import Servers, whole
from tests.dispatch.assistant.labelled import messages
from tests.support.whole_stack import WholeStack

NAME = "beside"
ABOUT = "202 → first offer with the assistant on, off, standing still and killed again and again"

TURN_S = 8.0
TURNS = 6
SETTLES_S = 1.5
KILL_EVERY_S = 1.0
PART = "assistant"
SAME = 1.05
"""What is promised: the same within 5 %."""


def run(options: Options) -> Result:
    with whole(options.workers or 2) as (stack, at):
        return asyncio.run(_run(options, at, stack))


async def _run(options: Options, at: Servers, stack: WholeStack) -> Result:
    # Whoever is near can be asked: a report that finds nobody would be waited for in vain.
    people = first_aiders(options.volunteers or 20_000, options.seed)
    turns = max(1, round((options.seconds or TURNS * TURN_S) / TURN_S))
    await load(at, people, [])
    rng = Random(options.seed)
    taken: dict[str, list[float]] = {name: [] for name in _STATES}
    async with (
        httpx2.AsyncClient(base_url=stack.api, headers=stack.headers("operator"), timeout=30.0) as client,
        following(at.kafka, OFFERS.name) as offers,
        following(at.kafka, HINTS.name) as hints,
    ):
        await _turn(client, offers, rng)
        for turn in range(turns):
            # Another one begins each time: what one leaves to the next must not always fall on the same.
            at_turn = turn % len(_STATES)
            for name in [*_STATES][at_turn:] + [*_STATES][:at_turn]:
                async with _STATES[name](stack, client):
                    await asyncio.sleep(SETTLES_S)
                    taken[name] += await _turn(client, offers, rng)
    return _result(taken, len(hints.seen), len(people), turns)


async def _turn(client: httpx2.AsyncClient, offers: Follower, rng: Random) -> list[float]:
    """One turn, after which the incidents are closed: who is still asked by earlier turns could not be found by later ones."""
    posted = await _posts(client, rng)
    taken = await offered_after(offers, posted)
    for entry in posted:
        closed = await client.post(
            f"/v1/incidents/{entry.incident_id}/close", headers={"Idempotency-Key": clock.fresh_id()}
        )
        assert closed.status_code == 202, closed.text
    return taken


async def _posts(client: httpx2.AsyncClient, rng: Random) -> list[Posted]:
    begun_s = perf_counter()
    texts = [message.text for message in messages()]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                post(client, {**body_of(rng), "description": rng.choice(texts)}, begun_s + number / CALM_RATE)
            )
            for number in range(round(TURN_S * CALM_RATE))
        ]
    return [task.result() for task in tasks]


def _result(taken: Mapping[str, Sequence[float]], hints: int, people: int, turns: int) -> Result:
    off = median(taken["off"])
    figures = [figure for name, values in taken.items() for figure in spread(f"202 → offer, assistant {name},", values)]
    ratios = [
        Figure(name=f"p50, {name} : off", value=median(values) / off, at_most=SAME)
        for name, values in taken.items()
        if name != "off"
    ]
    return Result(
        figures=[*figures, *ratios, Figure(name="texts with hints", value=hints)],
        notes=[f"{people:,} volunteers; {turns} turns of {TURN_S:g} s at {CALM_RATE:g} reports/s for each of the four"],
    )


@asynccontextmanager
async def _on(stack: WholeStack, client: httpx2.AsyncClient) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def _off(stack: WholeStack, client: httpx2.AsyncClient) -> AsyncIterator[None]:
    await client.put("/v1/assistant", json={"mode": "off"})
    try:
        yield
    finally:
        await client.put("/v1/assistant", json={"mode": "on"})


@asynccontextmanager
async def _still(stack: WholeStack, client: httpx2.AsyncClient) -> AsyncIterator[None]:
    stack.kill(PART, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(PART, signal.SIGCONT)


@asynccontextmanager
async def _killed(stack: WholeStack, client: httpx2.AsyncClient) -> AsyncIterator[None]:
    task = asyncio.ensure_future(_kill(stack))
    try:
        yield
    finally:
        await event_loop.cancel(task)


async def _kill(stack: WholeStack) -> None:
    while True:
        # While it is being started again there is none.
        with suppress(KeyError, ProcessLookupError):
            stack.kill(PART)
        await asyncio.sleep(KILL_EVERY_S)


_State = Callable[[WholeStack, httpx2.AsyncClient], AbstractAsyncContextManager[None]]
_STATES: Mapping[str, _State] = {"on": _on, "off": _off, "still": _still, "killed": _killed}
