"""Ids of requirements: `r1`, `r2`, … An id once used is never given to another need: offers still carry it."""

from collections.abc import Iterable
from dataclasses import replace

from dispatch.model.events import Event, RequirementsAdded
from dispatch.model.incidents import Incident


def highest_number(incident: Incident) -> int:
    """Of the ids in use and of those that offers or decliners remember."""
    used = {entry.id for entry in incident.requirements} | {offer.requirement_id for offer in incident.offers}
    return max((int(entry[1:]) for entry in used | incident.declined.keys()), default=0)


def with_ids(incident: Incident, facts: Iterable[Event]) -> list[Event]:
    """The same facts; requirements that are added get the next free ids, in their order."""
    number, named = highest_number(incident), []
    for fact in facts:
        if isinstance(fact, RequirementsAdded):
            entries = [replace(entry, id=f"r{number + at}") for at, entry in enumerate(fact.requirements, 1)]
            number += len(entries)
            fact = replace(fact, requirements=tuple(entries))
        named.append(fact)
    return named
