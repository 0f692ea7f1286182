"""Dangers of people who were sent: the incident to which they were sent knows whether they are still in danger.

The incident of a danger (`distress.py`) tells each incident to which its people were sent who of them is in danger there,
whenever that changes: it opens, ends in any way, is reopened, or takes over people by a merge. Merged into the incident to which
they were sent, it goes on there. It tells all of them each time and
its own version, so that a message that comes late, twice or after a newer one changes nothing. What it tells follows from its
state before and after a decision, so no way of ending can be forgotten.

Attention about distress there ends with the last danger of its requirement, and comes back with the next. A signal whose incident
has not been heard of yet counts as a danger. An incident to which people were sent may have ended or be unknown by then.
"""

from collections.abc import Iterable, Iterator

from dispatch.model.context import DecisionContext
from dispatch.model.distress_commands import MarkDistress, StateSafety, YieldOffer
from dispatch.model.events import Event
from dispatch.model.ids import parts_of_offer
from dispatch.model.incident_events import AttentionEnded, AttentionRaised, IncidentReopened, IncidentReported
from dispatch.model.incidents import Attention, Incident
from dispatch.model.offer_events import OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.reasons import AttentionReason, Exclusion
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.safety_events import DistressMarked, DistressTold, OfferYielded, SafetyStated
from dispatch.model.vocabulary import Capability, OfferState


def told(before: Incident | None, after: Incident) -> Iterator[DistressTold]:
    """One event for each incident to which people were sent whose danger here begins or ends with the decision."""
    was, now = _by_incident(before), _by_incident(after)
    for one in dict.fromkeys((*was, *now)):
        if was.get(one) != now.get(one):
            yield DistressTold(parent_id=one, volunteer_ids=now.get(one, ()))


def _by_incident(state: Incident | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in state.sent_to if state is not None and state.is_open else ():
        found[one.incident_id] = (*found.get(one.incident_id, ()), one.volunteer_id)
    return found


def marked(incident: Incident, command: MarkDistress) -> Ruling:
    """The ruling on what the incident of a danger tells, also after the end of this one."""
    known = incident.known_distress.get(command.distress_id)
    if known is not None and command.distress_version <= known.version:
        return unchanged("distress_link", "told_before")
    # A danger that was merged into the incident to which its people were sent has ended as an incident, and goes on here.
    adopted = incident.report_distress.get(command.distress_id, ())
    people = tuple(dict.fromkeys((*command.volunteer_ids, *adopted)))
    fact = DistressMarked(
        distress_id=command.distress_id,
        distress_version=command.distress_version,
        volunteer_ids=people,
        at_ms=command.sent_ms,
    )
    begun = [one for one in people if one not in incident.sent_in_distress]
    return applied("distress_link", fact, *_raised(incident, begun))


def _raised(incident: Incident, people: Iterable[str]) -> Iterator[AttentionRaised]:
    """Attention about people whose danger begins: it stands already where it follows from a signal of their offer here."""
    standing = {entry.requirement_id for entry in _entries(incident)}
    for person in people:
        offer = _sent_by(incident, person)
        if offer is not None and offer.requirement_id not in standing:
            standing.add(offer.requirement_id)
            yield AttentionRaised(reason=AttentionReason.DISTRESS, requirement_id=offer.requirement_id, detail=offer.id)


def _sent_by(incident: Incident, person: str) -> Offer | None:
    """The offer by which the person was sent here: the one of their newest signal, else the newest."""
    own = [
        offer
        for offer in incident.offers
        if offer.volunteer_id == person and offer.accepted_ms is not None and offer.capability is Capability.FIELD
    ]
    return max(
        own,
        key=lambda offer: (offer.distress.at_ms if offer.distress else 0, offer.accepted_ms or 0, offer.id),
        default=None,
    )


def over(state: Incident, facts: Iterable[Event]) -> list[AttentionEnded]:
    """Ends of attention where nobody of the requirement is in danger any more. `state` is the incident after `facts`."""
    if not any(isinstance(fact, DistressMarked) for fact in facts):
        return []
    return [
        AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id)
        for entry in _entries(state)
        if not any(_is_in_distress(state, offer, entry) for offer in state.offers_for(entry.requirement_id or ""))
    ]


def _entries(incident: Incident) -> list[Attention]:
    # Without a requirement it is the danger that this incident itself is.
    return [
        entry
        for entry in incident.attention
        if entry.reason == AttentionReason.DISTRESS and entry.requirement_id is not None and entry.offer_id is None
    ]


def _is_in_distress(state: Incident, offer: Offer, entry: Attention) -> bool:
    if offer.accepted_ms is not None and offer.volunteer_id in state.sent_in_distress:
        return True
    # Of a signal from before the entry an operator has ended the attention since.
    signal = offer.distress
    return signal is not None and signal.over_ms is None and signal.at_ms >= entry.since_ms


def yielded(state: Incident, facts: Iterable[Event], around: DecisionContext) -> Iterator[OfferYielded]:
    """The offer of another incident that a person holds whose danger begins. `state` is the incident after `facts`."""
    person = state.distress_of
    if person is None or not any(isinstance(fact, IncidentReported | IncidentReopened) for fact in facts):
        return
    seen = around.presence.get(person)
    parts = parts_of_offer(seen.offer_id) if seen is not None and seen.offer_id is not None else None
    # To the incident of the signal they were sent: that offer is accepted.
    if (
        seen is not None
        and seen.offer_id is not None
        and parts
        and parts.incident_id not in (state.id, state.parent_id)
    ):
        yield OfferYielded(offer_id=seen.offer_id, volunteer_id=person)


def withdrawn(incident: Incident, command: YieldOffer) -> Ruling:
    """The ruling on an offer whose person is in danger: an unanswered one is withdrawn, and somebody else is asked."""
    offer = incident.offer(command.offer_id)
    if offer is None:
        return unchanged("yield", "unknown_offer")
    if offer.state is not OfferState.OFFERED:
        return unchanged("yield", f"already_{offer.state}")
    return applied(
        "yield",
        OfferMoved(
            offer_id=offer.id,
            volunteer_id=offer.volunteer_id,
            state=OfferState.WITHDRAWN,
            reason=Exclusion.IN_DISTRESS,
        ),
    )


def stated_safe(incident: Incident, command: StateSafety) -> Ruling:
    """The ruling on "I am safe" of a person whose danger this incident is. Only an operator ends it: who was overheard, or speaks
    under duress, says so too."""
    if command.volunteer_id not in incident.people_in_distress:
        return refused("safe", "not_your_danger")
    if not incident.is_open:
        return unchanged("safe", f"incident_{incident.status}")
    said_ms = incident.said_safe_ms.get(command.volunteer_id)
    # A second press says nothing new, words do; after another signal it is an answer again.
    if said_ms is not None and said_ms >= signalled_ms(incident) and command.private_ref is None:
        return unchanged("safe", "already_stated")
    return applied("safe", SafetyStated(volunteer_id=command.volunteer_id, private_ref=command.private_ref))


def signalled_ms(incident: Incident) -> int:
    """When the newest signal of those whose danger it is was raised; 0: none waits for an operator. A helper who gets into danger
    at it has an incident of their own."""
    raised = (
        entry.since_ms
        for entry in incident.attention
        if entry.reason == AttentionReason.DISTRESS and _is_own(incident, entry)
    )
    return max(raised, default=0)


def _is_own(incident: Incident, entry: Attention) -> bool:
    if entry.requirement_id is None:
        return True
    # Merged into the incident to which they were sent, the danger stands at their offer.
    offer = incident.offer(entry.detail or "")
    return offer is not None and offer.volunteer_id in incident.people_in_distress
