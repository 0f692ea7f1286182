"""Reads the states of incidents and writes what they say about hints: judgements, to `hints`.

Members of one group share the partitions of `incident-status`. Whoever holds the first one also keeps the standing
(`learning.py`). A crash repeats the last second: the same judgements with the same ids, which count once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.judging import HintsRead, Judgement, judgements
from dispatch.model.decisions import StatusRecord
from dispatch.model.private_refs import hints_ref
from dispatch.state.edits import details_of
from streams import metrics, wire
from streams.assistant.left_records import left_if_unreadable
from streams.assistant.sealed_records import SealedRecords
from streams.errors import IntakeError
from streams.intake.commands import CommandIntake
from streams.kafka import clients, groups
from streams.kafka.start_offsets import offset_to_go_on, recent_offsets
from streams.kafka.stopping import stop_consumer
from streams.readers.assistant_modes import ModeBook
from streams.ring import LiveRing
from streams.settings import Settings
from streams.store.redis_client import RedisClient
from streams.topics import INCIDENT_STATUS
from streams.wire import HintsPrivate, JudgementRecord, Mode

BACK_S = 3_600
AT_ONCE = 500
AGAIN_S = 1.0
REMEMBERED = 20_000
"""Ids of judgements that were written lately; more are written again, and count once all the same."""
_log = structlog.get_logger(__name__)


class HintJudge:
    """Judges one state at a time. `judge` returns once its judgements are in the log."""

    def __init__(self, link: RedisClient, ring: LiveRing, intake: CommandIntake, modes: ModeBook) -> None:
        self._records = SealedRecords(link, ring)
        self._intake = intake
        self._modes = modes
        self._written: OrderedDict[str, None] = OrderedDict()

    async def judge(self, record: StatusRecord) -> None:
        state = record.incident
        if state.is_open and "type" not in state.edits and not any(one.result for one in state.offers):
            return
        hints = await self._hints(hints_ref(state.id, details_of(state)["description"]))
        if hints is None:
            return
        read = HintsRead(
            version=hints.version,
            language=hints.language,
            hints=hints.hints,
            features=hints.features,
            types=hints.types,
        )

        def is_shown(task: HintTask) -> bool:
            return self._modes.mode(task, hints.language) is Mode.ON

        found = judgements(state, read, record.decided_ms, is_shown)
        fresh = [one for one in found if one.id not in self._written]
        if fresh:
            await self._write(state.id, fresh)

    async def _write(self, incident_id: str, judged: list[Judgement]) -> None:
        messages = [
            self._intake.judgement_message(JudgementRecord(incident_id=incident_id, judgement=one)) for one in judged
        ]
        while True:
            try:
                await self._intake.send_in_order(messages)
                break
            except IntakeError as error:
                _log.warning("judgements were not written", cause=type(error).__name__)
                await asyncio.sleep(AGAIN_S)
        for one in judged:
            metrics.ASSISTANT_JUDGED.labels(task=one.task.value, right=str(one.right).lower()).inc()
            self._written[one.id] = None
        while len(self._written) > REMEMBERED:
            self._written.popitem(last=False)

    async def _hints(self, ref: str) -> HintsPrivate | None:
        """None: there are none, they were erased, or this process cannot read them."""
        record = self._records.opened(ref, await self._records.sealed(ref))
        try:
            return None if record is None or record.text is None else wire.decode_hints_text(record.text)
        except wire.Unreadable:
            return None


class StatusSource(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """One consumer of `incident-status`, from its start until it is stopped or fails."""

    def __init__(self, settings: Settings, judge: HintJudge) -> None:
        self._judge = judge
        self._consumer: AIOKafkaConsumer = clients.group_member(settings, groups.JUDGES, **clients.UNHURRIED)
        self.is_keeper = False

    async def follow(self, should_stop: Callable[[], bool]) -> None:
        """Reads until `should_stop` returns true.

        Raises:
            KafkaError, TimeoutError: it cannot continue. A new source goes on from the committed offsets.
        """
        try:
            await self._consumer.start()
            self._consumer.subscribe([INCIDENT_STATUS.name], listener=self)
            while not should_stop():
                found = await self._consumer.getmany(timeout_ms=200, max_records=AT_ONCE)
                for records in found.values():
                    await self.judge_all(records)
                if found:
                    await self._consumer.commit()
        finally:
            self.is_keeper = False
            await stop_consumer(self._consumer)

    async def judge_all(self, records: list[Any]) -> None:
        """Judges the newest state of each incident among these."""
        newest: dict[bytes, Any] = {record.key: record for record in records}
        for record in newest.values():
            if record.value is None:
                continue
            with left_if_unreadable(record):
                await self._judge.judge(wire.decode_status(record.value))

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002
        self.is_keeper = False

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        recent = await recent_offsets(self._consumer, assigned, BACK_S)
        for part, floor in recent.items():
            self._consumer.seek(part, await offset_to_go_on(self._consumer, part, floor))
        self.is_keeper = any(part.partition == 0 for part in recent)
