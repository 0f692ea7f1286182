"""The search over arrays beside one that asks every person in turn."""

import math
import random
from collections.abc import Sequence
from copy import copy
from dataclasses import replace

import pytest

from dispatch.model.geo import distance_m
from dispatch.model.people import Found, Need
from dispatch.model.places import Place
from dispatch.model.reasons import Exclusion
from streams.live_index import person_row as at
from streams.live_index.person_row import PersonRow, row_of
from streams.live_index.person_table import PersonTable
from streams.live_index.vector_search import find
from tests.contracts.builders import CENTRE, area, need, requirement

NOW_MS = 1_795_000_000_000
FIX_AGE_MS = 1_800_000
SKILLS = ("first_aid", "boat", "doctor")


def person(place: Place, *, skills: Sequence[str] = ("first_aid",), **stated: str) -> PersonRow:
    fields: dict[str, str | bool] = dict.fromkeys(FIELDS, False) | {
        "v": "1", "du": "1", "sk": ",".join(skills), "la": "kk,ru", "tm": "car", "cap": "field",
        "x": str(place.lon), "y": str(place.lat), "ac": "8", "at": str(NOW_MS - 1_000),
    }  # fmt: skip
    return row_of(list((fields | stated).values()))


FIELDS = tuple(
    "v du sk la tm cap vs cs cc ds x y ac at hx hy un md ld hd ey en wk we wh tu to".split()  # noqa: SIM905 - read beside the Lua
)
"""As in people_now.lua; the contracts show that they are the same."""


def scattered(count: int, seed: int) -> dict[str, PersonRow]:
    chance = random.Random(seed)
    people = {}
    for number in range(count):
        away_m, angle = 12_000 * chance.random() ** 2, chance.uniform(0, 2 * math.pi)
        place = Place(
            lon=CENTRE.lon + away_m * math.cos(angle) / (111_195 * math.cos(math.radians(CENTRE.lat))),
            lat=CENTRE.lat + away_m * math.sin(angle) / 111_195,
        )
        stated = {}
        if chance.random() < 0.2:
            stated = {"cs": "c", "cc": "c-9"}
        elif chance.random() < 0.2:
            stated = {"la": "en"}
        skills = chance.sample(SKILLS, chance.randint(1, 2))
        people[f"v-{number:04}"] = person(place, skills=skills, **stated)
    return people


def table_of(people: dict[str, PersonRow]) -> PersonTable:
    table = PersonTable()
    everybody = list(people.items())
    # In parts, and some twice: as they come. Copies, because the table takes the numbers.
    for begin in range(0, len(everybody), 700):
        table.put({id_: copy(row) for id_, row in everybody[begin : begin + 700]})
    table.put({id_: copy(row) for id_, row in everybody[:50]})
    return table


def searched(table: PersonTable, wanted: Need, before: Found | None = None) -> Found:
    return find(table, wanted, NOW_MS, FIX_AGE_MS, before)


def fits(row: PersonRow, wanted: Need) -> bool:
    return (
        not row.skills.isdisjoint(wanted.requirement.skills)
        and row.claim == at.FREE
        and (not wanted.requirement.languages or not {"kk", "ru"}.isdisjoint(row.languages))
    )


def away_m(row: PersonRow) -> float:
    return distance_m(CENTRE, Place(lon=row.numbers[at.LON], lat=row.numbers[at.LAT]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [30, 3_000])
def test_the_nearest_who_fit_are_found_and_every_further_look_finds_the_next(seed: int, count: int) -> None:
    people = scattered(count, seed)
    table = table_of(people)
    wanted = need(requirement(languages=("kk",), max_distance_m=10_000), want=5)
    fitting = sorted(
        (away_m(row), id_) for id_, row in people.items() if fits(row, wanted) and away_m(row) <= 10_000 * 0.999
    )

    found = searched(table, wanted)
    seen = [one.volunteer_id for one in found.candidates]
    looks = 0
    while not found.complete:
        assert seen == [id_ for _, id_ in fitting[: len(seen)]]
        assert found.mark is not None
        found = searched(table, replace(wanted, want=5 * 4**looks), found)
        seen, looks = [one.volunteer_id for one in found.candidates], looks + 1

    assert seen[: len(fitting)] == [id_ for _, id_ in fitting]
    assert len(set(seen)) == len(seen)
    assert looks > 0 or count == 30
    engaged = sum(
        row.claim != at.FREE and "first_aid" in row.skills and away_m(row) <= 10_000 for row in people.values()
    )
    assert found.excluded[Exclusion.ENGAGED] == pytest.approx(engaged, abs=2)


def test_within_a_ring_the_preferred_skill_comes_first_and_beyond_it_nobody_does() -> None:
    people = {f"near-{number}": person(at_m(100 + number), skills=("boat",)) for number in range(20)}
    people["preferred"] = person(at_m(200), skills=("doctor",))
    people["far"] = person(at_m(4_000), skills=("doctor",))
    wanted = need(replace(requirement(skill="doctor"), any_of=("boat",)), want=3)

    found = searched(table_of(people), wanted)

    ids = {one.volunteer_id for one in found.candidates}
    assert "preferred" in ids
    assert "far" not in ids
    assert found.searched_m is not None
    assert found.searched_m < 1_000


def at_m(north_m: float) -> Place:
    return Place(lon=CENTRE.lon, lat=CENTRE.lat + north_m / 111_195)


def test_a_skill_that_few_have_is_found_among_many_without_it() -> None:
    people = scattered(3_000, 1) | {"diver": person(at_m(9_000), skills=("diver",), md="50000")}

    found = searched(table_of(people), need(requirement(skill="diver", max_distance_m=10_000)))

    assert [one.volunteer_id for one in found.candidates] == ["diver"]
    assert found.complete


def test_a_skill_that_nobody_has_is_searched_to_the_limit() -> None:
    found = searched(table_of(scattered(300, 1)), need(requirement(skill="astronaut")))

    assert (found.candidates, found.complete) == ((), True)


def test_more_words_than_a_number_has_bits() -> None:
    people = {f"v-{number}": person(at_m(number), skills=(f"skill-{number}",)) for number in range(200)}
    table = table_of(people)

    for number in (0, 63, 64, 127, 199):
        found = searched(table, need(requirement(skill=f"skill-{number}")))
        assert [one.volunteer_id for one in found.candidates] == [f"v-{number}"]


def test_whoever_leaves_is_found_no_more_and_their_row_is_used_again() -> None:
    table = table_of({"v-1": person(at_m(10)), "v-2": person(at_m(20))})
    table.put({"v-1": None, "unknown": None})
    table.put({"v-3": person(at_m(30), skills=("boat",))})

    assert [one.volunteer_id for one in searched(table, need()).candidates] == ["v-2"]
    assert [one.volunteer_id for one in searched(table, need(requirement(skill="boat"))).candidates] == ["v-3"]
    assert len(table) == 2


def test_a_claim_hides_the_person_from_every_command_but_its_own() -> None:
    table = table_of({"v-1": person(at_m(10))})
    table.claimed("v-1", "c-1")
    table.claimed("unknown", "c-1")

    assert searched(table, need(command="c-2")).excluded == {Exclusion.ENGAGED: 1}
    assert [one.volunteer_id for one in searched(table, need(command="c-1")).candidates] == ["v-1"]


def test_a_fix_that_grows_old_gives_way_to_the_home_without_any_news() -> None:
    home = at_m(3_000)
    table = table_of({"v-1": person(at_m(10), hx=str(home.lon), hy=str(home.lat))})

    (fresh,) = searched(table, need()).candidates
    (stale,) = find(table, need(), NOW_MS + FIX_AGE_MS, FIX_AGE_MS).candidates

    assert (fresh.from_home, stale.from_home) == (False, True)
    assert stale.distance_m == pytest.approx(3_000, rel=0.01)
    assert find(table, need(at=area(at_m(-4_000))), NOW_MS + FIX_AGE_MS, FIX_AGE_MS).excluded == {
        Exclusion.STALE_PLACE: 1
    }
