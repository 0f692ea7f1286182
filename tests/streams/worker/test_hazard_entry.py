"""Who of those whose positions come in walks onto dangerous ground."""

from collections.abc import Sequence

import pytest

from dispatch.model.commands import EnterHazard
from dispatch.model.geojson import area_of
from dispatch.model.hazard_areas import HazardArea, hazard_area
from dispatch.model.incidents import Hazard
from dispatch.model.places import Place
from streams import clock
from streams.store.people import FixWrite
from streams.store.redis_client import FIX_AGE_LIMIT_MS
from streams.worker.hazard_entry import NAMED_AT_ONCE, HazardEntries
from tests.support.builders import ALMATY, INCIDENT

FIJI = Place(lon=179.95, lat=-17.0)


def ground(centre: Place = ALMATY, *, half: float = 0.01, since: int = 1, incident: str = INCIDENT) -> HazardArea:
    west, east = centre.lon - half, centre.lon + half
    ring = [[west, centre.lat - half], [east, centre.lat - half], [east, centre.lat + half], [west, centre.lat + half]]
    area = area_of({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    return hazard_area(incident, Hazard(equipped=("boat",), since=since), area)


class Picture:
    """`looked_up`: of whom it was asked whether they are on duty."""

    def __init__(self, *grounds: HazardArea, off_duty: Sequence[str] = ()) -> None:
        self.grounds = grounds
        self.off_duty = set(off_duty)
        self.looked_up: list[str] = []

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        version = repr([(area.incident_id, area.since) for area in self.grounds])
        return version, None if version == known else self.grounds

    async def in_the_field(self, volunteer_ids: Sequence[str]) -> frozenset[str]:
        self.looked_up += volunteer_ids
        return frozenset(volunteer_ids) - self.off_duty


def fix(volunteer: str, place: Place = ALMATY, *, north: float = 0.0, age_ms: int = 0) -> FixWrite:
    at_ms = clock.now_ms() - age_ms
    return FixWrite(volunteer_id=volunteer, lon=place.lon, lat=place.lat + north, accuracy_m=None, at_ms=at_ms)


async def told(entrances: HazardEntries, *fixes: FixWrite) -> list[EnterHazard]:
    """What these positions mean, once it is in the log."""
    commands = await entrances.commands(fixes)
    entrances.remember(commands)
    return commands


async def test_who_walks_in_is_told_of_once_without_a_place() -> None:
    entrances = HazardEntries(Picture(ground()))

    outside = await told(entrances, fix("v-1", north=0.02))
    (command,) = await told(entrances, fix("v-1"), fix("v-2", north=0.009), fix("v-3", north=0.011))
    again = await told(entrances, fix("v-1"), fix("v-2"))

    assert (outside, again) == ([], [])
    assert (command.incident_id, command.volunteer_ids, command.ground) == (INCIDENT, ("v-1", "v-2"), 1)
    assert str(ALMATY.lat) not in repr(command)


async def test_until_it_is_in_the_log_the_same_people_give_the_same_command() -> None:
    entrances = HazardEntries(Picture(ground()))

    first = await entrances.commands([fix("v-1"), fix("v-2")])
    again = await entrances.commands([fix("v-2"), fix("v-1")])

    assert [command.id for command in first] == [command.id for command in again]


async def test_other_ground_is_news_again() -> None:
    picture = Picture(ground())
    entrances = HazardEntries(picture, refresh_s=0.0)
    await told(entrances, fix("v-1"))

    picture.grounds = (ground(since=5),)
    (command,) = await told(entrances, fix("v-1"))

    assert command.ground == 5


async def test_who_is_off_duty_is_told_of_when_they_are_on_duty() -> None:
    picture = Picture(ground(), off_duty=["v-1"])
    entrances = HazardEntries(picture)

    assert await told(entrances, fix("v-1")) == []
    picture.off_duty.clear()
    (command,) = await told(entrances, fix("v-1"))

    assert command.volunteer_ids == ("v-1",)


async def test_positions_of_long_ago_and_ground_that_others_warn_of_mean_nothing() -> None:
    old = await told(HazardEntries(Picture(ground())), fix("v-1", age_ms=FIX_AGE_LIMIT_MS + 1_000))
    of_distress = await told(HazardEntries(Picture(ground(since=0))), fix("v-1"))

    assert (old, of_distress) == ([], [])


async def test_people_on_safe_ground_cost_no_look_up() -> None:
    picture = Picture(ground())

    assert await told(HazardEntries(picture), *(fix(f"v-{number}", north=0.02 + number) for number in range(20))) == []
    assert picture.looked_up == []


async def test_two_grounds_that_overlap_are_told_each() -> None:
    other = INCIDENT[:-1] + "0"
    entrances = HazardEntries(Picture(ground(), ground(half=0.02, incident=other)))

    commands = await told(entrances, fix("v-1"))

    assert {command.incident_id for command in commands} == {INCIDENT, other}


@pytest.mark.parametrize(
    ("centre", "half"),
    [
        (ALMATY, 0.3),  # many squares
        (ALMATY, 9.0),  # so many that every position is looked at
        (FIJI, 0.05),  # up to the antimeridian
    ],
)
async def test_ground_of_any_size_and_place_is_found(centre: Place, half: float) -> None:
    entrances = HazardEntries(Picture(ground(centre, half=half)))

    west = Place(lon=centre.lon - half * 0.9, lat=centre.lat - half * 0.9)
    east = Place(lon=centre.lon + half * 0.9, lat=centre.lat + half * 0.9)
    (command,) = await told(entrances, fix("west", west), fix("east", east), fix("north", centre, north=half * 1.1))

    assert command.volunteer_ids == ("east", "west")


async def test_the_antimeridian_is_no_edge_of_the_world() -> None:
    (command,) = await told(HazardEntries(Picture(ground(FIJI, half=0.05))), fix("v-1", Place(lon=-180.0, lat=-17.0)))

    assert command.volunteer_ids == ("v-1",)


async def test_a_crowd_is_told_in_parts() -> None:
    commands = await told(
        HazardEntries(Picture(ground())), *(fix(f"v-{number:04}") for number in range(NAMED_AT_ONCE + 1))
    )

    assert [len(command.volunteer_ids) for command in commands] == [NAMED_AT_ONCE, 1]
