"""What people are to be told that is no step of an offer: a record of `offers` all the same, whose state repeats the present one.

check_in_asked, check_in_warned, check_in_overdue   to the person on scene
still_coming                                        to who accepted and was not heard of, or moves away: any answer will do
colleague_in_distress                               to those who go to, or are at, the place of the person in danger
staging_moved                                       to who accepted: the dangerous ground is another, and so is where to gather
changed                                             to everybody with a live offer whose job changed, with the names of the fields
                                                    (`changes`); to who has not confirmed them, a second time

What only moves the staging point is told as `staging_moved`; it has to be confirmed like every other change.
"""

from collections.abc import Iterator

from dispatch.model.decisions import Decision, OfferStep, offer_step
from dispatch.model.events import (
    CheckInAsked,
    ComingAsked,
    ConfirmationMissed,
    DistressRaised,
    JobChanged,
    StagingMoved,
)
from dispatch.model.incidents import Incident, Offer
from dispatch.model.vocabulary import ASSIGNED_STATES, Capability, ConfirmationState, JobField

COLLEAGUE_IN_DISTRESS = "colleague_in_distress"
STAGING_MOVED = "staging_moved"
CHANGED = "changed"
STILL_COMING = "still_coming"


def notice_steps(incident: Incident, decision: Decision, partition: int, offset: int) -> list[OfferStep]:
    """`incident` is the state after the decision."""
    return [
        offer_step(
            offer, decision, partition, offset, state=offer.state, reason=offer.reason, notice=notice, changes=changes
        )
        for offer, notice, changes in _notices(incident, decision)
    ]


def _is_told_as_changed(fact: JobChanged | ConfirmationMissed) -> bool:
    if isinstance(fact, ConfirmationMissed):
        return fact.state is ConfirmationState.REMINDED
    return fact.changes != (JobField.STAGING,) or not fact.to_confirm


def _notices(incident: Incident, decision: Decision) -> Iterator[tuple[Offer, str, tuple[str, ...]]]:
    for fact in decision.events:
        if isinstance(fact, CheckInAsked) and (asked := incident.offer(fact.offer_id)) is not None:
            yield asked, f"check_in_{fact.state}", ()
        elif isinstance(fact, ComingAsked) and (awaited := incident.offer(fact.offer_id)) is not None:
            yield awaited, STILL_COMING, ()
        elif isinstance(fact, StagingMoved):
            staged = incident.offer(fact.offer_id)
            if staged is not None and staged.state in ASSIGNED_STATES:
                yield staged, STAGING_MOVED, (str(JobField.STAGING),)
        elif isinstance(fact, JobChanged | ConfirmationMissed):
            held = incident.offer(fact.offer_id)
            if held is not None and _is_told_as_changed(fact):
                yield held, CHANGED, fact.changes
        elif isinstance(fact, DistressRaised):
            for offer in incident.offers:
                others = offer.id != fact.offer_id and offer.capability is Capability.FIELD
                if others and offer.state in ASSIGNED_STATES:
                    yield offer, COLLEAGUE_IN_DISTRESS, ()
