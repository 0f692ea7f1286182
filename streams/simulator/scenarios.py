"""Scenarios: people, places, and the rate of incidents. Named scenarios are in `scenarios.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from streams.errors import InvalidInput
from streams.simulator.answers import Habits
from streams.simulator.people import Crowd
from streams.simulator.places import City, cities, city_named
from streams.simulator.scenes import CITY, Scene
from streams.simulator.scenes import scenes as all_scenes

Shape = Literal["steady", "surge"]


class BadScenario(InvalidInput, ValueError):
    """A value is invalid. The message names it and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    about: str = ""
    volunteers: int
    city: str | None = None
    rate: float
    shape: Shape = "steady"
    minutes: float
    seed: int
    duty_share: float | None = None
    skilled: float = 1.0
    accept: float = Habits().accept
    decline: float = Habits().decline
    answer_speed: float = 1.0
    work_speed: float = 1.0
    corrected: float = 0.15
    """Share of the incidents that the operator corrects while people are under way. An estimate."""
    yours: int = 0
    positions_s: float = 30.0
    bulk: bool = False
    types: Mapping[str, float] = field(default_factory=dict)
    moving_s: float = 0.0
    """How often people under way send their position; 0: as often as the others."""
    has_scenes: bool = False
    """Whether the scenes of `scenes.toml` are played first, in their city only."""
    pace: float = 1.0
    """Speed factor of the scenes."""
    opening_s: float = 0.0
    """Time before the first drawn incident."""
    id_prefix: str = ""
    """Empty: derived from the scenario's name and seed, so that two scenarios do not share people."""

    def __post_init__(self) -> None:
        expected = {
            "volunteers: expected 1 to 1,000,000": 1 <= self.volunteers <= 1_000_000,
            "rate: expected 0 to 60,000 incidents a minute": 0 <= self.rate <= 60_000,
            "minutes: expected 0 (until cancelled) or more": self.minutes >= 0,
            "corrected: expected 0 to 1": 0 <= self.corrected <= 1,
            "shape: expected steady or surge": self.shape in ("steady", "surge"),
            "minutes: a surge needs a length": self.shape == "steady" or self.minutes > 0,
            "duty_share: expected 0 to 1": self.duty_share is None or 0 <= self.duty_share <= 1,
            f"city: expected one of {', '.join(city.id for city in cities())}": self.city is None
            or city_named(self.city) is not None,
        }
        # All faults at once, so that a file is corrected in one go.
        wrong = [words for words, holds in expected.items() if not holds]
        if wrong:
            raise BadScenario("; ".join(wrong))

    @property
    def places(self) -> tuple[City, ...]:
        city = city_named(self.city) if self.city else None
        return (city,) if city else cities()

    @property
    def crowd(self) -> Crowd:
        return Crowd(
            count=self.volunteers,
            cities=self.places,
            seed=self.seed,
            id_prefix=self.id_prefix or f"v-{self.name}-{self.seed}-",
            skilled=self.skilled,
            duty_share=self.duty_share,
        )

    @property
    def scenes(self) -> tuple[Scene, ...]:
        return all_scenes() if self.has_scenes and self.city == CITY else ()

    @property
    def habits(self) -> Habits:
        # A scenario that raises `accept` need not lower `decline` as well.
        decline = min(self.decline, 1 - self.accept)
        return Habits(accept=self.accept, decline=decline, answer_speed=self.answer_speed, work_speed=self.work_speed)


@cache
def scenarios() -> Mapping[str, Scenario]:
    tables = tomllib.loads((files("streams.simulator") / "scenarios.toml").read_text("utf-8"))
    return {name: Scenario(name=name, **table) for name, table in tables.items()}


def scenario_named(name: str, changes: Mapping[str, Any]) -> Scenario:
    """The named scenario with `changes`; None values are ignored.

    Raises:
        BadScenario: no such scenario, or an invalid value.
    """
    found = scenarios().get(name)
    if found is None:
        raise BadScenario(f"scenario {name!r}: expected one of {', '.join(scenarios())}")
    known = {entry.name for entry in fields(Scenario)}
    # The caller names fields of `Scenario`; anything else is a bug.
    assert changes.keys() <= known
    return replace(found, **{key: value for key, value in changes.items() if value is not None})
