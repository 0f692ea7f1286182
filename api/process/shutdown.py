"""Ending the event streams when the process is told to stop."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def on_stop_signal(callback: Callable[[], None]) -> Iterator[None]:
    """Calls back on SIGINT and SIGTERM, before uvicorn waits for open connections: event streams never end by themselves.

    uvicorn's own handlers are called afterwards and restored at the end. Does nothing outside the main thread.
    """
    # Python permits signal handlers in the main thread only; tests run servers in others.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        # The handler interrupts the main thread anywhere; this call is safe there and wakes the event loop from its wait for I/O.
        loop.call_soon_threadsafe(callback)
        handler = previous[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in previous:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
