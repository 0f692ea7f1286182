"""Job changes: which fields of a person's job a decision has changed, whatever caused it.

Changes are computed from the states before and after a decision, not from its events, so no cause can be missed: an operator's
update, a place found by digital work, a hazard area, a ladder, another plan. The state holds private texts by the reference of
their sealed record, which differs whenever the text does.

Everybody with a live offer is notified; fields that are private until acceptance are left out before it. Assigned people must
confirm the fields that could make them do the wrong thing (`CONFIRMED_FIELDS`), see `confirmations.py`.
"""

from collections.abc import Iterator, Mapping

from dispatch.model.incidents import Incident
from dispatch.model.job_fields import CONFIRMED_FIELDS, SHOWN_BEFORE_ACCEPTANCE, JobField
from dispatch.model.offer_events import JobChanged
from dispatch.model.offers import Offer
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import MATERIAL_TASKS, Capability, OfferState
from dispatch.safety import confirmations
from dispatch.state.edits import details_of

_PRIVATE = (JobField.DESCRIPTION, JobField.ADDRESS, JobField.CALLER)
_FIELD_WORK_ONLY = frozenset({JobField.HAZARD, JobField.STAGING, JobField.HAZARD_ON_WAY})
"""Fields that do not concern remote workers."""


def changes(before: Incident | None, after: Incident, now_ms: int) -> tuple[JobChanged, ...]:
    """One event per person whose job differs between `before` and `after`.

    Called for every decision, most of which change no job: objects that are identical are not compared.
    """
    if before is None or not after.is_open:
        return ()
    known = {offer.id: offer for offer in before.offers}
    # Compared once for everybody.
    of_all = tuple(_of_incident(before, after, known))
    of_needs = _of_needs(before, after)
    changed_jobs = []
    for offer in after.offers:
        old = known.get(offer.id)
        # By identity first: with eleven offers the comparison took 157 µs per decision on a busy machine, now 16.
        if old is None or (old is offer and not of_all and not of_needs) or not (old.is_live and offer.is_live):
            continue
        fields = _seen_by(offer, (*of_all, *of_needs.get(offer.requirement_id, ()), *_of_offer(old, offer)))
        # Nobody who is released by this decision gets here: the end is all they are sent (DESIGN 82).
        if fields:
            changed_jobs.append(_job_changed(after, old, offer, fields, now_ms))
    return tuple(changed_jobs)


def _job_changed(after: Incident, known: Offer, offer: Offer, fields: tuple[JobField, ...], now_ms: int) -> JobChanged:
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
    """Whether an assigned person must confirm the field. A hazard that left the way needs no confirmation."""
    if field is JobField.HAZARD_ON_WAY:
        return any(known.hazards_on_way.get(one) != since for one, since in offer.hazards_on_way.items())
    return field in CONFIRMED_FIELDS


def _of_incident(before: Incident, after: Incident, known: Mapping[str, Offer]) -> Iterator[JobField]:
    """Changed fields that all people of the incident share."""
    if before.type != after.type:
        yield JobField.TYPE
    if before.priority is not after.priority:
        yield JobField.PRIORITY
    if before.area != after.area:
        yield JobField.LOCATION
    if before.language != after.language:
        yield JobField.LANGUAGE
    # References stand for the private texts, which the dispatcher never decrypts (DESIGN 79).
    if before.details != after.details:
        old, new = details_of(before), details_of(after)
        yield from (name for name in _PRIVATE if old[name] != new[name])
    if before.hazard is not after.hazard and _ground(before) != _ground(after):
        yield JobField.HAZARD
    if before.certainty is not after.certainty:
        yield JobField.CERTAINTY
    if before.alarm_level != after.alarm_level:
        yield JobField.ALARM_LEVEL
    if any(_is_material(offer) and not _is_material(known.get(offer.id)) for offer in after.offers):
        yield JobField.MATERIAL


def _ground(state: Incident) -> tuple[str, ...] | None:
    """Skills that may enter the hazard area; None without one. Its outline is the `location`."""
    return None if state.hazard is None else tuple(sorted(state.hazard.equipped))


def _is_material(offer: Offer | None) -> bool:
    return offer is not None and offer.result is not None and offer.task in MATERIAL_TASKS


def _of_needs(before: Incident, after: Incident) -> Mapping[str, tuple[JobField, ...]]:
    """Requirement id → fields that changed for its people."""
    old = {entry.id: entry for entry in before.requirements}
    changed = ((entry.id, tuple(_of_need(old.get(entry.id), entry))) for entry in after.requirements)
    return {requirement_id: fields for requirement_id, fields in changed if fields}


def _of_need(old: Requirement | None, new: Requirement) -> Iterator[JobField]:
    if old is None or old is new:
        return
    if old.role != new.role:
        yield JobField.ROLE
    # As sets: another order asks for nothing else.
    if set(old.languages) != set(new.languages):
        yield JobField.LANGUAGES


def _of_offer(old: Offer, new: Offer) -> Iterator[JobField]:
    if old.staging != new.staging:
        yield JobField.STAGING
    if old.hazards_on_way != new.hazards_on_way:
        yield JobField.HAZARD_ON_WAY
    # The first lease comes with the person's own acceptance and changes nothing for them.
    if old.lease_expires_ms is not None and old.lease_expires_ms != new.lease_expires_ms:
        yield JobField.LEASE


def _seen_by(offer: Offer, fields: tuple[JobField, ...]) -> tuple[JobField, ...]:
    """The fields that concern this person and that they may see."""
    if offer.capability is not Capability.FIELD:
        fields = tuple(field for field in fields if field not in _FIELD_WORK_ONLY)
    if offer.state is OfferState.OFFERED:
        fields = tuple(field for field in fields if field in SHOWN_BEFORE_ACCEPTANCE)
    return fields
