"""Orders of operators about single offers: name the person to ask (`assignment.py`), withdraw an offer, remind its person.

A manual withdrawal ends a pending offer as withdrawn and an assignment as stood down, with the reason `operator`. The search does
not ask that person for the same requirement again, and a late acceptance is answered by a stand-down; an operator may ask them
again. The place is filled again unless the order gives it up, which is an ordinary edit of the requirements.
"""

from dataclasses import replace

from dispatch.incidents.assignment import Known, ruled
from dispatch.incidents.releases import let_go
from dispatch.matching.estimates import Priors
from dispatch.model.commands import AssignVolunteer, Command, RemindPerson, WithdrawOffer
from dispatch.model.events import Event
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.offer_ends import BY_OPERATOR, GONE
from dispatch.model.offer_events import PersonReminded
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import OfferState

REMIND_EVERY_S = 20
"""Two clicks remind once, and a phone that rings all the time is switched off."""


def rule(incident: Incident | None, command: Command, known: Known, priors: Priors) -> Ruling | None:
    """The ruling; None when the command is no manual order. `incident` is open."""
    if incident is None:
        return None
    if isinstance(command, AssignVolunteer):
        return ruled(incident, command, known, priors)
    if isinstance(command, WithdrawOffer):
        return _withdraw(incident, command)
    if isinstance(command, RemindPerson):
        return _remind(incident, command, known.now_ms)
    return None


def is_reminded_lately(offer: Offer, now_ms: int) -> bool:
    """Whether a notice of this offer went out too short a time ago for another one."""
    return now_ms < max(offer.created_ms, offer.reminded_ms or 0) + REMIND_EVERY_S * 1000


def _remind(incident: Incident, command: RemindPerson, now_ms: int) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("remind", GONE if incident.forgotten_offers else "unknown_offer")
    if not offer.is_live:
        return unchanged("remind", f"offer_{offer.state}")
    if is_reminded_lately(offer, now_ms):
        return refused("remind", "reminded_lately")
    return applied("remind", PersonReminded(offer_id=offer.id, volunteer_id=offer.volunteer_id))


def _withdraw(incident: Incident, command: WithdrawOffer) -> Ruling:
    offer = incident.offer(command.offer_id)
    if offer is None:
        return refused("withdraw", GONE if incident.forgotten_offers else "unknown_offer")
    if not offer.is_live:
        return unchanged("withdraw", f"already_{offer.state}")
    facts: list[Event] = [replace(let_go(offer, BY_OPERATOR), private_ref=command.private_ref)]
    if not command.replace and _gives_up_a_place(incident, offer):
        facts.append(_with_one_place_less(incident, offer, by=command.by))
    return applied("withdraw", *facts)


def _gives_up_a_place(incident: Incident, offer: Offer) -> bool:
    """Whether the place goes with the offer: always for an assigned person, for a pending offer unless others cover the place."""
    # An assignment fills its place; a pending offer may be one of several for it.
    if offer.is_filling:
        return True
    requirement = incident.requirement(offer.requirement_id)
    if requirement is None:
        return False
    others = sum(one.state is OfferState.OFFERED and one.id != offer.id for one in incident.offers_for(requirement.id))
    return others < incident.open_places(requirement)


def _with_one_place_less(incident: Incident, offer: Offer, *, by: str) -> IncidentUpdated:
    """The edit that removes one place; a requirement without places is removed, with its translators."""
    fewer = (
        replace(entry, count=entry.count - 1) if entry.id == offer.requirement_id else entry
        for entry in incident.requirements
    )
    kept = [entry for entry in fewer if entry.count > 0]
    return IncidentUpdated(
        type=incident.type,
        priority=incident.priority,
        area=incident.area,
        language=incident.language,
        requirements=tuple(entry for entry in kept if _is_for_some(entry, kept)),
        plan_version=incident.plan_version,
        # An edit, so that an older list of requirements conflicts instead of restoring the place.
        changed=("requirements",),
        by=by,
    )


def _is_for_some(entry: Requirement, kept: list[Requirement]) -> bool:
    return entry.bridges is None or entry.bridges in {one.id for one in kept}
