"""Fold of the events about one offer: made, answered, moved on, ended.

`FOLDS` is part of the table of `lifecycle.py`, which folds `OfferMade` by `offers_made`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from dispatch.model import digital_events, offer_events, safety_events
from dispatch.model.copying import changed
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import ASSIGNED_STATES, OfferState
from dispatch.state.errors import BrokenLog
from dispatch.state.moment import Moment
from dispatch.state.replacing import with_offer


def offers_made(state: Incident, facts: Iterable[Any], moment: Moment) -> Incident:
    """Folds a whole wave in one copy of the incident: most events of a decision are offers."""
    offers = (*state.offers, *(_made(fact, moment) for fact in facts))
    if state.times.first_offer_ms is not None:
        return changed(state, offers=offers)
    return changed(state, offers=offers, times=changed(state.times, first_offer_ms=moment.at_ms))


def _made(fact: offer_events.OfferMade, moment: Moment) -> Offer:
    return Offer(
        id=fact.offer_id,
        requirement_id=fact.requirement_id,
        volunteer_id=fact.volunteer_id,
        capability=fact.capability,
        skill=fact.skill,
        state=OfferState.OFFERED,
        epoch=moment.version,
        created_ms=moment.at_ms,
        expires_ms=fact.expires_ms,
        changed_ms=moment.at_ms,
        distance_m=fact.distance_m,
        eta_s=fact.eta_s,
        task=fact.task,
        chance=fact.chance,
        shares_language=fact.shares_language,
        right=fact.right,
        staging=fact.staging,
        source=fact.source,
        set_aside=fact.set_aside,
    )


def offer_moved(state: Incident, fact: offer_events.OfferMoved, moment: Moment) -> Incident:
    def moved(offer: Offer) -> Offer:
        # The first acceptance stays through a later decline and revival; `distress.py` reads it as "ever accepted".
        accepted = offer.accepted_ms
        if fact.state is OfferState.ACCEPTED and accepted is None:
            accepted = moment.at_ms
        return changed(
            offer,
            state=fact.state,
            reason=fact.reason,
            changed_ms=moment.at_ms,
            accepted_ms=accepted,
            private_ref=fact.private_ref or offer.private_ref,
            # Cleared at the end of an assignment: `deadlines.py` sets a timer for every `unconfirmed`.
            unconfirmed=offer.unconfirmed if fact.state in ASSIGNED_STATES else None,
            hazards_on_way=offer.hazards_on_way if fact.state in ASSIGNED_STATES else {},
        )

    state = _with_known_offer(state, fact.offer_id, moved)
    if fact.state is OfferState.ACCEPTED and state.times.first_accept_ms is None:
        state = changed(state, times=changed(state.times, first_accept_ms=moment.at_ms))
    if fact.state is OfferState.ON_SCENE and state.times.first_on_scene_ms is None:
        state = changed(state, times=changed(state.times, first_on_scene_ms=moment.at_ms))
    return state


def result_given(state: Incident, fact: digital_events.ResultGiven, moment: Moment) -> Incident:
    return _with_known_offer(
        state, fact.offer_id, lambda offer: changed(offer, result=fact.result, changed_ms=moment.at_ms)
    )


def checked_in(state: Incident, fact: safety_events.CheckedIn, moment: Moment) -> Incident:
    # `changed_ms` is the sign of life from which `absence.py` measures silence.
    return _with_known_offer(state, fact.offer_id, lambda offer: changed(offer, changed_ms=moment.at_ms))


def person_reminded(state: Incident, fact: offer_events.PersonReminded, moment: Moment) -> Incident:
    # Not `changed_ms`: a reminder is no sign of life of the person.
    return _with_known_offer(state, fact.offer_id, lambda offer: changed(offer, reminded_ms=moment.at_ms))


def _with_known_offer(state: Incident, offer_id: str, change: Callable[[Offer], Offer]) -> Incident:
    # An error, unlike in `with_offer`: only ended offers are pruned, and rules refuse answers to pruned offers.
    if state.offer(offer_id) is None:
        raise BrokenLog(f"{offer_id} is not in {state.id}")
    return with_offer(state, offer_id, change)


FOLDS: dict[type, Callable[[Incident, Any, Moment], Incident]] = {
    offer_events.OfferMoved: offer_moved,
    offer_events.PersonReminded: person_reminded,
    digital_events.ResultGiven: result_given,
    safety_events.CheckedIn: checked_in,
}
