"""The danger of a person, as they themself are told of it."""

from collections.abc import Sequence

from api.process.services import Services, StateReads
from api.views.own_distress import OwnDistress, helpers, seen_ms, shown_to_person
from api.views.values import View
from dispatch.model.incidents import Incident
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock

TOLD_FOR_S = 3600
"""How long after its end the person is still told of their danger."""
LOOKED_AT = 5
"""The newest incidents of the person's danger: each further one is opened only after the end of the one before."""
MERGED_AT_MOST = 5
"""Merges that are followed; operators make one, rarely two."""


async def own_distress(services: Services, person: str) -> View | None:
    """`schemas.safety.OwnDistressShown`: of the newest open danger, else of the newest that ended within the hour; None: there is
    none.

    Raises:
        StoreUnavailable, NotReady: it is not known.
    """
    now_ms = clock.now_ms()
    own = _newest(await own_incidents_of_distress(services.reads, person), now_ms)
    if own is None:
        return None
    seen_at_ms = seen_ms(own, services.alarm_book.in_force())
    if seen_at_ms is None and await _is_open_at_a_desk(services, own, now_ms):
        seen_at_ms = now_ms
    sent = [offer.volunteer_id for offer in helpers(own)]
    people = await services.reads.volunteers_by_id(sent, with_places=True)
    return shown_to_person(own, seen_at_ms=seen_at_ms, people=people, now_ms=now_ms)


async def own_incidents_of_distress(reads: StateReads, person: str) -> list[OwnDistress]:
    """The newest dangers of the person, the newest first."""
    return [await _followed(reads, one) for one in await reads.distress_incidents(person, limit=LOOKED_AT)]


async def _followed(reads: StateReads, incident: Incident) -> OwnDistress:
    present = incident
    for _ in range(MERGED_AT_MOST):
        target = await reads.incident(present.merged_into) if present.merged_into else None
        if target is None:
            break
        present = target
    parent = await reads.incident(incident.parent_id) if incident.parent_id else None
    return OwnDistress(incident=incident, present=present, parent=parent)


def _newest(found: Sequence[OwnDistress], now_ms: int) -> OwnDistress | None:
    """An open one first: its person waits."""
    is_open = [own for own in found if own.ended_ms is None]
    told = [own for own in found if own.ended_ms is not None and now_ms - own.ended_ms < TOLD_FOR_S * 1000]
    return next(iter([*is_open, *told]), None)


async def _is_open_at_a_desk(services: Services, own: OwnDistress, now_ms: int) -> bool:
    """Whether an operator has opened it at this moment; the phone keeps the time at which it first heard so."""
    try:
        return bool(await services.operators_here.of(own.present.id, now_ms))
    except (StoreUnavailable, NotReady):
        return False
