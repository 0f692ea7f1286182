"""The check-in clock of people on scene: asked, warned, overdue.

The plan states after how many seconds without a sign of life a person is asked for one (`check_in_s`). Without an answer a
warning follows after two minutes and attention after two more: enough time to reach a phone with gloves on. Every check-in
restarts the clock. Nobody loses a place by it: a person who does not answer may need help, not a replacement. After a change of
the type the interval of its plan applies to people who are on scene already.
"""

from collections.abc import Iterable

from dispatch.model.commands import PassDeadline
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, AttentionRaised, IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import CheckInClock, Offer
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import CheckedIn, CheckInAsked, CheckInClockSet
from dispatch.model.vocabulary import Capability, CheckInState, OfferState

ANSWER_WITHIN_S = 120
"""Time to answer the question, and again the warning. An estimate."""

_NEXT = {
    CheckInState.RUNNING: CheckInState.ASKED,
    CheckInState.ASKED: CheckInState.WARNED,
    CheckInState.WARNED: CheckInState.OVERDUE,
}


def is_on_scene(offer: Offer) -> bool:
    """Whether the person does field work on scene now."""
    return offer.state is OfferState.ON_SCENE and offer.capability is Capability.FIELD


def passed(incident: Incident, command: PassDeadline, now_ms: int) -> Ruling:
    """The ruling on a check-in deadline. Timers may fire late or twice: the person must still be on scene and the step be due."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("check_in_due", "unknown_offer")
    clock = offer.check_in
    # The person may have left or confirmed the end of work since the timer was set.
    if clock is None or not is_on_scene(offer):
        return unchanged("check_in_due", f"already_{offer.state}")
    if clock.due_ms is None or now_ms < clock.due_ms:
        return unchanged("check_in_due", "not_yet_due")
    following = _NEXT[clock.state]
    due_ms = None if following is CheckInState.OVERDUE else now_ms + ANSWER_WITHIN_S * 1000
    asked = CheckInAsked(offer_id=offer.id, volunteer_id=offer.volunteer_id, state=following, due_ms=due_ms)
    if following is CheckInState.OVERDUE:
        alarm = AttentionRaised(
            reason=AttentionReason.CHECK_IN_OVERDUE,
            requirement_id=offer.requirement_id,
            detail=offer.id,
            offer_id=offer.id,
        )
        return applied("check_in_overdue", asked, alarm)
    return applied(f"check_in_{following}", asked)


def clocks(state: Incident, facts: Iterable[Event], check_in_s: int | None, now_ms: int) -> list[Event]:
    """Clocks that `facts` restart, and ends of attention that follow; `state` is the incident after the facts."""
    due_ms = None if check_in_s is None else now_ms + check_in_s * 1000
    offers: list[Offer] = []
    if state.is_open:
        facts = tuple(facts)
        # Any step counts, not only a check-in; in the order of the events, so that a replay gives the same events.
        signs = dict.fromkeys(fact.offer_id for fact in facts if isinstance(fact, CheckedIn | OfferMoved))
        offers = [offer for one in signs if (offer := state.offer(one)) is not None and is_on_scene(offer)]
        if any(isinstance(fact, IncidentUpdated) and "type" in fact.changed for fact in facts):
            others = [offer for offer in state.offers if is_on_scene(offer) and offer.id not in signs]
            offers += [offer for offer in others if _is_later_than(due_ms, offer.check_in)]
        if due_ms is None:
            # A clock of the earlier type would otherwise take an answer for silence.
            offers = [offer for offer in offers if _is_on(offer.check_in)]
    begun = [CheckInClockSet(offer_id=offer.id, volunteer_id=offer.volunteer_id, due_ms=due_ms) for offer in offers]
    return [*begun, *_ended_alarms(state, {fact.offer_id for fact in begun})]


def _is_on(clock: CheckInClock | None) -> bool:
    return clock is not None and not (clock.state is CheckInState.RUNNING and clock.due_ms is None)


def _is_later_than(due_ms: int | None, clock: CheckInClock | None) -> bool:
    """Whether a clock of the earlier type is missing, or would ask after `due_ms`. A question already asked stays open."""
    if clock is None or clock.state is not CheckInState.RUNNING:
        return clock is None
    return due_ms is None or clock.due_ms is None or clock.due_ms > due_ms


def _ended_alarms(state: Incident, answered: set[str]) -> list[Event]:
    """Ends of attention about people who are no longer overdue."""
    missed = {
        offer.id
        for offer in state.offers
        if is_on_scene(offer)
        and offer.check_in is not None
        and offer.check_in.state is CheckInState.OVERDUE
        and offer.id not in answered
    }
    return [
        AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)
        for entry in state.attention
        # Entries of logs from before DESIGN 83 name the offer only in `detail`.
        if entry.reason == AttentionReason.CHECK_IN_OVERDUE and (entry.offer_id or entry.detail) not in missed
    ]
