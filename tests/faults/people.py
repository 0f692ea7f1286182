"""Who takes part: volunteers of some towns, and pairs of idle ones in places of their own for probes. All from the seed.

Everything that identifies somebody is planted: the checker looks for it where it must not be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dispatch.model.geo import zone_of
from dispatch.model.places import Place
from streams.kafka.partitioner import partition_of
from tests.faults.artefacts import Folder
from tests.faults.options import Profile

TOWNS = (
    Place(lon=76.945, lat=43.238),
    Place(lon=71.43, lat=51.13),
    Place(lon=69.59, lat=42.34),
    Place(lon=57.17, lat=50.28),
)
M_PER_DEGREE = 111_195
FIELD_SKILL = "first_aid"
DIGITAL_SKILL = "verification"
PROBE_SKILL = "boat"
PROBE_PEOPLE = 4
"""At each probe's place: a wave may ask them all."""
DIGITAL_SHARE = 0.15


@dataclass(slots=True, kw_only=True)
class Person:
    """`nature`: how likely it is that an offer is accepted, declined, answered too late; the rest is silence."""

    id: str
    place: Place
    skill: str
    nature: tuple[float, float, float] = (0.55, 0.15, 0.1)
    contact: dict[str, Any] = field(default_factory=dict)
    on_duty: bool = True

    @property
    def profile(self) -> dict[str, Any]:
        return {
            "capabilities": ["digital" if self.skill == DIGITAL_SKILL else "field"],
            "skills": [self.skill],
            "languages": ["kk", "ru"],
            "travel_mode": "car",
            "on_duty": self.on_duty,
            "home": {"type": "Point", "coordinates": [self.place.lon, self.place.lat]},
            "contact": self.contact,
        }

    def fix(self) -> dict[str, Any]:
        return {"lon": self.place.lon, "lat": self.place.lat, "accuracy_m": 12.0}


class People:
    def __init__(self, folder: Folder, profile: Profile, seed: int, partitions: int) -> None:
        self._folder = folder
        self._random = Random(f"people {seed}")
        self.towns = TOWNS[: profile.towns]
        self.townspeople = [
            self._person(f"v-{seed}-{town}-{number:02}", centre, 4000)
            for town, centre in enumerate(self.towns)
            for number in range(profile.people)
        ]
        self.probe_places = _a_place_for_each(partitions)
        self.probed = [
            self._person(f"p-{seed}-{number}-{each}", place, 300, PROBE_SKILL)
            for number, place in enumerate(self.probe_places)
            for each in range(PROBE_PEOPLE)
        ]
        self.by_id = {person.id: person for person in (*self.townspeople, *self.probed)}

    def near(self, centre: Place, within_m: float) -> Place:
        """With seven decimals, so that nobody's place looks like another's or like an incident's."""
        place = Place(
            lon=_odd(centre.lon + self._random.uniform(-1, 1) * within_m / M_PER_DEGREE),
            lat=_odd(centre.lat + self._random.uniform(-1, 1) * within_m / M_PER_DEGREE),
        )
        self._folder.plant_place(place.lon, place.lat)
        return place

    def contact(self) -> dict[str, Any]:
        """A name and a telephone number that nobody else has."""
        number = self._random.getrandbits(40)
        return {
            "name": self._folder.plant(f"Қанарейка-{number:010x}"),
            "phone": self._folder.plant(f"+7700{number:013}"),
        }

    def text(self, about: str) -> str:
        return self._folder.plant(f"{about} {self._random.getrandbits(48):012x} құпия")

    def _person(self, name: str, centre: Place, within_m: float, skill: str | None = None) -> Person:
        chosen = DIGITAL_SKILL if self._random.random() < DIGITAL_SHARE else FIELD_SKILL
        email = self._folder.plant(f"k{self._random.getrandbits(48):012x}@canary.invalid")
        return Person(
            id=name,
            place=self.near(centre, within_m),
            skill=skill or chosen,
            contact={**self.contact(), "email": email},
        )


def _odd(degrees: float) -> float:
    """Seven decimals, the last of them never 0."""
    return round(int(degrees * 1e6) / 1e6 + 7e-7, 7)


def _a_place_for_each(partitions: int) -> Sequence[Place]:
    """Far from all towns, one whose commands go to each partition."""
    found: dict[int, Place] = {}
    for lat in (54.5, 53.5, 46.5, 45.5, 44.5, 48.5, 49.5):
        for lon in range(50, 86):
            place = Place(lon=lon + 0.25, lat=lat)
            partition = partition_of(zone_of(place).encode(), partitions)
            if partition not in found and all(_degrees(place, town) > 3 for town in TOWNS):
                found[partition] = place
    return [found[partition] for partition in range(partitions)]


def _degrees(one: Place, other: Place) -> float:
    return max(abs(one.lon - other.lon), abs(one.lat - other.lat))
