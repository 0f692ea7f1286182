"""A process of services that ends in time, whatever hangs."""

import os
import threading

import mode

END_WITHIN_S = 9.0
"""Below the ten seconds after which supervisors kill."""


class BoundedProcess(mode.Worker):
    """Ends within nine seconds of SIGTERM or SIGINT. Another process goes on with what is left."""

    async def on_stop(self) -> None:
        # A thread, because the event loop may be blocked.
        timer = threading.Timer(END_WITHIN_S, os._exit, (0,))
        timer.daemon = True
        timer.start()
        await super().on_stop()
