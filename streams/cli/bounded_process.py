"""A process of services that ends in time, whatever hangs."""

import os
import threading
from typing import Any

import mode

from streams.probe_server import ProbeServer

END_WITHIN_S = 9.0
"""Below the ten seconds after which supervisors kill."""


class BoundedProcess(mode.Worker):
    """Ends within nine seconds of SIGTERM or SIGINT. Another process goes on with what is left."""

    def __init__(self, *services: mode.Service, probes: ProbeServer, **kwargs: Any) -> None:
        super().__init__(*services, **kwargs)
        self._probes = probes

    async def on_started(self) -> None:
        # The services have started by now.
        self._probes.ready.set()
        # Until it is stopped.
        await super().on_started()

    async def on_stop(self) -> None:
        self._probes.ready.clear()
        # A thread, because the event loop may be blocked.
        timer = threading.Timer(END_WITHIN_S, os._exit, (0,))
        timer.daemon = True
        timer.start()
        await super().on_stop()
