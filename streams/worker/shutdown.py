"""Graceful shutdown of a worker, with a time limit: it finishes its batch, commits and leaves the group.

Faust waits without limit until its streams are empty, and that wait is needed: without it Faust acks work in progress. A command
that cannot be decided because Redis or Kafka is unavailable would therefore block the shutdown for ever. After eight seconds the
process exits without another ack, and Kafka redelivers the rest.
"""

import os
import threading
from typing import Any

import faust
import structlog

END_WITHIN_S = 8.0
"""Below the ten seconds after which supervisors send SIGKILL."""
_log = structlog.get_logger(__name__)


class GracefulWorker(faust.Worker):
    """A Faust worker that ends within `end_within_s` of SIGTERM or SIGINT, with exit code 0."""

    def __init__(self, *apps: Any, end_within_s: float = END_WITHIN_S, **kwargs: Any) -> None:
        super().__init__(*apps, **kwargs)
        self.spinner = None  # it would print to the log
        self._end_within_s = end_within_s

    async def on_stop(self) -> None:
        # A thread, because the event loop may be blocked.
        timer = threading.Timer(self._end_within_s, self._exit)
        timer.daemon = True
        timer.start()
        await super().on_stop()

    def _exit(self) -> None:
        _log.warning(
            "not all commands were decided before the end; nothing is lost, they are redelivered to the next worker",
            within_s=self._end_within_s,
        )
        os._exit(0)
