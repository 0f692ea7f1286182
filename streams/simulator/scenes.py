"""Scenes of the demo: a cast of named people, what callers report, how the cast answers, and what the operator does then.

All of it is data (`scenes.toml`, which explains the format); `director.py` plays it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from dispatch.model.places import Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import Capability, TravelMode
from streams.simulator.answers import Kind, SimulatedAnswer, Work
from streams.simulator.people import SimulatedPerson

CITY = "almaty"
"""Where the scenes are: a run in another city has none."""
FIRST, CHILD = "first", "child"
"""Names of incidents in a scene: its first report, and the incident of a person in distress."""
FIRST_NUMBER = 1_001
"""Of the cast: their phone numbers are no others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePart:
    """How one person answers an offer of the incident `at`, and works on it. Times are seconds at a pace of 1."""

    who: str = ""
    at: str = FIRST
    answer: Kind = Kind.ACCEPT
    after_s: float = 2.0
    ready_s: float = 1.5
    travel_s: float = 12.0
    work_s: float = 60.0
    result: Mapping[str, Any] | None = None
    distress: str | None = None
    distress_after_s: float = 0.0

    def simulated_answer(self, pace: float) -> SimulatedAnswer:
        reason = DeclineReason.BUSY if self.answer is Kind.DECLINE else None
        return SimulatedAnswer(kind=self.answer, after_s=self.after_s / pace, reason=reason)

    def work(self, pace: float) -> Work:
        return Work(
            ready_s=self.ready_s / pace, travel_s=self.travel_s / pace, work_s=self.work_s / pace, is_forgotten=False
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneReport:
    """A report, `at_s` after the scene begins. `body`: that of POST /v1/incidents."""

    name: str
    at_s: float
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the operator does to the incident `to`, `after_s` after `when` holds."""

    do: str
    to: str = FIRST
    when: Mapping[str, Any] = field(default_factory=dict)
    after_s: float
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    name: str
    begins_s: float
    reports: tuple[SceneReport, ...]
    parts: tuple[ScenePart, ...]
    orders: tuple[Order, ...]

    def has(self, person_id: str) -> bool:
        return any(part.who == person_id for part in self.parts)

    def part(self, person_id: str, at: str) -> ScenePart | None:
        return next((part for part in self.parts if part.who == person_id and part.at == at), None)


@cache
def scenes() -> tuple[Scene, ...]:
    return tuple(_scene(table) for table in _table()["scenes"])


@cache
def cast() -> tuple[SimulatedPerson, ...]:
    """Everybody who has a part; on duty, with a car unless their work is at a screen."""
    people = _table()["people"].items()
    return tuple(_person(identity, about, number) for number, (identity, about) in enumerate(people, FIRST_NUMBER))


def _person(identity: str, about: Mapping[str, Any], number: int) -> SimulatedPerson:
    lon, lat = about["home"]
    return SimulatedPerson(
        id=identity,
        number=number,
        city=CITY,
        home=Place(lon=lon, lat=lat),
        capabilities=(_capability(about["skills"]),),
        skills=tuple(about["skills"]),
        languages=tuple(about["languages"]),
        travel_mode=TravelMode.CAR,
        max_distance_m=10_000,
        on_duty=True,
        name=about["name"],
    )


def _capability(skills: list[str]) -> Capability:
    return Capability.DIGITAL if set(skills) & {"verification", "call_taking", "mapping"} else Capability.FIELD


def _scene(table: Mapping[str, Any]) -> Scene:
    return Scene(
        name=table["name"],
        begins_s=table["begins_s"],
        reports=tuple(_report(report) for report in table["reports"]),
        parts=tuple(ScenePart(**{**part, "answer": Kind(part.get("answer", Kind.ACCEPT))}) for part in table["parts"]),
        orders=tuple(Order(**order) for order in table["orders"]),
    )


def _report(table: Mapping[str, Any]) -> SceneReport:
    body = {"location": None, **table}
    return SceneReport(name=body.pop("name"), at_s=body.pop("at_s", 0.0), body=body)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("streams.simulator") / "scenes.toml").read_text("utf-8"))
