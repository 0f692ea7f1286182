"""The port `Channel` and its implementations. A new channel (push, SMS) is one more class and one more line in `all_channels`."""

from typing import Protocol

import structlog

from dispatch.notices.rules import Notice
from streams.errors import RetryLater

log = structlog.get_logger("komek.notices")


class DeliveryFailed(RetryLater):
    """It is unknown whether the notice went out. It is sent again with the same id."""


class Channel(Protocol):
    """A way to deliver notices to people."""

    name: str
    """Part of each notice's id. Never change it."""
    delivers_by_record: bool
    """True when the record in `notices` is itself the delivery."""

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Hands the notice over. Cancelled after `Limits.attempt_s`. A retry has the same `notice_id`, so receivers can
        deduplicate.

        Raises:
            DeliveryFailed: this attempt failed. The lane retries.
        """


class StreamChannel:
    """The person's event stream (SSE): the API reads `notices` and sends the records of this channel."""

    name = "sse"
    delivers_by_record = True

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Does nothing: the record in `notices` is the delivery."""


class LogChannel:
    """Logs one line per notice, for operations and as the reference for new channels."""

    name = "log"
    delivers_by_record = False

    async def send(self, notice: Notice, notice_id: str) -> None:
        log.info(
            "notice",
            id=notice_id,
            kind=notice.kind,
            offer=notice.offer_id,
            incident=notice.incident_id,
            volunteer=notice.volunteer_id,
            reason=notice.reason,
            changes=notice.changes,
        )


def all_channels() -> tuple[Channel, ...]:
    return (StreamChannel(), LogChannel())
