"""People on duty by cells: each person in the one cell where the search finds them, on both stores."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.views.people_cells import FEW, cells, lower_end
from dispatch.model.geo import Box
from dispatch.model.places import Place
from dispatch.ports import NotReady
from streams.store.memory.people import People, StoredPerson
from streams.store.memory.people_cells import count
from streams.store.people import PrivateWrite
from streams.store.people_cells import SKILL_STEPS, CellCount, cell_at, cells_in, skill_cells_in
from tests.contracts.builders import CENTRE, DIGITAL, application, claim, fix, hold, incident, offer, profile
from tests.contracts.worlds import MemoryWorld, RedisWorld, StoreWorld, applied
from tests.support.strategies import SKILLS, boxes, people_on_map, places_in

ALMATY = Box(west=76.5, south=43.0, east=77.5, north=43.5)
EVERYWHERE = Box(west=-180, south=-85, east=180, north=85)
FAR = Place(lon=77.3, lat=43.4)
STEPS = 13
"""Of the cells that a box as large as ALMATY gets."""


async def counted(
    world: StoreWorld, box: Box = ALMATY, zoom: float = 12, skill: str | None = None
) -> Sequence[CellCount]:
    assert isinstance(world, RedisWorld | MemoryWorld)
    reads = world.reads if isinstance(world, RedisWorld) else world.memory
    # By the size that the test asks for: which sizes the API asks for is its own test.
    return await reads.people_cells(cells_in(box, zoom), skill)


async def stand(world: StoreWorld, volunteer_id: str, place: Place, *skills: str) -> None:
    await world.people.put_profiles([profile(volunteer_id, 1, skills=skills)])
    await world.people.put_fixes([fix(volunteer_id, await world.store.now_ms(), place)])


def people(found: Sequence[CellCount]) -> dict[str, tuple[int, int]]:
    return {one.cell.id: (one.on_duty, one.engaged) for one in found}


async def test_people_are_counted_once_whatever_their_skills(world: StoreWorld) -> None:
    await stand(world, "v-1", CENTRE, "first_aid", "boat", "driver")
    await stand(world, "v-2", CENTRE)
    await stand(world, "v-3", FAR, "boat")

    here, there = (cell_at(place.lon, place.lat, STEPS).id for place in (CENTRE, FAR))
    assert people(await counted(world)) == {here: (2, 0), there: (1, 0)}
    assert people(await counted(world, skill="boat")) == {here: (1, 0), there: (1, 0)}
    assert people(await counted(world, skill="doctor")) == {}


@pytest.mark.parametrize(
    "place",
    [
        CENTRE,
        Place(lon=-0.001, lat=-0.001),
        Place(lon=0.0, lat=0.0),  # a corner of cells of every size
        Place(lon=179.999, lat=84.9),
        Place(lon=-179.999, lat=-84.9),
    ],
)
@pytest.mark.parametrize("zoom", [0, 3, 6])
async def test_everybody_is_in_the_one_cell_around_their_place(world: StoreWorld, place: Place, zoom: int) -> None:
    await stand(world, "v-1", place, "boat")

    (found,) = await counted(world, EVERYWHERE, zoom)

    box = found.cell.box
    assert box.west - 1e-5 <= place.lon <= box.east + 1e-5
    assert box.south - 1e-5 <= place.lat <= box.north + 1e-5
    assert found.cell == cell_at(place.lon, place.lat, found.cell.steps)


async def test_who_moves_or_goes_off_duty_leaves_the_cell(world: StoreWorld) -> None:
    await stand(world, "v-1", CENTRE)
    await stand(world, "v-2", CENTRE, "boat")
    await world.people.put_profiles(
        [profile("v-1", 2, skills=(), on_duty=False), profile("v-2", 2, capabilities=DIGITAL)]
    )

    assert people(await counted(world)) == {}


async def test_a_home_counts_where_there_is_no_position(world: StoreWorld) -> None:
    await world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=1, sealed=b"sealed", home=CENTRE)])
    await world.people.put_profiles([profile("v-1", 1, skills=())])

    assert sum(one.on_duty for one in await counted(world)) == 1


async def test_engaged_people_are_counted_as_such(world: StoreWorld) -> None:
    await stand(world, "v-1", CENTRE, "first_aid")
    await stand(world, "v-2", CENTRE, "first_aid")
    await world.store.claim([claim("v-1")])
    assert {one.engaged for one in await counted(world)} == {0}  # its decision may not exist

    held = hold("v-1")
    state = incident(at_ms=1_000, offers=(offer(held, 1_000),))
    await applied(world, application(0, state, command="c-1", holds=[held]))

    assert set(people(await counted(world)).values()) == {(2, 1)}
    assert set(people(await counted(world, skill="first_aid")).values()) == {(2, 1)}


async def test_erased_people_are_in_no_cell(world: StoreWorld) -> None:
    await stand(world, "v-1", CENTRE, "boat")
    await world.people.erase("v-1", profile_offset=2)

    assert people(await counted(world)) == {}


async def test_nothing_is_counted_before_the_rebuild(world: StoreWorld) -> None:
    await world.forget()

    with pytest.raises(NotReady):
        await counted(world)


@pytest.mark.parametrize("zoom", [0, 4, 7, 10, 12, 20])
def test_the_cells_of_a_box_cover_it_without_overlap(zoom: int) -> None:
    cells = cells_in(ALMATY, zoom)

    ranges = sorted(cell.scores() for cell in cells)
    assert len(cells) == len(set(cells))
    assert all(ends <= begins for (_, ends), (begins, _) in itertools.pairwise(ranges))
    assert min(cell.box.west for cell in cells) <= ALMATY.west
    assert max(cell.box.north for cell in cells) >= ALMATY.north


def crowd_of(people: Sequence[tuple[Place, frozenset[str], str]]) -> People:
    crowd = People(now_ms=lambda: 0, fix_age_limit_ms=0)
    for number, (place, skills, mode) in enumerate(people):
        crowd.known[f"v-{number}"] = StoredPerson(
            id=f"v-{number}", found_at=place, skills=tuple(sorted(skills)), field_mode=mode
        )
    return crowd


@given(data=st.data())
@settings(max_examples=60)
def test_no_reading_by_skill_tells_where_within_a_cell_a_person_is(data: st.DataObject) -> None:
    others = data.draw(people_on_map(ALMATY))
    here = data.draw(places_in(ALMATY))
    told = cell_at(here.lon, here.lat, SKILL_STEPS)
    there = data.draw(places_in(inside(told.box)))
    mode = data.draw(st.sampled_from(["free", "engaged"]))
    one, other = (crowd_of([*others, (place, frozenset({*SKILLS}), mode)]) for place in (here, there))

    for box in data.draw(st.lists(boxes(), min_size=1, max_size=3)):
        for skill in SKILLS:
            cells_ = skill_cells_in(box)
            assert cells(count(one, cells_, skill)) == cells(count(other, cells_, skill))


@given(box=boxes(), other=boxes())
def test_a_count_by_skill_depends_on_the_cell_alone(box: Box, other: Box) -> None:
    both = {*skill_cells_in(box)} & {*skill_cells_in(other)}
    crowd = crowd_of([(CENTRE, frozenset({"boat"}), "free")] * 3)

    told = [
        [one for one in cells(count(crowd, skill_cells_in(each), "boat")) if one["cell"] in {cell.id for cell in both}]
        for each in (box, other)
    ]

    assert told[0] == told[1]


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4))
@settings(max_examples=300)
def test_no_difference_of_sizes_tells_one_person_from_two(quarters: list[int]) -> None:
    """Small cells whose quarters are cells as well: what is told of both bounds each quarter, and never by one or two people.

    By linear arithmetic: the most that a quarter can hold is the most of the whole less the least of the others, or its own most.
    """
    whole = sum(quarters)
    most = _most(whole)
    for at, people in enumerate(quarters):
        least_of_others = sum(_least(one) for number, one in enumerate(quarters) if number != at)
        bound = min(_most(people), most - least_of_others)
        assert people <= bound
        assert bound >= FEW - 1
        assert bound % FEW == FEW - 1


def _least(people: int) -> int:
    """Of a small cell: one that is not told may be empty."""
    return lower_end(people)


def _most(people: int) -> int:
    return next(end for end in range(people, 10**6) if lower_end(end + 1) > lower_end(people))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_classes_are_in_order_and_tell_no_more_than_there_are(people: int, more: int) -> None:
    assert lower_end(people) <= people
    assert lower_end(people) <= lower_end(people + more)
    assert lower_end(people) % FEW == 0


def inside(box: Box) -> Box:
    """Without its sides, which belong to one cell each."""
    gap = 1e-6
    return Box(west=box.west + gap, south=box.south + gap, east=box.east - gap, north=box.north - gap)
