"""One subscription, from its place in the log on: in order for each partition, so for each incident, and at least once.

What holds it up is its receiver alone: other subscriptions, people's notices and dispatch do not notice. Its place is written
each second behind what was delivered, so a kill repeats at most what was delivered since, with the same ids.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from dispatch.model.decisions import Decision
from streams import metrics
from streams.errors import GiveUp, LogUnavailable
from streams.webhooks.book import WebhookBook, letter_key, place_key
from streams.webhooks.cloud_events import WebhookEvent, events_of
from streams.webhooks.decision_tail import Batch
from streams.webhooks.pacing import GIVE_UP_MS, REFUSED_ATTEMPTS, Pacing
from streams.webhooks.sending import Answer, Verdict
from streams.webhooks.standing_gauges import StandingGauges
from streams.webhooks.subscriptions import Subscription
from streams.wire import WebhookLetter, WebhookPlace

SAVED_EVERY_S = 1.0
MOST_LETTERS = 10_000
"""Of one subscription."""
log = structlog.get_logger("komek.webhooks")


class Tail(Protocol):
    """`decision_tail.DecisionTail`."""

    async def begin(self, known: Mapping[int, int]) -> dict[int, int]: ...
    async def next(self) -> Batch: ...
    async def at(self, partition: int, offset: int) -> Decision | None: ...


class Send(Protocol):
    """`sending.Sender.send`. Never raises."""

    async def __call__(self, subscription: Subscription, webhook_id: str, body: bytes) -> Answer: ...


Write = Callable[[str, WebhookPlace | WebhookLetter | None], Awaitable[None]]
"""Writes a record of `webhooks` under a key, confirmed. Raises LogUnavailable."""


class ReceiverGone(GiveUp):
    """The receiver answered 410: it wants nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """`sleep`: as asyncio's."""

    now_ms: Callable[[], int]
    monotonic_s: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Delivery:
    """Runs until it is cancelled, stopped by its receiver, or Kafka fails; then begin a new one."""

    def __init__(
        self,
        subscription: Subscription,
        *,
        tail: Tail,
        send: Send,
        book: WebhookBook,
        write: Write,
        clock: Clock,
        pacing: Pacing,
        links_from: str | None = None,
    ) -> None:
        self._to = subscription
        self._tail = tail
        self._send = send
        self._book = book
        self._write = write
        self._clock = clock
        self._pacing = pacing
        self._links_from = links_from
        self._next: dict[int, int] = {}
        self._delivered = 0
        self._failing_since_ms: int | None = None
        self._code: str | None = None
        self._saved: WebhookPlace | None = None
        self._gauges = StandingGauges(subscription.name)
        self._waiting: dict[int, int] = {}
        # While the receiver is in trouble one event at a time is tried, not one of each partition.
        self._probe = asyncio.Lock()

    async def run(self) -> None:
        """Raises LogUnavailable, ReceiverGone."""
        known = self._book.places.get(self._to.name)
        starts = {int(part): offset for part, offset in known.next.items()} if known else {}
        self._delivered = known.delivered if known else 0
        self._next = await self._tail.begin(starts)
        self._tell()
        # At once: events between now and a kill before the first delivery would be lost.
        await self._save()
        saver = asyncio.ensure_future(self._save_each_second())
        try:
            while True:
                if saver.done():
                    # It ends only by an exception, which is raised here.
                    saver.result()
                await self._again()
                batch = await self._tail.next()
                await self._all([self._lane(part, records) for part, records in batch.items()])
        finally:
            saver.cancel()
            await asyncio.gather(saver, return_exceptions=True)
            with contextlib.suppress(LogUnavailable):
                await self._save()

    async def _all(self, lanes: Sequence[Awaitable[None]]) -> None:
        """Runs the lanes together; the first that fails ends the others."""
        tasks = [asyncio.ensure_future(lane) for lane in lanes]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _lane(self, partition: int, records: Sequence[tuple[int, Decision | None]]) -> None:
        for offset, decision in records:
            for event in events_of(decision) if decision is not None else ():
                if self._to.wants(event):
                    self._waiting[partition] = event.at_ms
                    await self._deliver(event, partition, offset)
                    del self._waiting[partition]
            self._next[partition] = offset + 1

    async def _deliver(self, event: WebhookEvent, partition: int, offset: int) -> None:
        """Returns once the event was delivered, or has a letter. Raises LogUnavailable, ReceiverGone."""
        body = event.body(links_from=self._links_from, is_own=self._to.caused(event))
        attempts, refusals = 0, 0
        while True:
            answer = await self._attempt(event.id, body)
            attempts += 1
            if answer.verdict is Verdict.DELIVERED:
                self._delivered += 1
                return
            refusals += answer.verdict is Verdict.REFUSED
            is_old = self._clock.now_ms() - event.at_ms > GIVE_UP_MS
            if len(self._book.letters_of(self._to.name)) >= MOST_LETTERS:
                # Nothing is lost in silence: it waits until somebody replays or dismisses some.
                continue
            if refusals >= REFUSED_ATTEMPTS or (answer.verdict is Verdict.TROUBLE and is_old):
                await self._give_up(event, partition, offset, answer.code, attempts)
                return

    async def _attempt(self, webhook_id: str, body: bytes) -> Answer:
        if not self._pacing.failures:
            return self._judged(await self._send(self._to, webhook_id, body))
        async with self._probe:
            while (pause_s := self._pacing.pause_s(self._clock.monotonic_s())) > 0:
                await self._clock.sleep(pause_s)
            return self._judged(await self._send(self._to, webhook_id, body))

    def _judged(self, answer: Answer) -> Answer:
        """Keeps what the answer says of the receiver. Raises ReceiverGone."""
        metrics.WEBHOOKS.labels(subscription=self._to.name, verdict=answer.verdict.value).inc()
        if answer.verdict is Verdict.GONE:
            log.error("a webhook is stopped: its receiver wants no more", subscription=self._to.name)
            raise ReceiverGone(self._to.name)
        if answer.verdict is Verdict.DELIVERED:
            if self._failing_since_ms is not None:
                log.info("a receiver of webhooks answers again", subscription=self._to.name)
            self._failing_since_ms, self._code = None, None
            self._pacing.worked()
            return answer
        if answer.verdict is Verdict.TROUBLE and self._failing_since_ms is None:
            self._failing_since_ms = self._clock.now_ms()
            log.warning("a receiver of webhooks is in trouble", subscription=self._to.name, code=answer.code)
        self._code = answer.code
        self._pacing.failed(self._clock.monotonic_s(), answer.retry_after_s)
        return answer

    async def _give_up(self, event: WebhookEvent, partition: int, offset: int, code: str, attempts: int) -> None:
        letter = WebhookLetter(
            name=self._to.name,
            event_id=event.id,
            type=event.type,
            incident_id=event.incident_id,
            partition=partition,
            offset=offset,
            code=code,
            attempts=attempts,
            at_ms=self._clock.now_ms(),
        )
        # Before the place moves past it: a kill in between tries the event once more.
        await self._put(letter_key(letter.name, letter.event_id), letter)
        metrics.WEBHOOK_LETTERS.labels(subscription=self._to.name).inc()
        log.warning("a webhook was given up", subscription=letter.name, event_id=letter.event_id, code=code)

    async def _again(self) -> None:
        """One more attempt for each letter that `komek webhooks replay` asked for."""
        for letter in self._book.letters_of(self._to.name):
            if letter.is_wanted:
                key, left = letter_key(letter.name, letter.event_id), await self._tried_again(letter)
                # Dismissed while it was sent: it stays forgotten.
                if key in self._book.letters:
                    await self._put(key, left)

    async def _tried_again(self, letter: WebhookLetter) -> WebhookLetter | None:
        """What becomes of the letter: None once it was delivered."""
        decision = await self._tail.at(letter.partition, letter.offset)
        found = [one for one in events_of(decision) if one.id == letter.event_id] if decision else []
        still = replace(letter, is_wanted=False, attempts=letter.attempts + 1, at_ms=self._clock.now_ms())
        if not found:
            return replace(still, code="log_gone")
        body = found[0].body(links_from=self._links_from, is_own=self._to.caused(found[0]))
        answer = await self._attempt(letter.event_id, body)
        if answer.verdict is not Verdict.DELIVERED:
            return replace(still, code=answer.code)
        self._delivered += 1
        return None

    async def _save_each_second(self) -> None:
        while True:
            await asyncio.sleep(SAVED_EVERY_S)
            self._tell()
            with contextlib.suppress(LogUnavailable):
                # Tried again in a second; until then a kill repeats a little more.
                await self._save()

    def _tell(self) -> None:
        self._gauges.tell(
            self._clock.now_ms(),
            letters=len(self._book.letters_of(self._to.name)),
            failing_since_ms=self._failing_since_ms,
            waiting_since_ms=self._waiting.values(),
        )

    async def _save(self) -> None:
        now_ms = self._clock.now_ms()
        place = WebhookPlace(
            name=self._to.name,
            next={str(part): offset for part, offset in sorted(self._next.items())},
            at_ms=now_ms,
            delivered=self._delivered,
            failing_since_ms=self._failing_since_ms,
            code=self._code,
        )
        if self._saved is None or replace(place, at_ms=self._saved.at_ms) != self._saved:
            await self._put(place_key(self._to.name), place)
            self._saved = place

    async def _put(self, key: str, record: WebhookPlace | WebhookLetter | None) -> None:
        await self._write(key, record)
        self._book.apply(key, record)
