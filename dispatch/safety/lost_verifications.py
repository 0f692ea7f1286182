"""The verification of a skill ends or is withdrawn while its person holds an offer for that skill.

An offer that is not answered is withdrawn, and the place goes to somebody else. A person who accepted is never called back by
this rule: they may be beside a patient, and a verification also ends by its date alone. An operator is asked instead
(`verification_ended`), who can withdraw the offer.
"""

from collections.abc import Iterator

from dispatch.model.answer_commands import LoseVerification
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.ids import derived, parts_of_offer
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.people import Presence
from dispatch.model.reasons import AttentionReason, Exclusion, SoftRule
from dispatch.model.rulings import Ruling, applied, unchanged
from dispatch.model.vocabulary import OfferState

_KIND = "lose_verification"


def command_of(volunteer_id: str, offer_id: str, skill: str, *, ended_ms: int) -> LoseVerification | None:
    """The command for the end of a verification at `ended_ms`; the same end gives the same command. None for no offer id."""
    parts = parts_of_offer(offer_id)
    if parts is None:
        return None
    return LoseVerification(
        id=str(derived("lose-verification", offer_id, skill, str(ended_ms))),
        incident_id=parts.incident_id,
        by=volunteer_id,
        sent_ms=ended_ms,
        offer_id=offer_id,
        volunteer_id=volunteer_id,
        skill=skill,
    )


def ruled(incident: Incident, command: LoseVerification, around: DecisionContext) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None or not incident.is_open:
        return unchanged(_KIND, "unknown_offer" if offer is None else f"incident_{incident.status}")
    reason = _why_kept(incident, offer, command.skill, around.presence.get(offer.volunteer_id))
    if reason is not None:
        return unchanged(_KIND, reason)
    if offer.state is OfferState.OFFERED:
        end = OfferMoved(
            offer_id=offer.id,
            volunteer_id=offer.volunteer_id,
            state=OfferState.WITHDRAWN,
            reason=Exclusion.NOT_VERIFIED,
        )
        return applied(_KIND, end)
    asks = AttentionRaised(
        reason=AttentionReason.VERIFICATION_ENDED,
        requirement_id=offer.requirement_id,
        detail=offer.id,
        offer_id=offer.id,
    )
    return applied(_KIND, asks)


def _why_kept(incident: Incident, offer: Offer, skill: str, seen: Presence | None) -> str | None:
    """Why the end of the verification changes nothing; None when it does."""
    if not offer.is_live:
        return f"already_{offer.state}"
    wanted = incident.requirement(offer.requirement_id)
    # An operator who named the person has judged exactly this.
    if offer.skill != skill or wanted is None or not wanted.needs_verified(skill):
        return "not_needed"
    if SoftRule.NOT_VERIFIED in offer.set_aside:
        return "set_aside"
    return "verified_again" if seen is not None and skill in seen.verified else None


def over(state: Incident) -> Iterator[Event]:
    """Ends the attention about people who no longer hold the offer."""
    for entry in state.attention:
        if entry.reason == AttentionReason.VERIFICATION_ENDED:
            offer = state.offer(entry.offer_id or "")
            if offer is None or not offer.is_live:
                yield AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)
