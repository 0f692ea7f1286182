"""Duties that end by themselves, in memory. Counterpart of `set_end` in people.lua and of duty_clock.lua."""

from dispatch.safety.absence import WARN_BEFORE_S
from streams.store.duty_clock import DutyClock, DutyEnd
from streams.wire import VolunteerRecord

WARN_BEFORE_MS = WARN_BEFORE_S * 1000


def is_over(until_ms: int | None, now_ms: int) -> bool:
    return until_ms is not None and until_ms <= now_ms


class DutyEnds:
    """Volunteer → time of the end, and of the warning; both until they were acted on."""

    def __init__(self) -> None:
        self._stated: dict[str, int] = {}
        self._ends: dict[str, int] = {}
        self._warnings: dict[str, int] = {}

    def note(self, volunteer_id: str, profile: VolunteerRecord | None, now_ms: int) -> None:
        """After a write of the person's duty."""
        ends = profile.duty_until_ms if profile is not None and profile.on_duty else None
        if ends == self._stated.get(volunteer_id):
            return
        for clock in (self._stated, self._ends, self._warnings):
            clock.pop(volunteer_id, None)
        if ends is None:
            return
        self._stated[volunteer_id] = self._ends[volunteer_id] = ends
        if ends - WARN_BEFORE_MS > now_ms:
            self._warnings[volunteer_id] = ends - WARN_BEFORE_MS

    def turned(self, done: DutyClock | None, now_ms: int) -> DutyClock:
        for clock, people in ((self._ends, done.ended), (self._warnings, done.to_warn)) if done else ():
            for one in people:
                if clock.get(one.volunteer_id, now_ms + 1) <= now_ms:
                    del clock[one.volunteer_id]
        return DutyClock(ended=_due(self._ends, now_ms), to_warn=_due(self._warnings, now_ms))


def _due(clock: dict[str, int], now_ms: int) -> tuple[DutyEnd, ...]:
    due = sorted((at_ms, volunteer_id) for volunteer_id, at_ms in clock.items() if at_ms <= now_ms)
    return tuple(DutyEnd(volunteer_id=volunteer_id, at_ms=at_ms) for at_ms, volunteer_id in due)
