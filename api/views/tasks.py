"""Digital requirements, as operators see them across incidents."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from api.views.incidents import proposal
from api.views.values import View, time
from dispatch.assistant.next_look import Look
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, OfferState, Task

_SHOWN = frozenset({OfferState.OFFERED, OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE})
"""Ended offers without an answer are in the incident."""


class TaskState(StrEnum):
    OPEN = "open"  # places are open and nobody works on it
    IN_WORK = "in_work"
    DONE = "done"  # settled, or every place has its answer


class TaskOrder(StrEnum):
    NEWEST = "newest"
    ASSISTANT = "assistant"  # where a person's look is worth most


def by_worth(tasks: Sequence[View], looks: Mapping[tuple[str, Task], Look]) -> list[View]:
    """The same, most worth a look first, with `look`; work that no hint speaks about comes last, in its order."""
    seen = [{**one, "look": _look(looks.get((one["incident_id"], one["kind"])))} for one in tasks]
    return sorted(seen, key=lambda one: -one["look"]["worth"] if one["look"] else 1.0)


def _look(found: Look | None) -> View | None:
    return None if found is None else {"worth": found.worth, "uncertainty": found.uncertainty}


def tasks_of(state: Incident) -> list[View]:
    """`schemas.tasks.WaitingTask` of each digital requirement."""
    return [_task(state, entry) for entry in state.requirements if entry.capability is Capability.DIGITAL]


def _task(state: Incident, entry: Requirement) -> View:
    offers = [offer for offer in state.offers_for(entry.id) if offer.state in _SHOWN]
    return {
        "incident_id": state.id,
        "requirement_id": entry.id,
        "type": state.type,
        "priority": state.priority,
        "kind": entry.task,
        "skill": entry.skill,
        "state": _state(state, entry, offers),
        "wanted": entry.count,
        "answered": sum(offer.result is not None for offer in offers),
        "settled": entry.settled,
        "people": [_person(offer) for offer in offers],
        "look": None,
        "proposals": [proposal(one) for one in state.proposals if one.requirement_id == entry.id],
    }


def named(tasks: Sequence[View], labels: Mapping[str, str]) -> list[View]:
    """The same with the `labels` of the people, by id."""
    return [
        {**one, "people": [{**person, "label": labels.get(person["volunteer_id"])} for person in one["people"]]}
        for one in tasks
    ]


def _state(state: Incident, entry: Requirement, offers: list[Offer]) -> TaskState:
    if any(offer.is_assigned for offer in offers):
        return TaskState.IN_WORK
    return TaskState.OPEN if state.open_places(entry) else TaskState.DONE


def _person(offer: Offer) -> View:
    return {
        "offer_id": offer.id,
        "volunteer_id": offer.volunteer_id,
        "state": offer.state,
        "expires_at": time(offer.expires_ms),
        "lease_expires_at": time(offer.lease_expires_ms),
        "outcome": offer.result.outcome if offer.result else None,
    }
