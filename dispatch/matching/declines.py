"""Declines: a person is not asked again at an incident for a kind of work that they declined there.

A decline applies to the skill that the person was asked for, not to one requirement: to every requirement of the same capability
and task that accepts this skill, as its preferred skill, an alternative or a substitute. It remains in force when an update
removes the requirement and adds it again, when a higher alarm level requests more of the same work, after a merge, and after the
offer was pruned. The person can still accept the offer that they declined.
"""

from collections.abc import Iterable

from dispatch.matching.limits import skills_now
from dispatch.model.incidents import Incident
from dispatch.model.merges import RefusedBefore
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import OfferState


def who_refused(incident: Incident, requirement: Requirement) -> set[str]:
    """Ids of the people who declined this requirement, or work with a skill that it accepts now."""
    here = {offer.volunteer_id for offer in incident.offers if _is_declined(offer) and _is_for(offer, requirement)}
    # By kind, not by requirement: ids of another incident mean nothing here.
    kept = (one.volunteer_ids for one in incident.refused if _would_fill(one, requirement))
    return here.union(incident.declined.get(requirement.id, ()), *kept)


def to_bring(incident: Incident) -> tuple[RefusedBefore, ...]:
    """All declines of this incident, for the incident that adopts it."""
    # By requirement, with its preferred skill only: besides declines the map holds people whom an operator withdrew.
    by_requirement = [
        RefusedBefore(capability=entry.capability, skill=entry.skill, task=entry.task, volunteer_ids=tuple(people))
        for entry in incident.requirements
        if (people := incident.declined.get(entry.id))
    ]
    return joined((*incident.refused, *of_offers(incident.offers), *by_requirement))


def of_offers(offers: Iterable[Offer]) -> list[RefusedBefore]:
    """The declines among these offers, one entry per offer."""
    return [
        RefusedBefore(capability=one.capability, skill=one.skill, task=one.task, volunteer_ids=(one.volunteer_id,))
        for one in offers
        if _is_declined(one)
    ]


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
    return offer.requirement_id == requirement.id or _would_fill(offer, requirement)


def _would_fill(work: Offer | RefusedBefore, requirement: Requirement) -> bool:
    """Whether the declined work is of the requirement's capability and task, with a skill that it accepts."""
    is_alike = work.capability == requirement.capability and work.task == requirement.task
    return is_alike and work.skill in skills_now(requirement)
