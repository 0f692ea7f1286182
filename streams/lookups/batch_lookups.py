"""Loads the safety data of a batch: hazard areas, presence of people, people to be warned, routes through new areas, travel
times.

Hazard areas are reloaded only when their version changed, so an ordinary batch pays one small query, concurrent with its first
round trip. A hazard reported in a batch applies to other incidents from the next batch on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dispatch.matching.approach import approach, target_of
from dispatch.matching.eligibility import exclusion
from dispatch.model.commands import AssignVolunteer, Command
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.copying import changed
from dispatch.model.hazard_areas import HazardArea, Inside, ground_of
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Candidate, Found, Need, Presence
from dispatch.model.places import Area
from dispatch.model.service_area import ServiceArea
from dispatch.model.vocabulary import Capability
from dispatch.ports import Lookups, TravelTimes, Trip
from dispatch.safety import hazard_crossings
from dispatch.safety.hazard_crossings import WaysFound
from dispatch.safety.safeguards import looked_at

T = TypeVar("T")
TRAVEL_BUDGET_S = 0.3
"""Budget for all travel times of a batch, over all its searches."""
ROUTED_MOST = 25
"""Travel times are requested for at most this many eligible candidates per need, the nearest; others keep the built-in model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSeen:
    """People whose data a command needs: presence of those it judges, whereabouts of those whose route it checks, and recent
    offers of a person that an operator assigns."""

    presence: Mapping[str, Presence]
    whereabouts: Mapping[str, Whereabouts]
    past: Mapping[str, AskedLately]


class BatchLookups:
    """Safety data for one batch after the other. All methods that query Redis raise StoreUnavailable or NotReady."""

    def __init__(self, store: Lookups, travel: TravelTimes | None = None, served: ServiceArea | None = None) -> None:
        self._store = store
        self._travel = travel
        self._served = served
        self._hazards: tuple[HazardArea, ...] = ()
        self._version = ""
        self._travel_left_s = TRAVEL_BUDGET_S

    async def look(self) -> None:
        """Starts a batch: resets the travel budget and reloads hazard areas if their version changed."""
        self._travel_left_s = TRAVEL_BUDGET_S
        self._version, changed = await self._store.hazards(self._version)
        # None: the version is the same, so the areas of the last batch hold.
        if changed is not None:
            self._hazards = changed

    async def people(self, asking: Sequence[tuple[Incident | None, Command]]) -> list[PeopleSeen]:
        """For each command the people whose data it needs; no round trip when there are none."""
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
        """The contexts completed with hazard areas, the service area and the loaded people."""
        return [
            changed(
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
        """People inside each new hazard area, None for None; no round trip when there is no area."""
        wanted = [ground for ground in grounds if ground is not None]
        if not wanted:
            return [None] * len(grounds)
        found = iter(await self._store.inside(wanted))
        return [next(found) if ground is not None else None for ground in grounds]

    async def ways(
        self, grounds: Sequence[tuple[str, Area, HazardArea | None] | None], deciding: Sequence[Incident]
    ) -> list[WaysFound | None]:
        """For each changed hazard area the incidents whose people have a route affected by it; None for None.

        An area is given as its incident's id, its outline, and its new state (None when it has ended). `deciding`: incidents of
        the batch, whose states are not in Redis yet. No round trip when there is no area.
        """
        wanted = [ground for ground in grounds if ground is not None]
        if not wanted:
            return [None] * len(grounds)
        near = await self._store.under_way([area for _, area, _ in wanted])
        # States of this batch replace those in Redis, which are a decision behind.
        batch = {incident.id: incident for incident in deciding}
        # Without duplicates and in a fixed order, so that a repeated batch asks the same.
        ids = list(dict.fromkeys(one for found in near for one in found.incident_ids if one not in batch))
        loaded = (await self._store.load([("", one) for one in ids]))[1] if ids else []
        known = {one: entry.incident for one, entry in zip(ids, loaded, strict=True) if entry.incident} | batch
        people = list(
            dict.fromkeys(offer.volunteer_id for one in known.values() for offer in hazard_crossings.under_way(one))
        )
        # Bounded: what lies beyond is reported to the operator as `ways_unchecked` (DESIGN 84).
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
        """`results` with travel times of the router, if one is configured and answers in time."""
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
        # One budget for all searches of a batch: continued searches get what the first one left (DESIGN 25).
        self._travel_left_s = max(0.0, self._travel_left_s - (clock.time() - began))
        return [
            _with_times(found, [who for who, _ in part], answer.seconds, answer.source) if part else found
            for found, part, answer in zip(results, routed, answers, strict=True)
        ]


async def _nothing(value: T) -> T:
    return value


def _routed(incident: Incident | None, need: Need, found: Found) -> list[tuple[str, Trip]]:
    """The trips of the nearest eligible candidates to the place where they would be sent."""
    area = need.area
    if area is None or need.requirement.capability is not Capability.FIELD:
        return []
    ground = ground_of(incident)
    trips: list[tuple[str, Trip]] = []
    for seen in found.candidates:
        # Candidates come nearest first.
        if len(trips) == ROUTED_MOST:
            break
        candidate = approach(seen, need, ground, ())
        # Only people who may be asked: the router gets no other positions.
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
        return changed(candidate, travel_s=known.get(candidate.volunteer_id))

    return changed(found, candidates=tuple(map(timed, found.candidates)), travel=source)
