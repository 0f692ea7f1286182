"""Timers of incidents in memory. Counterpart of `replace_timers` in incident.lua, `take_turn` in wake.lua, and take_due.lua."""

from dispatch.deadlines import timers_of
from dispatch.model.incidents import Incident
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import DeadlineKind
from streams.store.redis_store import PUT_OFF_MS


class Timers:
    """`of`: for each incident its timers, and when (ms) each is due now, after it was brought forward, held back or postponed."""

    def __init__(self) -> None:
        self.of: dict[str, dict[Timer, int]] = {}

    def replace(self, incident: Incident) -> None:
        # A timer that stays keeps its current time: a decision must not undo a wake-up or a postponement.
        old = self.of.get(incident.id, {})
        self.of[incident.id] = {timer: old.get(timer, timer.due_ms) for timer in timers_of(incident)}

    def take_due(self, now_ms: int, limit: int) -> list[Timer]:
        """Due timers, most overdue first. Each is postponed, so that other sweepers skip it meanwhile."""
        due = [(at, timer) for timers in self.of.values() for timer, at in timers.items() if at <= now_ms]
        due.sort(key=lambda entry: (entry[0], entry[1].incident_id, entry[1].ref, entry[1].kind))
        taken = [timer for _, timer in due[:limit]]
        for timer in taken:
            self.postpone(timer, now_ms)
        return taken

    def postpone(self, timer: Timer, now_ms: int) -> int:
        """Returns the time at which the timer is due again."""
        # Back off: a command that already waits in a long queue must not be sent again and again.
        at = now_ms + max(PUT_OFF_MS, now_ms - timer.due_ms)
        self.of[timer.incident_id][timer] = at
        return at

    def due_until(self, until_ms: int) -> int:
        """Number of timers that are due by `until_ms`."""
        return sum(at <= until_ms for timers in self.of.values() for at in timers.values())

    def take_turn(self, incident_id: str, turn_ms: int, *, is_first: bool, is_woken: bool) -> None:
        """Sets the retry of an incident to `turn_ms` at the latest; one that is not the first is also held back until then."""
        timers = self.of[incident_id]
        for timer, at in timers.items():
            if timer.kind is DeadlineKind.RETRY:
                # Held back once only: people who arrive one by one must not postpone it for ever (DESIGN 44).
                holds_back = not is_first and at < turn_ms and at == timer.due_ms
                if holds_back or (is_woken and at > turn_ms):
                    timers[timer] = turn_ms

    def retries(self) -> list[tuple[str, int, int]]:
        """Incidents with a retry timer: incident id, the time it was set for, and the time it is due now."""
        return [
            (timer.incident_id, timer.due_ms, at)
            for timers in self.of.values()
            for timer, at in timers.items()
            if timer.kind is DeadlineKind.RETRY
        ]
