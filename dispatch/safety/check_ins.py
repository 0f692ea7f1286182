"""The check-in clock of people on scene: asked, warned, missed.

The plan says after how long without a sign of life a person is asked for one (`check_in_s`). Unanswered, it becomes a warning
after two minutes and the operator's alarm after two more: long enough to find the phone in a wet glove, short enough to matter.
Every check-in begins the clock anew. Nobody is taken off by it: who does not answer may need help, not a replacement.
"""

from collections.abc import Iterable

from dispatch.model.commands import PassDeadline
from dispatch.model.events import (
    AttentionEnded,
    AttentionRaised,
    CheckedIn,
    CheckInAsked,
    CheckInClockSet,
    Event,
    OfferMoved,
)
from dispatch.model.incidents import Incident, Offer
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import AttentionReason, Capability, CheckInState, OfferState

ANSWER_WITHIN_S = 120
"""To the question, and again to the warning. Judgement."""

_NEXT = {
    CheckInState.RUNNING: CheckInState.ASKED,
    CheckInState.ASKED: CheckInState.WARNED,
    CheckInState.WARNED: CheckInState.OVERDUE,
}


def is_on_scene(offer: Offer) -> bool:
    return offer.state is OfferState.ON_SCENE and offer.capability is Capability.FIELD


def passed(incident: Incident, command: PassDeadline, now_ms: int) -> Ruling:
    """The timer only proposes: the person must still be on scene, and the time of this step really be over."""
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return refused("check_in_due", "unknown_offer")
    clock = offer.check_in
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
    """The clocks that `facts` begin anew, and the alarms that end with them; `state` is the incident after the facts."""
    begun: list[Event] = []
    if check_in_s is not None and state.is_open:
        signs = dict.fromkeys(fact.offer_id for fact in facts if isinstance(fact, CheckedIn | OfferMoved))
        offers = [offer for one in signs if (offer := state.offer(one)) is not None and is_on_scene(offer)]
        due_ms = now_ms + check_in_s * 1000
        begun += [
            CheckInClockSet(offer_id=offer.id, volunteer_id=offer.volunteer_id, due_ms=due_ms) for offer in offers
        ]
    answered = {fact.offer_id for fact in begun if isinstance(fact, CheckInClockSet)}
    return [*begun, *_ended_alarms(state, answered)]


def _ended_alarms(state: Incident, answered: set[str]) -> list[Event]:
    """An alarm stands for as long as the person it names is missed."""
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
        if entry.reason == AttentionReason.CHECK_IN_OVERDUE and (entry.offer_id or entry.detail) not in missed
    ]
