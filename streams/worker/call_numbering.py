"""Call numbers of the reports of a batch.

The next number follows from the decisions applied so far and from the reports before it in the batch. All commands before a
report in its partition are decided before it, so two workers that decide the same report give it the same number: the numbers of
the decisions that count are unique, whichever worker wrote them.
"""

from collections.abc import Iterable

from dispatch.decide import Settled
from dispatch.model.call_numbers import CallNumber, Series, letters_of, series_of
from dispatch.model.incident_events import IncidentReported
from dispatch.model.local_time import local_day
from dispatch.ports import Store
from streams.kafka.records import Consumed


def series_for(record: Consumed, zone: str) -> Series:
    # The day of the arrival, as the log has it: the clock of a worker says nothing here.
    return Series(day=local_day(record.timestamp, zone), letters=letters_of(record.partition))


class CallNumbering:
    """`last`: the highest number of each series. `zone`: time zone of the deployment, whose days have series of their own."""

    def __init__(self, last: dict[Series, int], zone: str) -> None:
        self._last = last
        self._zone = zone

    def following(self, record: Consumed) -> CallNumber | None:
        """The next number in the series of the record; None if the series was not asked for."""
        series = series_for(record, self._zone)
        last = self._last.get(series)
        return None if last is None else series.number(last + 1)

    def note(self, settled: Settled) -> None:
        """Counts the number as given, if the command was ruled to open an incident."""
        for event in settled.ruling.events:
            # A refused report takes no number: how commands fall into batches must not change the numbers.
            if isinstance(event, IncidentReported) and (call := event.call_number) is not None:
                self._last[series_of(call)] = call.number


async def numbering_for(store: Store, reports: Iterable[Consumed], zone: str) -> CallNumbering:
    """Numbering for the series of these reports. Raises StoreUnavailable, NotReady."""
    series = list(dict.fromkeys(series_for(report, zone) for report in reports))
    last = await store.last_calls(series) if series else []
    return CallNumbering(dict(zip(series, last, strict=True)), zone)
