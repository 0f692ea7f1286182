"""What a person's phone sends of itself: positions, distress without an offer, and that they are safe."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import ServicesDep, VolunteerId
from api.http.auth import Volunteer, VolunteerOrOperator, only_own
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.own_distress import own_distress as own_distress_of
from api.schemas.answers import CheckInText
from api.schemas.base import Accepted
from api.schemas.safety import OwnDistressAnswer
from api.schemas.volunteers import DistressOf, Location, OwnLocation, OwnLocationAccepted
from api.views.values import time
from api.writes import own_distress, own_safety
from api.writes.idempotency import OnceOnly
from api.writes.send import write_once
from dispatch.matching.position_checks import refusal
from dispatch.model.reasons import FixRefusal
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.api_paths import path_of
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Role
from streams.wire import FixRecord

router = APIRouter(prefix="/v1/volunteers", tags=["volunteers"], route_class=StrictRoute)
NEXT_ENGAGED_S, NEXT_FREE_S = 30, 300
"""Somebody under way is watched and warned by position; of others a position counts for half an hour (`FIX_AGE_LIMIT_S`)."""
_EXPECTED = {
    FixRefusal.OUT_OF_RANGE: ("lon", "a place on earth"),
    FixRefusal.ZERO_POSITION: ("lon", "a position: exactly 0, 0 is an unset variable"),
    FixRefusal.BAD_ACCURACY: ("accuracy_m", "at most 100 km"),
    FixRefusal.FROM_THE_FUTURE: ("recorded_at", "a time at most 60 s in the future"),
    FixRefusal.TOO_OLD: ("recorded_at", "a time at most an hour ago"),
}


@router.put(
    "/{volunteer_id}/location",
    status_code=202,
    response_model=OwnLocationAccepted,
    responses=problems(400, 409, 413, 415),
)
async def put_location(
    volunteer_id: VolunteerId, body: OwnLocation, caller: Volunteer, services: ServicesDep
) -> Response:
    """Accepts positions of the person: one, or up to 50 that waited while the phone was offline. Kept for KOMEK_POSITION_TTL_S.

    202: Kafka has acknowledged them. Whether one counts is decided afterwards: a position older than the last one, or a jump that
    the travel mode does not explain, until a second position confirms it, moves nobody. Of several, each is checked by itself.

    `continues: false`: no positions follow for a while, for example because the phone switches to navigation.
    """
    only_own(caller, volunteer_id)
    now_ms = clock.now_ms()
    reasons = [_refusal(fix, now_ms) for fix in body.listed]
    rejected = [{"index": index, "code": reason} for index, reason in enumerate(reasons) if reason is not None]
    if body.fixes is None and reasons[0] is not None:
        raise _unusable(reasons[0])
    known = await _known(services, volunteer_id)
    if known is not None and not known.positions:
        raise ProblemResponse("positions_withdrawn")
    fixes = [_record(volunteer_id, fix) for fix, reason in zip(body.listed, reasons, strict=True) if reason is None]
    # Without asking whether the person is registered: a profile that a process has just accepted may not be in Redis yet. The
    # location service keeps no position of people without a profile.
    if fixes:
        await services.positions.send(fixes)
    counts = {"accepted": len(fixes), "rejected": rejected, "next_after_s": _next_after_s(known)}
    return shown({"id": volunteer_id, "status": "received", "links": _links(volunteer_id), **counts}, 202)


@router.post(
    "/{volunteer_id}/distress",
    status_code=202,
    response_model=Accepted,
    # Never 404: whoever is in danger is heard, registered or not.
    responses=problems(400, 409, 413, 415),
)
async def raise_distress(
    volunteer_id: VolunteerId,
    caller: Volunteer,
    once: OnceOnly,
    services: ServicesDep,
    body: DistressOf | None = None,
) -> Response:
    """Reports that the person is in danger, without an offer. Opens a critical incident at their place and alerts the operators.

    Of somebody who was sent it is the distress of their offer. All signals of a person go to one incident while it is open.
    Without `lon` and `lat` the last known place counts.
    """
    only_own(caller, volunteer_id)
    return await write_once(
        services,
        once,
        lambda: own_distress.prepared(services, once, body or DistressOf(), _links_of_signal(volunteer_id)),
    )


@router.post(
    "/{volunteer_id}/distress/safe",
    status_code=202,
    response_model=Accepted,
    # Never 404: the signal may have been accepted a moment ago.
    responses=problems(400, 409, 413, 415),
)
async def say_safe(
    volunteer_id: VolunteerId,
    caller: VolunteerOrOperator,
    once: OnceOnly,
    services: ServicesDep,
    body: CheckInText | None = None,
) -> Response:
    """The person says that they are safe after a signal of danger, by their offer or without one. The incident of their danger
    stays open until an operator ends it. `safe_said_at` of `GET /v1/volunteers/{id}/distress` tells when it has arrived there."""
    only_own(caller, volunteer_id)
    # What became of a danger is for its person alone.
    is_person = caller.role is Role.VOLUNTEER
    links = _links_of_signal(volunteer_id) if is_person else {"self": path_of("volunteers", volunteer_id)}
    return await write_once(
        services, once, lambda: own_safety.prepared(services, once, volunteer_id, body or CheckInText(), links)
    )


@router.get("/{volunteer_id}/distress", response_model=OwnDistressAnswer, responses=problems())
async def read_own_distress(volunteer_id: VolunteerId, caller: Volunteer, services: ServicesDep) -> Response:
    """What became of the person's own signal, by their offer or without one: whether an operator has seen it, how many people
    come and when the first arrives, whether it has ended. For the person alone; no names, no places. A signal that was just
    accepted (202) appears once it is decided."""
    only_own(caller, volunteer_id)
    found = await own_distress_of(services, volunteer_id)
    return shown({"distress": found, "now": time(clock.now_ms())})


async def _known(services: Services, volunteer_id: str) -> VolunteerView | None:
    try:
        return await services.reads.volunteer(volunteer_id)
    except (StoreUnavailable, NotReady):  # the store itself keeps none of people who withdrew the consent
        return None


def _refusal(fix: Location, now_ms: int) -> FixRefusal | None:
    return refusal(lon=fix.lon, lat=fix.lat, accuracy_m=fix.accuracy_m, recorded_ms=fix.recorded_at, now_ms=now_ms)


def _record(volunteer_id: str, fix: Location) -> FixRecord:
    return FixRecord(
        volunteer_id=volunteer_id,
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        recorded_ms=fix.recorded_at,
        continues=fix.continues,
    )


def _next_after_s(known: VolunteerView | None) -> int | None:
    if known is None:
        return NEXT_ENGAGED_S
    if known.offer_id is not None:
        return NEXT_ENGAGED_S
    return NEXT_FREE_S if known.on_duty else None


def _unusable(reason: FixRefusal) -> ProblemResponse:
    """With the code that POST /v1/locations gives."""
    field, expected = _EXPECTED[reason]
    return ProblemResponse(reason, f"{field}: expected {expected}", errors=[{"field": field, "expected": expected}])


def _links(volunteer_id: str) -> dict[str, Any]:
    return {"self": path_of("volunteers", volunteer_id), "offers": path_of("volunteers", volunteer_id, "offers")}


def _links_of_signal(volunteer_id: str) -> dict[str, Any]:
    return {**_links(volunteer_id), "distress": path_of("volunteers", volunteer_id, "distress")}
