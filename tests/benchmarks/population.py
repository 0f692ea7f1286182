"""300,000 people spread over Kazakhstan's cities as real ones are: dense centres, thin edges, a few in the steppe."""

import random
from collections.abc import Iterator

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, TravelMode
from streams.store.people import FixWrite, ProfileWrite
from streams.wire import VolunteerRecord

CITIES = (
    ("Almaty", 76.945, 43.238, 0.30, 0.09),
    ("Astana", 71.430, 51.128, 0.20, 0.08),
    ("Shymkent", 69.590, 42.320, 0.15, 0.07),
    ("Karaganda", 73.100, 49.806, 0.07, 0.06),
    ("Aktobe", 57.207, 50.283, 0.07, 0.05),
    ("Taraz", 71.378, 42.900, 0.05, 0.04),
    ("Pavlodar", 76.967, 52.287, 0.05, 0.04),
    ("Oskemen", 82.628, 49.948, 0.05, 0.04),
)
"""Name, lon, lat, share of the people, spread in degrees of latitude (the rest lives in the steppe)."""

SKILLS = ("first_aid", "cpr", "search", "driver", "logistics", "radio", "nurse", "doctor")
DIGITAL_SKILLS = ("mapping", "verification", "translator", "call_taking")


def place(chance: random.Random) -> Place:
    left = chance.random()
    for _, lon, lat, share, spread in CITIES:
        if left < share:
            return Place(lon=chance.gauss(lon, spread * 1.4), lat=chance.gauss(lat, spread))
        left -= share
    return Place(lon=chance.uniform(52, 85), lat=chance.uniform(42, 54))


def city_place(chance: random.Random) -> Place:
    """Where incidents happen: mostly in cities."""
    _, lon, lat, _, spread = chance.choices(CITIES, [city[3] for city in CITIES])[0]
    return Place(lon=chance.gauss(lon, spread), lat=chance.gauss(lat, spread * 0.7))


def profiles(count: int, seed: int = 1) -> Iterator[ProfileWrite]:
    chance = random.Random(seed)
    for number in range(count):
        is_digital = chance.random() < 0.1
        skills = tuple(chance.sample(SKILLS, chance.choice((1, 1, 2, 3))))
        record = VolunteerRecord(
            id=f"v-{number:06}",
            capabilities=(Capability.FIELD, Capability.DIGITAL) if is_digital else (Capability.FIELD,),
            skills=(*skills, chance.choice(DIGITAL_SKILLS)) if is_digital else skills,
            languages=chance.choice((("kk", "ru"), ("kk", "ru"), ("ru",), ("kk",), ("kk", "ru", "en"))),
            travel_mode=chance.choice(tuple(TravelMode)),
            max_distance_m=chance.choice((None, 5_000, 20_000)),
            on_duty=True,
            changed_ms=0,
        )
        yield ProfileWrite(volunteer_id=record.id, offset=number, record=record)


def fixes(count: int, at_ms: int, seed: int = 2) -> Iterator[FixWrite]:
    chance = random.Random(seed)
    for number in range(count):
        there = place(chance)
        yield FixWrite(volunteer_id=f"v-{number:06}", lon=there.lon, lat=there.lat, accuracy_m=8.0, at_ms=at_ms)
