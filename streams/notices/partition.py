"""One partition of `offers` that a notifier owns: valid offers, notices in flight, and the offset that may be committed.

The metadata of a commit is the first offset of the oldest offer that was live at the committed offset. The next owner reads from
there to learn the live offers, and sends notices only from the committed offset on.
"""

from collections import deque

from dispatch.model.decisions import OfferStep
from dispatch.notices.offer_validity import OfferVerdict, Validity
from dispatch.notices.rules import Notice, notice_of
from streams import metrics


class Partition:
    """Reading begins at `low`, sending at `start` (`low` ≤ `start`). `end`: the end of the log when the partition was
    assigned."""

    def __init__(self, number: int, *, low: int, start: int, end: int) -> None:
        self.number = number
        self.validity = Validity()
        self.start = start
        self.end = end
        self.position = low
        self._open: dict[int, int] = {}  # offset -> its notices in flight, in the order of the log
        # Positions, each with the first offset of the oldest offer that was live there; ascending.
        self._lows: deque[tuple[int, int]] = deque([(start, low)])

    def judge(self, offset: int, step: OfferStep) -> Notice | None:
        """Processes the next record. Returns the notice to send, or None."""
        judgement = self.validity.judge(step, offset)
        if offset < self.start:
            return None
        if judgement.verdict is OfferVerdict.VOID:
            metrics.VOID_EVENTS.labels(reason=judgement.reason).inc()
        return notice_of(step, judgement)

    def advance(self, offset: int, notices: int = 0) -> None:
        """Marks the record at `offset` as processed; `notices`: how many notices of it are in flight."""
        if notices:
            self._open[offset] = notices
        self.position = offset + 1

    def mark(self) -> None:
        """Remembers the oldest live offer at this position, for the metadata of commits. Call once per batch."""
        if self.position > self.start:
            oldest = self.validity.oldest_open
            self._lows.append((self.position, self.position if oldest is None else oldest))

    def done(self, offset: int) -> None:
        left = self._open[offset] - 1
        if left:
            self._open[offset] = left
        else:
            del self._open[offset]

    @property
    def committable(self) -> tuple[int, str]:
        """The offset before which every notice has been recorded or is not needed, and the metadata of its commit."""
        # A dict keeps the order of insertion, which is the order of the log: its first key is the oldest offset in flight.
        done = next(iter(self._open), max(self.position, self.start))
        while len(self._lows) > 1 and self._lows[1][0] <= done:
            self._lows.popleft()
        return done, str(min(self._lows[0][1], done))


def low_of(metadata: object, start: int) -> int | None:
    """The offset in the metadata of a commit; None when it is missing, malformed or beyond `start`."""
    # Any client may commit for this group with any text, so the metadata is checked.
    if not isinstance(metadata, str) or not metadata.isdecimal() or len(metadata) > 20:
        return None
    return int(metadata) if int(metadata) <= start else None
