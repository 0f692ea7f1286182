"""Another priority, with the least disturbance: what it needs besides is added, what only the old one needed goes unless staffed.

Only needs that come from the plan follow the priority. Where an operator has stated their own, so that lines of the plan are
missing, the priority changes the order of the queue and nothing else.
"""

from collections import Counter
from dataclasses import replace

from dispatch.model.incidents import Incident, Requirement
from dispatch.model.requirement_ids import highest_number
from dispatch.model.vocabulary import Capability, Priority, Task
from dispatch.plans.book import ResponsePlan


def restated(incident: Incident, priority: Priority, plan: ResponsePlan) -> tuple[Requirement, ...]:
    """The incident's requirements under this priority; those that stay keep their ids and their people."""
    before, after = (plan.stated(one, incident.alarm_level) for one in (incident.priority, priority))
    if Counter(map(_kind, before)) - Counter(map(_kind, incident.requirements)):
        return incident.requirements
    gone = Counter(map(_kind, before)) - Counter(map(_kind, after))
    kept = []
    for entry in incident.requirements:
        if gone[_kind(entry)] > 0 and not _has_people(incident, entry):
            gone[_kind(entry)] -= 1
        else:
            kept.append(entry)
    ids = {entry.id for entry in kept}
    helped = [entry for entry in kept if entry.bridges is None or entry.bridges in ids]
    return (*helped, *_fresh(incident, before, after))


def _fresh(
    incident: Incident, before: tuple[Requirement, ...], after: tuple[Requirement, ...]
) -> tuple[Requirement, ...]:
    known = Counter(map(_kind, before))
    fresh = []
    for entry in after:
        known[_kind(entry)] -= 1
        if known[_kind(entry)] < 0:
            fresh.append(entry)
    first = highest_number(incident) + 1
    return tuple(replace(entry, id=f"r{number}") for number, entry in enumerate(fresh, first))


def _has_people(incident: Incident, entry: Requirement) -> bool:
    return any(offer.is_filling for offer in incident.offers_for(entry.id))


def _kind(entry: Requirement) -> tuple[Capability, str, Task | None]:
    return entry.capability, entry.skill, entry.task
