"""Hazard areas of other incidents on a person's way or at their place of work: the person is warned.

A decision that declares, moves or ends a hazard area lists the incidents whose people it affects (`WaysToCheck`, ids only; the
shell finds them). Each of them receives `CheckWay` (`follow_ups.py`), and its decision, which knows where its own people are,
adds `HazardOnWay` once for each person and state of the area, or `WayCleared`. The check also runs when a person accepts, reports
progress or is watched while travelling (`absence.py`), and when the place moves, so that people learn of older areas too.

The way is the straight line from any place in the person's cell to their target: the warning is recorded, and by the exact way
fifty areas would tell a place (DESIGN 116). So everybody whose way crosses is warned, and some whose way passes beside. People
with a skill that may enter are not warned. The hazard area of the person's own incident is handled by `hazards.py` and
`staging.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatch.model.answer_commands import AcceptOffer, ReportProgress
from dispatch.model.commands import CheckWay, Command, PassDeadline
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.events import Event
from dispatch.model.geo import cell, cell_corners, distance_m, nearest_of_area
from dispatch.model.hazard_areas import HazardArea, ground_of
from dispatch.model.incident_events import AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.places import Area
from dispatch.model.reasons import AttentionReason
from dispatch.model.recorded_way import CELL_REACH_M, GRAIN_M, UNSURE_M
from dispatch.model.rulings import Ruling, applied, unchanged
from dispatch.model.safety_events import HazardOnWay, WayCleared, WaysToCheck
from dispatch.model.vocabulary import Capability, DeadlineKind, OfferState

LOOKED_AT_M = 100_000.0
"""Incidents further than this from a hazard area are not checked; people travel at most 50 km unless a plan says more."""
INCIDENTS_MOST = 200
"""At most so many incidents are checked, the nearest first; if there are more, attention is raised (`ways_unchecked`)."""
PEOPLE_MOST = 2_000
"""At most so many people of these incidents together are checked; likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysFound:
    """Incidents whose people the hazard area affects; `beyond`: whether some near it were not checked."""

    incident_ids: tuple[str, ...] = ()
    beyond: bool = False


def ground_to_check(before: Incident | None, after: Incident | None) -> Area | None:
    """The hazard area that was declared, moved or ended between the two states; None when it has not changed."""
    old, new = ground_of(before), ground_of(after)
    # A distress has the area of its parent, whose own decision checks the ways.
    if after is None or after.distress_of is not None or (old and old.area) == (new and new.area):
        return None
    # The old area when it has ended: people who were warned of it get the all-clear.
    ground = new or old
    return ground.area if ground else None


def under_way(incident: Incident) -> tuple[Offer, ...]:
    """Assigned field workers of an open incident with a place: travelling or on scene."""
    if not incident.is_open or incident.area is None:
        return ()
    return tuple(offer for offer in incident.offers if offer.is_assigned and offer.capability is Capability.FIELD)


def concerned(
    incidents: Sequence[Incident],
    whereabouts: Mapping[str, Whereabouts],
    incident_id: str,
    ground: HazardArea | None,
) -> tuple[str, ...]:
    """Ids of the incidents with people affected by the hazard area of `incident_id`; `ground` is None when it has ended."""
    return tuple(
        incident.id
        for incident in incidents
        if any(
            # People who were warned are checked again whatever changed: the area may have left their way.
            incident_id in offer.hazards_on_way
            or (ground is not None and _is_crossed(incident, offer, whereabouts.get(offer.volunteer_id), ground))
            for offer in under_way(incident)
        )
    )


def named(found: WaysFound | None) -> list[Event]:
    """Events that list the affected incidents, and raise attention when some were not checked."""
    if found is None:
        return []
    facts: list[Event] = []
    if found.incident_ids:
        facts.append(WaysToCheck(incident_ids=found.incident_ids))
    if found.beyond:
        facts.append(AttentionRaised(reason=AttentionReason.WAYS_UNCHECKED))
    return facts


def checked(incident: Incident, command: CheckWay, around: DecisionContext) -> Ruling:
    """The ruling on a check of all people of the incident."""
    facts = news(incident, command, around)
    return applied("check_way", *facts) if facts else unchanged("check_way", "nothing_new")


def people_of(incident: Incident | None, command: Command, hazards: Iterable[HazardArea]) -> tuple[str, ...]:
    """Ids of people whose position the decision needs; empty while no hazard area is near and nobody was warned of one."""
    if incident is None:
        return ()
    offers = tuple(_offers_to_check(incident, command))
    # Most commands stop here and save the look-up of positions.
    if not offers or not any(_is_near(incident, offer, ground) for offer in offers for ground in hazards):
        offers = tuple(offer for offer in offers if offer.hazards_on_way)
    return tuple(dict.fromkeys(offer.volunteer_id for offer in offers))


def _offers_to_check(incident: Incident, command: Command) -> Iterator[Offer]:
    if isinstance(command, CheckWay):
        yield from under_way(incident)
        return
    watches = isinstance(command, PassDeadline) and command.deadline is DeadlineKind.WATCH
    if not (watches or isinstance(command, AcceptOffer | ReportProgress)):
        return
    offer = incident.offer(getattr(command, "offer_id", None) or "")
    if offer is not None and offer.capability is Capability.FIELD and incident.is_open and incident.area is not None:
        yield offer


def _is_near(incident: Incident, offer: Offer, ground: HazardArea) -> bool:
    """A cheap pre-check; it fails only for a person who is further away than when they were asked."""
    assert incident.area is not None  # `_offers_to_check` yields people of incidents with a place only
    # The recorded distance when they were asked, what it may lack, and the reach of the place: the target may be at its far edge.
    way_m = (
        LOOKED_AT_M if offer.distance_m is None else offer.distance_m + GRAIN_M + UNSURE_M + 2 * incident.area.reach_m
    )
    return distance_m(incident.area.centre, ground.area.centre) <= ground.area.reach_m + max(way_m, LOOKED_AT_M / 10)


def news(incident: Incident, command: Command, around: DecisionContext) -> tuple[Event, ...]:
    """Warnings and all-clears for people whose position the decision knows."""
    facts: list[Event] = []
    for offer in under_way(incident):
        seen = around.whereabouts.get(offer.volunteer_id)
        # Other commands know the positions of few people; the others keep what they were told.
        if seen is not None or isinstance(command, CheckWay):
            facts += _news(incident, offer, seen, around.hazards)
    return tuple(facts)


def _news(incident: Incident, offer: Offer, seen: Whereabouts | None, hazards: Sequence[HazardArea]) -> Iterator[Event]:
    known = offer.hazards_on_way
    crossed = {ground.incident_id: ground.since for ground in hazards if _is_crossed(incident, offer, seen, ground)}
    # Sorted, because the order of the areas comes from the store and a repeat must give the same events.
    for incident_id, since in sorted(crossed.items()):
        # One warning per person and state of the area (DESIGN 84).
        if known.get(incident_id) != since:
            yield HazardOnWay(
                offer_id=offer.id, volunteer_id=offer.volunteer_id, hazard_incident_id=incident_id, ground=since
            )
    # An unchanged area that the person has already passed is not cleared.
    dangerous = {ground.incident_id: ground.since for ground in hazards}
    cleared = tuple(sorted(one for one, since in known.items() if one not in crossed and dangerous.get(one) != since))
    if cleared:
        yield WayCleared(offer_id=offer.id, volunteer_id=offer.volunteer_id, hazard_incident_ids=cleared)


def _is_crossed(incident: Incident, offer: Offer, seen: Whereabouts | None, ground: HazardArea) -> bool:
    area = incident.area
    # The own area is handled by `hazards.py` and `staging.py`; a distress has the area of its parent.
    if area is None or ground.incident_id in (incident.id, incident.parent_id) or not ground.since:
        return False
    if ground.may_enter({offer.skill} | (seen.skills if seen else frozenset())):
        return False
    if seen is None:
        return ground.outline.covers(offer.staging or area.centre)
    is_there = offer.state is OfferState.ON_SCENE
    centre, unsure_m = cell(seen.place), CELL_REACH_M + area.reach_m
    # Cheap test before the geometry below.
    if not is_there and not ground.is_near_way(centre, offer.staging or area.centre, 2 * unsure_m):
        return False
    starts = cell_corners(centre)
    # People without equipment are sent to the edge, so that is where their way ends.
    ends = (offer.staging,) if offer.staging else tuple(nearest_of_area(start, area) for start in starts)
    if is_there:
        return ground.outline.meets_between(starts) or ground.outline.meets_between(ends)
    return ground.outline.meets_between((*starts, *ends))
