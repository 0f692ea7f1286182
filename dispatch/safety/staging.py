"""Staging points after a change of the hazard area, for people who travel or wait at its edge.

Everybody with a live field offer gets the staging point of the new area that is nearest to them; for people who already wait at a
staging point, distances are measured from that point. People who may enter go to the scene itself, and so does everybody once
the hazard ends. People who work inside without a staging point are warned, and not moved.
"""

from collections.abc import Iterator

from dispatch.model.context import DecisionContext
from dispatch.model.hazard_areas import HazardArea, ground_of, nearest_staging, staging_of_cell
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.places import Place
from dispatch.model.safety_events import StagingMoved
from dispatch.model.vocabulary import Capability, OfferState


def moves(before: Incident | None, after: Incident | None, around: DecisionContext) -> tuple[StagingMoved, ...]:
    """New staging points of the incident's people when the hazard area differs between `before` and `after`."""
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
    if offer.state is not OfferState.ON_SCENE and seen is not None:
        return staging_of_cell(seen.place, ground)
    if offer.staging is None:
        # The position is unknown; any point of the edge is safer than the way in.
        return ground.staging[0]
    return nearest_staging(offer.staging, ground)
