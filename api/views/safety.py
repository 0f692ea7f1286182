"""Safety fields of incidents and offers: check-ins, staging points, confirmations, warnings of hazard areas, distress."""

from collections.abc import Iterable

from api.views.values import View
from dispatch.model.incidents import Incident
from dispatch.model.offers import CheckInClock, Offer, Unconfirmed
from dispatch.model.places import Place
from dispatch.model.vocabulary import CheckInState
from dispatch.safety.absence import COMING
from streams.clock import rfc3339


def of_offer(offer: Offer) -> View:
    """Safety fields of an offer. The staging point reveals the place, so it is shown after acceptance only."""
    return {
        # Eight points follow from the polygon alone, so the point reveals the place and not the person (DESIGN 23).
        "staging": lon_lat(offer.staging) if offer.staging is not None and offer.is_filling else None,
        "check_in": check_in(offer.check_in),
        "hazards_on_way": sorted(offer.hazards_on_way),
        "still_coming_asked_at": rfc3339(asked_ms) if (asked_ms := _coming_asked_ms(offer)) else None,
        "reminded_at": rfc3339(offer.reminded_ms) if offer.reminded_ms else None,
        "to_confirm": to_confirm(offer.unconfirmed),
        "confirmed": {"version": offer.confirmed.version, "at": rfc3339(offer.confirmed.at_ms)}
        if offer.confirmed
        else None,
        "distress": {"incident_id": offer.distress.incident_id, "at": rfc3339(offer.distress.at_ms)}
        if offer.distress
        else None,
    }


def _coming_asked_ms(offer: Offer) -> int | None:
    """When the person was asked whether they are still coming; None: not asked, or answered."""
    return offer.watch.asked_ms if offer.watch is not None and offer.state in COMING else None


def check_in(clock: CheckInClock | None) -> View | None:
    """`schemas.safety.CheckInShown`."""
    if clock is None:
        return None
    is_missed = clock.state is CheckInState.OVERDUE or clock.due_ms is None
    return {"state": clock.state, "due_at": None if is_missed else rfc3339(clock.due_ms or 0)}


def to_confirm(unconfirmed: Unconfirmed | None) -> View | None:
    """`schemas.safety.ToConfirm`."""
    if unconfirmed is None:
        return None
    return {
        "fields": unconfirmed.fields,
        "since": rfc3339(unconfirmed.since_ms),
        "version": unconfirmed.version,
        "state": unconfirmed.state,
        "due_at": None if unconfirmed.due_ms is None else rfc3339(unconfirmed.due_ms),
    }


def of_incident(state: Incident) -> View:
    """Safety fields of an incident. Ids only; they do not reveal where anybody is."""
    return {
        "hazard": {"equipped": state.hazard.equipped} if state.hazard else None,
        "warned": sorted(state.warned),
        "parent_id": state.parent_id,
        "distress_of": state.distress_of,
    }


FOR_OPERATORS = ("warned", "parent_id", "distress_of")
"""Fields that volunteers do not see."""


def warning(state: Incident) -> View:
    """`schemas.safety.WarningShown`: a hazard area, and whether it is still active."""
    return {
        "incident_id": state.id,
        "type": state.type,
        "priority": state.priority,
        "state": "active" if state.is_open and state.hazard else "ended",
        "area": state.area.geometry if state.area else None,
    }


def warnings_of(volunteer_id: str, states: Iterable[Incident | None]) -> list[View]:
    """The warnings of those incidents in whose hazard area the person was found."""
    return [warning(state) for state in states if state is not None and volunteer_id in state.warned]


def is_news_for(volunteer_id: str, state: Incident) -> bool:
    """Whether this state is the one in which the person was warned, or one in which the hazard has ended."""
    # Other states of the same hazard area are no news: one warning per person and version (DESIGN 54).
    warned_in = state.warned.get(volunteer_id)
    return warned_in is not None and (warned_in == state.version or not (state.is_open and state.hazard))


def lon_lat(place: Place) -> View:
    return {"lon": place.lon, "lat": place.lat}
