"""Time from a report in the log to its first offer, over the last five minutes."""

from collections import deque

from dispatch.model.decisions import StatusRecord
from streams import metrics
from streams.readers.feed_records import FeedRecord

WINDOW_MS = 300_000
_REMEMBERED = 50_000
_QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class Latency:
    def __init__(self) -> None:
        # A dict as an ordered set: its first key is the oldest.
        self._seen: dict[str, None] = {}
        self._waits: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED)

    def watch(self, entry: FeedRecord) -> None:
        """Measures the first offer of each incident once; other records are ignored."""
        record = entry.record
        if not isinstance(record, StatusRecord):
            return
        times = record.incident.times
        if times.first_offer_ms is None or record.incident.id in self._seen:
            return
        self._seen[record.incident.id] = None
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        # A process that starts reads old records: a first offer long before this decision is not of the present window.
        if record.decided_ms - times.first_offer_ms > WINDOW_MS:
            return
        # The clock of Redis minus that of Kafka (DESIGN 8): a small difference may be negative.
        waited_ms = max(0, times.first_offer_ms - times.logged_ms)
        self._waits.append((times.first_offer_ms, waited_ms))
        metrics.REPORT_TO_OFFER_SECONDS.observe(waited_ms / 1000)

    def percentiles_ms(self, now_ms: int) -> dict[str, float | int | None]:
        """`count`, and p50, p95, p99 in ms by the nearest-rank method; None without a sample."""
        # In the order of arrival, so the oldest is at the left; the partitions make that approximate.
        while self._waits and self._waits[0][0] < now_ms - WINDOW_MS:
            self._waits.popleft()
        waits = sorted(waited_ms for _, waited_ms in self._waits)
        last = len(waits) - 1
        found: dict[str, float | int | None] = {"count": len(waits)}
        for name, quantile in _QUANTILES.items():
            found[name] = waits[min(last, int(quantile * len(waits)))] if waits else None
        return found
