"""What a person acts on has changed: which fields of whose job, whoever caused it.

The changes are read off the states before and after a decision, not off its events, so that no cause can be forgotten: an
operator's update, a place found by digital work, the ground, a ladder, another plan. Of private texts the state holds the
reference of the sealed record, which is another one when the text is.

Everybody with a live offer is told; what stays private until acceptance is no news to who has not accepted. Assigned people have
to confirm what could make them do the wrong thing (`CONFIRMED_FIELDS`), see `confirmations.py`.
"""

from collections.abc import Iterable, Iterator

from dispatch import confirmations
from dispatch.edits import details_of
from dispatch.events import JobChanged
from dispatch.model import Incident, Offer, Requirement
from dispatch.vocabulary import (
    CONFIRMED_FIELDS,
    MATERIAL_TASKS,
    SHOWN_BEFORE_ACCEPTANCE,
    Capability,
    JobField,
    OfferState,
)

_PRIVATE = (JobField.DESCRIPTION, JobField.ADDRESS, JobField.CALLER)
_OF_THE_FIELD = frozenset({JobField.HAZARD, JobField.STAGING, JobField.HAZARD_ON_WAY})
"""Nobody who works remotely is in danger by the ground."""


def changes(before: Incident | None, after: Incident, now_ms: int) -> tuple[JobChanged, ...]:
    """The jobs that became others on the way from `before` to `after`."""
    if before is None or not after.is_open:
        return ()
    of_all = tuple(_of_incident(before, after))
    held_before = {offer.id: offer for offer in before.offers if offer.is_live}
    return tuple(
        _told(after, known, offer, fields, now_ms)
        for offer in after.offers
        if offer.is_live
        and (known := held_before.get(offer.id)) is not None
        and (fields := _fields(before, after, known, offer, of_all))
    )


def _told(after: Incident, known: Offer, offer: Offer, fields: tuple[JobField, ...], now_ms: int) -> JobChanged:
    named = tuple(map(str, fields))
    to_confirm = tuple(str(field) for field in fields if offer.is_assigned and _is_to_confirm(field, known, offer))
    return JobChanged(
        offer_id=offer.id,
        volunteer_id=offer.volunteer_id,
        changes=named,
        to_confirm=to_confirm,
        due_ms=confirmations.due_ms(after, offer, now_ms) if to_confirm else None,
    )


def _is_to_confirm(field: JobField, known: Offer, offer: Offer) -> bool:
    """That a way is free again makes nobody do the wrong thing who does not know it."""
    if field is JobField.HAZARD_ON_WAY:
        return any(known.hazards_on_way.get(one) != since for one, since in offer.hazards_on_way.items())
    return field in CONFIRMED_FIELDS


def _of_incident(before: Incident, after: Incident) -> Iterator[JobField]:
    """Fields that are the same for everybody."""
    if before.type != after.type:
        yield JobField.TYPE
    if before.priority is not after.priority:
        yield JobField.PRIORITY
    if before.area != after.area:
        yield JobField.LOCATION
    if before.language != after.language:
        yield JobField.LANGUAGE
    old, new = details_of(before), details_of(after)
    yield from (name for name in _PRIVATE if old.get(name) != new.get(name))
    if _ground(before) != _ground(after):
        yield JobField.HAZARD
    if before.certainty is not after.certainty:
        yield JobField.CERTAINTY
    if before.alarm_level != after.alarm_level:
        yield JobField.ALARM_LEVEL
    if _material(before) != _material(after):
        yield JobField.MATERIAL


def _ground(state: Incident) -> tuple[str, ...] | None:
    """Who may enter; None: the ground is not dangerous. Where it is, `location` says."""
    return None if state.hazard is None else tuple(sorted(state.hazard.equipped))


def _material(state: Incident) -> frozenset[str]:
    return frozenset(offer.id for offer in state.offers if offer.result is not None and offer.task in MATERIAL_TASKS)


def _fields(
    before: Incident, after: Incident, known: Offer, offer: Offer, of_all: Iterable[JobField]
) -> tuple[JobField, ...]:
    fields = (*of_all, *_of_own(before, after, known, offer))
    if offer.capability is not Capability.FIELD:
        fields = tuple(field for field in fields if field not in _OF_THE_FIELD)
    if offer.state is OfferState.OFFERED:
        fields = tuple(field for field in fields if field in SHOWN_BEFORE_ACCEPTANCE)
    return tuple(dict.fromkeys(fields))


def _of_own(before: Incident, after: Incident, known: Offer, offer: Offer) -> Iterator[JobField]:
    old, new = _requirement(before, offer), _requirement(after, offer)
    if old is not None and new is not None:
        if old.role != new.role:
            yield JobField.ROLE
        if set(old.languages) != set(new.languages):
            yield JobField.LANGUAGES
    if known.staging != offer.staging:
        yield JobField.STAGING
    if known.hazards_on_way != offer.hazards_on_way:
        yield JobField.HAZARD_ON_WAY
    if known.lease_expires_ms is not None and known.lease_expires_ms != offer.lease_expires_ms:
        yield JobField.LEASE


def _requirement(state: Incident, offer: Offer) -> Requirement | None:
    return next((entry for entry in state.requirements if entry.id == offer.requirement_id), None)
