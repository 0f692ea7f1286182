"""The store against plain Redis, without Kafka: restore, find + claim, whole decisions, positions."""

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from dispatch.model import ids
from dispatch.model.incidents import Incident, Times
from dispatch.model.offers import Offer
from dispatch.model.people import Hold, Need
from dispatch.model.places import Area, Place
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Priority
from dispatch.ports import Application, Claim
from streams import clock
from streams.local import processes, redis_server
from streams.local.folder import Folder
from streams.local.ports import free_ports
from streams.store import RedisClient, RedisStore
from streams.store.people import FixWrite, PeopleStore, PrivateWrite
from streams.store.restore import Restore, RestoredIncident
from tests.benchmarks import population
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, Result, spread
from tests.support.stack import running

NAME = "store"
ABOUT = "the live picture in Redis: rebuild of 300,000 people and 100,000 offers, find + claim, decisions, positions"

OFFERS = 100_000
SEARCHES = 3_200
P50_MS = {"find + claim three": 0.5}
ZONE = "8320e5"
CHUNK = 10_000
PLAIN = "bench:plain"


@contextmanager
def redis_alone() -> Iterator[str]:
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="komek-bench-") as name:
        folder = Path(name)
        with running(folder, processes.redis_part(redis_server.find(), Folder(root=folder / "redis"), port)):
            yield f"redis://127.0.0.1:{port}/0"


class Stopwatch:
    def __init__(self) -> None:
        self._start = clock.monotonic_s()

    def lap_s(self) -> float:
        now = clock.monotonic_s()
        lap, self._start = now - self._start, now
        return lap


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[at : at + CHUNK] for at in range(0, len(items), CHUNK))


async def answer(link: RedisClient) -> None:
    """Waits until a fresh server answers."""
    for _ in range(100):
        try:
            await link.run([("PING",)])
        except Exception:  # noqa: BLE001 - whatever it is, it will be gone or fail the run below
            await asyncio.sleep(0.05)
        else:
            return


async def settled(link: RedisClient) -> None:
    """Waits until Redis has rewritten its file: what is written in one go by the restore makes it fork."""
    for _ in range(600):
        info = (await link.run([("INFO", "persistence")]))[0].decode()
        if "aof_rewrite_in_progress:0" in info and "aof_rewrite_scheduled:0" in info:
            return
        await asyncio.sleep(0.1)


async def restored(link: RedisClient, volunteers: int, offers: int) -> dict[str, float]:
    """A whole rebuild: people, private records, positions, incidents with offers, the log's places."""
    now_ms = await RedisStore(link).now_ms()
    profiles = list(population.profiles(volunteers))
    privates = [PrivateWrite(ref=f"volunteer:{p.volunteer_id}", offset=p.offset, sealed=b"x" * 150) for p in profiles]
    fixes = list(population.fixes(volunteers, now_ms))
    incidents = [restored_incident(number, now_ms, volunteers) for number in range(offers // 4)]
    restore = Restore(link, "bench")
    people = restore.people()
    laps: dict[str, float] = {}
    watch = Stopwatch()
    await restore.acquire(600_000)
    await restore.wipe()
    laps["wipe"] = watch.lap_s()
    for part in chunks(profiles):
        await people.put_profiles(part)
    laps["profiles"] = watch.lap_s()
    for part in chunks(privates):
        await people.put_private(part)
    laps["private"] = watch.lap_s()
    for part in chunks(fixes):
        await people.put_fixes(part)
    laps["fixes"] = watch.lap_s()
    await restore.restore_incidents(incidents)
    laps["incidents"] = watch.lap_s()
    await restore.restore_commands([(f"c-{number}", number) for number in range(offers)])
    await restore.restore_progress(0, applied=offers, published=offers)
    assert await restore.mark_ready(await restore.this_run())
    await restore.release()
    laps["commands and index"] = watch.lap_s()
    laps["total"] = sum(laps.values())
    return laps


def restored_incident(number: int, now_ms: int, volunteers: int) -> RestoredIncident:
    """Four offers each; in one of ten incidents they are live."""
    live = number % 10 == 0
    id_ = ids.incident_id(ZONE, "bench", str(number))
    offers = tuple(
        made_offer(id_, f"v-{(number * 4 + place) * 3 % volunteers:06}", now_ms, live=live) for place in range(4)
    )
    state = incident_state(id_, now_ms, offers)
    holds = [Hold(volunteer_id=offer.volunteer_id, offer_id=offer.id) for offer in offers if live]
    return RestoredIncident(incident=state, timeline=[(0, number), (0, number + 1)], holds=holds)


def made_offer(incident_id: str, volunteer_id: str, now_ms: int, *, live: bool) -> Offer:
    return Offer(
        id=ids.offer_id(incident_id, "c", "r-1", volunteer_id),
        requirement_id="r-1",
        volunteer_id=volunteer_id,
        capability=Capability.FIELD,
        skill="first_aid",
        state=OfferState.OFFERED if live else OfferState.DECLINED,
        epoch=1,
        created_ms=now_ms,
        expires_ms=now_ms + 3_600_000,
        changed_ms=now_ms,
    )


LINE = Requirement(
    id="r-1",
    capability=Capability.FIELD,
    skill="first_aid",
    count=3,
    max_distance_m=10_000,
    window_s=60,
)


def incident_state(incident_id: str, now_ms: int, offers: tuple[Offer, ...] = ()) -> Incident:
    return Incident(
        id=incident_id,
        zone=ZONE,
        version=1,
        type="flood",
        priority=Priority.HIGH,
        status=IncidentStatus.DISPATCHING,
        area=None,
        language="kk",
        requirements=(LINE,),
        offers=offers,
        times=Times(reported_ms=now_ms, logged_ms=now_ms, decided_ms=now_ms),
        plan_version="1",
        reported_by="bench",
        body_digest="-",
    )


def need_at(chance: random.Random, command: str, there: Place | None = None) -> Need:
    """A need of three first aiders `there`, else somewhere in a city."""
    there = there or population.city_place(chance)
    area = Area(geometry={"type": "Point", "coordinates": [there.lon, there.lat]}, centre=there)
    return Need(
        incident_id=ids.incident_id(ZONE, "bench", command),
        command_id=command,
        requirement=LINE,
        area=area,
        priority=Priority.HIGH,
        want=3,
    )


async def timed(count: int, once: Callable[[int], Awaitable[None]]) -> list[float]:
    """Milliseconds of each."""
    laps = []
    for number in range(count):
        start = clock.monotonic_s()
        await once(number)
        laps.append((clock.monotonic_s() - start) * 1000)
    return laps


async def found_and_claimed(store: RedisStore, count: int) -> dict[str, list[float]]:
    chance = random.Random(7)
    claimed: list[Hold] = []

    async def find_only(number: int) -> None:
        await store.find([need_at(chance, f"f-{number}")])

    async def find_and_claim(number: int) -> None:
        need = need_at(chance, f"b-{number}")
        found = (await store.find([need]))[0]
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
        await store.claim(claims)
        claimed.extend(Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id) for claim in claims)

    async def bare_search(_: int) -> None:
        there = population.city_place(chance)
        search = ("GEOSEARCH", "komek:geo:first_aid", "FROMLONLAT", there.lon, there.lat, "BYRADIUS", 500, "m")
        await store.link.run([(*search, "ASC", "COUNT", 40, "WITHDIST")])

    results = {
        "find three": await timed(count, find_only),
        "find + claim three": await timed(count, find_and_claim),
        "bare GEOSEARCH of 500 m": await timed(count, bare_search),
    }
    for at in range(0, len(claimed), 500):
        await store.release(claimed[at : at + 500])
    return results


async def decided(store: RedisStore, count: int, applied: int) -> float:
    """Load, find, claim three, apply with three holds; batches of 32 as a worker under load. Decisions a second."""
    chance = random.Random(9)
    watch = Stopwatch()
    offset = applied
    for batch in range(count // 32):
        commands = [f"d-{batch}-{number}" for number in range(32)]
        needs = [need_at(chance, command) for command in commands]
        now_ms, _ = await store.load([(need.command_id, need.incident_id) for need in needs])
        found = await store.find(needs)
        taken: set[str] = set()
        holds: list[list[Hold]] = []
        for need, each in zip(needs, found, strict=True):
            free = [person.volunteer_id for person in each.candidates if person.volunteer_id not in taken][:3]
            taken.update(free)
            made = [ids.offer_id(need.incident_id, need.command_id, "r-1", person) for person in free]
            holds.append([Hold(volunteer_id=v, offer_id=o) for v, o in zip(free, made, strict=True)])
        await store.claim(
            [
                Claim(
                    volunteer_id=held.volunteer_id,
                    offer_id=held.offer_id,
                    incident_id=need.incident_id,
                    epoch=1,
                    command_id=need.command_id,
                )
                for need, made_holds in zip(needs, holds, strict=True)
                for held in made_holds
            ]
        )
        applications = []
        for need, made_holds in zip(needs, holds, strict=True):
            offset += 1
            offers = tuple(made_offer(need.incident_id, held.volunteer_id, now_ms, live=True) for held in made_holds)
            applications.append(
                Application(
                    partition=0,
                    offset=offset,
                    command_id=need.command_id,
                    incident_id=need.incident_id,
                    incident=incident_state(need.incident_id, now_ms, offers),
                    holds=tuple(made_holds),
                )
            )
        await store.apply(applications)
    return count // 32 * 32 / watch.lap_s()


async def positions(link: RedisClient, people: PeopleStore, volunteers: int) -> dict[str, dict[str, float]]:
    """The same points over the same earlier ones: by plain batched GEOADD into one index, then through the store."""
    now_ms = await RedisStore(link).now_ms()
    before = list(population.fixes(volunteers, now_ms))
    still = list(population.fixes(volunteers, now_ms + 1))
    tenth = [moved(fix, now_ms + 2, number) for number, fix in enumerate(still)]
    everybody = [moved(fix, now_ms + 3, 0) for fix in tenth]
    await geoadd_all(link, before)
    results = {}
    for name, fixes in [("nobody moves", still), ("a tenth moves", tenth), ("everybody moves", everybody)]:
        watch = Stopwatch()
        await geoadd_all(link, fixes)
        plain_s = watch.lap_s()
        await people.put_fixes(fixes)
        ours_s = watch.lap_s()
        results[name] = {
            "plain_per_s": volunteers / plain_s,
            "per_s": volunteers / ours_s,
            "ratio": plain_s / ours_s,
        }
    await link.run([("UNLINK", PLAIN)])
    return results


async def geoadd_all(link: RedisClient, fixes: Sequence[FixWrite]) -> None:
    for part in chunks(fixes):
        await link.run([geoadd(part[at : at + 250]) for at in range(0, len(part), 250)])


def moved(fix: FixWrite, at_ms: int, number: int) -> FixWrite:
    step = 0.0005 if number % 10 == 0 else 0.0
    return FixWrite(volunteer_id=fix.volunteer_id, lon=fix.lon + step, lat=fix.lat, accuracy_m=8.0, at_ms=at_ms)


def geoadd(fixes: Sequence[FixWrite]) -> tuple[Any, ...]:
    flat: list[Any] = []
    for fix in fixes:
        flat += [f"{fix.lon:.6f}", f"{fix.lat:.6f}", fix.volunteer_id]
    return ("GEOADD", PLAIN, *flat)


def run(options: Options) -> Result:
    with redis_alone() as url:
        return asyncio.run(_run(options, url))


async def _run(options: Options, url: str) -> Result:
    volunteers = options.volunteers or 300_000
    link = RedisClient(url)
    await answer(link)
    store, people = RedisStore(link), PeopleStore(link)
    restore = await restored(link, volunteers, OFFERS)
    await settled(link)
    search = await found_and_claimed(store, options.incidents or SEARCHES)
    decisions = await decided(store, options.incidents or SEARCHES, OFFERS)
    await settled(link)
    moves = await positions(link, people, volunteers)
    memory = int((await link.run([("INFO", "memory")]))[0].decode().split("used_memory:")[1].split()[0])
    await link.close()
    bare, both = search["bare GEOSEARCH of 500 m"], search["find + claim three"]
    return Result(
        figures=[
            Figure(name="restore", value=restore["total"], unit="s", at_most=20),
            *[figure for name, laps in search.items() for figure in spread(name, laps, p50=P50_MS.get(name))],
            Figure(name="find + claim three / bare GEOSEARCH", value=median(both) / median(bare), unit="×"),
            Figure(name="decisions in batches of 32", value=decisions, unit="/s", at_least=1000),
            *[
                Figure(name=f"positions, {name}: store / plain GEOADD", value=rates["ratio"], unit="×", at_least=0.4)
                for name, rates in moves.items()
            ],
            *[Figure(name=f"positions, {name}", value=rates["per_s"], unit="/s") for name, rates in moves.items()],
            Figure(name="memory of Redis", value=memory // 1_000_000, unit="MB"),
        ],
        details={"volunteers": volunteers, "offers": OFFERS, "restore_s": restore, "positions": moves},
    )
