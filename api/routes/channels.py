"""Channels of a person: devices and addresses that notices go to, their verification, and how the person wants notices."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response

from api.deps import ServicesDep, VolunteerId
from api.http.audit import record_done
from api.http.auth import Volunteer, VolunteerOrAdmin, only_own
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.registered import registered
from api.reads.vapid_key import vapid_key
from api.schemas.channels import ChannelIn, ChannelList, ChannelShown, NoticeSettings, VerifyIn
from api.views import channels as views
from api.writes import channels
from streams.notices import configured
from streams.notices.telegram_links import start_link
from streams.wire import ChannelPrivate, ChannelsPrivate

router = APIRouter(prefix="/v1/volunteers", tags=["notices"], route_class=StrictRoute)
ChannelId = Annotated[str, Path(max_length=40)]
CHANGED: dict[str, Any] = {"responses": problems(400, 404, 409, 413, 415)}


@router.get("/{volunteer_id}/channels", response_model=ChannelList, responses=problems(409))
async def list_channels(volunteer_id: VolunteerId, caller: VolunteerOrAdmin, services: ServicesDep) -> Response:
    """The person's channels in their order, whether each works, and which kinds this deployment can send."""
    only_own(caller, volunteer_id)
    return await _list(services, volunteer_id, await channels.read_channels(services, volunteer_id))


@router.post("/{volunteer_id}/channels", status_code=201, response_model=ChannelShown, **CHANGED)
async def add_channel(volunteer_id: VolunteerId, body: ChannelIn, caller: Volunteer, services: ServicesDep) -> Response:
    """Adds a device or address; one that is known already is replaced and keeps its id. No Idempotency-Key: a repeat changes
    nothing more.

    A number or mail address gets a code, which `verify` takes; a Telegram chat is connected by opening `link`. Notices go there
    from then on.
    """
    only_own(caller, volunteer_id)
    async with services.person_locks.held(volunteer_id):
        await registered(services, volunteer_id)
        added = await channels.add(services, volunteer_id, body, caller.session_id)
    record_done(services, caller, "volunteer.channel.add", volunteer_id)
    return shown(views.channel(added, link=_link(services, added)), 201)


@router.put("/{volunteer_id}/channels", response_model=ChannelList, **CHANGED)
async def put_settings(
    volunteer_id: VolunteerId, body: NoticeSettings, caller: Volunteer, services: ServicesDep
) -> Response:
    """The language of the person's notices and pages, and their quiet hours."""
    only_own(caller, volunteer_id)
    async with services.person_locks.held(volunteer_id):
        await registered(services, volunteer_id)
        before = await channels.read_channels(services, volunteer_id)
        quiet = views.quiet_hours(body.quiet_from, body.quiet_until)
        record = replace(before, ui_language=body.ui_language, quiet=quiet)
        await channels.write_channels(services, volunteer_id, record)
    return await _list(services, volunteer_id, record)


@router.post("/{volunteer_id}/channels/{channel_id}/verify", response_model=ChannelShown, **CHANGED)
async def verify_channel(
    volunteer_id: VolunteerId, channel_id: ChannelId, body: VerifyIn, caller: Volunteer, services: ServicesDep
) -> Response:
    """Proves that the person reads this address: the code is valid for ten minutes and for five tries."""
    only_own(caller, volunteer_id)
    async with services.person_locks.held(volunteer_id):
        verified = await channels.verify(services, volunteer_id, channel_id, body.code)
    record_done(services, caller, "volunteer.channel.verify", volunteer_id)
    return shown(views.channel(verified))


@router.delete(
    "/{volunteer_id}/channels/{channel_id}", status_code=204, response_model=None, responses=problems(404, 409)
)
async def remove_channel(
    volunteer_id: VolunteerId, channel_id: ChannelId, caller: VolunteerOrAdmin, services: ServicesDep
) -> Response:
    """Removes a device or address. Notices that are under way may still arrive there."""
    only_own(caller, volunteer_id)
    async with services.person_locks.held(volunteer_id):
        await channels.remove(services, volunteer_id, channel_id)
    record_done(services, caller, "volunteer.channel.remove", volunteer_id)
    return Response(status_code=204)


async def _list(services: Services, volunteer_id: str, record: ChannelsPrivate) -> Response:
    states = await services.reach.devices(volunteer_id)
    return shown(views.channels(record, states, configured.kinds(services.settings), vapid_key(services)))


def _link(services: Services, added: ChannelPrivate) -> str | None:
    bot = services.settings.telegram_bot
    return start_link(bot, added.pending.code) if bot and added.pending and not added.address else None
