"""Komek's store beside what others would use for the same work, in one run: a tuned PostGIS, and plain Redis GEO with `SET NX`.

The same 300,000 people and the same places. Searches take turns in small rounds, so that a noisy machine is noisy for all.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import median
from typing import Any, Protocol

from dispatch.model import ids
from dispatch.model.people import Hold
from dispatch.model.places import Place
from dispatch.ports import Claim
from streams import clock
from streams.live_index.follower import IndexFollower
from streams.live_index.live_index import LiveIndex
from streams.live_index.live_store import LiveStore
from streams.store import RedisClient, RedisStore
from streams.store.people import FixWrite, PeopleStore, ProfileWrite
from streams.store.redis_target import target_of_url
from tests.benchmarks import population, postgis
from tests.benchmarks.bench_store import Stopwatch, answer, chunks, moved, need_at, redis_alone, restored, settled
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.support.waiting import eventually

NAME = "peers"
ABOUT = "find + claim three and positions of people who all move, beside a tuned PostGIS and plain Redis GEO"

VOLUNTEERS = 300_000
SEARCHES = 2_000
ROUND = 100
SKILL = "first_aid"
WITHIN_M = 10_000.0
"""As in `bench_store.LINE`."""
GEO = "peer:geo"
LOOKED_AT = 24
MOVES_AT_ONCE = 2_000


class Way(Protocol):
    async def claim(self, number: int, there: Place) -> int:
        """Finds and claims three people; how many were claimed."""

    async def release(self) -> None:
        """Frees all that were claimed."""


def run(options: Options) -> Result:
    with redis_alone() as url, postgis.postgis() as folder:
        return asyncio.run(_run(options, url, folder))


async def _run(options: Options, url: str, folder: str) -> Result:
    volunteers = options.volunteers or VOLUNTEERS
    link = RedisClient(url)
    await answer(link)
    await restored(link, volunteers, 0)
    await settled(link)
    index = LiveIndex(link.fix_age_limit_ms)
    # As a worker has it: it follows every claim and every position beside what is measured.
    follower = IndexFollower(target_of_url(url), index)
    await follower.start()
    store, people = LiveStore(link, index), PeopleStore(link)
    now_ms = await store.now_ms()
    profiles = list(population.profiles(volunteers))
    fixes = list(population.fixes(volunteers, now_ms))
    async with _peers(folder) as peers:
        await peers[0].fill(profiles, fixes)
        await _fill_geo(link, profiles, fixes)
        await eventually(index.is_usable)
        ways: dict[str, Way] = {"Komek": _Komek(store), "PostGIS": _PostGIS(peers[0]), "Redis GEO": _Geo(link)}
        laps, short = await _searched(ways, options.incidents or SEARCHES, options.seed)
        rates = await _moved(link, people, peers, fixes)
    await follower.stop()
    await link.close()
    return Result(figures=[*_found_figures(laps), *_moved_figures(rates)], notes=_notes(laps, short))


class _Komek:
    """The store of the worker, with its live index."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store
        self._held: list[Hold] = []
        self._chance = random.Random(0)

    async def claim(self, number: int, there: Place) -> int:
        need = need_at(self._chance, f"p-{number}", there)
        (found,) = await self._store.find([need])
        claims = [
            Claim(
                volunteer_id=candidate.volunteer_id,
                offer_id=ids.offer_id(need.incident_id, need.command_id, "r-1", candidate.volunteer_id),
                incident_id=need.incident_id,
                epoch=1,
                command_id=need.command_id,
            )
            for candidate in found.candidates[:3]
        ]
        await self._store.claim(claims)
        self._held += [Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id) for claim in claims]
        return len(claims)

    async def release(self) -> None:
        await self._store.release(self._held)
        self._held.clear()


class _PostGIS:
    def __init__(self, peer: postgis.Peer) -> None:
        self._peer = peer

    async def claim(self, number: int, there: Place) -> int:
        return await self._peer.claim(f"o-{number}", SKILL, there, WITHIN_M, 3)

    async def release(self) -> None:
        await self._peer.release_all()
        await self._peer.vacuumed()


class _Geo:
    """One index of the people with the skill; a key for each claim. It knows nothing else of a person: the least there is."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link
        self._held: list[str] = []

    async def claim(self, number: int, there: Place) -> int:
        search = (
            "GEOSEARCH",
            GEO,
            "FROMLONLAT",
            there.lon,
            there.lat,
            "BYRADIUS",
            WITHIN_M,
            "m",
            "ASC",
            "COUNT",
            LOOKED_AT,
        )
        (near,) = await self._link.run([search])
        taken = 0
        for at in range(0, len(near), 3):
            part = [one.decode() for one in near[at : at + 3 - taken]]
            granted = await self._link.run([("SET", f"peer:claim:{id_}", f"o-{number}", "NX") for id_ in part])
            self._held += [id_ for id_, answer in zip(part, granted, strict=True) if answer]
            taken += sum(map(bool, granted))
            if taken == 3:
                break
        return taken

    async def release(self) -> None:
        if self._held:
            await self._link.run([("UNLINK", *[f"peer:claim:{id_}" for id_ in self._held])])
        self._held.clear()


async def _searched(ways: Mapping[str, Way], count: int, seed: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Milliseconds of each search by way, and how many of them claimed fewer than three."""
    chance = random.Random(seed)
    laps: dict[str, list[float]] = {name: [] for name in ways}
    short = dict.fromkeys(ways, 0)
    for begin in range(0, count, ROUND):
        places = [population.city_place(chance) for _ in range(min(ROUND, count - begin))]
        names = list(ways)
        chance.shuffle(names)
        for name in names:
            for number, there in enumerate(places, begin):
                start = clock.monotonic_s()
                taken = await ways[name].claim(number, there)
                laps[name].append((clock.monotonic_s() - start) * 1000)
                short[name] += taken < 3
            await ways[name].release()
    return laps, short


async def _moved(
    link: RedisClient, people: PeopleStore, peers: Sequence[postgis.Peer], fixes: Sequence[FixWrite]
) -> dict[str, float]:
    """Positions a second when everybody has moved, by way."""
    fresh = [moved(fix, fix.at_ms + 1, 0) for fix in fixes]
    rates = {}
    watch = Stopwatch()
    for part in chunks(fresh):
        await people.put_fixes(part)
    rates["Komek"] = len(fresh) / watch.lap_s()
    parts = [fresh[at : at + MOVES_AT_ONCE] for at in range(0, len(fresh), MOVES_AT_ONCE)]
    watch.lap_s()
    # People of one part are in no other, so the two never wait for each other's rows.
    await asyncio.gather(*[_move_parts(peer, parts[at :: len(peers)]) for at, peer in enumerate(peers)])
    rates["PostGIS"] = len(fresh) / watch.lap_s()
    await _add_geo(link, fresh)
    rates["Redis GEO"] = len(fresh) / watch.lap_s()
    return rates


async def _move_parts(peer: postgis.Peer, parts: Sequence[Sequence[FixWrite]]) -> None:
    for part in parts:
        await peer.move(part)


async def _fill_geo(link: RedisClient, profiles: Sequence[ProfileWrite], fixes: Sequence[FixWrite]) -> None:
    await _add_geo(
        link,
        [
            fix
            for profile, fix in zip(profiles, fixes, strict=True)
            if profile.record is not None and SKILL in profile.record.skills
        ],
    )


async def _add_geo(link: RedisClient, fixes: Sequence[FixWrite]) -> None:
    for part in chunks(fixes):
        await link.run([_geoadd(part[at : at + 250]) for at in range(0, len(part), 250)])


def _geoadd(fixes: Sequence[FixWrite]) -> tuple[Any, ...]:
    return ("GEOADD", GEO, *[word for fix in fixes for word in (f"{fix.lon:.6f}", f"{fix.lat:.6f}", fix.volunteer_id)])


@asynccontextmanager
async def _peers(folder: str) -> AsyncIterator[list[postgis.Peer]]:
    """Two: a second one keeps both processors busy with positions, a third gains nothing."""
    async with postgis.connected(folder) as first, postgis.connected(folder) as second:
        yield [first, second]


def _found_figures(laps: dict[str, list[float]]) -> list[Figure]:
    ours = median(laps["Komek"])
    figures = [one for name, values in laps.items() for one in spread(f"find + claim three, {name}", values)]
    for name, least in (("PostGIS", 3.0), ("Redis GEO", None)):
        ratio = median(laps[name]) / ours
        figures.append(Figure(name=f"find + claim three: {name} / Komek", value=ratio, unit="×", at_least=least))
    return figures


def _moved_figures(rates: dict[str, float]) -> list[Figure]:
    figures = [
        Figure(name=f"positions, everybody moves, {name}", value=rate, unit="/s") for name, rate in rates.items()
    ]
    for name, least in (("PostGIS", 2.0), ("Redis GEO", None)):
        ratio = rates["Komek"] / rates[name]
        figures.append(Figure(name=f"positions: Komek / {name}", value=ratio, unit="×", at_least=least))
    return figures


def _notes(laps: dict[str, list[float]], short: dict[str, int]) -> list[str]:
    count = len(laps["Komek"])
    few = ", ".join(f"{name} {number}" for name, number in short.items())
    return [
        f"of {count:,} searches each, fewer than three were claimed by: {few}",
        "PostGIS and Redis GEO know neither the past of people nor their fix's age, hazard areas or why somebody was left out",
    ]
