"""What operators do to single offers by hand: name the person who is asked (`assignment.py`), take an offer back.

Withdrawn by hand: who was asked is withdrawn, who accepted is stood down, with the reason `operator`. That person is not asked
for the same requirement again by the search, and their own late yes is answered by a stand-down; an operator may ask them again.
The place is filled anew, unless the order says otherwise: then it is given up, which is an edit of the needs like any other.
"""

from dataclasses import replace

from dispatch.incidents.assignment import Known, ruled
from dispatch.incidents.releases import let_go
from dispatch.matching.estimates import Priors
from dispatch.model.commands import AssignVolunteer, Command, WithdrawOffer
from dispatch.model.events import Event, IncidentUpdated
from dispatch.model.incidents import Incident, Offer, Requirement
from dispatch.model.offer_ends import BY_OPERATOR, GONE
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import OfferState


def rule(incident: Incident | None, command: Command, known: Known, priors: Priors) -> Ruling | None:
    """The ruling, or None when the command is none of these. `incident` is open."""
    if incident is None:
        return None
    if isinstance(command, AssignVolunteer):
        return ruled(incident, command, known, priors)
    if isinstance(command, WithdrawOffer):
        return _withdraw(incident, command)
    return None


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
    """Always the place of somebody who had accepted; of somebody who was only asked, when nobody else is asked for it."""
    if offer.is_filling:
        return True
    requirement = next((entry for entry in incident.requirements if entry.id == offer.requirement_id), None)
    if requirement is None:
        return False
    others = sum(one.state is OfferState.OFFERED and one.id != offer.id for one in incident.offers_for(requirement.id))
    return others < incident.open_places(requirement)


def _with_one_place_less(incident: Incident, offer: Offer, *, by: str) -> IncidentUpdated:
    """A need without a place is none any more."""
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
        changed=("requirements",),
        by=by,
    )


def _is_for_some(entry: Requirement, kept: list[Requirement]) -> bool:
    return entry.bridges is None or entry.bridges in {one.id for one in kept}
