"""Rules for one offer: answers of its person, its expiry, and void offers."""

from dispatch.incidents.acceptance import unfit
from dispatch.model.answer_commands import AcceptOffer, AnswerCommand, CheckIn, DeclineOffer, GiveResult, ReportProgress
from dispatch.model.commands import Command, PassDeadline, VoidOffer
from dispatch.model.context import NOTHING, DecisionContext
from dispatch.model.digital_events import ResultGiven
from dispatch.model.incidents import Incident
from dispatch.model.offer_ends import BY_OPERATOR, GONE, is_withdrawn_by_hand
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import CheckedIn
from dispatch.model.vocabulary import (
    ASSIGNED_STATES,
    FILLING_STATES,
    OUTCOMES_OF_TASK,
    PROGRESS_ORDER,
    Capability,
    DeadlineKind,
    OfferState,
)

_REVIVABLE = frozenset({OfferState.EXPIRED, OfferState.WITHDRAWN, OfferState.DECLINED, OfferState.STOOD_DOWN})
"""States after which a late acceptance counts. Not `void`: its person was engaged elsewhere."""


def rule(incident: Incident | None, command: Command, now_ms: int, around: DecisionContext = NOTHING) -> Ruling:
    """The ruling on an answer, an expiry, a retry or a void offer: the commands that no other rule has handled.

    Raises:
        TypeError: no rule handles this type of command.
    """
    if incident is None:
        return refused("unknown_incident", "unknown_incident")
    if isinstance(command, PassDeadline):
        return _deadline(incident, command, now_ms)
    if isinstance(command, VoidOffer):
        return _void(incident, command)
    if isinstance(command, AnswerCommand):
        return _answer(incident, command, now_ms, around)
    raise TypeError(f"no rule for {type(command).__name__}")


def _answer(incident: Incident, command: AnswerCommand, now_ms: int, around: DecisionContext) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("answer", GONE if incident.forgotten_offers else "unknown_offer")
    if not command.speaks_for(offer.volunteer_id):
        return refused("answer", "not_your_offer")
    if isinstance(command, AcceptOffer):
        return _accept(incident, offer, command, around, now_ms)
    if isinstance(command, DeclineOffer):
        return _decline(offer, command)
    if isinstance(command, ReportProgress):
        return _progress(offer, command)
    if isinstance(command, GiveResult):
        return _result(offer, command, now_ms)
    if isinstance(command, CheckIn):
        return _check_in(offer, command)
    raise TypeError(f"no rule for {type(command).__name__}")


def _accept(incident: Incident, offer: Offer, command: AcceptOffer, around: DecisionContext, now_ms: int) -> Ruling:
    """A late acceptance counts while a place is open; the claim then decides whether the person is still free.

    A person who accepts but is not needed or does not fit any more is stood down, so that nobody travels in vain.
    """
    if offer.state in FILLING_STATES:
        return unchanged("accept", "already_accepted")
    if offer.state is OfferState.VOID:
        return refused("accept", "void")
    # Only the person's own late acceptance: one that an operator enters counts (DESIGN 101, 102).
    if is_withdrawn_by_hand(offer) and command.heard_by is None:
        return _stood_down(offer, "late_accept", BY_OPERATOR)
    requirement = next((r for r in incident.requirements if r.id == offer.requirement_id), None)
    if requirement is None or incident.open_places(requirement) == 0:
        return _stood_down(offer, "late_accept", "filled")
    # After the check for a place: who is not needed is told that, not that they do not fit.
    if (reason := unfit(incident, offer, requirement, around.presence.get(offer.volunteer_id), now_ms)) is not None:
        return _stood_down(offer, "unfit_accept", reason)
    late = offer.state in _REVIVABLE
    return applied(
        "late_accept" if late else "accept",
        OfferMoved(
            offer_id=offer.id,
            volunteer_id=offer.volunteer_id,
            state=OfferState.ACCEPTED,
            reason="late" if late else None,
        ),
    )


def claim_refused(incident: Incident | None, command: AcceptOffer, reason: str) -> Ruling:
    """The ruling on a late acceptance whose person could not be claimed, because they are engaged elsewhere or off duty by now.

    The person is stood down: a refusal alone would leave them without an answer, and they may already be on their way.
    """
    offer = incident.offer(command.offer_id) if incident else None
    assert offer is not None  # the acceptance was applied before its claim was sent
    return _stood_down(offer, "late_accept", reason)


def _stood_down(offer: Offer, rule: str, reason: str) -> Ruling:
    if offer.state is OfferState.STOOD_DOWN:
        return unchanged(rule, "already_stood_down")
    return applied(rule, _moved(offer, OfferState.STOOD_DOWN, reason=reason))


def _decline(offer: Offer, command: DeclineOffer) -> Ruling:
    if offer.state is OfferState.DECLINED:
        return unchanged("decline", "already_declined")
    if not offer.is_live:
        return unchanged("decline", f"already_{offer.state}")
    return applied(
        "decline",
        OfferMoved(
            offer_id=offer.id,
            volunteer_id=offer.volunteer_id,
            state=OfferState.DECLINED,
            reason=command.reason,
            private_ref=command.private_ref,
        ),
    )


def _progress(offer: Offer, command: ReportProgress) -> Ruling:
    if command.state not in PROGRESS_ORDER[1:]:
        return refused("progress", "not_a_progress")
    if offer.state not in FILLING_STATES:
        return refused("progress", f"offer_{offer.state}")
    # Steps may be skipped, never taken back: a late "en route" must not undo "on scene".
    there, here = PROGRESS_ORDER.index(command.state), PROGRESS_ORDER.index(offer.state)
    if there == here:
        return unchanged("progress", f"already_{offer.state}")
    if there < here:
        return refused("progress", f"already_{offer.state}")
    return applied("progress", _moved(offer, command.state))


def _result(offer: Offer, command: GiveResult, now_ms: int) -> Ruling:
    if offer.capability is not Capability.DIGITAL or offer.task is None:
        return refused("result", "not_digital_work")
    if command.outcome not in OUTCOMES_OF_TASK[offer.task]:
        return refused("result", "outcome_contradicts_task")
    if offer.result is not None:
        # A repeat is harmless; another outcome is a second answer, and the first one has been used.
        same = offer.result.outcome == command.outcome
        return unchanged("result", "already_given") if same else refused("result", "already_given")
    if offer.state not in ASSIGNED_STATES:
        return refused("result", f"offer_{offer.state}")
    result = TaskResult(
        outcome=command.outcome,
        at_ms=now_ms,
        location=command.location,
        incident_id=command.other_incident_id,
        private_ref=command.private_ref,
        language=command.language,
        assisted_by=command.assisted_by,
        opinion=command.opinion,
    )
    # The result before the end: what follows from the end of the work reads it.
    given = ResultGiven(offer_id=offer.id, volunteer_id=offer.volunteer_id, result=result)
    return applied("result", given, _moved(offer, OfferState.DONE, reason=command.outcome))


def _check_in(offer: Offer, command: CheckIn) -> Ruling:
    if offer.state not in ASSIGNED_STATES:
        return refused("check_in", f"offer_{offer.state}")
    return applied(
        "check_in",
        CheckedIn(offer_id=offer.id, volunteer_id=offer.volunteer_id, private_ref=command.private_ref),
    )


def _deadline(incident: Incident, command: PassDeadline, now_ms: int) -> Ruling:
    """Timers may fire late or twice: an offer must still be pending and its time over by the store's clock.

    Every offer of the incident whose time is over expires at once, so that the offers of a wave cost one decision and one search
    for those who are asked instead.
    """
    if command.deadline is DeadlineKind.RETRY:
        waits = any(map(incident.waits_for_people, incident.requirements))
        return applied("retry") if waits else unchanged("retry", "nothing_waits")
    # By the clock of Redis, as it was set (DESIGN 8, 51).
    over = [offer for offer in incident.offers if offer.state is OfferState.OFFERED and offer.expires_ms <= now_ms]
    if over:
        return applied("expiry", *(_moved(offer, OfferState.EXPIRED, reason="no_answer") for offer in over))
    offer = incident.offer(command.offer_id or "")
    if offer is None:
        return _gone(incident, "expiry")
    if offer.state is not OfferState.OFFERED:
        return unchanged("expiry", f"already_{offer.state}")
    return unchanged("expiry", "not_yet_due")


def _gone(incident: Incident, rule: str) -> Ruling:
    """The ruling on an offer that is not in the state: it has left it (`pruning.py`), or never existed."""
    return unchanged(rule, GONE) if incident.forgotten_offers else refused(rule, "unknown_offer")


def _void(incident: Incident, command: VoidOffer) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None:
        return _gone(incident, "void")
    if not offer.is_live:
        return unchanged("void", f"already_{offer.state}")
    return applied("void", _moved(offer, OfferState.VOID, reason="engaged_elsewhere"))


def _moved(offer: Offer, state: OfferState, *, reason: str | None = None) -> OfferMoved:
    return OfferMoved(offer_id=offer.id, volunteer_id=offer.volunteer_id, state=state, reason=reason)
