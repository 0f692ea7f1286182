"""Follows `notices` for what people say: a notice was seen, a test or a code is asked for.

Reads every partition without a group, from `BACK_MS` ago. So after a restart it knows again what was seen and what was carried
out. Requests are carried out once the log has been read to its end as it was at the start, by the notifier that owns the person's
partition.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from dispatch.notices.rules import Notice, NoticeOutcome
from streams import clock, event_loop, wire
from streams.kafka import clients
from streams.kafka.stopping import cancellations_of_its_own, stop_consumer
from streams.notices.pocket import sibling_ids
from streams.notices.requests import ASKED_VALID_MS, is_request
from streams.settings import Settings
from streams.topics import NOTICES
from streams.wire import NoticeRecord

BACK_MS = 3_600_000
"""Longer than a step of the ladder waits, and than a request is valid."""
REMEMBERED = 200_000
log = structlog.get_logger(__name__)
Value = TypeVar("Value")
CarryOut = Callable[[NoticeRecord], Awaitable[None]]


class Seen:
    """What was seen, by notice id and, for who opens the offer itself, by offer and time."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._offers: OrderedDict[str, int] = OrderedDict()

    def add(self, record: NoticeRecord) -> None:
        # The key of the record is its author: nobody can mark the notices of others.
        _keep(self._ids, f"{record.volunteer_id}|{record.id}", None)
        if record.offer_id:
            _keep(self._offers, f"{record.volunteer_id}|{record.offer_id}", record.at_ms)

    def is_seen(self, notice: Notice) -> bool:
        who = notice.volunteer_id
        opened_ms = self._offers.get(f"{who}|{notice.offer_id}", -1)
        return opened_ms >= notice.at_ms or any(f"{who}|{one}" in self._ids for one in sibling_ids(notice.event_id))


class Receipts:
    """`seen` answers at any time. `stirred` is called with the person whenever they have seen something."""

    def __init__(self, settings: Settings, client_id: str, carry_out: CarryOut) -> None:
        self._settings = settings
        self._client_id = client_id
        self._carry_out = carry_out
        self._seen = Seen()
        self._waiting: OrderedDict[str, NoticeRecord] = OrderedDict()
        self._carried_out: OrderedDict[str, None] = OrderedDict()
        self._carrying: set[asyncio.Task[None]] = set()
        self._bug: BaseException | None = None
        self._task: asyncio.Task[None] | None = None
        self.stirred: Callable[[str], None] = lambda _: None
        self.owns: Callable[[int], bool] = lambda _: False

    def is_seen(self, notice: Notice) -> bool:
        return self._seen.is_seen(notice)

    async def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    def check(self) -> None:
        """Raises the unexpected exception that ended a task, if any."""
        if self._bug is not None:
            raise self._bug
        if self._task is not None and self._task.done() and not self._task.cancelled():
            self._task.result()

    def take(self, partition: int, record: NoticeRecord) -> None:
        """The next record of a partition."""
        if record.outcome is NoticeOutcome.SEEN:
            self._seen.add(record)
            self.stirred(record.volunteer_id)
        elif record.outcome is NoticeOutcome.DELIVERED:
            # A lit screen in a pocket is nobody who knows: the ladder goes on. Nor is it the end of a request.
            return
        elif is_request(record):
            # A worker may say the same again.
            if self.owns(partition) and record.id not in self._carried_out:
                _keep(self._waiting, record.id, record)
        else:
            # Sent or failed: the request has been carried out, by this process or by one before it.
            for request in (record.id, record.event_id):
                self._waiting.pop(request, None)
                _keep(self._carried_out, request, None)

    def carry_out_waiting(self) -> None:
        """Begins to carry out the requests that were read, each once; those that are too old are forgotten.

        Each in a task of its own: a gateway that hangs delays neither the others nor the news of what was seen.
        """
        while self._waiting:
            _, record = self._waiting.popitem(last=False)
            _keep(self._carried_out, record.id, None)
            if clock.now_ms() < record.at_ms + ASKED_VALID_MS:
                task = asyncio.ensure_future(self._carry_out(record))
                self._carrying.add(task)
                task.add_done_callback(self._carried)

    async def drained(self) -> None:
        """Waits for what was begun."""
        while self._carrying:
            await asyncio.wait(self._carrying)

    def _carried(self, task: "asyncio.Task[None]") -> None:
        self._carrying.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()

    async def _run(self) -> None:
        while True:
            consumer = clients.async_consumer(self._settings, self._client_id, fetch_max_wait_ms=500)
            try:
                with cancellations_of_its_own():
                    await consumer.start()
                    await self._follow(consumer)
            except (KafkaError, TimeoutError, OSError) as error:
                log.warning("receipts cannot be read from Kafka", cause=type(error).__name__)
                await asyncio.sleep(1)
            finally:
                await stop_consumer(consumer)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        await consumer._client.force_metadata_update()
        numbers = consumer.partitions_for_topic(NOTICES.name) or set()
        parts = [TopicPartition(NOTICES.name, number) for number in sorted(numbers)]
        consumer.assign(parts)
        starts = await consumer.offsets_for_times(dict.fromkeys(parts, max(0, clock.now_ms() - BACK_MS)))
        ends = await consumer.end_offsets(parts)
        for part in parts:
            consumer.seek(part, starts[part].offset if starts.get(part) else ends[part])
        while True:
            batches = await consumer.getmany(timeout_ms=250)
            for part, records in batches.items():
                for record in records:
                    self._read(part.partition, record.value)
            reached = [await consumer.position(part) >= ends[part] for part in parts]
            if all(reached):
                self.carry_out_waiting()

    def _read(self, partition: int, value: bytes | None) -> None:
        try:
            record = wire.decode_notice(value)
        except wire.Unreadable:
            # Its readers in the API report it.
            return
        self.take(partition, record)


def _keep(kept: OrderedDict[str, Value], key: str, value: Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
