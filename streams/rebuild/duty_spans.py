"""From when on positions of each person count, folded from `volunteers` in the order of the log.

Compaction leaves the records of the last two hours alone (`retention/classes.py`), so every change of duty within the hour that
`locations` retains is seen here, and a rebuild keeps the same positions as the live path (people.lua).
"""

from collections.abc import Collection
from dataclasses import dataclass

from streams.retention.classes import HOLD_S
from streams.store.people import FixWrite, ProfileWrite


@dataclass(slots=True)
class _Span:
    """`since_ms`: when the present duty began, 0 if that is no longer in the log; None: off duty."""

    since_ms: int | None = None
    erased_ms: int = -1
    is_stated: bool = False


class DutySpans:
    def __init__(self) -> None:
        self._of: dict[str, _Span] = {}
        self.withheld: Collection[str] = ()
        """People who have withdrawn the consent to positions."""

    def add(self, write: ProfileWrite) -> None:
        """Writes of a person must be added in the order of the log."""
        record, span = write.record, self._of.get(write.volunteer_id)
        is_first = span is None
        span = span or self._of.setdefault(write.volunteer_id, _Span())
        if record is None:
            span.since_ms, span.erased_ms, span.is_stated = None, write.logged_ms or 0, True
        elif record.keeps_duty and span.is_stated:
            pass  # a copy is no news
        else:
            span.is_stated = span.is_stated or not record.keeps_duty
            if not record.on_duty:
                span.since_ms = None
            elif span.since_ms is None:
                # Of the first record that is left nobody knows whether it changed the duty.
                span.since_ms = 0 if is_first else write.logged_ms or 0

    def counts(self, fix: FixWrite) -> bool:
        """Whether the person is on duty and the fix is not from long before that, or from before an erasure."""
        span = self._of.get(fix.volunteer_id)
        if span is None or span.since_ms is None or fix.volunteer_id in self.withheld:
            return False
        return fix.at_ms >= max(span.since_ms - HOLD_S * 1000, span.erased_ms + 1)
