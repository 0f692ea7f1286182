"""Writes of a person's channels: one sealed record, replaced as a whole by each change.

Changes of one person run one after another within a process (`PersonLocks`); of two processes at the same moment the later one in
the log wins.
"""

import secrets
from dataclasses import replace

import structlog

from api.http.problems import ProblemResponse, invalid, retry_later
from api.process.services import Services
from api.schemas.channels import ChannelIn
from dispatch.model.private_refs import channels_ref
from dispatch.notices.ladder import ChannelKind
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, wire
from streams.errors import IntakeError
from streams.notices import push_hosts
from streams.notices.requests import ADDRESS_ASKED, asked
from streams.store.people import PrivateWrite
from streams.wire import ChannelPrivate, ChannelsPrivate, PendingCode, PushSubscription

_log = structlog.get_logger(__name__)
LINK = "telegram-link"
"""Kind of the names of codes that connect a chat (`wire.address_names`)."""
MOST_CHANNELS = 10
CODE_MS = 600_000
TRIES = 5
MOST_CODES = 5
HOUR_MS = 3_600_000
NEEDS_CODE = frozenset({ChannelKind.SMS, ChannelKind.VOICE, ChannelKind.EMAIL})


async def read_channels(services: Services, volunteer_id: str) -> ChannelsPrivate:
    """The channels of a person.

    Raises:
        ProblemResponse: 409, they cannot be decrypted: a new record would replace them.
        StoreUnavailable, NotReady: Redis cannot be read.
    """
    ref = channels_ref(volunteer_id)
    sealed = await services.reads.private(ref)
    if sealed is None:
        return ChannelsPrivate()
    try:
        return wire.open_channels(services.ring.now, ref, sealed)
    except wire.Unreadable as error:
        raise ProblemResponse("private_unreadable") from error


async def write_channels(services: Services, volunteer_id: str, record: ChannelsPrivate) -> None:
    """Writes all channels. Raises ProblemResponse (503): they are in the log, and Redis does not show them yet."""
    ref = channels_ref(volunteer_id)
    position, sealed = await services.intake.send_private(ref, record)
    try:
        await services.people.put_private([PrivateWrite(ref=ref, offset=position.offset, sealed=sealed)])
    except (StoreUnavailable, NotReady) as error:
        raise retry_later("unknown_outcome", "the channels are in the log, but Redis does not show them yet") from error


async def add(services: Services, volunteer_id: str, body: ChannelIn, session_id: str | None) -> ChannelPrivate:
    """Adds a channel, or replaces the one with the same subscription or address. Sends a code where one is needed.

    Raises ProblemResponse (409): ten channels; (422): a push service that is not known; (429): too many codes.
    """
    subscription = _subscription(services, body)
    before = await read_channels(services, volunteer_id)
    same = next((one for one in before.channels if _is_same(one, body, subscription)), None)
    if same is None and len(before.channels) >= MOST_CHANNELS:
        raise ProblemResponse("too_many_channels", f"expected at most {MOST_CHANNELS}: remove one")
    now_ms = clock.now_ms()
    channel = ChannelPrivate(
        id=same.id if same else f"c-{secrets.token_hex(8)}",
        kind=body.kind,
        label=body.label,
        added_ms=now_ms,
        order=body.order,
        address=body.address or "",
        subscription=subscription,
        # A browser has proved itself by its subscription; a number is proved by a code, a chat by its start.
        verified_ms=now_ms if subscription else same.verified_ms if same else None,
        session_id=session_id,
        pending=_pending(body.kind, now_ms) if not (same and same.verified_ms) else None,
    )
    others = tuple(one for one in before.channels if one.id != channel.id)
    record = replace(before, channels=tuple(sorted((*others, channel), key=lambda one: one.order)))
    if channel.pending is not None and body.kind in NEEDS_CODE:
        record = _counted(record, now_ms)
    await write_channels(services, volunteer_id, record)
    if channel.pending is not None and body.kind in NEEDS_CODE:
        await services.intake.send_notice(asked(ADDRESS_ASKED, volunteer_id, now_ms, device=channel.id))
    elif channel.pending is not None:
        await services.reach.put_link(link_digest(services, channel.pending.code), volunteer_id, channel.id)
    return channel


async def verify(
    services: Services, volunteer_id: str, channel_id: str, code: str, address: str = ""
) -> ChannelPrivate:
    """Marks a channel as verified if the code is right. `address`: of a chat that was unknown before.

    Raises ProblemResponse: 404; 403 for a wrong, expired or used code, and after five tries.
    """
    record = await read_channels(services, volunteer_id)
    channel = record.find(channel_id)
    if channel is None:
        raise ProblemResponse("not_found", "there is no channel with this id")
    pending, now_ms = channel.pending, clock.now_ms()
    if pending is None or now_ms >= pending.until_ms or pending.tries_left < 1:
        raise ProblemResponse(
            "channel_code_refused", "the code has expired or was tried too often: add the channel anew"
        )
    is_right = secrets.compare_digest(pending.code.encode(), code.strip().encode("utf-8", "surrogatepass"))
    changed = (
        replace(channel, verified_ms=now_ms, pending=None, address=address or channel.address)
        if is_right
        else replace(channel, pending=replace(pending, tries_left=pending.tries_left - 1))
    )
    # A wrong try is written before it is answered: nobody tries a million codes by breaking off.
    await write_channels(services, volunteer_id, _with(record, changed))
    if not is_right:
        raise ProblemResponse("channel_code_refused", f"the code is wrong: {pending.tries_left - 1} tries are left")
    return changed


async def remove(services: Services, volunteer_id: str, channel_id: str) -> None:
    """Removes a channel. Raises ProblemResponse (404)."""
    record = await read_channels(services, volunteer_id)
    if record.find(channel_id) is None:
        raise ProblemResponse("not_found", "there is no channel with this id")
    kept = tuple(one for one in record.channels if one.id != channel_id)
    await write_channels(services, volunteer_id, replace(record, channels=kept))


async def end_of_sessions(services: Services, volunteer_id: str, session_id: str | None = None) -> None:
    """Removes the devices that this session added, or any session: who has logged out gets no notices there.

    Never raises: a logout must not fail because Redis is away; the person can remove the device later.
    """
    try:
        async with services.person_locks.held(volunteer_id):
            record = await read_channels(services, volunteer_id)
            kept = tuple(one for one in record.channels if not _ends_with(one, session_id))
            if len(kept) < len(record.channels):
                await write_channels(services, volunteer_id, replace(record, channels=kept))
    except (StoreUnavailable, NotReady, ProblemResponse, IntakeError) as error:
        _log.warning("the devices of an ended session stay registered", cause=type(error).__name__)


def _ends_with(channel: ChannelPrivate, session_id: str | None) -> bool:
    # Numbers and chats belong to the person, browsers to the session.
    if channel.kind is not ChannelKind.WEBPUSH or channel.session_id is None:
        return False
    return session_id in (None, channel.session_id)


def link_digest(services: Services, code: str) -> str:
    """The name in Redis of a code that connects a Telegram chat."""
    return wire.address_names(services.ring.now, LINK, code)[0]


def _subscription(services: Services, body: ChannelIn) -> PushSubscription | None:
    if body.subscription is None:
        return None
    if not push_hosts.is_accepted(body.subscription.endpoint, services.settings.push_hosts):
        raise invalid("subscription.endpoint", push_hosts.EXPECTED, "text")
    keys = body.subscription.keys
    return PushSubscription(endpoint=body.subscription.endpoint, p256dh=keys.p256dh, auth=keys.auth)


def _is_same(channel: ChannelPrivate, body: ChannelIn, subscription: PushSubscription | None) -> bool:
    if channel.kind is not body.kind:
        return False
    if subscription is not None:
        return channel.subscription is not None and channel.subscription.endpoint == subscription.endpoint
    # A second telegram link of the same label replaces the first, which nobody has opened.
    return channel.address == body.address if body.address else channel.verified_ms is None


def _pending(kind: ChannelKind, now_ms: int) -> PendingCode | None:
    if kind is ChannelKind.WEBPUSH:
        return None
    code = secrets.token_urlsafe(24) if kind is ChannelKind.TELEGRAM else f"{secrets.randbelow(1_000_000):06}"
    return PendingCode(code=code, until_ms=now_ms + CODE_MS, tries_left=TRIES)


def _counted(record: ChannelsPrivate, now_ms: int) -> ChannelsPrivate:
    lately = tuple(at_ms for at_ms in record.codes_ms if at_ms > now_ms - HOUR_MS)
    if len(lately) >= MOST_CODES:
        raise ProblemResponse(
            "too_many_requests", f"expected at most {MOST_CODES} codes in an hour", headers={"Retry-After": "600"}
        )
    return replace(record, codes_ms=(*lately, now_ms))


def _with(record: ChannelsPrivate, changed: ChannelPrivate) -> ChannelsPrivate:
    return replace(record, channels=tuple(changed if one.id == changed.id else one for one in record.channels))
