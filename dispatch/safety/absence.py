"""Absence: people who accepted and are no longer coming lose their place to somebody else. There are three reasons:

off_duty     at once, also for a pending offer. A person who is back on duty by then keeps it, and so does a person whom an
             operator asked although they were off duty.
silent       positions arrived while the person was travelling, and then nothing at all for `SILENT_AFTER_S`.
moving_away  for `AWAY_FOR_S`, more than `AWAY_M` further from the scene than before. Roads lead away for a while (the detour
             factor goes up to 2.4), so both a distance and a time must be exceeded.

A person who is silent or moves away is first asked (`ComingAsked`, notice `still_coming`) and loses the place only if the
question stays unanswered. Any answer keeps the place, a check-in is the shortest; after silence a position counts as an answer.

A person whose phone announced that no positions will follow (`continues: false`, it hands over to navigation) is asked later:
when twice their travel time and ten minutes have passed since the last sign of life. If they do not answer, attention is raised
(`person_silent`) and they keep the place. Nor does their last position, which stays where it was, show that they move away.

People on scene never lose their place by absence, whatever the store says. A person who lost it may still accept: a late
acceptance counts while a place is open. All numbers are estimates; phones report every half minute.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dispatch.model.answer_commands import LeaveDuty
from dispatch.model.commands import PassDeadline
from dispatch.model.events import Event
from dispatch.model.geo import cell, distance_to_area_m
from dispatch.model.ids import derived, parts_of_offer
from dispatch.model.incident_events import AttentionEnded, AttentionRaised, IncidentMoved, IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import ChangesConfirmed, OfferMoved
from dispatch.model.offers import Offer, Watch
from dispatch.model.people import Presence
from dispatch.model.reasons import AbsenceReason, AttentionReason, SoftRule
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import CheckedIn, ComingAsked, WatchSet
from dispatch.model.vocabulary import Capability, OfferState, Priority, TravelMode

COMING = frozenset({OfferState.ACCEPTED, OfferState.EN_ROUTE})
"""On their way. People on scene are never withdrawn by absence (DESIGN 27)."""
SILENT_AFTER_S = {Priority.CRITICAL: 300, Priority.HIGH: 600, Priority.NORMAL: 900, Priority.LOW: 1_200}
AWAY_FOR_S = {Priority.CRITICAL: 180, Priority.HIGH: 300, Priority.NORMAL: 600, Priority.LOW: 900}
CHECK_EVERY_S = {Priority.CRITICAL: 120, Priority.HIGH: 180, Priority.NORMAL: 300, Priority.LOW: 450}
"""Each check is a decision and raises the version of the incident: the price of a shorter interval (DESIGN 27)."""
AWAY_M = {TravelMode.FOOT: 1_200.0, TravelMode.BICYCLE: 1_200.0, TravelMode.CAR: 3_000.0}
"""Increase of the distance to the scene that counts as moving away. Distances are those of cells, whose centres are about a
kilometre apart: one step into the next cell is not enough (DESIGN 116)."""
WARN_BEFORE_S = 900
"""A person whose duty ends by itself is told this long before."""
ANSWER_WITHIN_S = {Priority.CRITICAL: 60, Priority.HIGH: 120, Priority.NORMAL: 180, Priority.LOW: 300}
"""Time to answer whether they are still coming."""
WAYS = 2.0
MARGIN_S = 600
"""Announced silence: the person is asked `WAYS` times their travel time plus `MARGIN_S` after the last sign of life."""
REST_S = 600
"""A lost person is not asked again for the same requirement for this long."""
_GRAIN_M = 100.0
"""Distances from a person's cell are rounded to this before they enter the log."""


def leave_duty_command(volunteer_id: str, offer_id: str, *, profile_offset: int, sent_ms: int) -> LeaveDuty | None:
    """The command by which a profile record with "off duty" ends the person's offer; the same record gives the same command.

    None when `offer_id` is no offer id.
    """
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
    """The ruling on a person who left duty. `seen` is None when the store does not know the person any more."""
    if offer.state is OfferState.ON_SCENE:
        return unchanged("leave_duty", "on_scene")
    if not offer.is_live:
        return unchanged("leave_duty", f"already_{offer.state}")
    if seen is not None and seen.on_duty:
        return unchanged("leave_duty", "on_duty_again")
    if SoftRule.OFF_DUTY in offer.set_aside:
        return unchanged("leave_duty", "asked_off_duty")
    return applied("leave_duty", _lost(offer, AbsenceReason.OFF_DUTY))


def checked(incident: Incident, command: PassDeadline, seen: Presence | None, now_ms: int) -> Ruling:
    """One check of a travelling person: ends the offer, asks whether they are coming, or sets the next check."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("watch", "unknown_offer")
    if offer.watch is None or offer.state not in COMING:
        return unchanged("watch", f"already_{offer.state}")
    # A timer only proposes: it may fire early, late or twice.
    if now_ms < offer.watch.due_ms:
        return unchanged("watch", "not_yet_due")
    # Usually `LeaveDuty` has come first; this finds a person whose command is missing. An unknown person is not lost.
    if seen is not None and not seen.on_duty and SoftRule.OFF_DUTY not in offer.set_aside:
        return applied("watch", _lost(offer, AbsenceReason.OFF_DUTY))
    # Before the question is judged: this check may show that the person approaches again.
    watch = _observed(incident, offer, offer.watch, seen, now_ms)
    missed = _missed(incident, offer, watch, seen, now_ms)
    if missed is None:
        return applied("watch", _watched(offer, replace(watch, asked_ms=None)))
    answer_ms = ANSWER_WITHIN_S[incident.priority] * 1000
    if watch.asked_ms is None:
        asked = replace(watch, asked_ms=now_ms, due_ms=now_ms + answer_ms)
        question = ComingAsked(offer_id=offer.id, volunteer_id=offer.volunteer_id, reason=missed, watch=asked)
        return applied("still_coming", question)
    # Nobody is withdrawn before the time to answer is over, whichever timer fired (DESIGN 87).
    if now_ms < watch.asked_ms + answer_ms:
        return applied("watch", _watched(offer, replace(watch, due_ms=watch.asked_ms + answer_ms)))
    return _unanswered(offer, watch, missed)


def _unanswered(offer: Offer, watch: Watch, missed: AbsenceReason) -> Ruling:
    """The person loses the place, or the operator is alerted where silence had been announced."""
    # The phone announced the silence, so only a human may conclude anything from it (DESIGN 87).
    if missed is AbsenceReason.SILENT and watch.is_announced:
        alarm = AttentionRaised(
            reason=AttentionReason.PERSON_SILENT,
            requirement_id=offer.requirement_id,
            detail=offer.id,
            offer_id=offer.id,
        )
        return applied("person_silent", _watched(offer, watch), alarm)
    return applied("watch", _lost(offer, missed))


def watches(state: Incident, facts: Iterable[Event], now_ms: int) -> list[Event]:
    """First checks of people who have just accepted, or whose incident may have moved.

    Only for field work of an incident with a place. `state` is the incident after `facts`.
    """
    if state.area is None or not state.is_open:
        return []
    facts = tuple(facts)
    moved = any(isinstance(fact, IncidentMoved | IncidentUpdated) for fact in facts)
    accepted = {fact.offer_id for fact in facts if isinstance(fact, OfferMoved) and fact.state is OfferState.ACCEPTED}
    first_ms = now_ms + CHECK_EVERY_S[state.priority] * 1000
    # A new `Watch` also drops `closest_m`, which was measured to the old place.
    return [
        WatchSet(offer_id=offer.id, volunteer_id=offer.volunteer_id, watch=Watch(due_ms=first_ms))
        for offer in state.offers
        if offer.state in COMING and offer.capability is Capability.FIELD and (moved or offer.id in accepted)
    ]


def heard(state: Incident, facts: Iterable[Event], now_ms: int) -> Iterator[Event]:
    """Watches that an answer restarts, and ends of attention about people who were heard from or no longer travel.

    `state` is the incident after `facts`.
    """
    spoke = {fact.offer_id for fact in facts if isinstance(fact, CheckedIn | ChangesConfirmed | OfferMoved)}
    missed: set[str] = set()
    for offer in state.offers:
        if offer.state not in COMING or offer.watch is None or offer.watch.asked_ms is None:
            continue
        # What is known of the positions stays: they have arrived during this journey, so silence can still be noticed.
        if offer.id in spoke:
            due_ms = now_ms + CHECK_EVERY_S[state.priority] * 1000
            known = {"is_tracked": offer.watch.is_tracked, "is_announced": offer.watch.is_announced}
            yield _watched(offer, Watch(due_ms=due_ms, **known))
        else:
            missed.add(offer.id)
    for entry in state.attention:
        if entry.reason == AttentionReason.PERSON_SILENT and entry.offer_id not in missed:
            yield AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)


def rests(offer: Offer, now_ms: int) -> bool:
    """Whether the person was lost to this requirement less than `REST_S` ago."""
    lost = offer.state is OfferState.WITHDRAWN and offer.reason in set(AbsenceReason)
    return lost and offer.changed_ms > now_ms - REST_S * 1000


def _observed(incident: Incident, offer: Offer, watch: Watch, seen: Presence | None, now_ms: int) -> Watch:
    again_ms = now_ms + CHECK_EVERY_S[incident.priority] * 1000
    # Positions from before the acceptance say nothing about the way.
    since_ms = offer.accepted_ms or offer.created_ms
    heard_since = seen is not None and seen.heard_at_ms is not None and seen.heard_at_ms >= since_ms
    # A position that was forgotten has not been taken back.
    is_known = seen is not None and seen.heard_at_ms is not None
    announced = seen.is_silent_by_word if seen is not None and is_known else watch.is_announced
    watch = replace(watch, due_ms=again_ms, is_tracked=watch.is_tracked or heard_since, is_announced=announced)
    placed_since = seen is not None and seen.fix_at_ms is not None and seen.fix_at_ms >= since_ms
    if not placed_since or seen is None or seen.place is None or incident.area is None:
        return watch
    # From the cell to the exact place, which stands in the same record. To the coarse place, people who arrive at its edge would
    # seem to leave.
    away_m = round(distance_to_area_m(cell(seen.place), incident.area) / _GRAIN_M) * _GRAIN_M
    closest_m = away_m if watch.closest_m is None else min(watch.closest_m, away_m)
    # From the closest approach, not from the last fix: slow steps away add up.
    if away_m - closest_m <= AWAY_M[seen.travel_mode]:
        return replace(watch, closest_m=closest_m, away_since_ms=None)
    return replace(watch, closest_m=closest_m, away_since_ms=watch.away_since_ms or now_ms)


def _missed(incident: Incident, offer: Offer, watch: Watch, seen: Presence | None, now_ms: int) -> AbsenceReason | None:
    """The sign that the person is not coming; None when there is none."""
    if _is_silent(incident, offer, watch, seen, now_ms):
        return AbsenceReason.SILENT
    # The newest position is old on purpose: it says nothing of where they are now.
    if watch.is_announced:
        return None
    if watch.away_since_ms is not None and now_ms - watch.away_since_ms >= AWAY_FOR_S[incident.priority] * 1000:
        return AbsenceReason.MOVING_AWAY
    return None


def _is_silent(incident: Incident, offer: Offer, watch: Watch, seen: Presence | None, now_ms: int) -> bool:
    """Only a person whose positions arrived while travelling can fall silent: many share none. Any answer is a sign of life."""
    # Every step of the offer and every check-in moves `changed_ms`, so all of them count as signs of life.
    heard_ms = seen.heard_at_ms if seen is not None and seen.heard_at_ms is not None else 0
    confirmed_ms = offer.confirmed.at_ms if offer.confirmed else 0
    for_ms = now_ms - max(heard_ms, offer.changed_ms, confirmed_ms)
    if watch.is_announced:
        return for_ms >= WAYS * 1000 * (offer.eta_s or 0.0) + MARGIN_S * 1000
    # Only once they report `en_route`: before that, silence says nothing about the journey.
    is_on_the_way = watch.is_tracked and offer.state is OfferState.EN_ROUTE
    return is_on_the_way and for_ms >= SILENT_AFTER_S[incident.priority] * 1000


def _watched(offer: Offer, watch: Watch) -> WatchSet:
    return WatchSet(offer_id=offer.id, volunteer_id=offer.volunteer_id, watch=watch)


def _lost(offer: Offer, reason: AbsenceReason) -> OfferMoved:
    return OfferMoved(offer_id=offer.id, volunteer_id=offer.volunteer_id, state=OfferState.WITHDRAWN, reason=reason)
