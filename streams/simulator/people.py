"""Simulated volunteers: homes, skills and languages. Shares are in `people.toml`."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, Skill, TravelMode
from streams.simulator.places import City, scattered

_CAR_SKILLS = frozenset({Skill.DRIVER, Skill.OFF_ROAD})
_TRANSLATION = frozenset({Skill.TRANSLATOR})
_NONE: frozenset[Skill] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPerson:
    id: str
    number: int
    city: str
    home: Place
    capabilities: tuple[Capability, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    travel_mode: TravelMode
    max_distance_m: int
    on_duty: bool
    name: str

    @property
    def phone(self) -> str:
        """A phone number in a range that no operator has assigned."""
        return f"+7000{self.number:07d}"

    @property
    def is_field(self) -> bool:
        return Capability.FIELD in self.capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Parameters of `draw_people`. `skilled` multiplies the share of every skill: a small crowd needs more skills to be
    useful."""

    count: int
    cities: tuple[City, ...]
    seed: int
    id_prefix: str = "v-"
    skilled: float = 1.0
    duty_share: float | None = None


def draw_people(crowd: Crowd) -> Iterator[SimulatedPerson]:
    """Yields people. The same crowd gives the same people; person n does not depend on `count`."""
    weights = list(accumulate(city.population for city in crowd.cities))
    for number in range(1, crowd.count + 1):
        # One generator per person, so that person n does not depend on the others.
        rng = Random(crowd.seed * 1_000_003 + number)
        city = rng.choices(crowd.cities, cum_weights=weights)[0]
        yield _person(rng, number, city, crowd)


def _person(rng: Random, number: int, city: City, crowd: Crowd) -> SimulatedPerson:
    shares = _shares()
    mode = TravelMode(_pick(rng, shares["modes"]))
    capabilities = _capabilities(_pick(rng, shares["capabilities"]))
    languages = tuple(_pick(rng, shares["speech"][city.speech]).split())
    duty_share = crowd.duty_share if crowd.duty_share is not None else shares["duty_share"]
    return SimulatedPerson(
        id=f"{crowd.id_prefix}{number}",
        number=number,
        city=city.id,
        home=scattered(rng, city),
        capabilities=capabilities,
        skills=_skills(rng, capabilities, mode, languages, crowd.skilled),
        languages=languages,
        travel_mode=mode,
        max_distance_m=rng.choice(shares["max_distance_m"][mode]),
        on_duty=rng.random() < duty_share,
        name=rng.choice(shares["names"]["kk" if "kk" in languages else "ru"]),
    )


def _skills(
    rng: Random,
    capabilities: Sequence[Capability],
    mode: TravelMode,
    languages: Sequence[str],
    skilled: float,
) -> tuple[str, ...]:
    """The skills of a person, at least one per capability."""
    shares = _shares()
    held: set[str] = set()
    if Capability.FIELD in capabilities:
        # Driving needs a car, translating a second language.
        closed = _NONE if mode is TravelMode.CAR else _CAR_SKILLS
        held |= _drawn(rng, shares["field_skills"], closed, skilled) or {Skill.FIRST_AID.value}
    if Capability.DIGITAL in capabilities:
        closed = _NONE if len(languages) > 1 else _TRANSLATION
        held |= _drawn(rng, shares["digital_skills"], closed, skilled) or {Skill.VERIFICATION.value}
    # A copy, because implied skills are added to the set.
    for skill in tuple(held):
        held.update(shares["implies"].get(skill, ()))
    return tuple(sorted(held))


def _drawn(rng: Random, shares: Mapping[str, float], closed: frozenset[Skill], skilled: float) -> set[str]:
    chance = rng.random
    return {skill for skill, share in shares.items() if chance() < share * skilled and skill not in closed}


def _capabilities(word: str) -> tuple[Capability, ...]:
    return (Capability.FIELD, Capability.DIGITAL) if word == "both" else (Capability(word),)


def _pick(rng: Random, shares: Mapping[str, float]) -> str:
    return rng.choices(tuple(shares), tuple(shares.values()))[0]


@cache
def _shares() -> dict[str, Any]:
    return tomllib.loads((files("streams.simulator") / "people.toml").read_text("utf-8"))
