"""One listener of the live feed: its position, and the batches of records it gets."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from streams.event_loop import Turns
from streams.readers.feed_buffer import BufferedRecord, FeedBuffer
from streams.readers.feed_records import FeedCursor, ResyncRequired

AT_ONCE = 32
"""Records that one listener takes before other listeners get a turn."""


class FeedSource(Protocol):
    """`streams.readers.feed.Feed`, as far as its listeners use it."""

    turns: Turns
    newest: FeedBuffer
    has_ended: bool

    async def buffer_for(self, cursor: FeedCursor) -> FeedBuffer: ...


class FeedItem(NamedTuple):
    """A record, and the cursor from which the listener can resume after it."""

    entry: BufferedRecord
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The next records of a listener, at least one.

    `ids`: a cursor for each record, None for those of the entries. `common`: the half-open range of record numbers when all
    listeners get exactly these records, so that their text can be shared; None when records or ids are specific to this listener.
    """

    entries: Sequence[BufferedRecord]
    ids: Sequence[str] | None = None
    common: tuple[int, int] | None = None

    @property
    def items(self) -> Iterator[FeedItem]:
        """The records, each with the cursor after it."""
        return map(FeedItem, self.entries, self.ids or (entry.after_text for entry in self.entries))


class Listener:
    """One live view: of all records, or with `person` of those that may concern this volunteer."""

    def __init__(self, feed: FeedSource, cursor: FeedCursor, person: str | None = None) -> None:
        self.cursor = cursor
        self._person = person
        self._feed = feed
        self._buffer: FeedBuffer | None = None
        self._number = 0
        self._is_in_step = False
        """True once the cursor lies on the order of this process: from then on no record needs to be compared."""
        self._woken = asyncio.Event()
        self._is_interrupted = False

    def wake(self) -> None:
        """Makes `next` look for new records."""
        self._woken.set()

    def interrupt(self) -> None:
        """Makes `next` return None, so that its caller checks whether it may go on."""
        self._is_interrupted = True
        self._woken.set()

    async def next(self, within_s: float) -> Batch | None:
        """The next records as soon as there are any; None after `within_s` without one, after `interrupt`, or when the feed has
        ended.

        Raises:
            ResyncRequired: load the state again.
            LogUnavailable: older records could not be read from Kafka.
        """
        try:
            async with asyncio.timeout(within_s):
                while True:
                    # A thousand listeners that are woken together leave the event loop to intake in between (DESIGN 94).
                    await self._feed.turns.take()
                    # Before the buffer is read: a record that arrives afterwards sets it again and is not missed.
                    self._woken.clear()
                    if self._is_exhausted():
                        await self._next_buffer()
                    batch = self._take()
                    if batch is not None and batch.entries:
                        return batch
                    # An empty batch (nothing for this person) is followed by another look at once; None is the end of the buffer.
                    if batch is None and not self._is_exhausted():
                        if self._feed.has_ended or self._is_interrupted:
                            self._is_interrupted = False
                            return None
                        await self._woken.wait()
        except TimeoutError:
            return None

    async def batches(self) -> AsyncIterator[Batch]:
        """Yields batches until the feed ends. Raises as `next`."""
        while True:
            # Any long time: a timeout or an interruption only looks again.
            batch = await self.next(3600.0)
            if batch is not None:
                yield batch
            elif self._feed.has_ended:
                return

    def _is_exhausted(self) -> bool:
        """Whether the current buffer gets no further records: there is none yet, or it holds older records and is exhausted."""
        return self._buffer is None or (self._buffer is not self._feed.newest and self._number == self._buffer.end)

    async def _next_buffer(self) -> None:
        if self._buffer is not None:
            # The exhausted buffer may end with offsets that have no readable record; without them the cursor would never reach
            # the next buffer.
            self.cursor = self.cursor.joined(self._buffer.heads)
        self._buffer = await self._feed.buffer_for(self.cursor)
        self._number = self._buffer.number_after(self.cursor)

    def _take(self) -> Batch | None:
        """The next records, possibly none for this listener; None at the end of the buffer."""
        buffer, since = self._buffer, self._number
        assert buffer is not None
        # The records at this position were dropped from the buffer: going on would skip them silently.
        if since < buffer.first:
            raise ResyncRequired("too slow")
        if since == buffer.end:
            return None
        if self._person is None:
            # Aligned to multiples of AT_ONCE, so that listeners at different positions soon ask for the same ranges and share
            # their text.
            until = min(buffer.end, since - since % AT_ONCE + AT_ONCE)
            entries = buffer.entries(since, until)
        else:
            until = buffer.end
            entries = [buffer.entry(number) for number in buffer.numbers_of(self._person, since)]
        is_common = self._is_in_step and self._person is None and buffer is self._feed.newest
        batch = Batch(entries=entries, common=(since, until) if is_common else None)
        if not self._is_in_step:
            batch = self._unseen(entries)
        self._advance(buffer, until)
        return batch

    def _advance(self, buffer: FeedBuffer, until: int) -> None:
        last = buffer.entry(until - 1).after
        self.cursor = last if self._is_in_step else self.cursor.joined(last)
        self._is_in_step = self._is_in_step or self.cursor == last
        self._number = until

    def _unseen(self, entries: Sequence[BufferedRecord]) -> Batch:
        """Drops records that the listener has seen. Its cursor came from another process, whose order across partitions
        differs."""
        fresh = []
        for entry in entries:
            if entry.offset >= self.cursor.next_of(entry):
                self.cursor = self.cursor.joined(entry.after)
                # A cursor of its own for each record: that of the entry belongs to the order of this process.
                fresh.append(FeedItem(entry, str(self.cursor)))
        return Batch(entries=[one.entry for one in fresh], ids=[one.id for one in fresh])
