"""Distress: a person is in danger. A critical incident is opened, and attention is raised at once.

The incident of a person who was sent is a child of the incident to which they were sent. Without an offer it stands alone
(`report_of_person`).

One person's danger is one open incident, however they signal. Its id follows from the person (`first_of_person`), and that of the
next one from the one before, which has ended (`successor_of`). So signals that two processes take in the same moment, one by an
offer and one without, meet at one incident in the log; a signal to one that has ended is passed on along this line.

The child incident has the area of the parent incident. The person's own position would be more accurate, but the log keeps
decisions for a year; people who accept the child incident see the position from the store instead.
"""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.commands import DISPATCHER, ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.ids import derived, incident_id, placeless_zone
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Attention, Incident
from dispatch.model.offers import Distress, Offer
from dispatch.model.places import Area, Place
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import DistressAgain, DistressLinked, DistressRaised
from dispatch.model.vocabulary import Capability, OfferState, Priority

TYPE = "distress"
SAME_FOR_S = 600
"""Within this time colleagues of a person who was sent are told once. An estimate."""
PERIOD_S = 28 * 86_400
"""Each period has a line of its own, so that an id never comes back after Redis has forgotten its incident, 35 days after the end
(`streams/retention/classes.py`)."""
LOOKED_AT = 16
"""Incidents of a line that are looked at; a signal to an earlier one is passed on by the log."""
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
        return _again(incident, command, offer, offer.distress, now_ms)
    signal = DistressRaised(
        offer_id=offer.id,
        volunteer_id=offer.volunteer_id,
        # From the person, so that a signal without an offer, or by another one, names the same child (DESIGN 208).
        child_id=_heard_by(command, offer, now_ms),
        area=incident.area,
        # `since` 0: the parent warns the people inside. The child only keeps the rule who may enter.
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        language=incident.language,
        private_ref=command.private_ref,
    )
    alarm = AttentionRaised(reason=AttentionReason.DISTRESS, requirement_id=offer.requirement_id, detail=offer.id)
    return applied("distress", signal, alarm)


def _heard_by(command: RaiseDistress, offer: Offer, now_ms: int) -> str:
    """The incident that hears a signal by an offer. The API names it as far as Redis shows; an ended one passes the signal on."""
    before = offer.distress.incident_id if offer.distress else None
    return command.heard_at or before or first_of_person(offer.volunteer_id, now_ms)


def _again(incident: Incident, command: RaiseDistress, offer: Offer, before: Distress, now_ms: int) -> Ruling:
    # By their own signal before: a colleague of the same requirement may have pressed a moment ago.
    if command.sent_ms < before.at_ms + AGAIN_AFTER_S * 1000:
        return unchanged("distress", "already_raised")
    signal = DistressAgain(
        volunteer_id=offer.volunteer_id,
        child_id=_heard_by(command, offer, now_ms),
        parent_id=incident.id,
        area=incident.area,
        offer_id=offer.id,
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        private_ref=command.private_ref,
        private_fields=("description",) if command.private_ref else (),
    )
    return applied("distress", signal, *_anew(incident, offer.requirement_id, offer.id))


def after_the_end(incident: Incident, command: ReportIncident, now_ms: int) -> Ruling:
    """A signal about a danger whose incident has ended: its successor hears it, and is opened unless it is open."""
    # A person who signals again after an operator has ended it is in danger again: only a repeated press is dropped here.
    if incident.signalled_ms is not None and command.sent_ms < incident.signalled_ms + _gap_ms(command):
        return unchanged("report", "repeated_report")
    person = command.distress_of or ""
    signal = DistressAgain(
        volunteer_id=person,
        child_id=next_of_person(person, incident, now_ms),
        # The incident from which this signal comes, which need not be that of the first one.
        parent_id=command.parent_id or incident.parent_id or incident.id,
        # What a person states is newer than the incident; what the dispatcher tells on is older.
        area=incident.area if command.by == DISPATCHER else command.area or incident.area,
        hazard=replace(incident.hazard, since=0) if incident.hazard else None,
        private_ref=command.private_ref,
        private_fields=command.private_fields,
    )
    return applied("report", signal)


def first_of_person(volunteer_id: str, at_ms: int) -> str:
    """The id of the incident that a person's first danger of a period opens. Its zone follows from the person, like that of work
    without a place: the place of a danger changes, and another zone would be another incident."""
    period = str(at_ms // (PERIOD_S * 1000))
    return incident_id(placeless_zone(volunteer_id, TYPE), TYPE, str(derived("danger", volunteer_id, period)))


def next_of_person(volunteer_id: str, ended: Incident, now_ms: int) -> str:
    """The id of the incident that hears a person after the end of this one."""
    is_of_earlier_period = ended.times.logged_ms // (PERIOD_S * 1000) < now_ms // (PERIOD_S * 1000)
    return first_of_person(volunteer_id, now_ms) if is_of_earlier_period else successor_of(ended.id, ended.zone)


def successor_of(ended_id: str, zone: str) -> str:
    """The id of the incident that is opened when a person signals after the end of `ended_id`: one, however often they do."""
    return incident_id(zone, TYPE, str(derived("distress after the end", ended_id)))


def line_of_person(volunteer_id: str, at_ms: int) -> list[str]:
    """The ids that incidents of a person's danger have in a period, the first one first; `LOOKED_AT` of them."""
    zone, ids = placeless_zone(volunteer_id, TYPE), [first_of_person(volunteer_id, at_ms)]
    while len(ids) < LOOKED_AT:
        ids.append(successor_of(ids[-1], zone))
    return ids


def lines_to_look_at(volunteer_id: str, now_ms: int) -> list[str]:
    """The lines of this period and of the one before, in which an incident may still be open."""
    earlier = line_of_person(volunteer_id, now_ms - PERIOD_S * 1000)
    return [*earlier, *line_of_person(volunteer_id, now_ms)]


def heard_by(volunteer_id: str, known: Iterable[Incident], now_ms: int) -> str:
    """The id of the incident that hears a signal now: the open one of the person, else the next of their line. `known`: those of
    `lines_to_look_at` that exist."""
    own = [state for state in known if state.distress_of == volunteer_id]
    if opened := [state for state in own if state.is_open]:
        return max(opened, key=lambda state: (state.times.logged_ms, state.id)).id
    line = line_of_person(volunteer_id, now_ms)
    # By the order of the line: an id is used once the one before it has ended.
    places = [line.index(state.id) for state in own if state.id in line]
    if not places:
        return line[0]
    return successor_of(line[max(places)], placeless_zone(volunteer_id, TYPE))


def linked(incident: Incident, command: ReportIncident) -> tuple[DistressLinked, ...]:
    """The link to the incident from which this signal comes, unless it is known."""
    known = (incident.id, incident.parent_id, *incident.also_sent_to)
    if command.parent_id is None or command.parent_id in known:
        return ()
    return (DistressLinked(parent_id=command.parent_id),)


def renewed(incident: Incident, command: ReportIncident) -> tuple[AttentionEnded | AttentionRaised, ...]:
    """A person pressed again: attention is raised anew, so that an alarm that was heard sounds. Empty for one press."""
    gap_ms = _gap_ms(command)
    # By the time of sending: a redelivered signal is no new one, however late it comes.
    if any(command.sent_ms < entry.since_ms + gap_ms for entry in _entries(incident, None)):
        return ()
    return _anew(incident, None)


def _gap_ms(command: ReportIncident) -> int:
    # The incident of the offer, or the one that has ended, has judged already whether it is another press.
    return 1 if command.by == DISPATCHER else AGAIN_AFTER_S * 1000


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
    *, command_id: str, volunteer_id: str, heard_at: str, place: Place | None, sent_ms: int, said_ms: int | None
) -> ReportIncident:
    """The report of a person who holds no offer. `heard_at`: the incident that hears them (`heard_by`). `place`: of the cell in
    which they are, since the log keeps reports."""
    return ReportIncident(
        id=command_id,
        incident_id=heard_at,
        by=volunteer_id,
        sent_ms=sent_ms,
        type=TYPE,
        priority=Priority.CRITICAL,
        # There is no body; a repeat of this report must still be recognised as one.
        body_digest=command_id,
        area=Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place) if place else None,
        reported_ms=said_ms,
        distress_of=volunteer_id,
    )


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
