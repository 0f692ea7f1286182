"""How many people are asked at a time."""

from math import ceil

from dispatch.model import Incident, Requirement
from dispatch.vocabulary import OfferState


def offers_wanted(incident: Incident, requirement: Requirement) -> int:
    """New offers to make now: the open places times the plan's offers per place, less those that are out."""
    open_places = incident.open_places(requirement)
    out = offers_out(incident, requirement)
    return max(0, ceil(open_places * requirement.offers_per_place) - out)


def offers_out(incident: Incident, requirement: Requirement) -> int:
    return sum(offer.state is OfferState.OFFERED for offer in incident.offers_for(requirement.id))
