"""What a batch sees besides its incidents: dangerous ground, people who are awaited, people to be warned, ways that new ground
crosses, travel times.

Dangerous ground is read again only when its version changed, so an ordinary batch pays one small question beside its first trip.
A hazard reported in a batch counts for others from the next batch on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dispatch.matching.approach import approach, target_of
from dispatch.matching.eligibility import exclusion
from dispatch.model.commands import AssignVolunteer, Command
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.hazard_areas import HazardArea, Inside, ground_of
from dispatch.model.incidents import Area, Incident
from dispatch.model.people import AskedLately, Candidate, Found, Need, Presence
from dispatch.model.service_area import ServiceArea
from dispatch.model.vocabulary import Capability
from dispatch.ports import Store, TravelTimes, Trip
from dispatch.safety import hazard_crossings
from dispatch.safety.hazard_crossings import WaysFound
from dispatch.safety.safeguards import looked_at

T = TypeVar("T")
TRAVEL_BUDGET_S = 0.3
"""For all travel times of a batch, however often it has to search."""
ROUTED_MOST = 25
"""People whose travel times are asked for on behalf of a need, the nearest of those who may be asked; the others keep the
built-in model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSeen:
    """People a command asks about: those whose coming or yes is judged, those whose way is, and what was lately asked of somebody
    an operator names."""

    presence: Mapping[str, Presence]
    whereabouts: Mapping[str, Whereabouts]
    past: Mapping[str, AskedLately]


class BatchHazards:
    def __init__(self, store: Store, travel: TravelTimes | None = None, served: ServiceArea | None = None) -> None:
        self._store = store
        self._travel = travel
        self._served = served
        self._hazards: tuple[HazardArea, ...] = ()
        self._version = ""
        self._travel_left_s = TRAVEL_BUDGET_S

    async def look(self) -> None:
        """To be called once a batch, beside its first trip to the store."""
        self._travel_left_s = TRAVEL_BUDGET_S
        self._version, changed = await self._store.hazards(self._version)
        if changed is not None:
            self._hazards = changed

    async def people(self, asking: Sequence[tuple[Incident | None, Command]]) -> list[PeopleSeen]:
        """For each command the people it asks about, as the picture shows them; a trip only when one does."""
        awaited = [looked_at(incident, command) for incident, command in asking]
        people = list(dict.fromkeys(one for one in awaited if one))
        named = [command.volunteer_id if isinstance(command, AssignVolunteer) else None for _, command in asking]
        on_ways = [hazard_crossings.people_of(incident, command, self._hazards) for incident, command in asking]
        walkers = list(dict.fromkeys(person for part in on_ways for person in part))
        asked = list(dict.fromkeys(one for one in named if one))
        known, seen, past = await asyncio.gather(
            self._store.presence(people) if people else _nothing({}),
            self._store.whereabouts(walkers) if walkers else _nothing({}),
            self._store.asked_lately(asked) if asked else _nothing({}),
        )
        return [
            PeopleSeen(
                presence={one: known[one]} if one in known else {},
                whereabouts={person: seen[person] for person in part if person in seen},
                past={name: past[name]} if name in past and one else {},
            )
            for one, name, part in zip(awaited, named, on_ways, strict=True)
        ]

    def seen(self, around: Sequence[DecisionContext], people: Sequence[PeopleSeen]) -> list[DecisionContext]:
        """`around` with dangerous ground, and with the people that were looked up."""
        return [
            replace(
                one,
                hazards=self._hazards,
                served=self._served,
                presence=known.presence,
                past=known.past,
                whereabouts={**one.whereabouts, **known.whereabouts},
            )
            for one, known in zip(around, people, strict=True)
        ]

    async def inside(self, grounds: Sequence[Area | None]) -> list[Inside | None]:
        """People on new dangerous ground; None where there is none. A trip only when there is some."""
        wanted = [ground for ground in grounds if ground is not None]
        if not wanted:
            return [None] * len(grounds)
        found = iter(await self._store.inside(wanted))
        return [next(found) if ground is not None else None for ground in grounds]

    async def ways(
        self, grounds: Sequence[tuple[str, Area, HazardArea | None] | None], deciding: Sequence[Incident]
    ) -> list[WaysFound | None]:
        """For each ground (of which incident, where, as it is from now on: None when it is dangerous no more) the incidents whose
        people it concerns; None where there is no ground. `deciding`: incidents of the batch, which no picture holds yet.
        Trips only when there is some."""
        wanted = [ground for ground in grounds if ground is not None]
        if not wanted:
            return [None] * len(grounds)
        near = await self._store.under_way([area for _, area, _ in wanted])
        batch = {incident.id: incident for incident in deciding}
        ids = list(dict.fromkeys(one for found in near for one in found.incident_ids if one not in batch))
        loaded = (await self._store.load([("", one) for one in ids]))[1] if ids else []
        known = {one: entry.incident for one, entry in zip(ids, loaded, strict=True) if entry.incident} | batch
        people = list(
            dict.fromkeys(offer.volunteer_id for one in known.values() for offer in hazard_crossings.under_way(one))
        )
        seen = await self._store.whereabouts(people[: hazard_crossings.PEOPLE_MOST]) if people else {}
        answers = iter(
            WaysFound(
                incident_ids=hazard_crossings.concerned(
                    [known[one] for one in dict.fromkeys((*found.incident_ids, *batch)) if one in known and one != own],
                    seen,
                    own,
                    ground,
                ),
                beyond=found.beyond or len(people) > hazard_crossings.PEOPLE_MOST,
            )
            for (own, _, ground), found in zip(wanted, near, strict=True)
        )
        return [next(answers) if ground is not None else None for ground in grounds]

    async def timed(self, wanted: Sequence[tuple[Incident | None, Need]], results: Sequence[Found]) -> Sequence[Found]:
        """`results` with the travel times of a router, where one is set and answers in time."""
        if self._travel is None:
            return results
        routed = [_routed(incident, need, found) for (incident, need), found in zip(wanted, results, strict=True)]
        if not any(routed):
            return results
        clock = asyncio.get_running_loop()
        began = clock.time()
        answers = await self._travel.travel_times(
            [[trip for _, trip in part] for part in routed], within_s=self._travel_left_s
        )
        self._travel_left_s = max(0.0, self._travel_left_s - (clock.time() - began))
        return [
            _with_times(found, [who for who, _ in part], answer.seconds, answer.source) if part else found
            for found, part, answer in zip(results, routed, answers, strict=True)
        ]


async def _nothing(value: T) -> T:
    return value


def _routed(incident: Incident | None, need: Need, found: Found) -> list[tuple[str, Trip]]:
    """The trips of the nearest candidates, each to where they would be sent."""
    area = need.area
    if area is None or need.requirement.capability is not Capability.FIELD:
        return []
    ground = ground_of(incident)
    trips: list[tuple[str, Trip]] = []
    for seen in found.candidates:
        if len(trips) == ROUTED_MOST:
            break
        candidate = approach(seen, need, ground, ())
        if candidate.place is not None and exclusion(candidate, need) is None:
            target = target_of(candidate, area)
            trips.append(
                (
                    candidate.volunteer_id,
                    Trip(origin=candidate.place, target=target, mode=candidate.travel_mode),
                )
            )
    return trips


def _with_times(found: Found, people: Sequence[str], seconds: Sequence[float | None], source: str) -> Found:
    known = dict(zip(people, seconds, strict=True))

    def timed(candidate: Candidate) -> Candidate:
        return replace(candidate, travel_s=known.get(candidate.volunteer_id))

    return replace(found, candidates=tuple(map(timed, found.candidates)), travel=source)
