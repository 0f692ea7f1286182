"""Dangerous ground of another incident lies across the way of somebody who was sent, or where they work: they are told.

A decision that makes ground dangerous, moves it or ends it names the incidents whose people it concerns (`WaysToCheck`, ids only;
the shell finds them). Each of them is sent `CheckWay` (`follow_ups.py`), and its decision, which sees where its own people are,
adds `HazardOnWay` once for each person and state of the ground, or `WayCleared`. The same is looked at when somebody accepts,
reports progress or is looked for on their way (`absence.py`), and when the place moves, so that people hear of older ground too.

The way is the straight line from where a person is to where they go. Who has a skill with which they may enter is told nothing.
The ground of the person's own incident is told by `hazards.py` and `staging.py`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatch.model.commands import AcceptOffer, CheckWay, Command, PassDeadline, ReportProgress
from dispatch.model.context import DecisionContext, Whereabouts
from dispatch.model.events import AttentionRaised, Event, HazardOnWay, WayCleared, WaysToCheck
from dispatch.model.geo import distance_m, nearest_of_area
from dispatch.model.hazard_areas import HazardArea, ground_of
from dispatch.model.incidents import Area, Incident, Offer
from dispatch.model.rulings import Ruling, applied, unchanged
from dispatch.model.vocabulary import AttentionReason, Capability, DeadlineKind, OfferState

LOOKED_AT_M = 100_000.0
"""Incidents further than this from new ground are not looked at; people are sent 50 km at the most unless a plan says more."""
INCIDENTS_MOST = 200
"""The nearest of them. Beyond these the operator is told that ways are unchecked."""
PEOPLE_MOST = 2_000
"""Of these incidents together; likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysFound:
    """Incidents whose people the ground concerns; `beyond`: whether some near it were not looked at."""

    incident_ids: tuple[str, ...] = ()
    beyond: bool = False


def ground_to_check(before: Incident | None, after: Incident | None) -> Area | None:
    """The ground for which ways have to be looked at anew: it became, moved or is dangerous no more; None when it is no news."""
    old, new = ground_of(before), ground_of(after)
    if after is None or after.distress_of is not None or (old and old.area) == (new and new.area):
        return None
    ground = new or old
    return ground.area if ground else None


def under_way(incident: Incident) -> tuple[Offer, ...]:
    """People who go to the place, or work there."""
    if not incident.is_open or incident.area is None:
        return ()
    return tuple(offer for offer in incident.offers if offer.is_assigned and offer.capability is Capability.FIELD)


def concerned(
    incidents: Sequence[Incident],
    whereabouts: Mapping[str, Whereabouts],
    incident_id: str,
    ground: HazardArea | None,
) -> tuple[str, ...]:
    """Which of these incidents have people to whom the ground of `incident_id` is news; None: it is dangerous no more."""
    return tuple(
        incident.id
        for incident in incidents
        if any(
            incident_id in offer.hazards_on_way
            or (ground is not None and _is_crossed(incident, offer, whereabouts.get(offer.volunteer_id), ground))
            for offer in under_way(incident)
        )
    )


def named(found: WaysFound | None) -> list[Event]:
    if found is None:
        return []
    facts: list[Event] = []
    if found.incident_ids:
        facts.append(WaysToCheck(incident_ids=found.incident_ids))
    if found.beyond:
        facts.append(AttentionRaised(reason=AttentionReason.WAYS_UNCHECKED))
    return facts


def checked(incident: Incident, command: CheckWay, around: DecisionContext) -> Ruling:
    facts = news(incident, command, around)
    return applied("check_way", *facts) if facts else unchanged("check_way", "nothing_new")


def people_of(incident: Incident | None, command: Command, hazards: Iterable[HazardArea]) -> tuple[str, ...]:
    """Whose whereabouts the decision has to see; nobody while nothing dangerous is near."""
    if incident is None:
        return ()
    offers = tuple(_looked_at(incident, command))
    if not offers or not any(_is_near(incident, offer, ground) for offer in offers for ground in hazards):
        offers = tuple(offer for offer in offers if offer.hazards_on_way)
    return tuple(dict.fromkeys(offer.volunteer_id for offer in offers))


def _looked_at(incident: Incident, command: Command) -> Iterator[Offer]:
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
    """Cheap, and wrong only for who is further away than they were when they were asked."""
    assert incident.area is not None  # only people who go to a place are looked at
    way_m = LOOKED_AT_M if offer.distance_m is None else offer.distance_m + incident.area.reach_m
    return distance_m(incident.area.centre, ground.area.centre) <= ground.area.reach_m + max(way_m, LOOKED_AT_M / 10)


def news(incident: Incident, command: Command, around: DecisionContext) -> tuple[Event, ...]:
    """What the people of the incident have to be told of ground on their way, as far as the decision sees where they are."""
    facts: list[Event] = []
    for offer in under_way(incident):
        seen = around.whereabouts.get(offer.volunteer_id)
        if seen is not None or isinstance(command, CheckWay):
            facts += _news(incident, offer, seen, around.hazards)
    return tuple(facts)


def _news(incident: Incident, offer: Offer, seen: Whereabouts | None, hazards: Sequence[HazardArea]) -> Iterator[Event]:
    known = offer.hazards_on_way
    crossed = {ground.incident_id: ground.since for ground in hazards if _is_crossed(incident, offer, seen, ground)}
    for incident_id, since in sorted(crossed.items()):
        if known.get(incident_id) != since:
            yield HazardOnWay(
                offer_id=offer.id, volunteer_id=offer.volunteer_id, hazard_incident_id=incident_id, ground=since
            )
    # Ground that is as it was and lies behind them by now stays told.
    dangerous = {ground.incident_id: ground.since for ground in hazards}
    cleared = tuple(sorted(one for one, since in known.items() if one not in crossed and dangerous.get(one) != since))
    if cleared:
        yield WayCleared(offer_id=offer.id, volunteer_id=offer.volunteer_id, hazard_incident_ids=cleared)


def _is_crossed(incident: Incident, offer: Offer, seen: Whereabouts | None, ground: HazardArea) -> bool:
    area = incident.area
    if area is None or ground.incident_id in (incident.id, incident.parent_id) or not ground.since:
        return False
    if ground.may_enter({offer.skill} | (seen.skills if seen else frozenset())):
        return False
    start = seen.place if seen else None
    end = offer.staging or (area.centre if start is None else nearest_of_area(start, area))
    if start is None or offer.state is OfferState.ON_SCENE:
        return ground.outline.covers(end) or (start is not None and ground.outline.covers(start))
    if not ground.is_near_way(start, end):
        return False
    return ground.outline.metres_inside(start, end) > 0 or ground.outline.covers(end)
