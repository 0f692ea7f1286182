"""The ways out: a port, and the channels there are. Push and SMS are further classes here and a line in `all_channels`."""

from typing import Protocol

import structlog

from dispatch.notices.rules import Notice
from streams.errors import RetryLater

log = structlog.get_logger("komek.notices")


class DeliveryFailed(RetryLater):
    """The notice may have gone out or not; it is sent again, with the same id."""


class Channel(Protocol):
    """One way to reach people."""

    name: str
    """Part of the notices' ids: never changes."""
    delivers_by_record: bool
    """Whether the record in `notices` is itself what the person gets."""

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Returns when the notice was handed over. May wait, but is cancelled after some seconds; a repeat carries the same
        id, by which whoever shows it knows it again.

        Raises:
            DeliveryFailed: not this time.
        """


class StreamChannel:
    """The person's own stream of events: the API follows `notices` and shows what stands there for this channel."""

    name = "sse"
    delivers_by_record = True

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Nothing to do before the record."""


class LogChannel:
    """A line in the process's log: what an operator of the service looks at, and what a new channel is compared with."""

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
