"""Simulated reports: type, time and place. Types and texts are in `incidents.toml`."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate, count
from random import Random
from typing import Any

from streams.simulator.answers import outline
from streams.simulator.places import City, scattered
from streams.simulator.scenarios import Scenario

SURGE_DECAY = 4.0
"""A surge falls to 1/e of its initial rate after a quarter of its duration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`at_s`: seconds after the start; `key`: the Idempotency-Key; `body`: that of POST /v1/incidents."""

    at_s: float
    key: str
    body: Mapping[str, Any]


def draw_reports(scenario: Scenario, *, run: str) -> Iterator[Report]:
    """Yields reports in order of time, without end if the scenario has no end.

    `run` identifies a run of the scenario. The same run has the same keys, so a report that is sent twice is one incident.
    """
    types = _weights(scenario.types)
    for number, at_s in enumerate(_times(scenario)):
        # A generator of its own for each report: report n does not depend on how many draws the others made.
        rng = Random(f"{scenario.seed}:report:{number}")
        yield Report(at_s=at_s, key=f"sim-{run}-{number}", body=_body(rng, types, scenario.places, f"{run}-{number}"))


def _times(scenario: Scenario) -> Iterator[float]:
    if scenario.rate == 0:
        return
    if scenario.shape == "surge":
        yield from _surge_times(scenario)
        return
    beat_s = 60.0 / scenario.rate
    opening_s = scenario.opening_s if scenario.scenes else 0.0
    rng = Random(f"{scenario.seed}:beat")
    end_s = scenario.minutes * 60 or math.inf
    for number in count():
        # The first report comes at once, so that something is seen immediately.
        at_s = (number + (rng.uniform(-0.25, 0.25) if number else 0.0)) * beat_s
        if at_s >= end_s:
            return
        yield opening_s + at_s


def _surge_times(scenario: Scenario) -> list[float]:
    rng = Random(f"{scenario.seed}:surge")
    length_s = scenario.minutes * 60
    whole = 1 - math.exp(-SURGE_DECAY)
    total = round(scenario.rate * scenario.minutes)
    # Inverse transform sampling of an exponential distribution that is cut off at the end of the surge.
    return sorted(-math.log(1 - rng.random() * whole) / SURGE_DECAY * length_s for _ in range(total))


def _body(rng: Random, types: Mapping[str, float], places: tuple[City, ...], external_id: str) -> dict[str, Any]:
    table = _table()
    kind = rng.choices(tuple(types), tuple(types.values()))[0]
    about = table["types"][kind]
    # In proportion to the population.
    city = rng.choices(places, cum_weights=list(accumulate(place.population for place in places)))[0]
    language = _language(rng, city)
    body: dict[str, Any] = {
        "type": kind,
        "location": _location(rng, about, city),
        "description": rng.choice(about["text"][language]),
        "language": language,
        "external_id": f"sim-{external_id}",
        # +7000 is a range that no operator has assigned.
        "caller": {"name": rng.choice(_CALLERS), "phone": f"+7000{rng.randrange(10**7):07d}"},
    }
    if not about.get("placeless"):
        body["address"] = f"{city.name_kk if language == 'kk' else city.name_ru}, {rng.randint(1, 180)}"
    if rng.random() < table["priority"]["share"]:
        body["priority"] = rng.choice(table["priority"]["to"])
    return body


_CALLERS = ("Айгүл С.", "Ерлан Т.", "Мария К.", "Олег П.", "Дана Ж.")


def _location(rng: Random, about: Mapping[str, Any], city: City) -> dict[str, Any] | None:
    if about.get("placeless"):
        return None
    place = scattered(rng, city)
    if "area" in about:
        return outline(rng, place, radius_m=rng.uniform(*about["area"]))
    return {"type": "Point", "coordinates": [place.lon, place.lat]}


def _language(rng: Random, city: City) -> str:
    shares = {"kazakh": (0.75, 0.23, 0.02), "mixed": (0.45, 0.5, 0.05), "russian": (0.2, 0.78, 0.02)}[city.speech]
    return rng.choices(("kk", "ru", "en"), shares)[0]


def _weights(wanted: Mapping[str, float]) -> dict[str, float]:
    types = _table()["types"]
    unknown = wanted.keys() - types.keys()
    if unknown:
        raise ValueError(f"types: no words for {', '.join(sorted(unknown))}")
    return dict(wanted) or {kind: about["weight"] for kind, about in types.items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("streams.simulator") / "incidents.toml").read_text("utf-8"))
