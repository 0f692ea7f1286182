"""What Prometheus is told of one subscription, by the notifier that sends: two that told the same would not agree."""

import contextlib
from collections.abc import Collection

from streams import metrics

_ALL = (metrics.WEBHOOK_LETTERS_LEFT, metrics.WEBHOOK_FAILING_SECONDS, metrics.WEBHOOK_BEHIND_SECONDS)


class StandingGauges:
    """Of the subscription with this name. No method blocks or raises."""

    def __init__(self, name: str) -> None:
        self._name = name

    def tell(
        self, now_ms: int, *, letters: int, failing_since_ms: int | None, waiting_since_ms: Collection[int] = ()
    ) -> None:
        """`waiting_since_ms`: when each event was decided that is being sent, or waits to be sent again."""
        ages = (letters, _age_s(now_ms, failing_since_ms), _age_s(now_ms, min(waiting_since_ms, default=None)))
        for gauge, value in zip(_ALL, ages, strict=True):
            gauge.labels(subscription=self._name).set(value)

    def forget(self) -> None:
        """It is not delivered here any more."""
        for gauge in _ALL:
            with contextlib.suppress(KeyError):
                gauge.remove(self._name)


def _age_s(now_ms: int, since_ms: int | None) -> float:
    # A decision has the time of another machine.
    return 0.0 if since_ms is None else max(0, now_ms - since_ms) / 1000
