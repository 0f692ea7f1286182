"""Attacks on places: what can be computed from all numbers that records and responses contain, and from answers to questions.

Half a cell is half an edge: 266 m for people (H3 resolution 8), 703 m for incidents (resolution 7). Somebody who knows the cell
and guesses its centre is about 350 m and 900 m away in the quadratic mean: no attack below does better.
"""

import math
from collections.abc import Callable, Sequence
from random import Random

import pytest

from dispatch.matching.approach import approach
from dispatch.matching.ranking import Ranked, rank
from dispatch.model.geo import METRES_A_DEGREE, cell, coarse, distance_m
from dispatch.model.places import Place
from dispatch.model.travel import distance_within_m
from dispatch.model.vocabulary import TravelMode
from tests.support.builders import ALMATY, candidate, need, requirement
from tests.support.cells import area_at, around, shifted

HALF_CELL_M = 266.0
HALF_AREA_M = 703.0
PEOPLE = 40
INCIDENTS = 50
WALKING = TravelMode.FOOT


def ranked_at(home: Place, scene: Place, **known: object) -> Ranked:
    """The person as the worker has ranked them: with the exact distance, and what of it is recorded."""
    area = area_at(scene)
    person = candidate("v-1", place=home, distance_m=distance_m(home, scene), travel_mode=WALKING, **known)
    wanted = need(requirement(max_distance_m=100_000), area=area)
    (entry,) = rank([approach(person, wanted, None, ())], wanted, None)
    return entry


Measure = Callable[[Ranked], float]
MEASURES: dict[str, Measure] = {
    "distance": lambda entry: entry.recorded.distance_m or 0.0,
    "eta": lambda entry: distance_within_m(entry.recorded.eta_s or 0.0, WALKING),
    "terms": lambda entry: distance_within_m(entry.recorded.terms["travel"], WALKING),
}


def located(known: Sequence[Place], metres: Sequence[float], start: Place) -> Place:
    """The place whose distances from the known places fit best: least squares, Gauss-Newton on a local plane."""
    flat = [plane(place) for place in known]
    x, y = plane(start)
    for _ in range(25):
        rows = []
        for (px, py), wanted in zip(flat, metres, strict=True):
            apart = max(1.0, math.hypot(x - px, y - py))
            rows.append(((x - px) / apart, (y - py) / apart, wanted - apart))
        a, b, c = (sum(row[i] * row[j] for row in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
        u, v = sum(r[0] * r[2] for r in rows), sum(r[1] * r[2] for r in rows)
        det = a * c - b * b
        if abs(det) < 1e-9:
            break
        x, y = x + (c * u - b * v) / det, y + (a * v - b * u) / det
    return shifted(ALMATY, x, y)


def plane(place: Place) -> tuple[float, float]:
    """Metres east and north of Almaty."""
    return (place.lon - ALMATY.lon) * METRES_A_DEGREE * 0.7285, (place.lat - ALMATY.lat) * METRES_A_DEGREE


def mean_square(errors: Sequence[float]) -> float:
    return math.sqrt(sum(error * error for error in errors) / len(errors))


def test_the_attack_finds_a_place_from_exact_distances() -> None:
    """The control: the search below is one that finds."""
    rng = Random(1)
    home = around(rng)
    scenes = [around(rng) for _ in range(4)]

    found = located(scenes, [distance_m(home, scene) for scene in scenes], ALMATY)

    assert distance_m(found, home) < 30


@pytest.mark.parametrize("number", MEASURES)
@pytest.mark.parametrize("knows_the_grid", [False, True])
def test_fifty_incidents_find_a_home_no_closer_than_half_a_cell(number: str, knows_the_grid: bool) -> None:
    """An operator, or a reader of the log, who knows where every incident was, and how numbers are made."""
    rng, errors = Random(2), []
    for _ in range(PEOPLE):
        home = around(rng)
        scenes = [around(rng, within_m=20_000) for _ in range(INCIDENTS)]
        told = [MEASURES[number](ranked_at(home, scene)) for scene in scenes]
        known = list(map(coarse, scenes)) if knows_the_grid else scenes
        errors.append(distance_m(located(known, told, ALMATY), home))

    assert mean_square(errors) > HALF_CELL_M


def test_differences_of_successive_looks_tell_the_way_from_cell_to_cell_only() -> None:
    """Steps of ten metres: a number changes where a cell ends, and nowhere else."""
    rng = Random(3)
    scenes = [around(rng) for _ in range(6)]
    start = around(rng)
    steps = [shifted(start, 10.0 * number, 0.0) for number in range(150)]

    told = [[MEASURES[one](ranked_at(step, scene)) for scene in scenes for one in MEASURES] for step in steps]

    changes = [at for at in range(1, len(steps)) if told[at] != told[at - 1]]
    assert changes == [at for at in range(1, len(steps)) if cell(steps[at]) != cell(steps[at - 1])]
    assert 1 <= len(changes) <= 8


@pytest.mark.parametrize("volunteers", [3, 30])
def test_volunteers_who_were_asked_find_an_incident_no_closer_than_half_its_area(volunteers: int) -> None:
    """They know where they stood to the metre, and post places of their choice."""
    rng, errors = Random(4), []
    for _ in range(PEOPLE):
        scene = around(rng)
        places = [around(rng) for _ in range(volunteers)]
        told = [MEASURES["distance"](ranked_at(place, scene)) for place in places]
        errors.append(distance_m(located(list(map(cell, places)), told, ALMATY), scene))

    assert mean_square(errors) > HALF_AREA_M
