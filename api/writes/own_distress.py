"""Distress of a person: of their offer if they were sent, else a report of its own."""

from dataclasses import replace

from api.process.services import Services
from api.reads.distress_line import heard_by
from api.schemas.volunteers import DistressOf
from api.writes.idempotency import IdempotentRequest
from api.writes.incident_orders import texts_of
from api.writes.offer_preconditions import OfferWithIncident
from api.writes.send import PreparedWrite
from dispatch.decide.record import AHEAD_MS, BEHIND_MS
from dispatch.model import geo
from dispatch.model.answer_commands import RaiseDistress
from dispatch.model.places import Place
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import Capability
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.safety import distress
from streams import clock
from streams.store.volunteer_view import VolunteerView
from streams.wire import FixRecord, IncidentPrivate


async def prepared(
    services: Services, once: IdempotentRequest, body: DistressOf, links: dict[str, str]
) -> PreparedWrite:
    """Waits for Redis no longer than any write: without it the place is the one that the body states, or unknown."""
    person = once.caller.id
    known, held = await _known(services, person)
    place = Place(lon=body.lon, lat=body.lat) if body.lon is not None and body.lat is not None else None

    async def tell_place() -> None:
        # After the signal: nothing about the place may delay it. Exact only here, where it ends within the hour.
        if place is not None and (known is None or known.positions):
            await services.positions.send([FixRecord(volunteer_id=person, lon=place.lon, lat=place.lat)])

    if held is not None:
        write = await _of_offer(services, once, body, held)
    else:
        write = await _alone(services, once, body, place or _last_place(known))
    return replace(write, subject=person, status="received", links=links, after=tell_place)


async def _known(services: Services, person: str) -> tuple[VolunteerView | None, OfferWithIncident | None]:
    """The person, and the offer by which they were sent."""
    try:
        known = await services.marks.read_promptly(services.reads.volunteer(person, with_places=True))
        state = await services.reads.incident(known.incident_id) if known and known.incident_id else None
    except (StoreUnavailable, NotReady):
        return None, None
    held = state.offer(known.offer_id or "") if known is not None and state is not None else None
    if state is None or held is None or held.accepted_ms is None or held.capability is not Capability.FIELD:
        return known, None
    return known, OfferWithIncident(incident=state, offer=held)


def _last_place(known: VolunteerView | None) -> Place | None:
    return (known.place or known.home) if known is not None else None


def _said_ms(body: DistressOf, now_ms: int) -> int | None:
    return body.at if body.at is not None and now_ms - BEHIND_MS <= body.at <= now_ms + AHEAD_MS else None


async def _of_offer(
    services: Services, once: IdempotentRequest, body: DistressOf, held: OfferWithIncident
) -> PreparedWrite:
    command_id, incident_id = once.command_id(f"distress:{held.offer.id}"), held.incident.id
    command = RaiseDistress(
        id=command_id,
        incident_id=incident_id,
        by=once.caller.id,
        sent_ms=clock.now_ms(),
        offer_id=held.offer.id,
        volunteer_id=once.caller.id,
        said_ms=body.at,
        private_ref=text_ref(incident_id, "distress", command_id) if body.note else None,
        heard_at=await heard_by(services, once.caller.id, clock.now_ms()),
    )
    return PreparedWrite(command=command, subject="", links={}, private=texts_of(command, body.note))


async def _alone(services: Services, once: IdempotentRequest, body: DistressOf, place: Place | None) -> PreparedWrite:
    person, now_ms = once.caller.id, clock.now_ms()
    report = distress.report_of_person(
        command_id=once.command_id("distress"),
        volunteer_id=person,
        heard_at=await heard_by(services, person, now_ms),
        place=geo.cell(place) if place else None,
        sent_ms=now_ms,
        said_ms=_said_ms(body, now_ms),
    )
    exact = f"{body.lat:.5f}, {body.lon:.5f}" if body.lat is not None else None
    if body.note is None and exact is None:
        return PreparedWrite(command=report, subject="", links={})
    # The stated place is for those who look for the person: encrypted, and erased with the texts of the incident.
    private = IncidentPrivate(description=body.note, address=exact)
    fields = tuple(name for name in ("description", "address") if getattr(private, name) is not None)
    ref = text_ref(report.incident_id, "report", report.id)
    report = replace(report, private_ref=ref, private_fields=fields)
    return PreparedWrite(command=report, subject="", links={}, private=[(ref, private)])
