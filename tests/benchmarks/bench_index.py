"""The live index of a worker: loading it from Redis, its memory, keeping it up to date, and searches as it grows.

Searches at 1, 10 and 100 % of the people, at equal local density: a search should cost what stands around the place, whatever the
size of the country.
"""

import asyncio
import math
import random
from collections.abc import Iterator
from statistics import median

import psutil

from dispatch.model.places import Place
from streams import clock
from streams.live_index.follower import IndexFollower
from streams.live_index.live_index import LiveIndex
from streams.live_index.person_row import PersonRow, row_of
from streams.store import RedisClient, RedisStore
from streams.store.people import PeopleStore
from streams.store.redis_target import target_of_url
from tests.benchmarks import population
from tests.benchmarks.bench_store import Stopwatch, answer, chunks, moved, need_at, redis_alone, restored, settled
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, percentile, spread

NAME = "index"
ABOUT = "the live index of a worker: loading, memory, changes, and searches as the country grows"

VOLUNTEERS = 300_000
SEARCHES = 1_000
EACH_KM2 = 30.0
"""People a square kilometre: the middle of a city."""
CENTRE = Place(lon=70.0, lat=48.0)


def run(options: Options) -> Result:
    grown = list(_grown(options))
    with redis_alone() as url:
        return asyncio.run(_run(options, url, grown))


async def _run(options: Options, url: str, grown: list[Figure]) -> Result:
    volunteers = options.volunteers or VOLUNTEERS
    link = RedisClient(url)
    await answer(link)
    await restored(link, volunteers, 0)
    await settled(link)
    index = LiveIndex(link.fix_age_limit_ms)
    follower = IndexFollower(target_of_url(url), index)
    process, watch = psutil.Process(), Stopwatch()
    before = process.memory_info().rss
    async with follower.connected() as connection:
        watch.lap_s()
        await follower.load(connection)
        loaded_s = watch.lap_s()
        held = process.memory_info().rss - before
        chance, store = random.Random(options.seed), RedisStore(link)
        live, script = await _in_turns(index, store, chance)
        followed = await _followed(link, index, follower, connection, volunteers)
    await link.close()
    figures = [
        Figure(name="loaded from Redis in", value=loaded_s, unit="s", at_most=10.0),
        Figure(name="memory of a person on duty", value=held / volunteers, unit="B"),
        *spread("search in the index", live, p50=0.25),
        Figure(name="search in Redis / in the index", value=median(script) / median(live), unit="×"),
        Figure(name="changed people followed", value=followed, unit="/s"),
        *grown,
    ]
    return Result(
        figures=figures, notes=[f"{volunteers:,} people on duty; searches for three first aiders, eight found"]
    )


async def _in_turns(index: LiveIndex, store: RedisStore, chance: random.Random) -> tuple[list[float], list[float]]:
    """Milliseconds of the same searches, in the index and in Redis, in rounds of fifty."""
    live: list[float] = []
    script: list[float] = []
    for begin in range(0, SEARCHES, 50):
        needs = [need_at(chance, f"s-{begin + number}") for number in range(50)]
        for need in needs:
            start = clock.monotonic_s()
            index.find(need)
            live.append((clock.monotonic_s() - start) * 1000)
        for need in needs:
            start = clock.monotonic_s()
            await store.find([need])
            script.append((clock.monotonic_s() - start) * 1000)
    return live, script


async def _followed(
    link: RedisClient, index: LiveIndex, follower: IndexFollower, connection: object, volunteers: int
) -> float:
    """People a second who have moved, and are read again and entered; without the time of the writes."""
    people, now_ms = PeopleStore(link), await RedisStore(link).now_ms()
    fixes = list(population.fixes(min(volunteers, 20_000), now_ms))
    for part in chunks([moved(fix, fix.at_ms + 1_000, 0) for fix in fixes]):
        await people.put_fixes(part)
    watch = Stopwatch()
    await follower.catch_up(connection)
    assert not index.changed
    return len(fixes) / watch.lap_s()


def _grown(options: Options) -> Iterator[Figure]:
    """Searches among ever more people at equal density. Several passes in turns: machines are noisy."""
    most = options.volunteers or VOLUNTEERS
    sizes = [max(1_000, most // 100), max(1_000, most // 10), most]
    worlds = [(size, *_even_land(size, options.seed)) for size in sizes]
    laps: dict[int, list[float]] = {size: [] for size in sizes}
    for lap in range(10):
        for size, index, side_m in worlds:
            chance = random.Random(lap)
            for number in range(50):
                # Away from the edge, beyond which nobody lives.
                need = need_at(chance, f"g-{number}", _beside(chance, side_m * 0.8))
                start = clock.monotonic_s()
                index.find(need)
                laps[size].append((clock.monotonic_s() - start) * 1000)
    for size in sizes:
        yield Figure(name=f"search among {size:,} at equal density, p50", value=percentile(laps[size], 0.5), unit="ms")
    ratio = median(laps[sizes[-1]]) / median(laps[sizes[0]])
    yield Figure(name=f"search among {sizes[-1]:,} / among {sizes[0]:,}", value=ratio, unit="×", at_most=2.0)


def _even_land(size: int, seed: int) -> tuple[LiveIndex, float]:
    side_m = math.sqrt(size / EACH_KM2) * 1000
    chance, index = random.Random(seed), LiveIndex(1_800_000)
    now_ms = clock.now_ms()
    index.set_time(now_ms)
    for begin in range(0, size, 1_000):
        part = range(begin, min(size, begin + 1_000))
        index.table.put({f"v-{number}": _person(_beside(chance, side_m), chance, now_ms) for number in part})
    return index, side_m


def _beside(chance: random.Random, side_m: float) -> Place:
    east, north = ((chance.random() - 0.5) * side_m for _ in range(2))
    a_degree = 111_195
    return Place(
        lon=CENTRE.lon + east / (a_degree * math.cos(math.radians(CENTRE.lat))), lat=CENTRE.lat + north / a_degree
    )


def _person(place: Place, chance: random.Random, now_ms: int) -> PersonRow:
    skills = ",".join(chance.sample(population.SKILLS, chance.choice((1, 1, 2, 3))))
    # As people_now.lua returns them: texts, then numbers, False where there is none.
    texts: list[str | bool | list[str]] = ["1", "1", skills, "kk,ru", "car", "field", False, False, False, False]
    fix: list[str | bool | list[str]] = [f"{place.lon:.6f}", f"{place.lat:.6f}", "8", str(now_ms)]
    return row_of([*texts, *fix, *[False] * 13])
