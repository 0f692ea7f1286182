"""A rebuild comes to the same place of a person as the live way, whatever their fixes were like."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatch.matching.position_checks import Track, followed
from dispatch.model.vocabulary import TravelMode
from streams import wire
from streams.rebuild.rebuilder import Rebuilder, fix_writes
from streams.store.people import FixWrite, fix_in
from streams.topics import LOCATIONS
from tests.support.desk import Desk

NOW_MS = 1_795_000_000_000

fixes = st.builds(
    FixWrite,
    volunteer_id=st.just("v-1"),
    lon=st.sampled_from([76.9, 76.91, 77.3, -76.9]),
    lat=st.just(43.2),
    accuracy_m=st.sampled_from([None, 8.0, 4_000.0, 25_000.0]),
    at_ms=st.integers(0, 60).map(lambda minutes: NOW_MS + minutes * 60_000),
    continues=st.booleans(),
)


def tracked(writes: Sequence[FixWrite]) -> Track | None:
    track: Track | None = None
    for write in writes:
        track = followed(track, fix_in(write), TravelMode.FOOT)
    return track


@given(st.lists(fixes, min_size=1, max_size=12, unique_by=lambda fix: fix.at_ms))
def test_what_a_rebuild_writes_leads_to_the_same_track(seen: list[FixWrite]) -> None:
    track = tracked(seen)
    assert track is not None

    written = fix_writes("v-1", track)

    assert tracked(written) == track
    assert [write.at_ms for write in written] == sorted({write.at_ms for write in written})


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
