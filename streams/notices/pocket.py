"""`PocketChannel`: a channel of the notifier that reaches people outside the app by one kind of gateway, when a step is due."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from dispatch.model.ids import notice_id
from dispatch.model.local_time import ALMATY
from dispatch.notices import ladder, texts
from dispatch.notices.ladder import URGENT_KINDS, ChannelKind
from dispatch.notices.rules import APP, Notice, NoticeOutcome
from dispatch.notices.texts import TextKey
from streams import clock, metrics
from streams.notices import push_hosts
from streams.notices.channels import DeliveryFailed, NotSent, Refused
from streams.notices.directory import Reachable
from streams.notices.gateways import Gateway, Message
from streams.store.reach import ReachPort, Told
from streams.store.ways import REFUSALS
from streams.wire import ChannelPrivate

log = structlog.get_logger("komek.notices")
REMEMBERED = 50_000
WITHIN_S = 8.0
"""Of one attempt; shorter than the lane's, so that a gateway that hangs is a failure with a name."""
TITLE = "Komek"
REPLYING = frozenset({ChannelKind.SMS, ChannelKind.TELEGRAM})
LINKED = frozenset({ChannelKind.SMS, ChannelKind.TELEGRAM, ChannelKind.EMAIL})
"""Ways whose link opens the offer without a session: a push arrives where somebody has logged in."""
ANSWERED_KINDS = URGENT_KINDS
"""Notices after which a reply belongs to their offer; others tell what needs no answer."""
LINKED_KINDS = ANSWERED_KINDS | {TextKey.CONFIRMED, TextKey.CHANGED, TextKey.STAGING_MOVED}
"""Notices about an offer that can be answered now."""


class People(Protocol):
    """`streams.notices.directory.Directory`."""

    async def person(self, volunteer_id: str) -> Reachable | None: ...


class Receipts(Protocol):
    """`streams.notices.receipts.Receipts`: what people have seen."""

    def is_seen(self, notice: Notice) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How people answer from outside the app.

    `public_url` None: no link leads here. `named`: the keyed digest of an address that may reply. `link_of`: the token of an
    offer's link, and its name in Redis. `has_replies`: answers by SMS arrive. `zone`: time zone of people's quiet hours.
    """

    public_url: str | None
    named: Callable[[str], str]
    link_of: Callable[[str], tuple[str, str]]
    has_replies: bool
    zone: str = ALMATY


class PocketChannel:
    """A step of the ladder: not before `due_ms`, not after the person has seen the notice, and only to people it may wake."""

    delivers_by_record = False

    def __init__(
        self,
        gateway: Gateway,
        people: People,
        reach: ReachPort,
        receipts: Receipts,
        answering: Answering,
        *,
        rings_in_drills: bool = True,
    ) -> None:
        self.name = gateway.kind.value
        self._gateway = gateway
        self._people = people
        self._reach = reach
        self._receipts = receipts
        self._answering = answering
        self._rings_in_drills = rings_in_drills
        self._took: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._failed: OrderedDict[tuple[str, str], None] = OrderedDict()

    def due_ms(self, notice: Notice) -> int | None:
        if ladder.is_of_a_drill(notice) and not self._rings_in_drills:
            return None
        return ladder.due_ms(notice, self._gateway.kind)

    def needless(self, notice: Notice) -> str | None:
        # A push is what is seen; every other way is for people who have not seen it.
        return "seen" if self._gateway.kind is not ChannelKind.WEBPUSH and self._receipts.is_seen(notice) else None

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Hands the notice to every device of this kind. Enough that one takes it.

        Raises:
            NotSent: the person has no such device, or must not be disturbed.
            Refused: every device refused it for good.
            DeliveryFailed: no device has taken it yet.
            StoreUnavailable: Redis does not reply.
        """
        person = await self._people.person(notice.volunteer_id)
        devices = person.by(self._gateway.kind) if person else []
        if person is None or not devices:
            raise NotSent("no_channel")
        now_ms = clock.now_ms()
        quiet, zone = person.record.quiet, self._answering.zone
        why = ladder.withheld(notice, on_duty=person.on_duty, quiet=quiet, now_ms=now_ms, zone=zone)
        if why is not None:
            raise NotSent(why)
        link = await self._link(notice)
        has_replies = self._answering.has_replies
        message = message_of(notice, notice_id, person.language, now_ms, link, has_replies=has_replies)
        faults: list[Refused | DeliveryFailed] = []
        for device in devices:
            fault = await self._hand_over(notice, message, device)
            if fault is not None:
                faults.append(fault)
        if len(faults) == len(devices):
            # Retried while one of them may still take it.
            raise next((fault for fault in faults if isinstance(fault, DeliveryFailed)), faults[0])

    async def _link(self, notice: Notice) -> str:
        """Opens the offer: without a session where nobody has to be logged in, else in the app."""
        base = (self._answering.public_url or "").rstrip("/")
        if not base or self._gateway.kind not in LINKED or notice.kind not in LINKED_KINDS or not notice.offer_id:
            return f"{base}/v/#offer={notice.offer_id}"
        token, name = self._answering.link_of(notice.offer_id)
        # Before the message: a quick tap finds its offer.
        await self._reach.put_offer_link(name, notice.volunteer_id, notice.offer_id)
        return f"{base}/v/#o={token}"

    async def _hand_over(
        self, notice: Notice, message: Message, device: ChannelPrivate
    ) -> Refused | DeliveryFailed | None:
        key = (message.notice_id, device.id)
        if key in self._took:
            return None
        if notice.kind in ANSWERED_KINDS and self._gateway.kind in REPLYING:
            # Before the message: a quick reply finds its offer.
            address = self._answering.named(f"{device.kind}:{device.address}")
            await self._reach.await_reply(address, notice.volunteer_id, notice.offer_id)
        fault = await handed_over(self._gateway, message, device)
        if fault is None:
            _remember(self._took, key)
        else:
            metrics.NOTICES_REFUSED.labels(channel=self.name, code=fault.code).inc()
        # Of one notice to one device a failure counts once for the way, however often it is tried.
        is_counted = fault is None or key not in self._failed
        if fault is not None:
            _remember(self._failed, key)
        await self._reach.put(
            Told(
                volunteer_id=notice.volunteer_id,
                kind=self.name,
                outcome=NoticeOutcome.FAILED if fault else NoticeOutcome.SENT,
                at_ms=clock.now_ms(),
                device=device.id,
                offer_id=notice.offer_id,
                code=fault.code if fault else None,
                is_gone=bool(fault and fault.is_gone),
                way=way_of(device, fault) if is_counted else None,
            )
        )
        return fault


async def handed_over(gateway: Gateway, message: Message, device: ChannelPrivate) -> Refused | DeliveryFailed | None:
    """Why a message was not taken; None: it was."""
    try:
        async with asyncio.timeout(WITHIN_S):
            await gateway.send(message, device)
    except TimeoutError:
        return DeliveryFailed("timeout")
    except (Refused, DeliveryFailed) as error:
        if error.code in REFUSALS and not error.is_gone:
            # Nobody is reached by this way until an administrator acts: never silent.
            log.error("a service refuses our notices", channel=gateway.kind.value, code=error.code)
        return error
    return None


def way_of(device: ChannelPrivate, fault: Refused | DeliveryFailed | None) -> str | None:
    """The way that an outcome counts for; None: it says nothing about the way, only about the device or address."""
    if isinstance(fault, Refused) and (fault.is_gone or fault.code not in REFUSALS):
        return None
    if device.subscription is not None:
        return f"{device.kind} {push_hosts.service_of(device.subscription.endpoint)}"
    return str(device.kind)


def _remember(kept: OrderedDict[tuple[str, str], None], key: tuple[str, str]) -> None:
    kept[key] = None
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)


def message_of(
    notice: Notice, identity: str, language: str, now_ms: int, link: str, *, has_replies: bool = False
) -> Message:
    """The message of a notice. `has_replies`: answers by SMS arrive."""
    left_ms = max(0, notice.until_ms - now_ms)
    body, short = _texts(notice, language, left_ms, link if link.startswith("http") else None, has_replies)
    if ladder.says_it_is_a_drill(notice):
        body, short = (texts.text(TextKey.IN_A_DRILL, language, text=text) for text in (body, short))
    return Message(
        title=TITLE,
        body=body,
        short=short,
        notice_id=identity,
        link=link,
        ttl_s=left_ms // 1000,
        is_urgent=notice.kind in URGENT_KINDS,
        topic=topic_of(notice.offer_id),
        buttons=(texts.text(TextKey.OPEN, language),),
    )


def topic_of(offer_id: str) -> str:
    """The Topic of RFC 8030: at most 32 characters of base64url, which an offer's id exceeds."""
    return hashlib.sha256(offer_id.encode()).hexdigest()[:32]


def _texts(notice: Notice, language: str, left_ms: int, link: str | None, has_replies: bool) -> tuple[str, str]:
    if notice.kind == TextKey.OFFERED:
        skill, distance_m = notice.skill, notice.distance_m
        return (
            texts.offered(language, skill=skill, distance_m=distance_m, left_ms=left_ms),
            texts.offered_sms(
                language, skill=skill, distance_m=distance_m, left_ms=left_ms, link=link, has_replies=has_replies
            ),
        )
    # A kind that is newer than this process is told as a change: look at the app.
    key = TextKey(notice.kind) if notice.kind in TextKey._value2member_map_ else TextKey.CHANGED
    body = texts.text(key, language)
    return body, body


def sibling_ids(event: str) -> list[str]:
    """The ids of one event's notices by every way: who has seen one has seen it."""
    return [notice_id(event, name) for name in (APP, *ChannelKind)]
