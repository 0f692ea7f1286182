"""One partition of `offers` in the notifier's hands: what holds there, what is on its way, and how far it may be committed.

A commit carries, as its metadata, the place from which reading makes the live offers known again: of the oldest offer that was
live at the committed place. Whoever takes the partition over reads from there without telling anybody, and tells from the
committed place on.
"""

from collections import deque

from dispatch.model.decisions import OfferStep
from dispatch.notices.offer_validity import OfferVerdict, Validity
from dispatch.notices.rules import Notice, notice_of
from streams import metrics


class Partition:
    """`low` ≤ `start`: where reading begins, and where telling does. `end`: the end of the log when it was taken over."""

    def __init__(self, number: int, *, low: int, start: int, end: int) -> None:
        self.number = number
        self.validity = Validity()
        self.start = start
        self.end = end
        self.position = low
        self._open: dict[int, int] = {}  # offset -> notices of it that are on their way; in the order of the log
        self._lows: deque[tuple[int, int]] = deque([(start, low)])

    def judge(self, offset: int, step: OfferStep) -> Notice | None:
        """The next record; what its person is to be told."""
        judgement = self.validity.judge(step, offset)
        if offset < self.start:
            return None
        if judgement.verdict is OfferVerdict.VOID:
            metrics.VOID_EVENTS.labels(reason=judgement.reason).inc()
        return notice_of(step, judgement)

    def advance(self, offset: int, notices: int = 0) -> None:
        """The record at this offset was judged; so many notices of it are under way."""
        if notices:
            self._open[offset] = notices
        self.position = offset + 1

    def mark(self) -> None:
        """Notes what is live here, for commits. Once for each batch is enough."""
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
        """Everything before this offset was told or needs no telling; and the metadata to commit it with."""
        done = next(iter(self._open), max(self.position, self.start))
        while len(self._lows) > 1 and self._lows[1][0] <= done:
            self._lows.popleft()
        return done, str(min(self._lows[0][1], done))


def low_of(metadata: object, start: int) -> int | None:
    """The place that a commit names; None when it names none that can be."""
    if not isinstance(metadata, str) or not metadata.isdecimal() or len(metadata) > 20:
        return None
    return int(metadata) if int(metadata) <= start else None
