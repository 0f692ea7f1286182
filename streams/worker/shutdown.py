"""How a worker ends when it is told to: it decides what it has begun, commits, leaves the group, and is always gone in time.

Faust waits for its streams to be empty without any limit, and must be left to (without that wait it acks what is in progress). A
command that cannot be decided at the moment, since Redis or Kafka is away, would keep the process for ever, until somebody loses
patience and kills it. So after eight seconds the process ends by itself without another ack: what it leaves comes again.
"""

import os
import sys
import threading
from typing import Any

import faust

END_WITHIN_S = 8.0
"""Supervisors kill after ten."""


class GracefulWorker(faust.Worker):
    """A Faust worker that ends within `end_within_s` of SIGTERM or SIGINT, with exit code 0."""

    def __init__(self, *apps: Any, end_within_s: float = END_WITHIN_S, **kwargs: Any) -> None:
        super().__init__(*apps, **kwargs)
        self._end_within_s = end_within_s

    async def on_stop(self) -> None:
        # A thread: whatever keeps the event loop does not keep this.
        timer = threading.Timer(self._end_within_s, self._leave)
        timer.daemon = True
        timer.start()
        await super().on_stop()

    def _leave(self) -> None:
        sys.stderr.write(
            f"not everything could be decided within {self._end_within_s:g} s of being told to end; "
            "nothing is lost, the rest is left to the next worker\n"
        )
        sys.stderr.flush()
        os._exit(0)
