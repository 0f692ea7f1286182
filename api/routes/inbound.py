"""Messages that gateways forward to Komek, each with the secret that the deployer has given them."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic_core import PydanticCustomError

from api.deps import ServicesDep
from api.http.auth import PUBLIC, refused, unauthenticated
from api.http.problems import ProblemResponse
from api.http.responses import problems
from api.http.strict_route import GatewayRoute
from api.process.services import Services
from api.schemas.channels import phone
from api.schemas.inbound import SmsIn, TelegramMessage, TelegramUpdate
from api.writes import channels, message_intake, replies
from api.writes.message_intake import Arrival
from api.writes.replies import Reply
from dispatch.model.places import Place
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.replies import Meaning, meaning
from dispatch.notices.texts import TextKey
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, wire
from streams.notices.requests import asked
from streams.notices.telegram_links import started_with
from streams.wire import MessageKind

_ORDERS = frozenset({"/start", "/help", "/settings"})
"""Of Telegram's buttons."""
router = APIRouter(prefix="/v1/inbound", tags=["notices"], route_class=GatewayRoute)


@router.post(
    "/telegram", dependencies=[PUBLIC], status_code=204, response_model=None, responses=problems(400, 409, 413, 415)
)
async def telegram(
    body: TelegramUpdate,
    request: Request,
    services: ServicesDep,
    x_telegram_bot_api_secret_token: Annotated[str, Header(max_length=256)] = "",
) -> Response:
    """The webhook of the bot. `/start CODE` connects the chat whose code a person was given; any other message of a connected
    chat replies to the newest offer that was sent there. Where the public may report (KOMEK_PUBLIC_MESSAGES), everything else is
    recorded for the operators: texts, edits and locations; of photos, voice and the like, that they came.

    204 also for a code that is unknown, has expired or was used: a stranger learns nothing, and Telegram does not repeat it.
    """
    _check_secret(request, services.settings.telegram_secret, x_telegram_bot_api_secret_token)
    message = body.message or body.edited_message
    # A group would read the requests to one person.
    if message is None or message.chat.type != "private":
        return Response(status_code=204)
    is_new = body.message is not None
    code = started_with(message.text) if is_new else None
    if code is not None:
        await _connect(services, code, str(message.chat.id))
    elif is_new and message.text:
        await _taken(services, _reply_of(message), _arrival_of(message, is_new=True))
    else:
        # No edit and no picture answers an offer: who accepted by one could not tell what it said before.
        await _recorded(services, _reply_of(message), _arrival_of(message, is_new=is_new))
    return Response(status_code=204)


@router.post(
    "/sms", dependencies=[PUBLIC], status_code=204, response_model=None, responses=problems(400, 409, 413, 415)
)
async def sms(
    body: SmsIn,
    request: Request,
    services: ServicesDep,
    x_komek_secret: Annotated[str, Header(max_length=256)] = "",
) -> Response:
    """A message to the deployment's number, forwarded by its SMS gateway. It replies to the newest offer that was sent to `from`.
    Where the public may report (KOMEK_PUBLIC_MESSAGES), everything else is recorded for the operators.

    204 also for numbers that nobody has verified. Any other status: the gateway must send it again, with the same `id`.
    """
    _check_secret(request, services.settings.sms_secret, x_komek_secret)
    try:
        sender = phone(body.sender if body.sender.startswith(("+", "8")) else f"+{body.sender}")
    except PydanticCustomError:
        # The name of a service ("Beeline"): nobody to answer.
        return Response(status_code=204)
    reply = Reply(kind=ChannelKind.SMS, address=sender, id=body.id, text=body.text)
    arrival = Arrival(
        way=ChannelKind.SMS,
        address=sender,
        # A gateway may give one id to all parts.
        id=f"{body.id}:{body.part}" if body.parts > 1 else body.id,
        text=body.text,
        reference=body.reference or body.id,
        part=body.part,
        parts=body.parts,
    )
    # One part of a longer text is no answer, whatever it says.
    is_part = body.parts > 1 and message_intake.is_open_to(services, ChannelKind.SMS)
    await (_recorded if is_part else _taken)(services, reply, arrival)
    return Response(status_code=204)


async def _taken(services: Services, reply: Reply, arrival: Arrival) -> None:
    """Carries out a reply, or records what belongs to no offer. Raises as `replies.take` and `message_intake.record`."""
    is_open = message_intake.is_open_to(services, reply.kind)
    try:
        is_reply = await replies.take(services, reply, is_open_to_public=is_open)
    except (StoreUnavailable, NotReady):
        # Only what may be an answer waits for Redis: a report must not.
        if not is_open or meaning(reply.text) is not Meaning.UNCLEAR:
            raise
        is_reply = False
    if not is_reply:
        await _recorded(services, reply, arrival)


async def _recorded(services: Services, reply: Reply, arrival: Arrival) -> None:
    is_empty = arrival.kind is MessageKind.TEXT and not arrival.text.strip()
    # An order to the bot, such as /start without a code, reports nothing.
    is_order = reply.kind is ChannelKind.TELEGRAM and reply.text.partition(" ")[0].partition("@")[0] in _ORDERS
    if message_intake.is_open_to(services, reply.kind) and not is_empty and not is_order:
        await message_intake.record(services, arrival, await replies.person_of(services, reply))


def _reply_of(message: TelegramMessage) -> Reply:
    return Reply(
        kind=ChannelKind.TELEGRAM,
        address=str(message.chat.id),
        id=str(message.message_id),
        text=message.text,
        sent_ms=message.date * 1000 or None,
    )


def _arrival_of(message: TelegramMessage, *, is_new: bool) -> Arrival:
    location, id_ = message.location, str(message.message_id)
    # A live location is edited every few seconds: one a minute is kept.
    edited_s = message.edit_date // 60 * 60 if location else message.edit_date
    return Arrival(
        way=ChannelKind.TELEGRAM,
        address=str(message.chat.id),
        id=id_ if is_new else f"{id_}:{edited_s}",
        kind=_kind_of(message),
        text=message.text or message.caption,
        place=Place(lon=location.longitude, lat=location.latitude) if location else None,
        accuracy_m=location.horizontal_accuracy if location else None,
        sent_ms=(message.edit_date or message.date) * 1000 or None,
        edits=None if is_new else id_,
    )


def _kind_of(message: TelegramMessage) -> MessageKind:
    if message.text:
        return MessageKind.TEXT
    found = {
        MessageKind.LOCATION: message.location,
        MessageKind.PHOTO: message.photo,
        MessageKind.VOICE: message.voice or message.audio,
        MessageKind.VIDEO: message.video or message.video_note,
    }
    return next((kind for kind, content in found.items() if content), MessageKind.OTHER)


async def _connect(services: Services, code: str, chat: str) -> None:
    names = wire.address_names(services.ring.now, channels.LINK, code)
    found = [one for name in names if (one := await services.reach.linked(name)) is not None]
    if not found:
        return
    volunteer_id, channel_id = found[0]
    async with services.person_locks.held(volunteer_id):
        try:
            await channels.verify(services, volunteer_id, channel_id, code, chat)
        except ProblemResponse as problem:
            if problem.status_code >= 500:
                raise  # Telegram repeats it
            return
    await services.intake.send_notice(asked(TextKey.LINKED, volunteer_id, clock.now_ms(), device=channel_id))


def _check_secret(request: Request, expected: str | None, given: str) -> None:
    """Raises ProblemResponse: 401, or 429 for an address with many wrong ones. Without a secret in the settings all are wrong."""
    if expected is None or not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass")):
        raise refused(request, unauthenticated("expected the secret of this webhook"))
