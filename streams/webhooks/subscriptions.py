"""The subscriptions of a deployment: a file (TOML) that names address, types and secret of each receiver.

[webhooks.gis]
url = "https://gis.example/komek"
secret = "whsec_…"                  # 24 to 64 bytes in Base64; several during a change: ["whsec_new", "whsec_old"]
types = ["incident.", "hazard."]    # types or beginnings of types; absent: all
actor = "gis-desk"                  # the identity with which the receiver calls the API itself
own_events = false                  # true: also what it caused itself, with `komekown`
private = false                     # true: the address may lead to a private network
"""

import base64
import binascii
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dispatch.model.counted import counted
from dispatch.model.plain_reason import plain_reason
from streams.errors import InvalidInput
from streams.pinned_address import MAX_URL, shown
from streams.webhooks.cloud_events import PREFIX, TYPES, WebhookEvent

MOST = 50
"""Each has a consumer of its own."""
MOST_SECRETS = 3
SECRET_BYTES = (24, 64)
SECRET_PREFIX = "whsec_"  # noqa: S105 - how secrets begin
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_FIELDS = frozenset({"url", "secret", "types", "actor", "own_events", "private"})


class BadSubscriptions(InvalidInput, ValueError):
    """The file of KOMEK_WEBHOOKS cannot be used; the message has the place and what was expected, never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`secrets`: the first signs first; a receiver accepts any. `types`: beginnings of types without their prefix."""

    name: str
    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    types: tuple[str, ...] = ()
    actor: str | None = None
    has_own_events: bool = False
    is_private_allowed: bool = False

    def wants(self, event: WebhookEvent) -> bool:
        if self.caused(event) and not self.has_own_events:
            return False
        return not self.types or event.type.removeprefix(PREFIX).startswith(self.types)

    def caused(self, event: WebhookEvent) -> bool:
        """Whether the receiver gave the order itself. Sent back to it, it could answer with the next order, for ever."""
        return self.actor is not None and event.by == self.actor

    @property
    def shown_url(self) -> str:
        return shown(self.url)


def subscriptions_in(path: Path) -> dict[str, Subscription]:
    """By name. Raises BadSubscriptions."""
    try:
        return subscriptions_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSubscriptions(f"{path}: {plain_reason(error)}") from None
    except BadSubscriptions as error:
        raise BadSubscriptions(f"{path}: {error}") from None


def subscriptions_of(text: str) -> dict[str, Subscription]:
    """As `subscriptions_in`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSubscriptions(f"not TOML: {error}") from None
    tables = raw.get("webhooks", {})
    if set(raw) - {"webhooks"} or not isinstance(tables, dict):
        raise BadSubscriptions("expected tables [webhooks.NAME]")
    if len(tables) > MOST:
        raise BadSubscriptions(f"{counted(len(tables), 'subscription')}; at most {MOST}")
    return {name: _subscription(name, table) for name, table in tables.items()}


def _subscription(name: str, table: Any) -> Subscription:
    where = f"webhooks.{name}"
    if not _NAME.fullmatch(name):
        raise BadSubscriptions(f"{where}: expected a name of up to 40 small letters, digits, - and _")
    if not isinstance(table, dict) or set(table) - _FIELDS:
        raise BadSubscriptions(f"{where}: expected a table of {', '.join(sorted(_FIELDS))}")
    return Subscription(
        name=name,
        url=_url(table.get("url"), where),
        secrets=_secrets(table.get("secret"), where),
        types=_types(table.get("types", []), where),
        actor=_text(table, "actor", where),
        has_own_events=_flag(table, "own_events", where),
        is_private_allowed=_flag(table, "private", where),
    )


def _url(value: Any, where: str) -> str:
    # A look at its form; where it leads is judged with every request.
    if not isinstance(value, str) or not value.startswith(("https://", "http://")) or len(value) > MAX_URL:
        raise BadSubscriptions(f"{where}.url: expected an address with https or http")
    return value


def _secrets(value: Any, where: str) -> tuple[bytes, ...]:
    given = value if isinstance(value, list) else [value]
    if not 0 < len(given) <= MOST_SECRETS:
        raise BadSubscriptions(f"{where}.secret: expected one to {MOST_SECRETS} secrets")
    return tuple(_secret(one, where) for one in given)


def _secret(value: Any, where: str) -> bytes:
    expected = f"{where}.secret: expected {SECRET_PREFIX} and {SECRET_BYTES[0]} to {SECRET_BYTES[1]} bytes in Base64"
    if not isinstance(value, str) or not value.startswith(SECRET_PREFIX):
        raise BadSubscriptions(expected)
    try:
        found = base64.b64decode(value.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSubscriptions(expected) from None
    if not SECRET_BYTES[0] <= len(found) <= SECRET_BYTES[1]:
        raise BadSubscriptions(expected)
    return found


def _types(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadSubscriptions(f"{where}.types: expected a list of types")
    for one in value:
        if not one or not any(kind.startswith(one.removeprefix(PREFIX)) for kind in TYPES):
            raise BadSubscriptions(f"{where}.types: expected beginnings of {', '.join(TYPES)}")
    return tuple(one.removeprefix(PREFIX) for one in value)


def _text(table: Mapping[str, Any], name: str, where: str) -> str | None:
    value = table.get(name)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise BadSubscriptions(f"{where}.{name}: expected a text")
    return value


def _flag(table: Mapping[str, Any], name: str, where: str) -> bool:
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise BadSubscriptions(f"{where}.{name}: expected true or false")
    return value
