"""Distress: a person is in danger. A critical incident is opened, and attention is raised at once.

The incident of a person who was sent is a child of the incident to which they were sent. Without an offer it stands alone
(`report_of_person`).

The child incident has the area of the parent incident. The person's own position would be more accurate, but the log keeps
decisions for a year; people who accept the child incident see the position from the store instead.
"""

from dataclasses import replace

from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.commands import DISPATCHER, ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.ids import derived, incident_id
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.places import Area, Place
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import DistressRaised
from dispatch.model.vocabulary import Capability, OfferState, Priority

TYPE = "distress"
SAME_FOR_S = 600
"""A repeated signal within this time is the same distress. An estimate."""
AGAIN_AFTER_S = 5
"""Signals closer to each other are one press: a nervous finger, or a request that was repeated."""
_HAS_BEEN_SENT = frozenset(
    {
        OfferState.ACCEPTED,
        OfferState.EN_ROUTE,
        OfferState.ON_SCENE,
        OfferState.DONE,
        OfferState.STOOD_DOWN,
        OfferState.WITHDRAWN,
        OfferState.DECLINED,
    }
)
"""States in which an accepted person may be on the way, at the place, or still there."""


def raised(incident: Incident, command: RaiseDistress, now_ms: int) -> Ruling:
    """The ruling on a distress signal of anybody who ever accepted, also after the incident or the offer has ended.

    The person may still be there. Their progress is not changed. A second signal within `SAME_FOR_S` only renews the attention.
    """
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("distress", "unknown_offer")
    if not command.speaks_for(offer.volunteer_id):
        return refused("distress", "not_your_offer")
    # `accepted_ms`: an offer that was declined or withdrawn unanswered has sent nobody anywhere.
    if offer.capability is not Capability.FIELD or offer.accepted_ms is None or offer.state not in _HAS_BEEN_SENT:
        return refused("distress", f"offer_{offer.state}")
    if offer.distress is not None and now_ms - offer.distress.at_ms < SAME_FOR_S * 1000:
        again = renewed(incident, command, offer.requirement_id, offer.id)
        return applied("distress", *again) if again else unchanged("distress", "already_raised")
    signal = DistressRaised(
        offer_id=offer.id,
        volunteer_id=offer.volunteer_id,
        # From the command, so that a redelivered signal names the same child; in the same zone as the parent (DESIGN 26).
        child_id=incident_id(incident.zone, TYPE, command.id),
        area=incident.area,
        # `since` 0: the parent warns the people inside. The child only keeps the rule who may enter.
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        language=incident.language,
        private_ref=command.private_ref,
    )
    alarm = AttentionRaised(reason=AttentionReason.DISTRESS, requirement_id=offer.requirement_id, detail=offer.id)
    return applied("distress", signal, alarm)


def renewed(
    incident: Incident, command: RaiseDistress | ReportIncident, requirement_id: str | None, detail: str | None = None
) -> tuple[AttentionEnded | AttentionRaised, ...]:
    """A person pressed again: attention is raised anew, so that an alarm that was heard sounds. Empty for one press."""
    known = [
        entry
        for entry in incident.attention
        if entry.reason == AttentionReason.DISTRESS
        and entry.requirement_id == requirement_id
        and entry.offer_id is None
    ]
    # By the time of sending: a redelivered signal is no new one, however late it comes.
    if any(command.sent_ms < entry.since_ms + AGAIN_AFTER_S * 1000 for entry in known):
        return ()
    ended = [AttentionEnded(reason=AttentionReason.DISTRESS, requirement_id=requirement_id) for _ in known[:1]]
    return (*ended, AttentionRaised(reason=AttentionReason.DISTRESS, requirement_id=requirement_id, detail=detail))


def report_of_person(
    *, command_id: str, volunteer_id: str, place: Place | None, zone: str, sent_ms: int, said_ms: int | None
) -> ReportIncident:
    """The report of a person who holds no offer. `place`: of the cell in which they are, since the log keeps reports.

    Two signals of a person within one `SAME_FOR_S` of the clock name the same incident, whatever their keys.
    """
    signal = str(derived("distress", volunteer_id, str(sent_ms // (SAME_FOR_S * 1000))))
    return ReportIncident(
        id=command_id,
        incident_id=incident_id(zone, TYPE, signal),
        by=volunteer_id,
        sent_ms=sent_ms,
        type=TYPE,
        priority=Priority.CRITICAL,
        body_digest=signal,
        area=Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place) if place else None,
        reported_ms=said_ms,
        distress_of=volunteer_id,
    )


def report_of(decision: Decision, fact: DistressRaised) -> ReportIncident:
    """The report of the child incident. The same decision gives the same report, so a repeated one changes nothing."""
    command_id = str(derived("follow-up", decision.id, TYPE, fact.child_id))
    return ReportIncident(
        id=command_id,
        incident_id=fact.child_id,
        by=DISPATCHER,
        sent_ms=decision.decided_ms,
        type=TYPE,
        priority=Priority.CRITICAL,
        # There is no body; a repeat of this report must still be recognised as one.
        body_digest=command_id,
        area=fact.area,
        language=None,
        parent_id=decision.incident_id,
        distress_of=fact.volunteer_id,
        hazard=fact.hazard,
        # Their words are the child's description: whoever looks for the person reads them there.
        private_ref=fact.private_ref,
        private_fields=("description",) if fact.private_ref else (),
    )
