"""The port `Gateway`: hands one message to one device or address. Web Push, Telegram and Apprise implement it."""

from dataclasses import dataclass
from typing import Protocol

from dispatch.notices.ladder import ChannelKind
from streams.notices.channels import DeliveryFailed, Refused
from streams.wire import ChannelPrivate

__all__ = ["DeliveryFailed", "Gateway", "Message", "Refused", "of_status"]
REFUSED_FOR_GOOD = frozenset({400, 401, 403, 404, 405, 410, 413})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text in the person's language, without names and places. `link`: where the person answers; None: nowhere.

    `ttl_s`: how long a service may keep it; `topic`: a later message with the same one replaces it on the device.
    """

    title: str
    body: str
    short: str
    """The same for an SMS: one part."""
    notice_id: str
    link: str | None
    ttl_s: int
    is_urgent: bool
    topic: str
    buttons: tuple[str, ...] = ()
    """Texts of the button that opens `link`."""


class Gateway(Protocol):
    """A repeat is harmless at most by `Message.topic`: senders repeat only what is known not to have arrived, or unknown."""

    kind: ChannelKind

    async def send(self, message: Message, to: ChannelPrivate) -> None:
        """Hands the message over. It may still not arrive: only the person's own sign says that it did.

        Raises:
            Refused: it will not be taken, however often it is sent.
            DeliveryFailed: not taken, or unknown; `after_s` says when the service wants to be asked again.
        """

    async def close(self) -> None: ...


def of_status(status: int, retry_after: str | None) -> None:
    """Raises what an HTTP status means for a message; nothing for a success.

    Raises:
        Refused, DeliveryFailed: as `Gateway.send`.
    """
    if 200 <= status < 300:
        return
    code = f"http_{status}"
    if status in REFUSED_FOR_GOOD:
        raise Refused(code, is_gone=status in (404, 410))
    # Redirects are not followed (SSRF), so they are a failure as well.
    raise DeliveryFailed(code, after_s=float(retry_after) if retry_after and retry_after.isdecimal() else 0.0)
