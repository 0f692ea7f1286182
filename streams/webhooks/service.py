"""Sends webhooks: a service of the notifier. Of several notifiers one sends, the one that the others leave it to."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from mode import Service

from dispatch.model.plain_reason import plain_reason
from streams import clock, event_loop, private_file, wire
from streams.errors import LogUnavailable
from streams.kafka.clients import idempotent_producer
from streams.kafka.reasons import kafka_reason
from streams.kafka.stopping import cancellations_of_its_own
from streams.settings import Settings
from streams.topics import WEBHOOKS
from streams.watched_files import WatchedFiles
from streams.webhooks.book import WebhookFollower
from streams.webhooks.decision_tail import DecisionTail
from streams.webhooks.delivery import Clock, Delivery, ReceiverGone
from streams.webhooks.pacing import Pacing
from streams.webhooks.sending import Sender
from streams.webhooks.standing_gauges import StandingGauges
from streams.webhooks.subscriptions import BadSubscriptions, Subscription, subscriptions_in
from streams.webhooks.turn import Turn
from streams.wire import WebhookLetter, WebhookPlace

LOOK_EVERY_S = 1.0
CONFIRM_WITHIN_MS = 10_000
LONGEST_PAUSE_S = 30.0
"""Between two attempts to read and write Kafka."""
SOURCE = "komek-webhooks"
log = structlog.get_logger("komek.webhooks")


class Webhooks(Service):
    """Needs Kafka alone."""

    def __init__(self, settings: Settings, file: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._path = file
        self._file = WatchedFiles(file)
        self._turn = Turn(settings)
        self._wanted: dict[str, Subscription] = {}
        self._running: dict[str, tuple[Subscription, asyncio.Task[None]]] = {}
        self._follower = WebhookFollower(settings, f"{SOURCE}-book")
        self._sender = Sender(now_s=lambda: clock.now_ms() // 1000)
        self._producer: AIOKafkaProducer | None = None

    async def on_stop(self) -> None:
        await self._keep({})

    async def on_shutdown(self) -> None:
        await self._keep({})
        await self._turn.stop()
        await self._sender.close()
        await self._follower.stop()
        if self._producer is not None:
            await self._producer.stop()

    @Service.task
    async def _run(self) -> None:
        await self._connect()
        self._turn.start()
        while not self.should_stop:
            self._read()
            await self._keep(self._wanted if self._turn.is_mine else {})
            await self.sleep(LOOK_EVERY_S)

    async def _connect(self) -> None:
        """Waits until Kafka answers: notices of the same process must not depend on it."""
        attempt = 0
        while not self.should_stop:
            try:
                with cancellations_of_its_own():
                    await self._follower.start()
                    producer = idempotent_producer(self._settings, SOURCE, CONFIRM_WITHIN_MS)
                    await producer.start()
                self._producer = producer
                return
            except (KafkaError, LogUnavailable) as trouble:
                attempt += 1
                await self._follower.stop()
                log.warning("webhooks wait for Kafka", cause=type(trouble).__name__)
                await self.sleep(_pause_s(attempt))

    def _read(self) -> None:
        """Reads the file again after a change. One that cannot be used leaves the subscriptions as they are."""
        if not self._file.may_have_changed():
            return
        try:
            self._wanted = subscriptions_in(self._path)
            private_file.check(self._path)
        except BadSubscriptions as error:
            log.error("the file of webhooks cannot be used", reason=str(error))
        except OSError as error:
            # Used all the same: other systems are told nothing is worse than that their secrets can be read on this machine.
            log.warning("the secrets of webhooks are not protected", reason=plain_reason(error))

    async def _keep(self, wanted: dict[str, Subscription]) -> None:
        """Ends what is not wanted as it runs, begins what does not run."""
        for name, (subscription, task) in list(self._running.items()):
            if task.done():
                # It ends only by a bug. Notices to people go on in this process, so it begins anew.
                log.error("a webhook ended by itself", subscription=name, cause=repr(_error_of(task)))
                del self._running[name]
            elif wanted.get(name) != subscription:
                del self._running[name]
                await event_loop.cancel(task)
        for name, subscription in wanted.items():
            if name not in self._running:
                self._running[name] = (subscription, asyncio.ensure_future(self._deliver(subscription)))

    async def _deliver(self, subscription: Subscription) -> None:
        gauges = StandingGauges(subscription.name)
        try:
            await self._deliver_on(subscription, gauges)
        finally:
            gauges.forget()

    async def _deliver_on(self, subscription: Subscription, gauges: StandingGauges) -> None:
        attempt, book = 0, self._follower.book
        while True:
            place = book.places.get(subscription.name)
            if place is not None and place.is_stopped:
                # Whoever answered 410 takes nothing until somebody begins it again.
                letters = len(book.letters_of(subscription.name))
                gauges.tell(clock.now_ms(), letters=letters, failing_since_ms=place.failing_since_ms or place.at_ms)
                await asyncio.sleep(LOOK_EVERY_S)
                continue
            tail = DecisionTail(self._settings, f"{SOURCE}-{subscription.name}")
            delivery = Delivery(
                subscription,
                tail=tail,
                send=self._sender.send,
                book=book,
                write=self._write,
                clock=Clock(now_ms=clock.now_ms, monotonic_s=clock.monotonic_s),
                pacing=Pacing(chance=random.random),
                links_from=self._settings.public_url,
            )
            try:
                await delivery.run()
            except ReceiverGone:
                await self._stop(subscription.name)
            except LogUnavailable as trouble:
                attempt += 1
                log.warning("a webhook waits for Kafka", subscription=subscription.name, cause=str(trouble))
                await asyncio.sleep(_pause_s(attempt))
            finally:
                await tail.close()

    async def _stop(self, name: str) -> None:
        """Remembers that the receiver wants no more; while that cannot be written, it is asked again."""
        place = self._follower.book.places[name]
        stopped = WebhookPlace(
            name=name,
            next=place.next,
            at_ms=clock.now_ms(),
            delivered=place.delivered,
            failing_since_ms=place.failing_since_ms,
            code="410",
            is_stopped=True,
        )
        with contextlib.suppress(LogUnavailable):
            await self._write(f"place|{name}", stopped)
            self._follower.book.apply(f"place|{name}", stopped)
        await asyncio.sleep(LOOK_EVERY_S)

    async def _write(self, key: str, record: WebhookPlace | WebhookLetter | None) -> None:
        if self._producer is None:
            raise LogUnavailable("webhooks: not connected")
        value = None if record is None else wire.encode(record)
        headers = wire.headers("webhook", key, SOURCE)
        try:
            await self._producer.send_and_wait(WEBHOOKS.name, value, key=key.encode(), headers=headers)
        except KafkaError as error:
            raise LogUnavailable(f"webhooks: {kafka_reason(error)}") from error


def _error_of(task: "asyncio.Task[None]") -> BaseException | None:
    return None if task.cancelled() else task.exception()


def _pause_s(attempt: int) -> float:
    return min(LONGEST_PAUSE_S, 2.0 ** min(attempt, 5)) * random.uniform(0.5, 1.0)
