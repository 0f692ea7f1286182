"""The second notifier of the process: pushes, messages and calls, each when its step of the ladder is due.

It has its own consumer group, because a step that waits holds back the committed offset: that is how it survives a restart. What
was recorded is not sent again, what was not is sent again with the same id.
"""

import asyncio
from typing import Any

import structlog
from mode import Service

from dispatch.notices.ladder import ChannelKind
from streams import event_loop, wire
from streams.kafka import groups
from streams.notices import configured
from streams.notices.apprise_gateway import AppriseGateway
from streams.notices.carrier import Carrier
from streams.notices.directory import Directory
from streams.notices.gateways import Gateway
from streams.notices.lane import Limits
from streams.notices.notifier import Notifier, notifier_name
from streams.notices.pocket import Answering, PocketChannel
from streams.notices.receipts import Receipts
from streams.notices.requests import REPLY
from streams.notices.telegram import Telegram
from streams.notices.telegram_poll import TelegramPoll
from streams.notices.web_push import WebPush
from streams.ring import LiveRing
from streams.settings import Settings
from streams.store.reach import ReachStore
from streams.store.redis_client import RedisClient
from streams.store.redis_target import target_of
from streams.wire import NoticeRecord

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
        carrier = Carrier(self._gateways, self._people, self._reach, self._write, drill_pushes=settings.drill_pushes)
        self._receipts = Receipts(settings, f"{notifier_name()}-receipts", carrier.carry_out)
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

    async def _write(self, record: NoticeRecord) -> None:
        await self.ledger.append(record)

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

    @Service.task
    async def _supervise(self) -> None:
        while not self.should_stop:
            self._receipts.check()
            await self.sleep(1.0)

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


def why_off(settings: Settings) -> str | None:
    """Why no ladder runs in this process; None: it does."""
    if not configured.kinds(settings):
        return "no channel is set up"
    if settings.redis is None:
        return "KOMEK_REDIS is not set"
    if settings.data_key is None and settings.data_keys is None:
        return "KOMEK_DATA_KEYS is not set"
    return None
