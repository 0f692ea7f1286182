"""The port `Channel` and its implementations. A new channel (push, SMS) is one more class and one more line in `all_channels`."""

from typing import Protocol

import structlog

from dispatch.notices.rules import APP, Notice
from streams.errors import InvalidInput, RetryLater

log = structlog.get_logger("komek.notices")


class DeliveryFailed(RetryLater):
    """It is unknown whether the notice went out. It is sent again with the same id, not before `after_s` have passed."""

    is_gone = False

    def __init__(self, code: str = "failed", *, after_s: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.after_s = after_s


class Refused(InvalidInput):
    """The notice will not be taken, however often it is sent. `is_gone`: the device or address does not exist any more."""

    def __init__(self, code: str, *, is_gone: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_gone = is_gone


class NotSent(InvalidInput):
    """The notice is not for this way: `why` is a word for the metric."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Channel(Protocol):
    """A way to deliver notices to people."""

    name: str
    """Part of each notice's id. Never change it."""
    delivers_by_record: bool
    """True when the record in `notices` is itself the delivery."""

    def due_ms(self, notice: Notice) -> int | None:
        """When the notice is due by this channel; None: never. The same for the same notice, also after a restart."""

    def needless(self, notice: Notice) -> str | None:
        """Why the notice need not be sent any more, as a word for the metric; None: it must."""

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Hands the notice over. Cancelled after `Limits.attempt_s`. A retry has the same `notice_id`, so receivers can
        deduplicate.

        Raises:
            DeliveryFailed: this attempt failed. The lane retries.
            Refused: it failed for good.
            NotSent: it is not for this channel.
            StoreUnavailable: who is to be reached cannot be looked up. The lane retries and does not count it.
        """


class AtOnce:
    """For channels that disturb nobody: every notice is due when it is made."""

    def due_ms(self, notice: Notice) -> int | None:
        return notice.at_ms

    def needless(self, notice: Notice) -> str | None:
        """Never: whoever opens the app must find it there."""
        return "no_person" if not notice.volunteer_id else None


class StreamChannel(AtOnce):
    """The person's event stream (SSE): the API reads `notices` and sends the records of this channel."""

    name = APP
    delivers_by_record = True

    async def send(self, notice: Notice, notice_id: str) -> None:
        """Does nothing: the record in `notices` is the delivery."""


class LogChannel(AtOnce):
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
