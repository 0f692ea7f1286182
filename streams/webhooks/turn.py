"""Whose turn it is to send: of the notifiers that have a file of webhooks one, the member of a group that holds the one partition
of `webhooks`. One that ends or stands still is followed by another within the session time."""

import asyncio
import contextlib

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from streams import event_loop
from streams.kafka import clients, groups
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.settings import Settings
from streams.topics import WEBHOOKS

_PAUSE_S = 2.0
log = structlog.get_logger("komek.webhooks")


class Turn:
    """`is_mine` may be true for a moment in two processes: then events are sent twice, with the same ids."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_mine(self) -> bool:
        return self._consumer is not None and bool(self._consumer.assignment())

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._hold())

    async def stop(self) -> None:
        task, self._task = self._task, None
        await event_loop.cancel(task)

    async def _hold(self) -> None:
        while True:
            consumer = clients.group_member(self._settings, groups.WEBHOOKS, fetch_max_wait_ms=500)
            try:
                with cancellations_of_its_own():
                    await consumer.start()
                    consumer.subscribe([WEBHOOKS.name])
                    self._consumer = consumer
                    while True:
                        # The records themselves are read by `book.py`; a member has to ask to stay one.
                        await consumer.getmany(timeout_ms=1_000)
            except KafkaError as trouble:
                log.warning("webhooks wait for their turn", cause=type(trouble).__name__)
                await asyncio.sleep(_PAUSE_S)
            finally:
                self._consumer = None
                with contextlib.suppress(KafkaError):
                    await stop_consumer(consumer)
