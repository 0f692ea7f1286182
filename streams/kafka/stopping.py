"""Stops a consumer of aiokafka, also one that hangs; and tells the cancellations of a client from those of its caller.

aiokafka 0.14 ends its fetcher by one cancellation. If that arrives while the fetcher waits for cancelled fetches, as after an
outage of the brokers, the fetcher takes it for theirs (`contextlib.suppress` in `Fetcher._fetch_requests_routine`), goes on
waiting for an assignment, and `stop()` never returns: a notifier stood still for good after twenty seconds without Kafka.
Cancelling `stop()` cancels the fetcher once more, and `stop()` then finishes what it has to do.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import structlog
from aiokafka.errors import KafkaConnectionError

STOPS_WITHIN_S = 4.0
ATTEMPTS = 3
_log = structlog.get_logger(__name__)
_stopping: set["asyncio.Task[None]"] = set()
"""The event loop holds tasks only weakly, and a caller that is cancelled leaves its one behind."""


class Stoppable(Protocol):
    async def stop(self) -> Any: ...


async def stop_consumer(consumer: Stoppable, *, within_s: float = STOPS_WITHIN_S) -> None:
    """Returns once the consumer has stopped, at the latest after `ATTEMPTS` times `within_s`; then it is left behind.

    A caller that is cancelled does not break the stop off: an open connection would outlive the event loop. Raises what `stop`
    raises.
    """
    task = asyncio.ensure_future(_stop(consumer))
    _stopping.add(task)
    task.add_done_callback(_stopping.discard)
    for _ in range(ATTEMPTS):
        done, _pending = await asyncio.wait([task], timeout=within_s)
        if done:
            if not task.cancelled():
                task.result()
            return
        task.cancel()
    _log.warning("a Kafka consumer does not stop; it is left behind")


async def _stop(consumer: Stoppable) -> None:
    await consumer.stop()


@contextmanager
def cancellations_of_its_own() -> Iterator[None]:
    """A client may pass on the cancellation of a future of its own. A loop that takes it for its end stands still for good,
    without a word. Here it becomes an error of Kafka, unless the running task was told to end."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling() > 0:
            raise
        raise KafkaConnectionError("the client passed on a cancellation of its own") from error
