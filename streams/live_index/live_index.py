"""The people of the live index, and how far behind Redis it is."""

from dataclasses import dataclass, field

from dispatch.model.people import Found, Need
from streams import clock
from streams.live_index import vector_search
from streams.live_index.person_table import PersonTable

STALE_S = 5.0
"""An index that is further behind is not asked."""


@dataclass(slots=True)
class LiveIndex:
    """Written by `IndexFollower`, read by `LiveStore`; both run in one event loop."""

    fix_age_limit_ms: int
    table: PersonTable = field(default_factory=PersonTable)
    changed: dict[str, None] = field(default_factory=dict)
    """People of whom Redis has something newer, in the order in which that became known."""
    is_loaded: bool = False
    as_of_s: float = field(default_factory=clock.monotonic_s)
    """Every change before this moment is in the table, by this process's monotonic clock; while it is not loaded, since when."""
    _redis_ms: int = 0
    _read_s: float = 0.0

    def set_time(self, redis_ms: int) -> None:
        """`redis_ms`: the time of Redis a moment ago."""
        self._redis_ms, self._read_s = redis_ms, clock.monotonic_s()

    def now_ms(self) -> float:
        """The time of Redis, which decides all ages, without asking for it."""
        return self._redis_ms + (clock.monotonic_s() - self._read_s) * 1000

    def behind_s(self) -> float:
        """How old the oldest change may be that is not in the table; while it is not loaded, for how long it has not been."""
        return clock.monotonic_s() - self.as_of_s

    def is_usable(self) -> bool:
        return self.is_loaded and self.behind_s() <= STALE_S

    def lose(self) -> None:
        """Forgets everybody: what happened since the last reading is not known."""
        if self.is_loaded:
            self.is_loaded, self.as_of_s = False, clock.monotonic_s()
        self.changed.clear()
        self.table = PersonTable()

    def find(self, need: Need, before: Found | None = None) -> Found:
        """People for a need of field work, as `Lookups.find` and `find_more` describe."""
        return vector_search.find(self.table, need, self.now_ms(), self.fix_age_limit_ms, before)
