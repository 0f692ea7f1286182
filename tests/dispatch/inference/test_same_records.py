"""Whatever is recorded or shown is equal, bit for bit, for every place of a person in their cell and of an incident in its area.

Two worlds differ only in exact places. Everything that leaves the worker is compared field by field: decisions with their
reasons, states, steps of offers, responses for every role, explanations. Left out are the fields that state the incident's own
place.
"""

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec
import pytest

from api.views import incidents, offers
from api.views.opened import NOTHING
from dispatch.explanations import PersonNow, of_incident, of_person
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.decisions import StatusRecord
from dispatch.model.geo import distance_to_area_m
from dispatch.model.hazard_areas import HazardArea, hazard_area
from dispatch.model.incidents import Hazard
from dispatch.model.people import Candidate, Presence
from dispatch.model.places import Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import Capability, OfferState, Priority, TravelMode
from dispatch.plans.book import load_builtin
from dispatch.state.offer_effects import offer_steps
from streams import wire
from tests.dispatch.safety.test_hazards import square
from tests.support.builders import Story, candidate, digital_spec, spec
from tests.support.cells import area_at, around, in_same_area, in_same_cell

STATED = {"area", "geometry", "centre", "location"}
"""Where the incident is: what operators and the people on their way need, and what its own records state."""
EQUIPPED = ("v-2", "v-4")
"""The people who come may enter the dangerous ground: others are warned by their exact way (DESIGN 116)."""
MODES = tuple(TravelMode)


def people_of(rng: Random) -> dict[str, tuple[Place, dict[str, Any]]]:
    """Eight people around Almaty: by fix and at home, of several modes, skills, ages and accuracies."""
    return {
        f"v-{number}": (
            around(rng, within_m=6_000),
            {
                "travel_mode": MODES[number % 3],
                "from_home": number % 4 == 3,
                "fix_age_s": None if number % 4 == 3 else rng.uniform(1, 1_500),
                "accuracy_m": None if number % 4 == 3 else rng.uniform(5, 300),
                "home_m": rng.uniform(0, 5_000),
                "max_distance_m": 60_000,
                "travel_s": rng.uniform(60, 2_000) if number % 2 else None,
            },
        )
        for number in range(8)
    }


def skills_of(volunteer_id: str) -> tuple[str, ...]:
    return ("first_aid", "boat") if volunteer_id in EQUIPPED else ("first_aid",)


class World:
    """A story whose search finds everybody at their places, seen from the place of the incident."""

    def __init__(self, scene: Place, places: Mapping[str, Place], known: Mapping[str, dict[str, Any]]) -> None:
        self.area = area_at(scene)
        self.places, self.known = places, known
        self.story = Story(book=load_builtin())

    def candidates(self) -> list[Candidate]:
        people = [
            candidate(
                one, *skills_of(one), place=place, distance_m=distance_to_area_m(place, self.area), **self.known[one]
            )
            for one, place in self.places.items()
        ]
        translator = candidate(
            "d-1", "verification", place=self.places["v-0"], distance_m=None, fix_age_s=5.0, languages=("kk",)
        )
        return [*people, translator]

    def look(self, hazard: HazardArea) -> None:
        """What the worker knows of everybody now."""
        self.story.people = self.candidates()
        self.story.around = DecisionContext(
            presence={one: self._presence(one) for one in self.places},
            whereabouts={
                one: Whereabouts(
                    place=place, travel_mode=self.known[one]["travel_mode"], skills=frozenset(skills_of(one))
                )
                for one, place in self.places.items()
            },
            hazards=(hazard,),
        )

    def _presence(self, one: str) -> Presence:
        return Presence(
            on_duty=True,
            travel_mode=self.known[one]["travel_mode"],
            place=self.places[one],
            fix_at_ms=self.story.now_ms,
            heard_at_ms=self.story.now_ms,
            capabilities=frozenset(Capability),
            skills=frozenset(skills_of(one)),
            languages=("kk", "ru"),
            max_distance_m=60_000,
        )

    def run(self, hazard: HazardArea) -> None:
        """Everybody is asked; one declines, two come, one of them is watched while travelling; the incident is escalated."""
        story = self.story
        self.look(hazard)
        story.report(spec(count=8), digital_spec("verification", count=1), area=self.area, priority=Priority.HIGH)
        story.decline("v-1", DeclineReason.TOO_FAR)
        for one in ("v-2", "v-4"):
            story.accept(one)
        story.progress("v-2", OfferState.EN_ROUTE)
        story.wait(180)
        self.look(hazard)
        story.look_at("v-2")
        story.note()
        story.escalate()
        story.retry()

    def move(self, scene: Place, hazard: HazardArea) -> None:
        self.area = area_at(scene)
        self.look(hazard)
        self.story.update(area=self.area)


def everything_of(world: World) -> dict[str, Any]:
    """All that leaves the worker and the API, as plain values."""
    story = world.story
    state = story.incident
    record = StatusRecord(
        incident=state, decision_id="d", decision_partition=0, decision_offset=0, decided_ms=story.now_ms
    )
    now = {one: person_now(world, one) for one in world.places}
    return {
        "decisions": [msgspec.json.decode(wire.encode_decision(one)) for one in story.decisions],
        "status": msgspec.json.decode(wire.encode(record)),
        "steps": [msgspec.to_builtins(step) for at in story.decisions[-1:] for step in offer_steps(state, at, 0, 0)],
        "operator": incidents.incident(state),
        "monitor": incidents.incident_for_monitor(state),
        "volunteers": {
            one: [
                incidents.incident_for_volunteer(
                    state, [held for held in state.offers if held.volunteer_id == one], NOTHING
                ),
                [offers.offer(state, held) for held in state.offers if held.volunteer_id == one],
            ]
            for one in world.places
        },
        "why": [msgspec.to_builtins(of_incident(state, story.decisions))]
        + [msgspec.to_builtins(of_person(state, story.decisions, one, now[one])) for one in world.places]
        + [msgspec.to_builtins(of_person(state, [], one, now[one])) for one in world.places],
    }


def person_now(world: World, one: str) -> PersonNow:
    (found,) = [person for person in world.candidates() if person.volunteer_id == one]
    return PersonNow(candidate=found, capabilities=frozenset({Capability.FIELD}), on_duty=True)


def compared(value: Any, left_out: set[str]) -> Any:
    if isinstance(value, Mapping):
        return {str(name): compared(inner, left_out) for name, inner in value.items() if name not in left_out}
    if isinstance(value, list | tuple):
        return [compared(inner, left_out) for inner in value]
    return value


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        names = sorted({*one, *other})
        return [text for name in names for text in differences(one.get(name), other.get(name), f"{path}.{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = zip(one, other, strict=True)
        return [text for at, pair in enumerate(pairs) for text in differences(*pair, f"{path}[{at}]")]
    return [] if one == other else [f"{path}: {one!r} != {other!r}"]


def numbers_in(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(map(numbers_in, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(numbers_in, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def danger(rng: Random) -> HazardArea:
    """The dangerous ground of another incident, which may lie across some ways."""
    return hazard_area(
        "i-other", Hazard(equipped=("boat",), since=3), square(1_500, north_m=rng.uniform(-4_000, 4_000))
    )


@pytest.mark.parametrize("scene_moves", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_exact_places_change_nothing_that_is_recorded_or_shown(seed: int, scene_moves: bool) -> None:
    rng = Random(seed)
    # The distance of a person who is watched is from their cell to the place that stands beside it in the record.
    left_out = STATED | ({"closest_m"} if scene_moves else set())

    def alike(place: Place) -> Place:
        return in_same_area(rng, place) if scene_moves else place

    people = people_of(rng)
    scene, moved_to, hazard = around(rng, within_m=4_000), around(rng, within_m=4_000), danger(rng)
    known = {one: more for one, (_, more) in people.items()}
    here = World(scene, {one: place for one, (place, _) in people.items()}, known)
    # The distance between fix and home, and the router's times, follow from exact places too.
    other_known = {
        one: {**more, "home_m": rng.uniform(0, 5_000), "travel_s": rng.uniform(60, 2_000) if more["travel_s"] else None}
        for one, more in known.items()
    }
    there = World(alike(scene), {one: in_same_cell(rng, place) for one, (place, _) in people.items()}, other_known)

    for world in (here, there):
        world.run(hazard)
    told, told_there = (compared(everything_of(one), left_out) for one in (here, there))

    assert {held.volunteer_id for held in here.story.incident.offers} >= set(people)
    assert numbers_in(told) > 500
    assert "\n".join(differences(told, told_there)) == ""

    here.move(moved_to, hazard)
    there.move(alike(moved_to), hazard)

    told, told_there = (compared(everything_of(one), left_out) for one in (here, there))
    assert "\n".join(differences(told, told_there)) == ""
