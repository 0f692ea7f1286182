"""Adds judgements up to standings, goes to the shadow where hints are not good enough, and learns weights of types.

It reads the last 30 days of `hints`: a judgement counts once, by its id, and goes on top of the last standing that was written.
One process at a time writes (`is_keeper`); all of them know the same.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from dispatch.assistant.adaptation import MOST_EXAMPLES, NO_WEIGHTS, Learnt, digest, learnt
from dispatch.assistant.floors import BELOW_FLOOR, is_below_floor
from dispatch.assistant.judging import Judgement, base_version
from dispatch.assistant.standing import Standing, StandingKey, key_of, with_judgement
from streams import clock, wire
from streams.assistant.left_records import left_if_unreadable
from streams.errors import IntakeError
from streams.intake.commands import CommandIntake
from streams.kafka import clients
from streams.kafka.log_reader import LogReader
from streams.kafka.start_offsets import recent_offsets
from streams.kafka.stopping import stop_consumer
from streams.readers.assistant_modes import AssistantModes, own_key
from streams.readers.assistant_standing import WEIGHTS_KEY, standing_key
from streams.settings import Settings
from streams.topics import HINTS
from streams.wire import JudgementRecord, Mode, ModeRecord, StandingRecord, WeightsRecord

BACK_S = 30 * 86_400
"""What is older is in the standings that were written; nothing is learnt from it."""
WRITE_EVERY_S = 1.0
LEARN_EVERY_S = 300.0
NEW_EXAMPLES = 25
"""Examples since the last attempt from which on learning is worth one."""
BY = "assistant"
_CLIENT_ID = "komek-assistant-learning"
_log = structlog.get_logger(__name__)


class Ledger:
    """Judgements added up in memory. Neither waits nor raises."""

    def __init__(self, known: Sequence[StandingRecord] = ()) -> None:
        self.standings: dict[StandingKey, Standing] = {}
        self.examples: dict[str, Judgement] = {}
        self.changed: set[StandingKey] = set()
        self.offsets: dict[str, int] = {}
        self.new_examples = 0
        self._stands_on: dict[StandingKey, dict[str, int]] = {}
        self._seen: set[str] = set()
        for record in known:
            key = (record.task, record.language, record.version)
            self.standings[key] = record.standing
            self._stands_on[key] = dict(record.offsets)

    def take(self, partition: int, offset: int, judgement: Judgement | None) -> None:
        """Takes the next record of `hints`; None: it is no judgement."""
        self.offsets[str(partition)] = offset + 1
        if judgement is None or judgement.id in self._seen:
            return
        self._seen.add(judgement.id)
        if judgement.example is not None:
            self._remember(judgement)
        key = key_of(judgement)
        if offset < self._stands_on.get(key, {}).get(str(partition), 0):
            return
        self.standings[key] = with_judgement(self.standings.get(key, Standing()), judgement)
        self.changed.add(key)

    def _remember(self, judgement: Judgement) -> None:
        self.examples[judgement.id] = judgement
        self.new_examples += 1
        if len(self.examples) > 2 * MOST_EXAMPLES:
            newest = sorted(self.examples.values(), key=lambda one: (one.at_ms, one.id))[-MOST_EXAMPLES:]
            self.examples = {one.id: one for one in newest}

    def record(self, key: StandingKey) -> StandingRecord:
        task, language, version = key
        return StandingRecord(
            task=task,
            language=language,
            version=version,
            standing=self.standings[key],
            offsets=dict(self.offsets),
            at_ms=clock.now_ms(),
        )


class Learning:
    """Runs until it is stopped or fails. `version`: of the reader at work; only its hints are switched off."""

    def __init__(
        self,
        settings: Settings,
        intake: CommandIntake,
        modes: AssistantModes,
        version: Callable[[], str],
        is_keeper: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._modes = modes
        self._version = version
        self._is_keeper = is_keeper
        self._learnt_s = -LEARN_EVERY_S

    async def follow(self, should_stop: Callable[[], bool]) -> None:
        """Called again, it begins anew from the last standing. Raises KafkaError, LogUnavailable, TimeoutError."""
        ledger = Ledger(self._modes.standing.all())
        consumer: AIOKafkaConsumer = clients.async_consumer(self._settings, _CLIENT_ID)
        try:
            await consumer.start()
            parts = [
                TopicPartition(HINTS.name, one)
                for one in await LogReader(self._settings, _CLIENT_ID).partitions(HINTS.name)
            ]
            consumer.assign(parts)
            for part, offset in (await recent_offsets(consumer, parts, BACK_S)).items():
                consumer.seek(part, offset)
            written_s = clock.monotonic_s()
            while not should_stop():
                for records in (await consumer.getmany(timeout_ms=200, max_records=1_000)).values():
                    taken(ledger, records)
                if clock.monotonic_s() - written_s >= WRITE_EVERY_S:
                    written_s = clock.monotonic_s()
                    await self.write(ledger)
        finally:
            await stop_consumer(consumer)

    async def write(self, ledger: Ledger) -> None:
        """Writes what has changed, unless another process does."""
        if not self._is_keeper():
            return
        try:
            for key in sorted(ledger.changed):
                await self._intake.send_learnt(standing_key(*key), ledger.record(key))
                ledger.changed.discard(key)
            await self._go_to_shadow(ledger)
            await self._learn(ledger)
        except IntakeError as error:
            _log.warning("the standing of hints was not written", cause=type(error).__name__)

    async def _go_to_shadow(self, ledger: Ledger) -> None:
        book, present = self._modes.book, self._version()
        for (task, language, version), standing in ledger.standings.items():
            if version not in (present, base_version(present)) or book.mode(task, language) is not Mode.ON:
                continue
            if is_below_floor(task, standing, book.switched_on_ms(task, language)):
                record = ModeRecord(
                    mode=Mode.SHADOW, by=BY, at_ms=clock.now_ms(), task=task, language=language, reason=BELOW_FLOOR
                )
                key = own_key(task, language)
                await self._intake.send_mode(key, record)
                # At once, not when the follower has read it: it is written once.
                book.apply(key, record)
                _log.warning("hints are below their floor and are shown to nobody", task=task.value, language=language)

    async def _learn(self, ledger: Ledger) -> None:
        now_s = clock.monotonic_s()
        if ledger.new_examples < NEW_EXAMPLES or now_s - self._learnt_s < LEARN_EVERY_S:
            return
        self._learnt_s, ledger.new_examples = now_s, 0
        present = self._modes.standing.weights
        examples = list(ledger.examples.values())
        found: Learnt | None = await asyncio.to_thread(learnt, examples, present.weights if present else NO_WEIGHTS)
        if found is not None:
            await self._intake.send_learnt(WEIGHTS_KEY, weights_record(found))
            _log.info("weights of types were learnt", examples=found.examples, version=digest(found.weights))


def weights_record(found: Learnt) -> WeightsRecord:
    return WeightsRecord(
        weights=found.weights,
        digest=digest(found.weights),
        examples=found.examples,
        held_out=found.held_out,
        before=found.before,
        after=found.after,
        at_ms=clock.now_ms(),
    )


def taken(ledger: Ledger, records: Iterable[Any]) -> None:
    """Adds the next records of a partition of `hints`."""
    for record in records:
        with left_if_unreadable(record):
            ledger.take(record.partition, record.offset, judgement_in(record.value))


def judgement_in(value: bytes | None) -> Judgement | None:
    """None: another record. Raises wire.Unreadable."""
    record = wire.decode_hint_record(value)
    return record.judgement if isinstance(record, JudgementRecord) else None
