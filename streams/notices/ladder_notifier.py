"""The second notifier of the process: pushes, messages and calls, each when its step of the ladder is due.

It has its own consumer group, because a step that waits holds back the committed offset: that is how it survives a restart. What
was recorded is not sent again, what was not is sent again with the same id.
"""

import asyncio
from typing import Any

import structlog

from dispatch.model.ids import notice_id
from dispatch.notices import texts
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.rules import NoticeOutcome
from dispatch.notices.texts import TextKey
from dispatch.ports import StoreUnavailable
from streams import clock, event_loop, wire
from streams.errors import LogUnavailable
from streams.kafka import groups
from streams.notices import configured
from streams.notices.apprise_gateway import AppriseGateway
from streams.notices.directory import Directory, Reachable
from streams.notices.gateways import Gateway, Message
from streams.notices.lane import Limits
from streams.notices.notifier import Notifier, notifier_name
from streams.notices.pocket import TITLE, Answering, PocketChannel, handed_over, way_of
from streams.notices.receipts import Receipts
from streams.notices.requests import REPLY, WAYS_OF
from streams.notices.telegram import Telegram
from streams.notices.telegram_poll import TelegramPoll
from streams.notices.web_push import WebPush
from streams.ring import LiveRing
from streams.settings import Settings
from streams.store.reach import ReachStore, Told
from streams.store.redis_client import RedisClient
from streams.store.redis_target import target_of
from streams.wire import ChannelPrivate, NoticeRecord

WAITING = 100_000
"""Steps that wait for their time: a wave of the largest incident, by every way."""
AT_ONCE = {ChannelKind.TELEGRAM: 25}
"""Of a Telegram bot: it may send about 30 messages a second."""
log = structlog.get_logger("komek.notices")


def gateways_of(settings: Settings) -> list[Gateway]:
    """One gateway for each kind that is set up. Raises SettingsError or BadVapidKey."""
    made: list[Gateway] = []
    for kind in configured.kinds(settings):
        if kind is ChannelKind.WEBPUSH:
            made.append(WebPush(settings))
        elif kind is ChannelKind.TELEGRAM:
            made.append(Telegram(settings))
        else:
            urls = {
                ChannelKind.SMS: settings.sms_url,
                ChannelKind.EMAIL: settings.email_url,
                ChannelKind.VOICE: settings.voice_url,
            }
            made.append(AppriseGateway(kind, urls[kind] or ""))
    return made


class LadderNotifier(Notifier):
    """Needs Redis and the data keys besides Kafka."""

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        self._link = RedisClient(target_of(settings))
        self._reach = ReachStore(self._link)
        self._ring = LiveRing.of(settings)
        self._people = Directory(self._link, self._reach, self._ring)
        self._gateways = {gateway.kind: gateway for gateway in gateways_of(settings)}
        self._receipts = Receipts(settings, f"{notifier_name()}-receipts", self._carry_out)
        self._receipts.stirred = self._stir
        self._receipts.owns = self._owns
        self._answering = Answering(
            public_url=settings.public_url,
            named=self._named,
            link_of=self._link_of,
            has_replies=settings.sms_secret is not None,
            zone=settings.time_zone,
        )
        self._poll: asyncio.Task[None] | None = None
        super().__init__(
            settings,
            channels=self._made_channels,
            group=groups.LADDER,
            limits=Limits(waiting=WAITING, attempt_s=10.0),
            measures_lag=False,
            **kwargs,
        )

    def _made_channels(self) -> list[PocketChannel]:
        return [
            PocketChannel(
                gateway,
                self._people,
                self._reach,
                self._receipts,
                self._answering,
                rings_in_drills=self._settings.drill_pushes,
            )
            for gateway in self._gateways.values()
        ]

    def _named(self, address: str) -> str:
        return wire.address_names(self._ring.now, REPLY, address)[0]

    def _link_of(self, offer_id: str) -> tuple[str, str]:
        token = wire.offer_tokens(self._ring.now, offer_id)[0]
        return token, wire.token_names(self._ring.now, token)[0]

    async def on_start(self) -> None:
        await super().on_start()
        await self._receipts.start()
        if self._settings.telegram_poll and ChannelKind.TELEGRAM in self._gateways:
            self._poll = asyncio.ensure_future(TelegramPoll(self._settings, lambda: self._owns(0)).run())

    async def on_shutdown(self) -> None:
        await event_loop.cancel(self._poll)
        await self._receipts.stop()
        await super().on_shutdown()
        for gateway in self._gateways.values():
            await gateway.close()
        await self._link.close()

    def _owns(self, partition: int) -> bool:
        session = self.reading.session if self.reading else None
        return session is not None and session.owns(partition)

    def _stir(self, volunteer_id: str) -> None:
        session = self.reading.session if self.reading else None
        if session is not None:
            session.stirred(volunteer_id)

    async def _carry_out(self, record: NoticeRecord) -> None:
        """One request: a code to one address, or a test to all channels. Its outcome is recorded for each channel."""
        try:
            person = await self._people.person(record.volunteer_id)
        except StoreUnavailable:
            log.warning("a request about notices was not carried out: Redis does not reply", kind=record.kind)
            return
        for channel in person.record.channels if person else ():
            wanted = record.device in (None, channel.id) and (
                record.device is not None or channel.verified_ms is not None
            )
            wanted = wanted and channel.kind in WAYS_OF.get(record.kind, frozenset(ChannelKind))
            gateway = self._gateways.get(channel.kind)
            if person is not None and wanted and gateway is not None:
                await self._ask(record, person, channel, gateway)

    async def _ask(self, record: NoticeRecord, person: Reachable, channel: ChannelPrivate, gateway: Gateway) -> None:
        fault = await handed_over(gateway, _message(record, person.language, channel), channel)
        code, is_gone = (fault.code, fault.is_gone) if fault else (None, False)
        if fault is not None:
            log.warning("a request about notices failed", channel=channel.kind.value, kind=record.kind, code=code)
        outcome = NoticeOutcome.FAILED if code else NoticeOutcome.SENT
        at_ms = clock.now_ms()
        identity = record.id if record.device else notice_id(record.id, channel.id)
        done = NoticeRecord(
            id=identity,
            event_id=record.id,
            offer_id=record.offer_id,
            incident_id=record.incident_id,
            volunteer_id=record.volunteer_id,
            kind=record.kind,
            channel=channel.kind.value,
            outcome=outcome,
            attempts=1,
            at_ms=at_ms,
            code=code,
            device=channel.id,
        )
        try:
            await self.ledger.append(done)
            await self._reach.put(
                Told(
                    volunteer_id=record.volunteer_id,
                    kind=channel.kind.value,
                    outcome=outcome,
                    at_ms=at_ms,
                    device=channel.id,
                    code=code,
                    is_gone=is_gone,
                    way=way_of(channel, fault),
                )
            )
        except (LogUnavailable, StoreUnavailable) as trouble:
            log.warning("the outcome of a request is not recorded", cause=type(trouble).__name__)


def _message(record: NoticeRecord, language: str, channel: ChannelPrivate) -> Message:
    key = TextKey(record.kind) if record.kind in TextKey._value2member_map_ else TextKey.TEST
    values = {"code": channel.pending.code} if key is TextKey.VERIFY and channel.pending else {}
    body = (
        texts.text(key, language, **values)
        if key is not TextKey.VERIFY or values
        else texts.text(TextKey.TEST, language)
    )
    return Message(
        title=TITLE,
        body=body,
        short=body,
        notice_id=record.id,
        link=None,
        ttl_s=600,
        is_urgent=True,
        topic=record.id.replace("-", "")[:32],
    )


def why_off(settings: Settings) -> str | None:
    """Why no ladder runs in this process; None: it does."""
    if not configured.kinds(settings):
        return "no channel is set up"
    if settings.redis is None:
        return "KOMEK_REDIS is not set"
    if settings.data_key is None and settings.data_keys is None:
        return "KOMEK_DATA_KEYS is not set"
    return None
