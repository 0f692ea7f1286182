"""Leases on digital work: an acceptance holds for `lease_s` of the plan, every sign of life renews it, and after its expiry the
place is open again."""

from dispatch.model.commands import PassDeadline
from dispatch.model.digital_events import LeaseHeld
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import CheckedIn
from dispatch.model.vocabulary import ASSIGNED_STATES, Capability, OfferState
from dispatch.notices.rules import LEASE_EXPIRED


def passed(incident: Incident, command: PassDeadline, now_ms: int) -> Ruling:
    """The ruling on a lease's deadline. Timers may fire late or twice: the work must still be assigned and the lease be over."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("lease", "unknown_offer")
    if offer.state not in ASSIGNED_STATES or offer.lease_expires_ms is None:
        return unchanged("lease", f"already_{offer.state}")
    if now_ms < offer.lease_expires_ms:
        return unchanged("lease", "not_yet_due")
    released = OfferMoved(
        offer_id=offer.id, volunteer_id=offer.volunteer_id, state=OfferState.EXPIRED, reason=LEASE_EXPIRED
    )
    return applied("lease", released)


def held(state: Incident, facts: tuple[Event, ...], now_ms: int) -> list[Event]:
    """The leases that these facts begin or renew; `state` is the incident after them."""
    signs = [fact.offer_id for fact in facts if isinstance(fact, CheckedIn | OfferMoved)]
    leases: list[Event] = []
    for offer in (state.offer(offer_id) for offer_id in dict.fromkeys(signs)):
        length_s = _length_s(state, offer) if offer else None
        if offer is not None and length_s is not None:
            until_ms = now_ms + length_s * 1000
            leases.append(LeaseHeld(offer_id=offer.id, volunteer_id=offer.volunteer_id, until_ms=until_ms))
    return leases


def _length_s(state: Incident, offer: Offer) -> int | None:
    if offer.capability is not Capability.DIGITAL or offer.state not in ASSIGNED_STATES:
        return None
    return next((entry.lease_s for entry in state.requirements if entry.id == offer.requirement_id), None)
