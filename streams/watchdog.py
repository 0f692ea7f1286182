"""Ends a worker that stands still. A thread of its own, since a stuck event loop cannot notice that it is stuck."""

import os
import sys
import threading
from typing import Any

from mode import Service

from streams import clock

LOOP_SILENT_S = 20.0
"""The event loop gave no sign for this long."""
EXIT = 71


class Watchdog(Service):
    """Exits with code 71, without an ack, when the event loop stands still; the supervisor starts the worker again."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._sign_s = clock.monotonic_s()
        self._stop = threading.Event()

    async def on_start(self) -> None:
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    async def on_stop(self) -> None:
        self._stop.set()

    @Service.task
    async def _sign(self) -> None:
        while not self.should_stop:
            self._sign_s = clock.monotonic_s()
            await self.sleep(1.0)

    def _watch(self) -> None:
        last_s = clock.monotonic_s()
        while not self._stop.wait(1.0):
            now_s = clock.monotonic_s()
            if now_s - last_s > LOOP_SILENT_S / 2:
                # The whole process was stopped (SIGSTOP, a sleeping machine): the loop deserves a fresh start of the count.
                self._sign_s = now_s
            last_s = now_s
            if now_s - self._sign_s > LOOP_SILENT_S:
                sys.stderr.write(f"watchdog: the event loop stood still for {LOOP_SILENT_S:.0f} s, exit {EXIT}\n")
                sys.stderr.flush()
                os._exit(EXIT)
