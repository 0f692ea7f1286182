"""Channels of a person: the devices and addresses that notices go to."""

import base64
import binascii
import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from api.fields import expected, word
from api.schemas.base import BLANK_AS_NULL, NOT_BLANK, Body, Shown, Time
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.texts import LANGUAGES

# `[0-9]`, because `\d` also matches digits of other scripts, which no gateway dials and no reply is recognised by.
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def phone(value: str) -> str:
    """The number as E.164; spaces, hyphens and brackets between digits are removed. Raises PydanticCustomError."""
    plain = re.sub(r"[ ()\-\u00a0]", "", value)
    # Numbers of Kazakhstan are written 8 7xx at home.
    plain = "+7" + plain[1:] if re.fullmatch(r"87[0-9]{9}", plain) else plain
    if not _PHONE.fullmatch(plain):
        raise expected("a telephone number with its country, like +77011234567")
    return plain


def _language(value: str) -> str:
    if value not in LANGUAGES:
        raise expected("one of " + ", ".join(LANGUAGES))
    return value


def _hour(value: str) -> str:
    if not _HOUR.fullmatch(value):
        raise expected("a time of day like 22:30")
    return value


def _raw(length: int, first: int | None = None) -> AfterValidator:
    def check(value: str) -> str:
        try:
            raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != length or (first is not None and raw[0] != first):
            raise expected(f"{length} bytes as base64url")
        return value

    return AfterValidator(check)


class SubscriptionKeys(Body):
    """`p256dh`: a point on P-256, uncompressed (65 bytes); `auth`: 16 bytes; both base64url."""

    p256dh: Annotated[str, Field(max_length=100), _raw(65, 4)]
    auth: Annotated[str, Field(max_length=40), _raw(16)]


class Subscription(Body):
    """`PushSubscription.toJSON()` of the browser."""

    endpoint: Annotated[str, Field(min_length=1, max_length=2000), NOT_BLANK]
    keys: SubscriptionKeys
    expirationTime: float | None = None  # noqa: N815 - the name of the W3C


class ChannelIn(Body):
    """A device or address. `subscription` for webpush; `address` for sms, voice and email; neither for telegram, whose link the
    answer gives."""

    kind: Annotated[ChannelKind, word(ChannelKind)]
    address: Annotated[Annotated[str, Field(max_length=254)] | None, BLANK_AS_NULL] = None
    subscription: Subscription | None = None
    label: Annotated[str, Field(min_length=1, max_length=60), NOT_BLANK]
    order: Annotated[int, Field(ge=0, le=99)] = 0

    @model_validator(mode="after")
    def _check_target(self) -> "ChannelIn":
        needs_subscription = self.kind is ChannelKind.WEBPUSH
        needs_address = self.kind not in (ChannelKind.WEBPUSH, ChannelKind.TELEGRAM)
        if (self.subscription is not None) != needs_subscription:
            raise expected("a subscription for webpush and for no other kind", "subscription")
        if (self.address is not None) != needs_address:
            raise expected("an address for sms, voice and email and for no other kind", "address")
        if self.address is not None:
            self.address = self._checked(self.address)
        return self

    def _checked(self, address: str) -> str:
        if self.kind is not ChannelKind.EMAIL:
            return phone(address)
        if not _MAIL.fullmatch(address):
            raise expected("a mail address", "address")
        return address


class NoticeSettings(Body):
    """How a person wants notices. Omitted fields are removed. Quiet hours hold back offers that are not critical."""

    ui_language: Annotated[Annotated[str, AfterValidator(_language)] | None, BLANK_AS_NULL] = None
    quiet_from: Annotated[Annotated[str, AfterValidator(_hour)] | None, BLANK_AS_NULL] = None
    quiet_until: Annotated[Annotated[str, AfterValidator(_hour)] | None, BLANK_AS_NULL] = None

    @model_validator(mode="after")
    def _check_both(self) -> "NoticeSettings":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise expected("both ends of the quiet hours, or none", "quiet_until")
        return self


class VerifyIn(Body):
    code: Annotated[str, Field(min_length=1, max_length=64), NOT_BLANK]


class ChannelShown(Shown):
    """`state`: `unverified` (no notices yet), `on`, `failing` (the last notice failed, `code` says why), `gone` (the device does
    not exist any more: add it anew)."""

    id: str
    kind: ChannelKind
    label: str
    order: int
    address: str | None
    """Of sms, voice and email."""
    added_at: Time | None
    verified_at: Time | None
    last_ok: Time | None
    """When its service last took a notice; that it was seen is another matter."""
    last_heard: Time | None
    """When the device itself last said that it had shown a notice; null for channels that cannot say so."""
    state: str
    code: str | None
    link: str | None = None
    """Only in the answer that adds a Telegram channel: open it to connect the chat, within ten minutes."""


class ChannelList(Shown):
    """`kinds`: the kinds that this deployment can send; channels of other kinds get nothing."""

    items: list[ChannelShown]
    kinds: list[ChannelKind]
    ui_language: str | None
    quiet_from: str | None
    quiet_until: str | None
    vapid_public_key: str | None
    """`applicationServerKey` of `PushManager.subscribe`; null: Web Push is off."""
