"""Ids of requirements: `r1`, `r2`, … An id is never reused, because offers still refer to it."""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.staffing_events import RequirementsAdded


def highest_number(incident: Incident) -> int:
    """The highest number among present requirements and those to which offers and `Incident.declined` refer; 0 for none."""
    used = {entry.id for entry in incident.requirements} | {offer.requirement_id for offer in incident.offers}
    # As numbers: r10 follows r9. `declined` still names requirements whose offers were pruned.
    return max((int(entry[1:]) for entry in used | incident.declined.keys()), default=0)


def with_ids(incident: Incident, facts: Iterable[Event]) -> list[Event]:
    """The events, with the next free ids assigned to added requirements in their order."""
    number, named = highest_number(incident), []
    for fact in facts:
        if isinstance(fact, RequirementsAdded):
            entries = [replace(entry, id=f"r{number + at}") for at, entry in enumerate(fact.requirements, 1)]
            number += len(entries)
            fact = replace(fact, requirements=tuple(entries))
        named.append(fact)
    return named
