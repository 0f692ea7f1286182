"""Notices of people: seen, listed, and a test on request."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic_core import PydanticCustomError

from api.deps import ServicesDep, VolunteerId
from api.fields import instant_ms
from api.http.audit import record_done
from api.http.auth import Volunteer, VolunteerOrAdmin, VolunteerOrOperator, only_own
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.registered import registered
from api.schemas.notices import NoticeList, SeenNotice, TestAsked, TestWanted
from api.views.values import time
from api.writes.channels import read_channels
from dispatch.model.ids import parts_of_offer
from dispatch.notices.rules import NoticeOutcome
from dispatch.notices.texts import TextKey
from streams import clock
from streams.notices.requests import asked, said
from streams.store.reach import Told
from streams.wire import ChannelPrivate, NoticeRecord

router = APIRouter(prefix="/v1", tags=["notices"], route_class=StrictRoute)
NoticeId = Annotated[str, Path(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
SHOWN = 200
APP = "app"
"""The way of a notice that somebody looked at in the page."""


@router.post("/notices/{notice_id}/seen", status_code=204, response_model=None, responses=problems(400, 413, 415))
async def seen(
    notice_id: NoticeId, caller: Volunteer, services: ServicesDep, body: SeenNotice | None = None
) -> Response:
    """The person has seen a notice: no further way of the ladder is used for it. Or a device has shown it, which ends nothing. No
    Idempotency-Key: a repeat changes nothing.

    It concerns only the caller's own notices: the record is kept under the caller's id.
    """
    said_of = body or SeenNotice()
    offer_id, outcome = said_of.offer_id, NoticeOutcome(said_of.outcome)
    parts = parts_of_offer(offer_id) if offer_id else None
    if offer_id and parts is None:
        raise invalid("offer_id", "an id of an offer", "text")
    now_ms = clock.now_ms()
    incident_id = parts.incident_id if parts else ""
    # Asked first: a word about the offer of somebody else is refused, not recorded.
    is_own = bool(offer_id) and await _is_own(services, caller.id, offer_id or "", incident_id)
    device = await _own_channel(services, caller.id, said_of.channel)
    record = said(
        outcome,
        notice_id,
        caller.id,
        now_ms,
        offer_id=offer_id or "",
        incident_id=incident_id,
        device=device.id if device else None,
    )
    await services.intake.send_notice(record)
    # What a device shows by itself says something of its way alone; that somebody looked is said by the app.
    way = device.kind.value if device and outcome is NoticeOutcome.DELIVERED else APP
    told = Told(volunteer_id=caller.id, kind=way, outcome=outcome, at_ms=now_ms, device=record.device)
    if is_own or device is not None:
        await services.reach.put(replace(told, offer_id=offer_id if is_own else None))
    return Response(status_code=204)


@router.get("/volunteers/{volunteer_id}/notices", response_model=NoticeList, responses=problems())
async def list_notices(
    volunteer_id: VolunteerId,
    caller: VolunteerOrAdmin,
    services: ServicesDep,
    after: Annotated[str | None, Query(max_length=40, description="only those later than this time (RFC 3339)")] = None,
) -> Response:
    """The newest 200 notices of a person, newest first, each way by itself. Reads the log: not to be polled."""
    only_own(caller, volunteer_id)
    after_ms = 0
    if after is not None:
        try:
            after_ms = instant_ms(after)
        except PydanticCustomError:
            raise invalid("after", "a time like 2026-11-22T08:00:00Z (RFC 3339, with an offset)", "text") from None
    found = [one for one in await services.private_log.notices_of(volunteer_id) if one.at_ms > after_ms]
    return shown({"items": [_view(one) for one in found[:SHOWN]]})


@router.post(
    "/volunteers/{volunteer_id}/test-notice",
    status_code=202,
    response_model=TestAsked,
    responses=problems(400, 404, 409, 413, 415),
)
async def send_test(
    volunteer_id: VolunteerId, caller: VolunteerOrOperator, services: ServicesDep, body: TestWanted | None = None
) -> Response:
    """Sends a test to every verified channel of the person, or to one; `channels` shows within seconds what each service said.

    No Idempotency-Key: a repeat sends another test.
    """
    only_own(caller, volunteer_id)
    await registered(services, volunteer_id)
    record = await read_channels(services, volunteer_id)
    verified = [one.id for one in record.channels if one.verified_ms is not None]
    device = body.channel if body else None
    # An address that is not proved belongs to somebody else, for all we know: it gets codes, at a limited rate, and no tests.
    if device is not None and device not in verified:
        raise ProblemResponse("not_found", "there is no verified channel with this id")
    request = asked(TextKey.TEST, volunteer_id, clock.now_ms(), device=device)
    await services.intake.send_notice(request)
    record_done(services, caller, "volunteer.test_notice", volunteer_id)
    return shown({"id": request.id, "channels": 1 if device else len(verified)}, 202)


async def _is_own(services: Services, volunteer_id: str, offer_id: str, incident_id: str) -> bool:
    """Whether the offer was made to the person. Raises ProblemResponse (403): it was made to somebody else."""
    state = await services.reads.incident(incident_id)
    offer = state.offer(offer_id) if state else None
    if offer is not None and offer.volunteer_id != volunteer_id:
        raise ProblemResponse("not_your_offer")
    return offer is not None


async def _own_channel(services: Services, volunteer_id: str, channel_id: str | None) -> ChannelPrivate | None:
    """The person's channel with this id; None without one: it may have been removed meanwhile."""
    return None if channel_id is None else (await read_channels(services, volunteer_id)).find(channel_id)


def _view(record: NoticeRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": record.kind,
        "offer_id": record.offer_id or None,
        "incident_id": record.incident_id or None,
        "channel": record.channel,
        "outcome": record.outcome,
        "code": record.code,
        "at": time(record.at_ms),
        "version": record.version,
        "reason": record.reason,
        "changes": record.changes,
    }
