"""Follows feeds of alerts: asks for what is new, carries it out, remembers what was read only after that.

A restart goes on from the ledger, whatever it interrupted: a page counts as read once all its alerts were carried out, and orders
that are repeated have no second effect.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dispatch.cap.messages import BadAlert
from dispatch.cap.reading import Contents
from dispatch.cap.steps import is_ahead
from streams import clock, metrics
from streams.cap.fetching import Fetched, NotFetched, Validators
from streams.cap.importing import Done, Importer
from streams.cap.ledger import Ledger, Page
from streams.cap.sources import MAX_LINKS, Gathered, SignatureJudge, fault, links_of, read
from streams.errors import RetryLater
from streams.pinned_address import shown

LONGEST_WAIT_S = 3_600
"""Between two requests to a feed that fails."""
LINKS_WITHIN_S = 300.0
"""For the links of one feed in one round; the others follow in the next."""
Fetch = Callable[[str, Validators], Fetched]
"""Raises NotFetched."""


@dataclass(slots=True)
class FeedState:
    """`fault`: why it was not read the last time; empty if it was. `read_ms`: when it was last read and all that it had was taken
    to the API; before the first time, since when it is followed. `refused_ms`: since when the API refuses an order that follows
    from it; None: it refuses none."""

    url: str
    next_ms: int = 0
    failures: int = 0
    fault: str = ""
    read_ms: int = 0
    refused_ms: int | None = None


@dataclass(slots=True)
class _Reading:
    """What one feed had in this round. `pages`: those that count as read once it is carried out."""

    feed: FeedState
    gathered: Gathered = field(default_factory=Gathered)
    pages: list[Page] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Follower:
    """`importer`: one for a time. `chance`: from 0 to 1, so that many followers do not ask at the same moment."""

    feeds: Sequence[FeedState]
    ledger: Ledger
    fetch: Fetch
    judge: SignatureJudge
    importer: Callable[[int], Importer]
    every_s: int
    chance: Callable[[], float]
    should_stop: Callable[[], bool] = lambda: False
    monotonic_s: Callable[[], float] = clock.monotonic_s

    def round(self, now_ms: int) -> list[Done]:
        """Reads the feeds that are due, then carries out what is new, what waited and what has expired.

        Raises:
            RetryLater: the API does not answer. Everything of this round is read again in the next.
        """
        due = [feed for feed in self.feeds if feed.next_ms <= now_ms]
        readings = [self._read(feed, now_ms) for feed in due if not self.should_stop()]
        done: list[Done] = [one for reading in readings for one in reading.gathered.faults]
        try:
            done += self.importer(now_ms).run(alert for reading in readings for alert in reading.gathered.alerts)
        except RetryLater:
            for feed in due:
                # One that failed had nothing to lose, and may have asked for a pause.
                feed.next_ms = feed.next_ms if feed.fault else now_ms
            raise
        # Otherwise an unchanged page would hide what the API refused.
        if not any(one.is_refused for one in done):
            self.ledger.keep((page for reading in readings for page in reading.pages), now_ms)
        self._note(readings, {one.identifier for one in done if one.is_refused}, now_ms)
        return done

    def next_ms(self) -> int:
        return min(feed.next_ms for feed in self.feeds)

    def show_figures(self, now_ms: int) -> None:
        """Sets the metrics of the feeds. Of several with one name, as queries are not shown, those of the worst."""
        for name in {shown(feed.url) for feed in self.feeds}:
            named = [feed for feed in self.feeds if shown(feed.url) == name]
            refused_ms = max(now_ms - (feed.refused_ms or now_ms) for feed in named)
            metrics.FEED_READ.labels(feed=name).set(min(feed.read_ms for feed in named) / 1000)
            metrics.FEED_REFUSED_SECONDS.labels(feed=name).set(refused_ms / 1000)

    def _note(self, readings: Sequence[_Reading], refused: AbstractSet[str], now_ms: int) -> None:
        """Notes of each feed that was read when it was, and whether the API refuses what follows from it."""
        read = [reading for reading in readings if not reading.feed.fault]
        for reading in read:
            feed, is_refused = reading.feed, any(one.identifier in refused for one in reading.gathered.alerts)
            feed.read_ms = now_ms
            feed.refused_ms = (feed.refused_ms or now_ms) if is_refused else None
        self.ledger.note_read([reading.feed.url for reading in read], now_ms)

    def _read(self, feed: FeedState, now_ms: int) -> _Reading:
        part, is_whole, retry_after_s = _Reading(feed), False, None
        try:
            is_whole = self._read_pages(part, now_ms)
            feed.failures, feed.fault = 0, ""
        except (NotFetched, BadAlert) as error:
            retry_after_s = error.retry_after_s if isinstance(error, NotFetched) else None
            feed.failures, feed.fault = feed.failures + 1, str(error)
            part.gathered.faults.append(fault(shown(feed.url), str(error)))
            metrics.FEED_READS.labels(feed=shown(feed.url), outcome="failed").inc()
        wait_s = min(LONGEST_WAIT_S, self.every_s * 2 ** min(feed.failures, 12))
        wait_s = max(wait_s * (0.75 + 0.5 * self.chance()), retry_after_s or 0)
        feed.next_ms = now_ms + round(wait_s * 1000)
        if not is_whole:
            # A feed of which a link could not be read is asked for again, whether it has changed or not.
            part.pages = [page for page in part.pages if page.url != feed.url]
        return part

    def _read_pages(self, part: _Reading, now_ms: int) -> bool:
        """Whether everything counts as read. Raises NotFetched, BadAlert: of the feed itself."""
        url = part.feed.url
        known = self.ledger.page(url)
        answer = self.fetch(url, known.validators if known else Validators())
        part.pages.append(Page(url=url, validators=answer.validators))
        if answer.raw is None:
            metrics.FEED_READS.labels(feed=shown(url), outcome="unchanged").inc()
            return True
        contents = read(answer.raw, self.judge)
        metrics.FEED_READS.labels(feed=shown(url), outcome="read").inc()
        part.gathered.add(contents)
        if len(contents.links) > MAX_LINKS:
            part.gathered.faults.append(
                fault(shown(url), f"{len(contents.links)} links; the first {MAX_LINKS} are followed")
            )
        until_s, is_whole = self.monotonic_s() + LINKS_WITHIN_S, not _comes_later(contents, now_ms)
        for link, stamp in links_of(contents, url).items():
            if self.monotonic_s() > until_s or self.should_stop():
                return False
            is_whole = self._read_link(link, stamp, part, now_ms) and is_whole
        return is_whole

    def _read_link(self, url: str, stamp: str, part: _Reading, now_ms: int) -> bool:
        known = self.ledger.page(url)
        if known is not None and stamp and known.stamp == stamp:
            part.pages.append(known)
            return True
        try:
            answer = self.fetch(url, known.validators if known else Validators())
            contents = None if answer.raw is None else read(answer.raw, self.judge)
        except NotFetched as error:
            part.gathered.faults.append(fault(shown(url), str(error)))
            return False
        except BadAlert as error:
            # Read again it would be no better; another version has another stamp or validator.
            part.gathered.faults.append(fault(shown(url), str(error)))
            answer, contents = Fetched(raw=None, validators=Validators()), None
        if contents is not None:
            part.gathered.add(contents)
            if _comes_later(contents, now_ms):
                return False
        part.pages.append(Page(url=url, validators=answer.validators, stamp=stamp))
        return True


def _comes_later(contents: Contents, now_ms: int) -> bool:
    """Whether an alert in it is refused for its time. Once the clock that was wrong, theirs or ours, is right, it is taken."""
    return any(is_ahead(alert, now_ms) for alert in contents.alerts)
