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
from dispatch.model.incidents import Attention, Incident
from dispatch.model.offers import Distress, Offer
from dispatch.model.places import Area, Place
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import DistressAgain, DistressRaised
from dispatch.model.vocabulary import Capability, OfferState, Priority

TYPE = "distress"
SAME_FOR_S = 600
"""Signals without an offer within this time name the same incident. Within it, colleagues of a person who was sent are told
once. An estimate."""
HEARD_FOR_S = 3600
"""An incident of a person that is open and younger than this hears their further signals: one danger is one incident."""
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

    The person may still be there. Their progress is not changed. All signals of an offer are one danger: each further one renews
    the attention here and at the incident that the first one opened, or at its successor.
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
        return _again(incident, command, offer, offer.distress)
    signal = DistressRaised(
        offer_id=offer.id,
        volunteer_id=offer.volunteer_id,
        # From the command, so that a redelivered signal names the same child; in the same zone as the parent (DESIGN 26).
        child_id=offer.distress.incident_id if offer.distress else incident_id(incident.zone, TYPE, command.id),
        area=incident.area,
        # `since` 0: the parent warns the people inside. The child only keeps the rule who may enter.
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        language=incident.language,
        private_ref=command.private_ref,
    )
    alarm = AttentionRaised(reason=AttentionReason.DISTRESS, requirement_id=offer.requirement_id, detail=offer.id)
    return applied("distress", signal, alarm)


def _again(incident: Incident, command: RaiseDistress, offer: Offer, before: Distress) -> Ruling:
    # By their own signal before: a colleague of the same requirement may have pressed a moment ago.
    if command.sent_ms < before.at_ms + AGAIN_AFTER_S * 1000:
        return unchanged("distress", "already_raised")
    signal = DistressAgain(
        volunteer_id=offer.volunteer_id,
        child_id=before.incident_id,
        parent_id=incident.id,
        area=incident.area,
        offer_id=offer.id,
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        private_ref=command.private_ref,
        private_fields=("description",) if command.private_ref else (),
    )
    return applied("distress", signal, *_anew(incident, offer.requirement_id, offer.id))


def after_the_end(incident: Incident, command: ReportIncident) -> Ruling:
    """A signal about a danger whose incident has ended: its successor hears it, and is opened unless it is open."""
    # A person who signals again after an operator has ended it is in danger again: nothing may be dropped here.
    signal = DistressAgain(
        volunteer_id=command.distress_of or "",
        child_id=successor_of(incident.id, incident.zone),
        parent_id=incident.parent_id or incident.id,
        # What a person states is newer than the incident; what the dispatcher tells on is older.
        area=incident.area if command.by == DISPATCHER else command.area or incident.area,
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        private_ref=command.private_ref,
        private_fields=command.private_fields,
    )
    return applied("report", signal)


def successor_of(ended_id: str, zone: str) -> str:
    """The id of the incident that is opened when a person signals after the end of `ended_id`: one, however often they do."""
    return incident_id(zone, TYPE, str(derived("distress after the end", ended_id)))


def renewed(incident: Incident, command: ReportIncident) -> tuple[AttentionEnded | AttentionRaised, ...]:
    """A person pressed again: attention is raised anew, so that an alarm that was heard sounds. Empty for one press."""
    # The incident of the offer has judged already whether it is another press.
    gap_ms = 1 if command.by == DISPATCHER else AGAIN_AFTER_S * 1000
    # By the time of sending: a redelivered signal is no new one, however late it comes.
    if any(command.sent_ms < entry.since_ms + gap_ms for entry in _entries(incident, None)):
        return ()
    return _anew(incident, None)


def _anew(
    incident: Incident, requirement_id: str | None, detail: str | None = None
) -> tuple[AttentionEnded | AttentionRaised, ...]:
    ended = [
        AttentionEnded(reason=AttentionReason.DISTRESS, requirement_id=requirement_id)
        for _ in _entries(incident, requirement_id)[:1]
    ]
    return (*ended, AttentionRaised(reason=AttentionReason.DISTRESS, requirement_id=requirement_id, detail=detail))


def _entries(incident: Incident, requirement_id: str | None) -> list[Attention]:
    return [
        entry
        for entry in incident.attention
        if entry.reason == AttentionReason.DISTRESS
        and entry.requirement_id == requirement_id
        and entry.offer_id is None
    ]


def report_of_person(
    *, command_id: str, volunteer_id: str, place: Place | None, zone: str, sent_ms: int, said_ms: int | None
) -> ReportIncident:
    """The report of a person who holds no offer. `place`: of the cell in which they are, since the log keeps reports.

    Two signals of a person within one `SAME_FOR_S` of the clock name the same incident, whatever their keys.
    """
    signal = _signal(volunteer_id, sent_ms)
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


def recent_of_person(volunteer_id: str, zone: str, now_ms: int) -> list[str]:
    """Ids that incidents of a person's danger without an offer may have, the newest first: of `HEARD_FOR_S`, in one zone."""
    ids = []
    for before_s in range(0, HEARD_FOR_S, SAME_FOR_S):
        first = incident_id(zone, TYPE, _signal(volunteer_id, now_ms - before_s * 1000))
        ids += [successor_of(first, zone), first]
    return ids


def _signal(volunteer_id: str, sent_ms: int) -> str:
    return str(derived("distress", volunteer_id, str(sent_ms // (SAME_FOR_S * 1000))))


def report_of(decision: Decision, fact: DistressRaised | DistressAgain) -> ReportIncident:
    """The report to the child incident. The same decision gives the same report, so a repeated one changes nothing."""
    again = fact if isinstance(fact, DistressAgain) else None
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
        parent_id=again.parent_id if again else decision.incident_id,
        distress_of=fact.volunteer_id,
        hazard=fact.hazard,
        # Their words are the child's description: whoever looks for the person reads them there.
        private_ref=fact.private_ref,
        private_fields=again.private_fields if again else ("description",) if fact.private_ref else (),
    )
