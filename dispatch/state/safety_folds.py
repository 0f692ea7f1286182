"""Fold of the safety events: hazard areas, check-in timers, watches, confirmations, requests for more people, distress.

`FOLDS` is part of the table of `lifecycle.py`. Each function takes the state before an event and returns the state after it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dispatch.model import offer_events, safety_events
from dispatch.model.copying import changed
from dispatch.model.distress_links import KnownDistress
from dispatch.model.incidents import Hazard, Incident
from dispatch.model.offers import CheckInClock, Confirmed, Distress, JobChange, Offer, Unconfirmed
from dispatch.model.places import Area
from dispatch.model.vocabulary import CheckInState, ConfirmationState
from dispatch.state.edits import edited
from dispatch.state.moment import Moment
from dispatch.state.replacing import with_offer

OPEN_CHANGES_KEPT = 16
"""Bound of the unconfirmed changes per offer: beyond it the oldest two are merged, so that many edits do not fill the state."""


def hazard_declared(state: Incident, fact: safety_events.HazardDeclared, moment: Moment) -> Incident:
    return replace(state, hazard=Hazard(equipped=fact.equipped, since=moment.version))


def on_ground(state: Incident, area: Area | None, moment: Moment) -> Incident:
    """The incident with this area. A changed area makes a new hazard area, so people inside are warned again."""
    hazard = state.hazard
    if hazard is not None and hazard.since and area != state.area:
        hazard = replace(hazard, since=moment.version)
    return replace(state, area=area, hazard=hazard)


def hazard_ended(state: Incident, _fact: safety_events.HazardEnded, _: Moment) -> Incident:
    return replace(state, hazard=None)


def hazard_warned(state: Incident, fact: safety_events.HazardWarned, moment: Moment) -> Incident:
    # The epoch, because a changed area warns everybody once more: `hazards.warned` compares it with `since`.
    return replace(state, warned={**state.warned, **dict.fromkeys(fact.volunteer_ids, moment.version)})


def staging_moved(state: Incident, fact: safety_events.StagingMoved, _: Moment) -> Incident:
    return with_offer(state, fact.offer_id, lambda offer: replace(offer, staging=fact.staging))


def check_in_clock_set(state: Incident, fact: safety_events.CheckInClockSet, _: Moment) -> Incident:
    clock = CheckInClock(state=CheckInState.RUNNING, due_ms=fact.due_ms)
    return with_offer(state, fact.offer_id, lambda offer: replace(offer, check_in=clock))


def check_in_asked(state: Incident, fact: safety_events.CheckInAsked, _: Moment) -> Incident:
    clock = CheckInClock(state=fact.state, due_ms=fact.due_ms)
    return with_offer(state, fact.offer_id, lambda offer: replace(offer, check_in=clock))


def watch_set(state: Incident, fact: safety_events.WatchSet | safety_events.ComingAsked, _: Moment) -> Incident:
    return with_offer(state, fact.offer_id, lambda offer: replace(offer, watch=fact.watch))


def job_changed(state: Incident, fact: offer_events.JobChanged, moment: Moment) -> Incident:
    # A change that needs no confirmation is sent (`safety_notices.py`) and leaves nothing to track.
    if not fact.to_confirm:
        return state
    change = JobChange(fields=fact.to_confirm, version=moment.version, at_ms=moment.at_ms)

    def asked(offer: Offer) -> Offer:
        known = offer.unconfirmed
        unconfirmed = Unconfirmed(
            changes=_bounded((*(known.changes if known else ()), change)),
            state=known.state if known else ConfirmationState.ASKED,
            due_ms=fact.due_ms,
        )
        return changed(offer, unconfirmed=unconfirmed)

    return with_offer(state, fact.offer_id, asked)


def _bounded(changes: tuple[JobChange, ...]) -> tuple[JobChange, ...]:
    if len(changes) <= OPEN_CHANGES_KEPT:
        return changes
    first, second, *rest = changes
    both = tuple(dict.fromkeys((*first.fields, *second.fields)))
    # The newer version, so that confirming it confirms both.
    return (JobChange(fields=both, version=second.version, at_ms=first.at_ms), *rest)


def ways_to_check(state: Incident, _fact: safety_events.WaysToCheck, _: Moment) -> Incident:
    # Only `follow_ups.py` reads this event.
    return state


def hazard_on_way(state: Incident, fact: safety_events.HazardOnWay, _: Moment) -> Incident:
    def warned(offer: Offer) -> Offer:
        return changed(offer, hazards_on_way={**offer.hazards_on_way, fact.hazard_incident_id: fact.ground})

    return with_offer(state, fact.offer_id, warned)


def way_cleared(state: Incident, fact: safety_events.WayCleared, _: Moment) -> Incident:
    def cleared(offer: Offer) -> Offer:
        left = {one: since for one, since in offer.hazards_on_way.items() if one not in fact.hazard_incident_ids}
        return changed(offer, hazards_on_way=left)

    return with_offer(state, fact.offer_id, cleared)


def confirmation_missed(state: Incident, fact: offer_events.ConfirmationMissed, _: Moment) -> Incident:
    def missed(offer: Offer) -> Offer:
        known = offer.unconfirmed
        return changed(offer, unconfirmed=known and replace(known, state=fact.state, due_ms=fact.due_ms))

    return with_offer(state, fact.offer_id, missed)


def changes_confirmed(state: Incident, fact: offer_events.ChangesConfirmed, moment: Moment) -> Incident:
    def confirmed(offer: Offer) -> Offer:
        known = offer.unconfirmed.changes if offer.unconfirmed else ()
        # The person confirms what they read: changes that are newer than that version stay open.
        left = tuple(change for change in known if change.version > fact.version)
        unconfirmed = Unconfirmed(changes=left, state=ConfirmationState.ASKED, due_ms=fact.due_ms) if left else None
        return changed(offer, unconfirmed=unconfirmed, confirmed=Confirmed(version=fact.version, at_ms=moment.at_ms))

    return with_offer(state, fact.offer_id, confirmed)


def help_asked(state: Incident, fact: safety_events.HelpAsked, moment: Moment) -> Incident:
    """A request for more people counts as an edit: an operator's older list of requirements must not remove them."""
    raised = fact.requirement
    known = {entry.id for entry in state.requirements}
    entries = tuple(raised if entry.id == raised.id else entry for entry in state.requirements)
    after = entries if raised.id in known else (*entries, raised)
    return replace(state, requirements=after, edits=edited(state, ("requirements",), moment))


def distress_raised(state: Incident, fact: safety_events.DistressRaised, moment: Moment) -> Incident:
    signal = Distress(incident_id=fact.child_id, at_ms=moment.at_ms)
    # The newest signal only: `distress.raised` tells the next one to the same incident.
    return with_offer(state, fact.offer_id, lambda offer: replace(offer, distress=signal))


def distress_again(state: Incident, fact: safety_events.DistressAgain, moment: Moment) -> Incident:
    if fact.offer_id is None:
        return changed(state, signalled_ms=moment.at_ms)
    signal = Distress(incident_id=fact.child_id, at_ms=moment.at_ms)
    return with_offer(state, fact.offer_id, lambda offer: replace(offer, distress=signal))


def distress_linked(state: Incident, fact: safety_events.DistressLinked, _: Moment) -> Incident:
    if state.parent_id is None:
        return changed(state, parent_id=fact.parent_id)
    return changed(state, also_sent_to=(*state.also_sent_to, fact.parent_id))


def distress_told(
    state: Incident, _fact: safety_events.DistressTold | safety_events.OfferYielded, _: Moment
) -> Incident:
    # Only `follow_ups.py` reads these events.
    return state


def distress_marked(state: Incident, fact: safety_events.DistressMarked, _: Moment) -> Incident:
    """The dangers told of, and for each offer whether the danger that its person signalled is over."""
    before = state.known_distress.get(fact.distress_id)
    told = KnownDistress(version=fact.distress_version, volunteer_ids=fact.volunteer_ids)
    after = changed(state, known_distress={**state.known_distress, fact.distress_id: told})
    open_now = after.sent_in_distress
    told_of = {*fact.volunteer_ids, *(before.volunteer_ids if before else ())}

    def marked(offer: Offer) -> Offer:
        known = offer.distress
        if known is None or (offer.volunteer_id not in told_of and known.incident_id != fact.distress_id):
            return offer
        if offer.volunteer_id in open_now:
            return changed(offer, distress=replace(known, over_ms=None))
        # A newer signal is on its way to an incident that has not been heard of yet.
        over = known.over_ms is None and known.at_ms <= fact.at_ms
        return changed(offer, distress=replace(known, over_ms=fact.at_ms)) if over else offer

    return changed(after, offers=tuple(map(marked, after.offers)))


def safety_stated(state: Incident, fact: safety_events.SafetyStated, moment: Moment) -> Incident:
    return changed(state, said_safe_ms={**state.said_safe_ms, fact.volunteer_id: moment.at_ms})


FOLDS: dict[type, Callable[[Incident, Any, Moment], Incident]] = {
    safety_events.HazardDeclared: hazard_declared,
    safety_events.HazardEnded: hazard_ended,
    safety_events.HazardWarned: hazard_warned,
    safety_events.StagingMoved: staging_moved,
    safety_events.CheckInClockSet: check_in_clock_set,
    safety_events.CheckInAsked: check_in_asked,
    safety_events.WatchSet: watch_set,
    safety_events.ComingAsked: watch_set,
    offer_events.JobChanged: job_changed,
    safety_events.WaysToCheck: ways_to_check,
    safety_events.HazardOnWay: hazard_on_way,
    safety_events.WayCleared: way_cleared,
    offer_events.ConfirmationMissed: confirmation_missed,
    offer_events.ChangesConfirmed: changes_confirmed,
    safety_events.HelpAsked: help_asked,
    safety_events.DistressRaised: distress_raised,
    safety_events.DistressAgain: distress_again,
    safety_events.DistressLinked: distress_linked,
    safety_events.DistressTold: distress_told,
    safety_events.OfferYielded: distress_told,
    safety_events.DistressMarked: distress_marked,
    safety_events.SafetyStated: safety_stated,
}
