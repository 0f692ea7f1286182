"""Follows feeds of alerts: asks for what is new, carries it out, remembers what was read only after that.

A restart goes on from the ledger, whatever it interrupted: a page counts as read once all its alerts were carried out, and orders
that are repeated have no second effect.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dispatch.cap.messages import BadAlert
from streams import clock
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
    """`fault`: why it was not read the last time; empty if it was."""

    url: str
    next_ms: int = 0
    failures: int = 0
    fault: str = ""


@dataclass(slots=True)
class _Round:
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
        found = _Round()
        due = [feed for feed in self.feeds if feed.next_ms <= now_ms]
        for feed in due:
            if not self.should_stop():
                self._read(feed, found, now_ms)
        done: list[Done] = list(found.gathered.faults)
        try:
            done += self.importer(now_ms).run(found.gathered.alerts)
        except RetryLater:
            for feed in due:
                feed.next_ms = now_ms
            raise
        # Otherwise an unchanged page would hide what the API refused.
        if not any(one.is_refused for one in done):
            self.ledger.keep(found.pages, now_ms)
        return done

    def next_ms(self) -> int:
        return min(feed.next_ms for feed in self.feeds)

    def _read(self, feed: FeedState, found: _Round, now_ms: int) -> None:
        part = _Round()
        retry_after_s = None
        try:
            is_whole = self._read_pages(feed.url, part)
            feed.failures, feed.fault = 0, ""
        except (NotFetched, BadAlert) as error:
            retry_after_s = error.retry_after_s if isinstance(error, NotFetched) else None
            feed.failures, feed.fault, is_whole = feed.failures + 1, str(error), False
            part.gathered.faults.append(fault(shown(feed.url), str(error)))
        wait_s = min(LONGEST_WAIT_S, self.every_s * 2 ** min(feed.failures, 12))
        wait_s = max(wait_s * (0.75 + 0.5 * self.chance()), retry_after_s or 0)
        feed.next_ms = now_ms + round(wait_s * 1000)
        found.gathered.alerts += part.gathered.alerts
        found.gathered.faults += part.gathered.faults
        # A feed of which a link could not be read is asked for again, whether it has changed or not.
        found.pages += part.pages if is_whole else [page for page in part.pages if page.url != feed.url]

    def _read_pages(self, url: str, part: _Round) -> bool:
        """Whether all links were read. Raises NotFetched, BadAlert: of the feed itself."""
        known = self.ledger.page(url)
        answer = self.fetch(url, known.validators if known else Validators())
        part.pages.append(Page(url=url, validators=answer.validators))
        if answer.raw is None:
            return True
        contents = read(answer.raw, self.judge)
        part.gathered.add(contents)
        if len(contents.links) > MAX_LINKS:
            part.gathered.faults.append(
                fault(shown(url), f"{len(contents.links)} links; the first {MAX_LINKS} are followed")
            )
        until_s, is_whole = self.monotonic_s() + LINKS_WITHIN_S, True
        for link, stamp in links_of(contents, url).items():
            if self.monotonic_s() > until_s or self.should_stop():
                return False
            is_whole = self._read_link(link, stamp, part) and is_whole
        return is_whole

    def _read_link(self, url: str, stamp: str, part: _Round) -> bool:
        known = self.ledger.page(url)
        if known is not None and stamp and known.stamp == stamp:
            part.pages.append(known)
            return True
        try:
            answer = self.fetch(url, known.validators if known else Validators())
            if answer.raw is not None:
                part.gathered.add(read(answer.raw, self.judge))
        except NotFetched as error:
            part.gathered.faults.append(fault(shown(url), str(error)))
            return False
        except BadAlert as error:
            # Read again it would be no better; another version has another stamp or validator.
            part.gathered.faults.append(fault(shown(url), str(error)))
            answer = Fetched(raw=None, validators=Validators())
        part.pages.append(Page(url=url, validators=answer.validators, stamp=stamp))
        return True
