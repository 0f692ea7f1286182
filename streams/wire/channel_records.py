"""Ways to reach a person: plain text of the records of `private` with key `channels:<id>`."""

from dataclasses import dataclass, field

from dispatch.notices.ladder import ChannelKind, QuietHours


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    """A subscription of a browser (W3C Push API): where its push service is, and the keys that payloads are encrypted with."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingCode:
    """A code that proves an address. It is sealed with the record; each try writes the record again."""

    code: str = field(repr=False)
    until_ms: int
    tries_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPrivate:
    """One device or address. Notices go to it once it is verified.

    `address`: a telephone number (E.164), a chat id of Telegram, a mail address; empty for a subscription. `session_id`: the
    session that added it and whose end removes it; None: it was added with a token.
    """

    id: str
    kind: ChannelKind
    label: str
    added_ms: int
    order: int = 0
    address: str = field(default="", repr=False)
    subscription: PushSubscription | None = None
    verified_ms: int | None = None
    session_id: str | None = None
    pending: PendingCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsPrivate:
    """All channels of a person, in their order. `ui_language`: of pages and notices; None: the first spoken language."""

    channels: tuple[ChannelPrivate, ...] = ()
    ui_language: str | None = None
    quiet: QuietHours | None = None
    codes_ms: tuple[int, ...] = ()
    """When codes were sent in the last hour: each costs money, and rings at whoever owns the number."""

    def find(self, channel_id: str) -> ChannelPrivate | None:
        return next((channel for channel in self.channels if channel.id == channel_id), None)
