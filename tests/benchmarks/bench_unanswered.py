"""Incidents that nobody answers: whether reports are still decided at once while every offer expires and is replaced."""

import asyncio
from collections.abc import Sequence
from random import Random
from time import perf_counter

import httpx2

from dispatch.model.decisions import Decision
from streams import wire
from streams.topics import DECISIONS, INCIDENTS
from tests.benchmarks.bench_post import CALM_RATE, body_of, post
from tests.benchmarks.crowd import first_aiders, load
from tests.benchmarks.following import Follower, following
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.benchmarks.servers import Servers, whole
from tests.support.whole_stack import WholeStack

NAME = "unanswered"
ABOUT = (
    "800 incidents nobody answers at 20/s, then 5/s: how long a report waits for its decision when all offers expire"
)

INCIDENTS_AT_ONCE, RATE = 800, 20.0
EXPIRE_AFTER_S = 90.0
"""The window of an offer of `medical.other`: the first ones expire then."""
SECONDS = 60.0
"""How long after that reports are posted."""
MOST_WAIT_S = 2.0
"""A worker whose oldest command is older is behind (`streams/worker/timers.py`)."""


def run(options: Options) -> Result:
    with whole(options.workers or 2) as (stack, at):
        return asyncio.run(_run(options, at, stack))


async def _run(options: Options, at: Servers, stack: WholeStack) -> Result:
    people = first_aiders(options.volunteers or 20_000, options.seed)
    count = options.incidents or INCIDENTS_AT_ONCE
    await load(at, people, [])
    rng = Random(options.seed)
    async with (
        httpx2.AsyncClient(base_url=stack.api, headers=stack.headers("operator"), timeout=30.0) as client,
        following(at.kafka, DECISIONS.name, INCIDENTS.name) as log,
    ):
        begun_s = perf_counter()
        ends_s = max(EXPIRE_AFTER_S, count / RATE) + (options.seconds or SECONDS)
        later = round((ends_s - count / RATE) * CALM_RATE)
        due_s = [n / RATE for n in range(count)] + [count / RATE + n / CALM_RATE for n in range(later)]
        async with asyncio.TaskGroup() as group:
            for one in due_s:
                group.create_task(post(client, body_of(rng), begun_s + one))
        # What was posted last is not yet decided by right.
        await asyncio.sleep(1.0)
        backlog, waits = _waits(log, begun_s)
    calm = [ms for at_s, ms in waits if at_s < EXPIRE_AFTER_S]
    expiring = [ms for at_s, ms in waits if at_s >= EXPIRE_AFTER_S]
    return Result(
        figures=[
            *spread("report → decision before any offer expired,", calm),
            *spread("report → decision while all expire,", expiring, p99=MOST_WAIT_S * 1000),
            Figure(name="commands without a decision at the end", value=backlog, at_most=CALM_RATE * RATE),
        ],
        notes=[f"{len(people):,} volunteers, {count:,} incidents at {RATE:g}/s, then {CALM_RATE:g}/s; nobody answers"],
    )


def _waits(log: Follower, begun_s: float) -> tuple[int, Sequence[tuple[float, float]]]:
    """Commands without a decision, and of each report when it was decided (s from the beginning) and after how long (ms)."""
    commands = {wire.decode_incident_command(entry.value).id for entry in log.seen if entry.topic == INCIDENTS.name}
    decided: list[tuple[float, Decision]] = [
        (entry.arrived_s - begun_s, wire.decode_decision(entry.value))
        for entry in log.seen
        if entry.topic == DECISIONS.name
    ]
    left = commands - {decision.cause.command_id for _, decision in decided}
    return len(left), [
        (at_s, float(decision.decided_ms - decision.logged_ms))
        for at_s, decision in decided
        if decision.cause.command_kind == "report_incident"
    ]
