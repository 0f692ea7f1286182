"""A rebuild reaches the same track of a person as the live path, whatever their fixes and the order in which they came."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dispatch.matching.position_checks import Track, followed
from dispatch.model.vocabulary import TravelMode
from streams import redis_keys, wire
from streams.rebuild.rebuilder import Rebuilder
from streams.store.people import FixWrite, fix_in
from streams.topics import LOCATIONS
from tests.contracts.builders import profile
from tests.contracts.worlds import RedisWorld
from tests.support.desk import Desk

SERIES = 400
"""20,000 were tried once, without a difference."""
FIELDS = ("x", "y", "ac", "at", "ax", "ay", "aa", "ab", "px", "py", "pa", "pt", "ht", "qt")
LONS = (76.9, 76.9002, 76.901, 76.906, 76.91, 77.3, -76.9)
"""0 m, 16 m, 81 m, 490 m, 810 m, 32 km and half the earth from the first."""


def series(chance: random.Random, volunteer_id: str, now_ms: int) -> list[FixWrite]:
    """Fixes of one person in the order of the log, which is not that of time; some are equally old."""
    unit_ms = chance.choice([1_000, 15_000, 60_000])
    return [
        FixWrite(
            volunteer_id=volunteer_id,
            lon=chance.choice(LONS),
            lat=43.2,
            accuracy_m=chance.choice([None, 8.0, 8.0, 400.0, 4_000.0, 25_000.0]),
            at_ms=now_ms - chance.randrange(30) * unit_ms,
            continues=chance.random() < 0.7,
        )
        for _ in range(chance.randrange(1, 13))
    ]


def tracked(writes: Sequence[FixWrite]) -> Track:
    track: Track | None = None
    for write in writes:
        track = followed(track, fix_in(write), TravelMode.FOOT)
    assert track is not None
    return track


async def stored(world: RedisWorld, ids: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """What the fields of each person mean: without a leap that is void, and with the times that apply."""
    rows = await world.link.run([("HMGET", redis_keys.volunteer(one), *FIELDS) for one in ids])
    return {one: meaning([(value or b"").decode() for value in row]) for one, row in zip(ids, rows, strict=True)}


def meaning(values: Sequence[str]) -> Mapping[str, str]:
    row = dict(zip(FIELDS, values, strict=True))
    if int(row["pt"] or 0) <= int(row["at"]):
        row |= dict.fromkeys(("px", "py", "pa", "pt"), "")
    row["ab"] = row["ab"] or row["at"]
    row["ht"] = str(max(int(row["at"]), int(row["ht"] or 0)))
    row["qt"] = row["qt"] if int(row["qt"] or 0) >= int(row["ht"]) else ""
    return row


async def compare(world: RedisWorld, count: int, seed: int) -> None:
    chance = random.Random(seed)
    ids = [f"v-{number}" for number in range(count)]
    await world.people.put_profiles([profile(one, 1) for one in ids])
    now_ms = await world.store.now_ms()
    logged = {one: series(chance, one, now_ms) for one in ids}

    waiting = [(one, iter(writes)) for one, writes in logged.items()]
    while waiting:
        batch = [fix for one, rest in waiting if (fix := next(rest, None)) is not None]
        await world.people.put_fixes(batch)
        waiting = waiting if batch else []
    live = await stored(world, ids)

    await world.forget()
    await world.restore.acquire(60_000)
    await world.restore.restore_tracks({one: tracked(writes) for one, writes in logged.items()})
    rebuilt = await stored(world, ids)

    differing = [one for one in ids if live[one] != rebuilt[one]]
    assert not differing, (len(differing), logged[differing[0]], live[differing[0]], rebuilt[differing[0]])


async def test_a_rebuild_writes_the_track_that_the_live_path_reached(redis_url: str) -> None:
    world = RedisWorld(redis_url)
    try:
        await world.rebuilt()
        await compare(world, SERIES, seed=1)
    finally:
        await world.close()


async def test_a_leap_at_the_end_of_the_log_moves_nobody_in_a_rebuild(desk: Desk) -> None:
    await desk.register("v")
    (fix,) = await desk._fixes(["v"], 100)
    leap = replace(fix, lon=-fix.lon, recorded_ms=(fix.recorded_ms or 0) + 1)
    await desk.publisher.producer.send_and_wait(LOCATIONS.name, wire.encode(leap), key=leap.volunteer_id.encode())
    await desk.link.run([("FLUSHALL",)])

    await Rebuilder(settings=desk.settings, link=desk.link, owner="again").run_or_wait()

    seen = (await desk.store.presence([desk.named("v")]))[desk.named("v")]
    assert seen.place is not None
    assert abs(seen.place.lon - fix.lon) < 1e-4
