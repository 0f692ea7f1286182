"""Stops asking a service that fails again and again, and tries it once in a while."""

from collections.abc import Callable

from streams import clock

MOST_FAILURES = 3
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 600.0


class Breaker:
    """After `MOST_FAILURES` in a row nothing is asked for a pause, which doubles with each further failure."""

    def __init__(self, *, monotonic_s: Callable[[], float] = clock.monotonic_s) -> None:
        self._monotonic_s = monotonic_s
        self._failures = 0
        self._again_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether nothing is to be asked now."""
        return self._failures >= MOST_FAILURES and self._monotonic_s() < self._again_s

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        beyond = self._failures - MOST_FAILURES
        if beyond >= 0:
            self._again_s = self._monotonic_s() + min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(beyond, 10))
