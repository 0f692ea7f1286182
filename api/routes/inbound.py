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
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.schemas.channels import phone
from api.schemas.inbound import SmsIn, TelegramUpdate
from api.writes import channels, replies
from api.writes.replies import Reply
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.texts import TextKey
from streams import clock, wire
from streams.notices.requests import asked
from streams.notices.telegram_links import started_with

router = APIRouter(prefix="/v1/inbound", tags=["notices"], route_class=StrictRoute)


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
    chat replies to the newest offer that was sent there.

    204 also for a code that is unknown, has expired or was used: a stranger learns nothing, and Telegram does not repeat it.
    """
    _check_secret(request, services.settings.telegram_secret, x_telegram_bot_api_secret_token)
    message = body.message
    code = started_with(message.text) if message is not None else None
    # A group would read the requests to one person.
    if message is None or message.chat.type != "private":
        return Response(status_code=204)
    if code is not None:
        await _connect(services, code, str(message.chat.id))
    else:
        await replies.take(
            services,
            Reply(
                kind=ChannelKind.TELEGRAM,
                address=str(message.chat.id),
                id=str(message.message_id),
                text=message.text,
                sent_ms=message.date * 1000 or None,
            ),
        )
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

    204 also for numbers that nobody has verified. Any other status: the gateway must send it again, with the same `id`.
    """
    _check_secret(request, services.settings.sms_secret, x_komek_secret)
    try:
        sender = phone(body.sender if body.sender.startswith(("+", "8")) else f"+{body.sender}")
    except PydanticCustomError:
        # The name of a service ("Beeline"): nobody to answer.
        return Response(status_code=204)
    await replies.take(services, Reply(kind=ChannelKind.SMS, address=sender, id=body.id, text=body.text))
    return Response(status_code=204)


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
