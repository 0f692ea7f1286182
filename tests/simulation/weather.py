"""What may go wrong in a run, how often, and how many steps have been taken.

A step is one command decided, one fault, or one call of a port by a worker (the store, the producer, the reader). Sweeps and
questions that find nothing to do are not counted.
"""

import random
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """Chances per call of a port, and how often whole faults come (per second of the play)."""

    crash: float = 0.0
    pause: float = 0.0
    store_before: float = 0.0
    """The store did not get the call."""
    store_after: float = 0.0
    """It did it, and the answer was lost."""
    log_before: float = 0.0
    log_after: float = 0.0
    log_late: float = 0.0
    """The producer gives up, and the record gets into the log later all the same."""
    old_end: float = 0.0
    """A broker that led a partition once tells where it ended then."""
    twice: float = 0.0
    """A client, a timer or a follow-up sends its command twice."""
    rebalance: float = 0.0
    deaf: float = 0.3
    """That who loses a partition hears of it seconds later, and works on until then."""
    emptied: float = 0.0
    older: float = 0.0
    """Redis comes back with a picture that is older than what it knew."""
    outage: float = 0.0
    late_index: float = 0.0
    """The live index of a worker has people who are engaged by now, lacks some who are free, or names one twice."""
    jump: float = 0.0
    """A worker's clock jumps by ±3 s or ±1 h, that of the store or of the log by ±3 s."""

    @property
    def loses_redis(self) -> bool:
        return bool(self.emptied or self.older)


_STORM = Climate(
    crash=0.002,
    pause=0.002,
    store_before=0.004,
    store_after=0.006,
    log_before=0.004,
    log_after=0.006,
    log_late=0.003,
    old_end=0.2,
    twice=0.05,
    rebalance=0.02,
    emptied=0.006,
    older=0.004,
    outage=0.01,
    jump=0.01,
)

CLIMATES = {
    "fair": Climate(),
    "crashes": Climate(crash=0.006, rebalance=0.01),
    "zombies": Climate(pause=0.008, rebalance=0.06),
    "takeovers": Climate(pause=0.01, crash=0.003, rebalance=0.5, deaf=0.9),
    "handovers": Climate(rebalance=1.0, deaf=0.1, log_before=0.03, log_after=0.02, outage=0.05),
    "deaf store": Climate(store_before=0.01, store_after=0.02, outage=0.01),
    "deaf log": Climate(log_before=0.01, log_after=0.02, log_late=0.01, twice=0.1),
    "deposed brokers": Climate(old_end=0.4, log_after=0.02, store_after=0.01, pause=0.004, rebalance=0.1, crash=0.002),
    "clocks": Climate(jump=0.05, twice=0.05),
    "late index": Climate(late_index=0.6, crash=0.002, rebalance=0.05),
    "forgetful": Climate(emptied=0.012, older=0.008),
    "storm": _STORM,
}
"""Each kind of fault alone, then all at once."""


@dataclass(slots=True)
class Weather:
    climate: Climate
    chance: random.Random
    is_calm: bool = False
    """The quiet phase: nothing goes wrong any more."""
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    commands: int = 0

    @property
    def steps(self) -> int:
        return self.commands + self.calls + self.faults.total()

    def strikes(self, kind: str) -> bool:
        """Whether this fault happens now; it is counted."""
        likely: float = getattr(self.climate, kind)
        if self.is_calm or not likely or self.chance.random() >= likely:
            return False
        self.faults[kind] += 1
        return True

    def latency_s(self) -> float:
        """Of one call: mostly short, now and then long enough for others to get in between."""
        return self.chance.choice((0.0005, 0.001, 0.001, 0.002, 0.02, 0.2) if not self.is_calm else (0.001,))
