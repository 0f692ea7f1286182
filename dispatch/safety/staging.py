"""The dangerous ground changes while people are on their way or wait at its edge: where each of them is to gather now.

Everybody whose offer is alive gets the staging point of the new ground that is nearest to where they are; of who stands at a
staging point already, that is the point they stand at. Who may enter goes to the scene itself, and so does everybody when the
ground is dangerous no more. Whoever works inside without a staging point is warned, and not moved.
"""

from collections.abc import Iterator

from dispatch.model.context import DecisionContext
from dispatch.model.events import StagingMoved
from dispatch.model.geo import distance_m
from dispatch.model.hazard_areas import HazardArea, ground_of
from dispatch.model.incidents import Incident, Offer, Place
from dispatch.model.vocabulary import Capability, OfferState


def moves(before: Incident | None, after: Incident | None, around: DecisionContext) -> tuple[StagingMoved, ...]:
    """What the way from `before` to `after` means for the people of the incident."""
    if before is None or after is None or not after.is_open:
        return ()
    if (before.hazard, before.area) == (after.hazard, after.area) or not (before.hazard or after.hazard):
        return ()
    return tuple(_moves(after, ground_of(after), around))


def _moves(incident: Incident, ground: HazardArea | None, around: DecisionContext) -> Iterator[StagingMoved]:
    for offer in incident.offers:
        if not offer.is_live or offer.capability is not Capability.FIELD:
            continue
        staging = _staging(offer, ground, around)
        if staging != offer.staging:
            yield StagingMoved(offer_id=offer.id, volunteer_id=offer.volunteer_id, staging=staging)


def _staging(offer: Offer, ground: HazardArea | None, around: DecisionContext) -> Place | None:
    if ground is None:
        return None
    seen = around.whereabouts.get(offer.volunteer_id)
    at_work_inside = offer.state is OfferState.ON_SCENE and offer.staging is None
    if at_work_inside or ground.may_enter({offer.skill} | (seen.skills if seen else frozenset())):
        return None
    stands_at = offer.staging if offer.state is OfferState.ON_SCENE or seen is None else seen.place
    if stands_at is None:
        # Nothing says where they are; any point of the edge is better than the way in.
        return ground.staging[0]
    return min(ground.staging, key=lambda point: distance_m(stands_at, point))
