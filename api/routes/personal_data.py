"""What people may ask about themselves: consents, the notices shown to them, and the export of everything stored about them."""

from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from api.caller import Caller
from api.deps import ServicesDep, VolunteerId
from api.http.audit import record_audit, record_done
from api.http.auth import Volunteer, VolunteerOrAdmin, only_own
from api.http.problems import retry_later
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.consents import PHONE, consents_of
from api.reads.disclosure import opened_volunteer, unsealed
from api.reads.registered import registered
from api.schemas.personal_data import Consents, ConsentsShown, VolunteerExport
from api.views import channels, offers
from api.views.audit import entry_view
from api.views.sessions import session
from api.views.values import View, point, time
from api.writes.channels import read_channels
from api.writes.profiles import profile_view
from dispatch.model.private_refs import consents_ref
from dispatch.plans.budget_table import MOST_OFFERS
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.audit.reader import AuditFilter
from streams.store.people import PrivateWrite
from streams.store.reads import OfferOf
from streams.store.record_decoders import POSITIONS
from streams.wire import ConsentsPrivate, ConsentStep

router = APIRouter(prefix="/v1/volunteers", tags=["volunteers"], route_class=StrictRoute)
STEPS_KEPT = 200
NOT_INCLUDED = ("earlier_positions", "searches")
"""Parts that the export does not have: the positions before the last one, kept for an hour, and the decisions that considered the
person without asking them, kept for a year. Both would need a read of a whole topic."""
MOST_SESSIONS = 200
MOST_ENTRIES = 500
"""Entries of the audit log in an export."""


@router.get("/{volunteer_id}/consents", response_model=ConsentsShown, responses=problems())
async def read_consents(volunteer_id: VolunteerId, caller: VolunteerOrAdmin, services: ServicesDep) -> Response:
    """The consents that a person gave or withdrew, when, and which privacy notice they were shown in which language."""
    only_own(caller, volunteer_id)
    return shown(_consents_view(await consents_of(services, volunteer_id)))


@router.put("/{volunteer_id}/consents", response_model=ConsentsShown, responses=problems(400, 404, 409, 413, 415))
async def put_consents(volunteer_id: VolunteerId, body: Consents, caller: Volunteer, services: ServicesDep) -> Response:
    """Records which privacy notice the person was shown, and which consents they give or withdraw.

    Reads the earlier answers from Redis, so it responds 503 while Redis is down.
    """
    only_own(caller, volunteer_id)
    async with services.person_locks.held(volunteer_id):
        await registered(services, volunteer_id)
        before = await consents_of(services, volunteer_id)
        given = {
            name: answer
            for name, answer in ((POSITIONS, body.positions), (PHONE, body.contact_by_phone))
            if answer is not None
        }
        step = ConsentStep(at_ms=clock.now_ms(), notice=body.notice.version, language=body.notice.language, given=given)
        record = ConsentsPrivate(steps=(*before.steps, step)[-STEPS_KEPT:])
        await _write(services, volunteer_id, record)
    record_done(services, caller, "volunteer.consents", volunteer_id)
    return shown(_consents_view(record))


async def _write(services: Services, volunteer_id: str, record: ConsentsPrivate) -> None:
    ref = consents_ref(volunteer_id)
    position, sealed = await services.intake.send_private(ref, record)
    positions = record.now.get(POSITIONS, True)
    try:
        # At once: after the answer no position is there any more.
        await services.people.put_private(
            [PrivateWrite(ref=ref, offset=position.offset, sealed=sealed, positions=positions)]
        )
    except (StoreUnavailable, NotReady) as error:
        raise retry_later("unknown_outcome", "the consents are in the log, but Redis does not show them yet") from error


def _consents_view(record: ConsentsPrivate) -> View:
    steps = [
        {"at": time(step.at_ms), "notice": step.notice, "language": step.language, "given": dict(step.given)}
        for step in record.steps
    ]
    return {"now": record.now, "steps": steps}


@router.get("/{volunteer_id}/export", response_model=VolunteerExport, responses=problems(404, 409))
async def export(volunteer_id: VolunteerId, caller: VolunteerOrAdmin, services: ServicesDep) -> Response:
    """Everything that is stored about a person, as one JSON document; `not_included` names what is missing.

    Bounded: the last 200 offers, the notices of thirty days. Recorded in the audit topic.
    """
    only_own(caller, volunteer_id)
    known = await registered(services, volunteer_id, with_places=True)
    private = await opened_volunteer(services, caller, volunteer_id)
    held = await services.reads.offers_of(volunteer_id, limit=MOST_OFFERS)
    record_audit(services, caller, "volunteer.export", volunteer_id)
    document = {
        "exported_at": time(clock.now_ms()),
        "volunteer": profile_view(known, private, known),
        "location": {
            "place": point(known.place) if known.place else None,
            "accuracy_m": known.accuracy_m,
            "at": time(known.fix_at_ms),
        },
        "offers": [offers.offer(entry.incident, entry.offer) for entry in held],
        "texts": await _texts(services, held),
        "notices": [msgspec.to_builtins(one) for one in await services.private_log.notices_of(volunteer_id)],
        **await _learnt(services, volunteer_id),
        "sessions": _sessions(services, caller, volunteer_id),
        "consents": _consents_view(await consents_of(services, volunteer_id)),
        "channels": await _channels(services, volunteer_id),
        "audit": await _audit(services, volunteer_id),
        "not_included": list(NOT_INCLUDED),
    }
    headers = {"Content-Disposition": 'attachment; filename="komek-export.json"'}
    return shown(document, headers=headers)


async def _channels(services: Services, volunteer_id: str) -> View:
    record = await read_channels(services, volunteer_id)
    return channels.exported(record, await services.reach.devices(volunteer_id))


async def _audit(services: Services, volunteer_id: str) -> list[View]:
    """Who saw their data, newest first; `GET /v1/volunteers/{id}/audit` has the rest."""
    page = await services.audit_pages.page(AuditFilter(subject=volunteer_id), limit=MOST_ENTRIES)
    return [entry_view(entry) for _, entry in page.entries]


async def _texts(services: Services, held: list[OfferOf]) -> dict[str, str]:
    refs = {entry.offer.id: entry.offer.private_ref for entry in held if entry.offer.private_ref is not None}
    records = await unsealed(services, refs.values())
    return {
        offer_id: text for offer_id, ref in refs.items() if ref in records and (text := records[ref].text) is not None
    }


async def _learnt(services: Services, volunteer_id: str) -> dict[str, Any]:
    """What follows from their answers and work: `estimates` and `trust`, None of a person who is not in Redis."""
    past = await services.reads.asked_lately(volunteer_id)
    if past is None:
        return {"estimates": None, "trust": None}
    estimates = {
        "accepted": past.accepted,
        "declined": past.refused,
        "work": past.work,
        "offers_last_hour": past.offers_last_hour,
        "offers_last_day": past.offers_last_day,
        "last_work_ended": time(past.worked_ms),
        "last_work_heavy": past.worked_heavy,
        "last_sign_of_life": time(past.heard_ms),
    }
    return {"estimates": estimates, "trust": {"upheld": past.upheld, "overruled": past.overruled}}


def _sessions(services: Services, caller: Caller, volunteer_id: str) -> list[View]:
    page = services.sessions.book.sessions(volunteer_id, clock.now_ms(), most=MOST_SESSIONS)
    return [session(session_id, record, caller) for session_id, record in page]
