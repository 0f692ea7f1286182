"""Requirements after a change of priority: newly planned ones are added, those no longer planned are removed if unstaffed.

Only requirements from the plan follow the priority. Where an operator has stated others in place of the plan, the priority
changes the order of the queue and nothing else.
"""

from collections import Counter
from dataclasses import replace

from dispatch.incidents.requirement_changes import kind_of
from dispatch.incidents.retyping import follows_plan
from dispatch.model.incidents import Incident
from dispatch.model.requirement_ids import highest_number
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Priority
from dispatch.plans.book import ResponsePlan


def reprioritised(incident: Incident, priority: Priority, plan: ResponsePlan) -> tuple[Requirement, ...]:
    """The incident's requirements under this priority; those that stay keep their ids and their people."""
    before, after = (plan.stated(one, incident.alarm_level) for one in (incident.priority, priority))
    # Counts, not sets: a plan may state two lines of one kind.
    lacking = Counter(map(kind_of, before)) - Counter(map(kind_of, incident.requirements))
    if lacking or not follows_plan(incident, plan):
        return incident.requirements
    gone = Counter(map(kind_of, before)) - Counter(map(kind_of, after))
    kept = []
    for entry in incident.requirements:
        # Somebody who accepted keeps the requirement alive, and so does an operator who stated it (DESIGN 57).
        if gone[kind_of(entry)] > 0 and not (entry.stated or _has_people(incident, entry)):
            gone[kind_of(entry)] -= 1
        else:
            kept.append(entry)
    ids = {entry.id for entry in kept}
    # A translator goes with the requirement it was added for.
    helped = [entry for entry in kept if entry.bridges is None or entry.bridges in ids]
    return (*helped, *_fresh(incident, before, after))


def _fresh(
    incident: Incident, before: tuple[Requirement, ...], after: tuple[Requirement, ...]
) -> tuple[Requirement, ...]:
    known = Counter(map(kind_of, before))
    fresh = []
    for entry in after:
        known[kind_of(entry)] -= 1
        if known[kind_of(entry)] < 0:
            fresh.append(entry)
    first = highest_number(incident) + 1
    return tuple(replace(entry, id=f"r{number}") for number, entry in enumerate(fresh, first))


def _has_people(incident: Incident, entry: Requirement) -> bool:
    return any(offer.is_filling for offer in incident.offers_for(entry.id))
