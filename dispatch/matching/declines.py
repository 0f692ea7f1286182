"""Declines: a person is not asked again at an incident for a kind of work that they declined there.

A decline applies to the kind of work, not to one requirement. It remains in force when an update removes the requirement and adds
it again, when a higher alarm level requests more of the same work, and after a merge. The person can still accept the offer that
they declined.
"""

from collections.abc import Iterable

from dispatch.model.incidents import Incident
from dispatch.model.merges import RefusedBefore
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import OfferState


def who_refused(incident: Incident, requirement: Requirement) -> set[str]:
    """Ids of the people who declined this requirement or work of the same kind."""
    here = {offer.volunteer_id for offer in incident.offers if _is_declined(offer) and _is_for(offer, requirement)}
    # By kind, not by requirement: ids of another incident mean nothing here.
    brought = (one.volunteer_ids for one in incident.refused if _kind(one) == _kind(requirement))
    return here.union(incident.declined.get(requirement.id, ()), *brought)


def to_bring(incident: Incident) -> tuple[RefusedBefore, ...]:
    """All declines of this incident, for the incident that adopts it."""
    declined_offers = [
        RefusedBefore(capability=one.capability, skill=one.skill, task=one.task, volunteer_ids=(one.volunteer_id,))
        for one in incident.offers
        if _is_declined(one)
    ]
    # People whose offers have left the state are known by requirement only (`pruning.py`).
    pruned_offers = [
        RefusedBefore(capability=entry.capability, skill=entry.skill, task=entry.task, volunteer_ids=tuple(people))
        for entry in incident.requirements
        if (people := incident.declined.get(entry.id))
    ]
    return joined((*incident.refused, *declined_offers, *pruned_offers))


def joined(refused: Iterable[RefusedBefore]) -> tuple[RefusedBefore, ...]:
    """The declines merged into one entry per kind of work, sorted by kind and by person."""
    people: dict[tuple[str, str, str], set[str]] = {}
    kinds: dict[tuple[str, str, str], RefusedBefore] = {}
    for one in refused:
        key = (one.capability, one.skill, one.task or "")
        kinds.setdefault(key, one)
        people.setdefault(key, set()).update(one.volunteer_ids)
    return tuple(
        RefusedBefore(
            capability=one.capability, skill=one.skill, task=one.task, volunteer_ids=tuple(sorted(people[key]))
        )
        for key, one in sorted(kinds.items())
    )


def _is_declined(offer: Offer) -> bool:
    return offer.state is OfferState.DECLINED


def _is_for(offer: Offer, requirement: Requirement) -> bool:
    return offer.requirement_id == requirement.id or _kind(offer) == _kind(requirement)


def _kind(of: Offer | Requirement | RefusedBefore) -> tuple[str, str, str | None]:
    return of.capability, of.skill, of.task
