"""Safety notices: records of `offers` that are no step of an offer; their state repeats the present one.

check_in_asked, check_in_warned, check_in_overdue   to the person on scene
still_coming                                        to a person who accepted and is silent or moves away; any answer suffices
colleague_in_distress                               to assigned people of the incident at which a person is in danger
staging_moved                                       to assigned people: the hazard area and their staging point changed
changed                                             to everybody with a live offer whose job changed, with the names of the fields
                                                    (`changes`); once more to people who have not confirmed them
reminder                                            to a person with a live offer: an operator had the notice sent once more

A change of the staging point alone is sent as `staging_moved`; it must be confirmed like every other change.
"""

from collections.abc import Iterator

from dispatch.model.decisions import Decision, OfferStep, offer_step
from dispatch.model.incidents import Incident
from dispatch.model.job_fields import JobField
from dispatch.model.offer_events import ConfirmationMissed, JobChanged, PersonReminded
from dispatch.model.offers import Offer
from dispatch.model.safety_events import CheckInAsked, ComingAsked, DistressRaised, StagingMoved
from dispatch.model.vocabulary import ASSIGNED_STATES, Capability, ConfirmationState

COLLEAGUE_IN_DISTRESS = "colleague_in_distress"
STAGING_MOVED = "staging_moved"
CHANGED = "changed"
STILL_COMING = "still_coming"
REMINDER = "reminder"


def notice_steps(incident: Incident, decision: Decision, partition: int, offset: int) -> list[OfferStep]:
    """The safety notices of a decision at this position in the log; `incident`: the state after it."""
    return [
        offer_step(
            offer,
            decision,
            partition,
            offset,
            state=offer.state,
            reason=offer.reason,
            notice=notice,
            changes=changes,
            priority=incident.priority,
            exercise=incident.exercise,
        )
        for offer, notice, changes in _notices(incident, decision)
    ]


def _is_sent_as_changed(fact: JobChanged | ConfirmationMissed) -> bool:
    if isinstance(fact, ConfirmationMissed):
        # Overdue is for the operator (DESIGN 83).
        return fact.state is ConfirmationState.REMINDED
    # Sent as `staging_moved` already.
    return fact.changes != (JobField.STAGING,) or not fact.to_confirm


def _notices(incident: Incident, decision: Decision) -> Iterator[tuple[Offer, str, tuple[str, ...]]]:
    for fact in decision.events:
        if isinstance(fact, CheckInAsked) and (asked := incident.offer(fact.offer_id)) is not None:
            yield asked, f"check_in_{fact.state}", ()
        elif isinstance(fact, ComingAsked) and (awaited := incident.offer(fact.offer_id)) is not None:
            yield awaited, STILL_COMING, ()
        elif isinstance(fact, PersonReminded) and (reminded := incident.offer(fact.offer_id)) is not None:
            yield reminded, REMINDER, ()
        elif isinstance(fact, StagingMoved):
            staged = incident.offer(fact.offer_id)
            if staged is not None and staged.state in ASSIGNED_STATES:
                yield staged, STAGING_MOVED, (str(JobField.STAGING),)
        elif isinstance(fact, JobChanged | ConfirmationMissed):
            held = incident.offer(fact.offer_id)
            if held is not None and _is_sent_as_changed(fact):
                yield held, CHANGED, fact.changes
        elif isinstance(fact, DistressRaised):
            for offer in incident.offers:
                others = offer.id != fact.offer_id and offer.capability is Capability.FIELD
                if others and offer.state in ASSIGNED_STATES:
                    yield offer, COLLEAGUE_IN_DISTRESS, ()
