"""Who accepted and is no longer coming: off duty, silent, moving away. Their place is given to somebody else.

off_duty     at once; also an offer that has not been answered is taken back. A person who is back on duty by then keeps it.
silent       positions came in while the person was on their way, and then none, nor any other sign, for so long.
moving_away  for so long, clearly further from the scene than they had already been. Roads lead away for a while (the detour
             factor goes up to 2.4), so both a distance and a time must be passed.

People on scene are never taken off by this, whatever the picture says. Whoever was lost may still say yes: a late acceptance
counts while there is need. All numbers are judgement; phones report every half minute.
"""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.commands import LeaveDuty, PassDeadline
from dispatch.events import Event, IncidentMoved, IncidentUpdated, OfferMoved, WatchSet
from dispatch.geo import distance_to_area_m
from dispatch.ids import derived, parts_of_offer
from dispatch.model import Incident, Offer, Watch
from dispatch.presence import Presence
from dispatch.ruling import Ruling, applied, refused, unchanged
from dispatch.vocabulary import AbsenceReason, Capability, OfferState, Priority, TravelMode

COMING = frozenset({OfferState.ACCEPTED, OfferState.EN_ROUTE})
SILENT_AFTER_S = {Priority.CRITICAL: 300, Priority.HIGH: 600, Priority.NORMAL: 900, Priority.LOW: 1_200}
AWAY_FOR_S = {Priority.CRITICAL: 180, Priority.HIGH: 300, Priority.NORMAL: 600, Priority.LOW: 900}
LOOK_EVERY_S = {Priority.CRITICAL: 120, Priority.HIGH: 180, Priority.NORMAL: 300, Priority.LOW: 450}
AWAY_M = {TravelMode.FOOT: 400.0, TravelMode.BICYCLE: 1_000.0, TravelMode.CAR: 3_000.0}
"""Further than they have been by more than this: about three, four and six minutes of travel in the wrong direction."""
REST_S = 600
"""Who was lost is not asked again by the same requirement for this long."""
_GRAIN_M = 100.0


def leave_duty_command(volunteer_id: str, offer_id: str, *, profile_offset: int, sent_ms: int) -> LeaveDuty | None:
    """What a profile that says "off duty" means for the offer the person holds; the same record gives the same command."""
    parts = parts_of_offer(offer_id)
    if parts is None:
        return None
    return LeaveDuty(
        id=str(derived("leave-duty", offer_id, str(profile_offset))),
        incident_id=parts.incident_id,
        by=volunteer_id,
        sent_ms=sent_ms,
        offer_id=offer_id,
        volunteer_id=volunteer_id,
    )


def left_duty(offer: Offer, seen: Presence | None) -> Ruling:
    """`seen` None: the picture does not know the person (any more)."""
    if offer.state is OfferState.ON_SCENE:
        return unchanged("leave_duty", "on_scene")
    if not offer.is_live:
        return unchanged("leave_duty", f"already_{offer.state}")
    if seen is not None and seen.on_duty:
        return unchanged("leave_duty", "on_duty_again")
    return applied("leave_duty", _lost(offer, AbsenceReason.OFF_DUTY))


def looked(incident: Incident, command: PassDeadline, seen: Presence | None, now_ms: int) -> Ruling:
    """One look at somebody on their way; ends the offer or says when to look again."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("watch", "unknown_offer")
    if offer.watch is None or offer.state not in COMING:
        return unchanged("watch", f"already_{offer.state}")
    if now_ms < offer.watch.due_ms:
        return unchanged("watch", "not_yet_due")
    if seen is not None and not seen.on_duty:
        return applied("watch", _lost(offer, AbsenceReason.OFF_DUTY))
    watch = _after_look(incident, offer, offer.watch, seen, now_ms)
    if _is_silent(incident, offer, watch, seen, now_ms):
        return applied("watch", _lost(offer, AbsenceReason.SILENT))
    if watch.away_since_ms is not None and now_ms - watch.away_since_ms >= AWAY_FOR_S[incident.priority] * 1000:
        return applied("watch", _lost(offer, AbsenceReason.MOVING_AWAY))
    return applied("watch", WatchSet(offer_id=offer.id, volunteer_id=offer.volunteer_id, watch=watch))


def watches(state: Incident, facts: Iterable[Event], now_ms: int) -> list[Event]:
    """First looks for those who have just accepted, or whose way has changed with the incident's place.

    Only work that has a place is travelled to. `state` is the incident after `facts`.
    """
    if state.area is None or not state.is_open:
        return []
    facts = tuple(facts)
    moved = any(isinstance(fact, IncidentMoved | IncidentUpdated) for fact in facts)
    accepted = {fact.offer_id for fact in facts if isinstance(fact, OfferMoved) and fact.state is OfferState.ACCEPTED}
    first_ms = now_ms + LOOK_EVERY_S[state.priority] * 1000
    return [
        WatchSet(offer_id=offer.id, volunteer_id=offer.volunteer_id, watch=Watch(due_ms=first_ms))
        for offer in state.offers
        if offer.state in COMING and offer.capability is Capability.FIELD and (moved or offer.id in accepted)
    ]


def rests(offer: Offer, now_ms: int) -> bool:
    """Whether the person was lost to this requirement so recently that asking them again would be noise."""
    lost = offer.state is OfferState.WITHDRAWN and offer.reason in set(AbsenceReason)
    return lost and offer.changed_ms > now_ms - REST_S * 1000


def _after_look(incident: Incident, offer: Offer, watch: Watch, seen: Presence | None, now_ms: int) -> Watch:
    again_ms = now_ms + LOOK_EVERY_S[incident.priority] * 1000
    heard_since = (
        seen is not None and seen.fix_at_ms is not None and seen.fix_at_ms >= (offer.accepted_ms or offer.created_ms)
    )
    watch = replace(watch, due_ms=again_ms, is_tracked=watch.is_tracked or heard_since)
    if not heard_since or seen is None or seen.place is None or incident.area is None:
        return watch
    away_m = round(distance_to_area_m(seen.place, incident.area) / _GRAIN_M) * _GRAIN_M
    closest_m = away_m if watch.closest_m is None else min(watch.closest_m, away_m)
    if away_m - closest_m <= AWAY_M[seen.travel_mode]:
        return replace(watch, closest_m=closest_m, away_since_ms=None)
    return replace(watch, closest_m=closest_m, away_since_ms=watch.away_since_ms or now_ms)


def _is_silent(incident: Incident, offer: Offer, watch: Watch, seen: Presence | None, now_ms: int) -> bool:
    """Only somebody who was heard on their way can fall silent: many share no position at all. Any answer is a sign too."""
    if not watch.is_tracked or offer.state is not OfferState.EN_ROUTE:
        return False
    fix_ms = seen.fix_at_ms if seen is not None and seen.fix_at_ms is not None else 0
    return now_ms - max(fix_ms, offer.changed_ms) >= SILENT_AFTER_S[incident.priority] * 1000


def _lost(offer: Offer, reason: AbsenceReason) -> OfferMoved:
    return OfferMoved(offer_id=offer.id, volunteer_id=offer.volunteer_id, state=OfferState.WITHDRAWN, reason=reason)
