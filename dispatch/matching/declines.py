"""Who said no: nobody is asked again at an incident for work of a kind they declined there.

The no belongs to the kind of work, not to the line of the plan: it holds when an update takes the requirement out and puts it
back, when a higher alarm level asks for more of the same, and after a merge, for the other incident is the same event. Who thinks
better of it can still accept the offer they declined.
"""

from collections.abc import Iterable

from dispatch.model.incidents import Incident, Offer, RefusedBefore, Requirement
from dispatch.model.vocabulary import OfferState


def who_refused(incident: Incident, requirement: Requirement) -> set[str]:
    """People who are not asked for this requirement because of what they said."""
    here = {offer.volunteer_id for offer in incident.offers if _is_no(offer) and _is_of(offer, requirement)}
    brought = (one.volunteer_ids for one in incident.refused if _kind(one) == _kind(requirement))
    return here.union(incident.declined.get(requirement.id, ()), *brought)


def to_bring(incident: Incident) -> tuple[RefusedBefore, ...]:
    """What another incident has to know of this one when it takes it in."""
    said = [
        RefusedBefore(capability=one.capability, skill=one.skill, task=one.task, volunteer_ids=(one.volunteer_id,))
        for one in incident.offers
        if _is_no(one)
    ]
    long_ago = [
        RefusedBefore(capability=entry.capability, skill=entry.skill, task=entry.task, volunteer_ids=tuple(people))
        for entry in incident.requirements
        if (people := incident.declined.get(entry.id))
    ]
    return joined((*incident.refused, *said, *long_ago))


def joined(refused: Iterable[RefusedBefore]) -> tuple[RefusedBefore, ...]:
    """Each kind once, with everybody who refused it, in a stable order."""
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


def _is_no(offer: Offer) -> bool:
    return offer.state is OfferState.DECLINED


def _is_of(offer: Offer, requirement: Requirement) -> bool:
    return offer.requirement_id == requirement.id or _kind(offer) == _kind(requirement)


def _kind(of: Offer | Requirement | RefusedBefore) -> tuple[str, str, str | None]:
    return of.capability, of.skill, of.task
