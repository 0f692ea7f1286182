"""People engaged in an incident, as operators see them on its map."""

from api.views.values import View
from dispatch.model.geo import distance_m, distance_to_area_m
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.travel import setting_out_s, travel_time_s
from dispatch.model.vocabulary import Capability, OfferState
from streams.store.volunteer_view import VolunteerView


def engaged(state: Incident) -> list[Offer]:
    """The accepted field work of an incident that is open."""
    if not state.is_open:
        return []
    return [offer for offer in state.offers if offer.is_assigned and offer.capability is Capability.FIELD]


def person(state: Incident, offer: Offer, known: VolunteerView | None, label: str | None) -> View:
    """`schemas.positions.PersonUnderWay`."""
    place = known.place if known else None
    age_s = known.fix_age_s if known else None
    return {
        "volunteer_id": offer.volunteer_id,
        "offer_id": offer.id,
        "state": offer.state,
        "label": label,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "accuracy_m": known.accuracy_m if known and place else None,
        "fix_age_s": round(age_s) if place and age_s is not None else None,
        "eta_s": _eta_s(state, offer, known),
        "continues": known.continues if known else True,
    }


def _eta_s(state: Incident, offer: Offer, known: VolunteerView | None) -> int | None:
    if known is None or known.place is None or state.area is None or offer.state is OfferState.ON_SCENE:
        return None
    staging = offer.staging
    left_m = distance_m(known.place, staging) if staging else distance_to_area_m(known.place, state.area)
    whole_s = travel_time_s(left_m, known.travel_mode)
    # Who is under way has set out already.
    return round(whole_s - setting_out_s(known.travel_mode) if offer.state is OfferState.EN_ROUTE else whole_s)
