"""People on duty by cells: classes of counts without people, large boxes with large cells."""

import pytest

from streams.store.people_cells import CELLS_AT_MOST, FINEST_STEPS, SKILL_STEPS, CellCount, cell_at
from tests.support.api_world import World, code

CELL = cell_at(76.945, 43.238, 13)


async def test_a_cell_has_its_counts_its_centre_and_its_box(world: World) -> None:
    world.redis.crowd[None] = [CellCount(cell=CELL, on_duty=17, engaged=6)]

    answer = await world.ask("GET", "/v1/people/cells?bbox=76,43,77,44&zoom=10")

    (found,) = answer.json()
    west, south, east, north = found["box"]
    assert found.keys() == {"cell", "location", "box", "on_duty", "free", "engaged"}
    assert (found["cell"], found["on_duty"], found["free"], found["engaged"]) == ("13-5846-6178", 10, 10, 5)
    assert (west < 76.945 < east, south < 43.238 < north) == (True, True)
    assert found["location"]["coordinates"] == pytest.approx([(west + east) / 2, (south + north) / 2], abs=1e-5)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ((1, 0), (1, 0, 0)),
        ((4, 4), (1, 0, 0)),
        ((5, 0), (5, 5, 0)),
        ((9, 4), (5, 5, 0)),
        ((19, 5), (10, 10, 5)),
        ((1_234, 99), (1_000, 1_000, 50)),
    ],
)
async def test_of_large_cells_the_lower_ends_of_classes_are_told(
    world: World, people: tuple[int, int], told: tuple[int, int, int]
) -> None:
    on_duty, engaged = people
    large = cell_at(76.945, 43.238, SKILL_STEPS)
    world.redis.crowd["boat"] = [CellCount(cell=large, on_duty=on_duty, engaged=engaged)]

    (found,) = (await world.ask("GET", "/v1/people/cells?skill=boat")).json()

    assert (found["on_duty"], found["free"], found["engaged"]) == told


@pytest.mark.parametrize("steps", [SKILL_STEPS + 1, FINEST_STEPS])
async def test_a_small_cell_with_fewer_than_five_is_not_told(world: World, steps: int) -> None:
    cell = cell_at(76.945, 43.238, steps)
    answers = []
    for people in range(6):
        world.redis.crowd[None] = [CellCount(cell=cell, on_duty=people, engaged=0)] if people else []
        answers.append((await world.ask("GET", "/v1/people/cells")).json())

    assert answers[:5] == [[]] * 5
    assert [one["on_duty"] for one in answers[5]] == [5]


@pytest.mark.parametrize("query", ["", "?zoom=24", "?bbox=-180,-90,180,90&zoom=24", "?bbox=170,-90,-170,90&zoom=14"])
async def test_no_query_counts_more_cells_than_the_bound(world: World, query: str) -> None:
    assert (await world.ask("GET", f"/v1/people/cells{query}")).json() == []

    assert 0 < len(world.redis.asked_cells) <= CELLS_AT_MOST


@pytest.mark.parametrize("zoom", [0, 9, 24])
@pytest.mark.parametrize("bbox", ["", "bbox=76.94,43.23,76.95,43.24&", "bbox=60,40,80,50&", "bbox=-180,-85,180,85&"])
async def test_of_a_skill_all_cells_have_one_size(world: World, zoom: int, bbox: str) -> None:
    await world.ask("GET", f"/v1/people/cells?{bbox}zoom={zoom}&skill=diver")

    assert {cell.steps for cell in world.redis.asked_cells} == {SKILL_STEPS}
    assert 0 < len(world.redis.asked_cells) <= CELLS_AT_MOST


async def test_each_reading_is_in_the_audit_and_names_nobody(world: World) -> None:
    await world.ask("GET", "/v1/people/cells")

    (entry,) = [one for one in world.log.audits if one.action == "people.cells.read"]
    looked_at = "46.00,40.00,88.00,56.00 all"
    assert (entry.actor, entry.subject, entry.subjects, entry.count) == ("operator-1", looked_at, (), 0)


async def test_a_reading_by_skill_names_its_box_and_skill_in_the_audit(world: World) -> None:
    await world.ask("GET", "/v1/people/cells?bbox=76.5,43,77.5,43.5&skill=diver")

    (entry,) = [one for one in world.log.audits if one.action == "people.cells.read"]
    assert entry.subject == "76.50,43.00,77.50,43.50 diver"


@pytest.mark.parametrize(
    "query", ["bbox=1,2,3", "bbox=0,0,0,91", "bbox=a,b,c,d", "zoom=-1", "zoom=nan", "zoom=25", "skill=" + "x" * 65]
)
async def test_a_bad_query_is_named(world: World, query: str) -> None:
    answer = await world.ask("GET", f"/v1/people/cells?{query}")

    assert (answer.status_code, code(answer)) == (422, "invalid")


async def test_without_redis_there_is_no_picture(world: World) -> None:
    world.redis.is_down = True

    answer = await world.ask("GET", "/v1/people/cells")

    assert (answer.status_code, code(answer)) == (503, "picture_unavailable")
