"""Answers of simulated people to offers, and their times.

Shares and times follow published figures of volunteers alerted by phone: 36 % accept; the time to an answer is lognormal with a
median of 40 s, 26 % within 30 s, 79 % within 60 s, 96 % within 90 s (11,302 acceptances).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from dispatch.model.places import Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import Task
from streams.simulator.places import moved

MEDIAN_ANSWER_S = 40.0
SPREAD_OF_ANSWER = 0.47
"""Standard deviation of the logarithm, fitted to the three shares above."""
ROAD_FACTOR = 1.24  # ratio of road to straight-line distance, median
LAY_SPEED_M_S = 2.3  # of lay responders, when the offer has no travel time
MEDIAN_ON_SCENE_S = 20 * 60.0
MEDIAN_DIGITAL_WORK_S = 4 * 60.0
GET_READY_S = 45.0
NEVER_STARTS = 0.02
"""Share of people who accept and then never respond again."""
DECLINE_REASONS = {
    DeclineReason.BUSY: 0.5,
    DeclineReason.TOO_FAR: 0.2,
    DeclineReason.NO_TRANSPORT: 0.12,
    DeclineReason.NOT_QUALIFIED: 0.06,
    DeclineReason.UNSAFE: 0.04,
    DeclineReason.OTHER: 0.08,
}
OUTCOMES: dict[Task, dict[str, float]] = {
    Task.VERIFY_REPORT: {"confirmed": 0.8, "unclear": 0.14, "false": 0.06},
    Task.CALL_BACK: {"reached": 0.75, "not_reached": 0.22, "false": 0.03},
    Task.GEOLOCATE: {"located": 0.7, "not_found": 0.3},
    Task.FIND_DUPLICATES: {"none": 1.0},
    Task.TRANSLATE: {"done": 1.0},
    Task.SUMMARISE: {"done": 1.0},
    Task.MONITOR_MEDIA: {"done": 1.0},
    Task.MAP_DAMAGE: {"mapped": 1.0},
}


class Kind(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How people answer in a scenario. `answer_speed` and `work_speed` are speed factors: 8 is eight times as fast.

    Raises:
        ValueError: shares that add up to more than 1, or a speed that is not positive.
    """

    accept: float = 0.36
    decline: float = 0.26
    answer_speed: float = 1.0
    work_speed: float = 1.0

    def __post_init__(self) -> None:
        if min(self.accept, self.decline) < 0 or self.accept + self.decline > 1:
            raise ValueError("accept and decline: expected shares that add up to at most 1")
        if self.answer_speed <= 0 or self.work_speed <= 0:
            raise ValueError("answer_speed, work_speed: expected more than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAnswer:
    kind: Kind
    after_s: float
    reason: DeclineReason | None = None


def draw_answer(rng: Random, habits: Habits) -> SimulatedAnswer:
    # Both are drawn first, so that the time of an answer does not depend on what the answer is.
    chance = rng.random()
    after_s = _lognormal(rng, MEDIAN_ANSWER_S, SPREAD_OF_ANSWER) / habits.answer_speed
    if chance < habits.accept:
        return SimulatedAnswer(kind=Kind.ACCEPT, after_s=after_s)
    if chance < habits.accept + habits.decline:
        reason = rng.choices(tuple(DECLINE_REASONS), tuple(DECLINE_REASONS.values()))[0]
        return SimulatedAnswer(kind=Kind.DECLINE, after_s=after_s, reason=reason)
    return SimulatedAnswer(kind=Kind.SILENCE, after_s=after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The phases after an acceptance, in seconds. Digital work has no travel."""

    ready_s: float
    travel_s: float
    work_s: float
    is_forgotten: bool


def draw_field_work(rng: Random, habits: Habits, *, eta_s: float | None, distance_m: float | None) -> Work:
    # The time that Komek stated, else a straight line stretched to a road.
    travel_s = eta_s if eta_s is not None else (distance_m or 1000.0) * ROAD_FACTOR / LAY_SPEED_M_S
    speed = habits.work_speed
    return Work(
        ready_s=_lognormal(rng, GET_READY_S, 0.5) / speed,
        # People are rarely faster than predicted and often slower. An estimate.
        travel_s=travel_s * rng.uniform(0.8, 1.5) / speed,
        work_s=_lognormal(rng, MEDIAN_ON_SCENE_S, 0.5) / speed,
        is_forgotten=rng.random() < NEVER_STARTS,
    )


def draw_digital_work(rng: Random, habits: Habits) -> Work:
    work_s = _lognormal(rng, MEDIAN_DIGITAL_WORK_S, 0.6) / habits.work_speed
    return Work(ready_s=0.0, travel_s=0.0, work_s=work_s, is_forgotten=rng.random() < NEVER_STARTS)


def draw_result(rng: Random, task: Task, near: Place) -> Mapping[str, Any]:
    """The body of a valid result for the task. Places are within some hundred metres of `near`."""
    outcomes = OUTCOMES[task]
    outcome = rng.choices(tuple(outcomes), tuple(outcomes.values()))[0]
    result: dict[str, Any] = {"outcome": outcome}
    if outcome == "located":
        found = moved(near, east_m=rng.gauss(0, 200), north_m=rng.gauss(0, 200))
        result["location"] = {"type": "Point", "coordinates": [found.lon, found.lat]}
    if outcome == "mapped":
        result["location"] = outline(rng, near, radius_m=rng.uniform(100, 500))
    if outcome == "done":
        result["text"] = rng.choice(("Дайын.", "Готово.", "Done."))
    return result


def outline(rng: Random, centre: Place, *, radius_m: float) -> dict[str, Any]:
    """A GeoJSON polygon with eight corners around the centre."""
    corners = []
    for step in range(8):
        angle = step * math.pi / 4
        reach = radius_m * rng.uniform(0.6, 1.0)
        corner = moved(centre, east_m=reach * math.cos(angle), north_m=reach * math.sin(angle))
        corners.append([corner.lon, corner.lat])
    # A GeoJSON ring ends with its first position (RFC 7946, section 3.1.6); corners are lon, lat.
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def _lognormal(rng: Random, median: float, spread: float) -> float:
    return rng.lognormvariate(math.log(median), spread)
