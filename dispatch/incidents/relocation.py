"""Relocation: which people continue when the place of an incident changes, and which are released.

People on scene stay, and so does everybody who still fits. Released are people clearly beyond the requirement's distance limit,
and people clearly slower than somebody free who could go instead. Their places open, so the same decision asks nearer people.
"""

from dataclasses import dataclass

from dispatch.incidents.releases import let_go
from dispatch.matching.approach import approach
from dispatch.matching.eligibility import exclusion
from dispatch.matching.limits import effective
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.geo import distance_m, distance_to_area_m
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferRemeasured
from dispatch.model.offers import Offer
from dispatch.model.people import Need
from dispatch.model.places import Area
from dispatch.model.recorded_way import GRAIN_M, UNSURE_M, RecordedWay, recorded_way
from dispatch.model.requirements import Requirement
from dispatch.model.travel import travel_time_s
from dispatch.model.vocabulary import Capability, OfferState

MOVED = "moved"
CLEARLY_BEYOND = 1.2
"""Factor on the distance limit beyond which a person is released; smaller excesses are within the error of a straight line
against a road (1.24 in the median)."""
MUCH_SLOWER = 3.0
"""Factor by which somebody else must be faster …"""
SAVED_AT_LEAST_S = 600.0
"""… and seconds by which they must arrive earlier: less is lost again while they are asked (median time to accept: 40 s) and
depart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A person's distance from the new place. `at_least_m` is a lower bound; `eta_s` and `recorded` are None where only the
    bound is known. `eta_s` compares people and is not recorded."""

    offer: Offer
    at_least_m: float
    eta_s: float | None
    recorded: RecordedWay | None


def replanned(incident: Incident, before: Area | None, around: DecisionContext) -> tuple[Event, ...]:
    """Events for the people of an incident whose area has changed from `before`: released, or with new distance and ETA."""
    if incident.area is None:
        return ()
    facts: list[Event] = []
    for requirement in incident.requirements:
        if requirement.capability is Capability.FIELD:
            facts += _replanned(incident, incident.area, requirement, before, around)
    return tuple(facts)


def _replanned(
    incident: Incident, area: Area, requirement: Requirement, before: Area | None, around: DecisionContext
) -> list[Event]:
    moving = [
        offer
        for offer in incident.offers_for(requirement.id)
        if offer.is_live and offer.state is not OfferState.ON_SCENE
    ]
    ways = [way for offer in moving if (way := _way(offer, area, before, around))]
    # The slowest first: each free person replaces one, and they gain most. Ties by id.
    ways.sort(key=lambda way: (-(way.eta_s or 0.0), way.offer.id))
    quicker = _etas_of_free(incident, area, requirement, around)
    limit = effective(requirement, incident).max_distance_m
    facts: dict[str, Event] = {}
    for way in ways:
        if way.at_least_m > CLEARLY_BEYOND * limit:
            facts[way.offer.id] = let_go(way.offer, MOVED)
        elif way.eta_s is not None and quicker and _is_clearly_better(quicker[0], way.eta_s):
            # One free person replaces one.
            quicker.pop(0)
            facts[way.offer.id] = let_go(way.offer, MOVED)
        # A person of whom only a lower bound is known keeps the old distance.
        elif way.recorded is not None:
            facts[way.offer.id] = _remeasured(way.offer, way.recorded)
    # Not in the order of the exact times, which would compare people of one cell.
    return [facts[offer_id] for offer_id in sorted(facts)]


def _way(offer: Offer, area: Area, before: Area | None, around: DecisionContext) -> _Way | None:
    """None when nothing is known: a person is not released on a guess."""
    seen = around.whereabouts.get(offer.volunteer_id)
    if seen is not None:
        exact_m = distance_to_area_m(seen.place, area)
        return _Way(
            offer=offer,
            at_least_m=exact_m,
            eta_s=travel_time_s(exact_m, seen.travel_mode),
            recorded=recorded_way(seen.place, area, seen.travel_mode),
        )
    if before is None or offer.distance_m is None:
        return None
    # Lower bound by the triangle inequality: the person is somewhere between where they were asked and the old place.
    shift = distance_m(before.centre, area.centre) - before.reach_m - area.reach_m
    return _Way(offer=offer, at_least_m=shift - offer.distance_m - UNSURE_M - GRAIN_M, eta_s=None, recorded=None)


def _etas_of_free(incident: Incident, area: Area, requirement: Requirement, around: DecisionContext) -> list[float]:
    need = Need(
        incident_id=incident.id,
        command_id="",
        requirement=effective(requirement, incident),
        area=area,
        priority=incident.priority,
        want=1,
        # Whoever was asked for this requirement is no replacement, whatever they answered.
        asked_before=frozenset(offer.volunteer_id for offer in incident.offers_for(requirement.id)),
    )
    ground = ground_of(incident)
    free = (approach(seen, need, ground, around.hazards) for seen in around.free.get(requirement.id, ()))
    return sorted(
        travel_time_s(candidate.distance_m + candidate.detour_m, candidate.travel_mode)
        for candidate in free
        if candidate.distance_m is not None and exclusion(candidate, need) is None
    )


def _is_clearly_better(other_s: float, own_s: float) -> bool:
    return other_s * MUCH_SLOWER < own_s and own_s - other_s >= SAVED_AT_LEAST_S


def _remeasured(offer: Offer, way: RecordedWay) -> OfferRemeasured:
    return OfferRemeasured(
        offer_id=offer.id, volunteer_id=offer.volunteer_id, distance_m=way.distance_m, eta_s=way.eta_s
    )
