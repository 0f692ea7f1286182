"""What an operator waits for: POST /v1/incidents at a steady rate, and 202 to the first offer, through a whole Komek."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter

import httpx2

from streams import clock, wire
from streams.simulator.places import cities
from streams.topics import OFFERS
from tests.benchmarks.crowd import drawn_place, load, natural
from tests.benchmarks.following import Follower, following
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.benchmarks.servers import Servers, whole

NAME = "post"
ABOUT = "POST /v1/incidents at 200/s, and 202 → first offer at 5/s, through `komek up`"

CALM_RATE, CALM_SECONDS = 5.0, 20.0
ANSWERED_WITHIN_S = 15.0
CONNECTIONS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """`begun_s` when it was due: a server that falls behind does not look quick because it was asked late."""

    status: int
    incident_id: str
    due_s: float
    answered_s: float

    @property
    def took_ms(self) -> float:
        return (self.answered_s - self.due_s) * 1000


def run(options: Options) -> Result:
    with whole(options.workers or 2) as (stack, at):
        return asyncio.run(_run(options, at, stack.api, stack.headers("operator")))


async def _run(options: Options, at: Servers, api: str, headers: dict[str, str]) -> Result:
    rate, seconds = options.rate or 200.0, options.seconds or 20.0
    people = natural(options.volunteers or 20_000, options.seed)
    loaded_s = await load(at, people, [])
    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with (
        httpx2.AsyncClient(base_url=api, headers=headers, limits=limits, timeout=30.0) as client,
        following(at.kafka, OFFERS.name) as log,
    ):
        rng = Random(options.seed)
        await _posts(client, rng, rate=20.0, count=100)  # warms connections and caches
        calm = await _posts(client, rng, rate=CALM_RATE, count=round(CALM_RATE * CALM_SECONDS))
        offered = await offered_after(log, calm)
        full = await _posts(client, rng, rate=rate, count=round(rate * seconds))
    return Result(
        figures=_figures(calm, offered, full),
        notes=[
            f"{len(people):,} volunteers, in Redis after {loaded_s:.0f} s; POST at {rate:g}/s for {seconds:g} s",
            "a POST counts from when it was due, so waiting for a free connection is part of it",
        ],
    )


async def _posts(client: httpx2.AsyncClient, rng: Random, *, rate: float, count: int) -> list[Posted]:
    begun_s = perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(post(client, body_of(rng), begun_s + n / rate)) for n in range(count)]
    return [task.result() for task in tasks]


async def post(client: httpx2.AsyncClient, body: dict[str, object], due_s: float) -> Posted:
    await asyncio.sleep(max(0.0, due_s - perf_counter()))
    answer = await client.post("/v1/incidents", json=body, headers={"Idempotency-Key": clock.fresh_id()})
    answered_s = perf_counter()
    incident = answer.json().get("id", "") if answer.status_code == 202 else ""
    return Posted(status=answer.status_code, incident_id=incident, due_s=due_s, answered_s=answered_s)


def body_of(rng: Random) -> dict[str, object]:
    place = drawn_place(rng, cities())
    return {"type": "medical.other", "location": {"type": "Point", "coordinates": [place.lon, place.lat]}}


async def offered_after(log: Follower, posted: Sequence[Posted]) -> list[float]:
    """Milliseconds from each 202 to the arrival of the first offer, for those that have one."""

    arrived: dict[str, float] = {}
    read = 0

    def firsts() -> dict[str, float]:
        # Each record once: reading all of them at every arrival took the time that is measured here.
        nonlocal read
        for entry in log.seen[read:]:
            arrived.setdefault(wire.decode_offer_step(entry.value).incident_id, entry.arrived_s)
        read = len(log.seen)
        return arrived

    wanted = {entry.incident_id for entry in posted}
    await log.until(lambda: wanted <= firsts().keys(), ANSWERED_WITHIN_S)
    firsts()
    return [(arrived[entry.incident_id] - entry.answered_s) * 1000 for entry in posted if entry.incident_id in arrived]


def _figures(calm: Sequence[Posted], offered: Sequence[float], full: Sequence[Posted]) -> list[Figure]:
    answers = Counter(entry.status for entry in full)
    return [
        *spread("POST at full rate", [entry.took_ms for entry in full], p99=30),
        Figure(name="answers other than 202", value=len(full) - answers[202]),
        *spread(f"POST at {CALM_RATE:g}/s", [entry.took_ms for entry in calm]),
        *spread("202 → offer, arrival,", offered, p50=20, p99=100),
        Figure(name="calm reports without an offer", value=len(calm) - len(offered)),
    ]
