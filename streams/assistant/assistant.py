"""The assistant as a service: from the first connection to the last commit. Nothing else of Komek waits for it."""

import asyncio
import contextlib
import os
import random
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from mode import Service

from dispatch.assistant.concepts import built_in_lexicon
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.incident_types import built_in_model
from dispatch.assistant.phrasebook import built_in_phrasebook
from dispatch.plans.book import load_builtin
from streams import clock, event_loop
from streams.assistant.answering import Answering
from streams.assistant.hint_judge import HintJudge, StatusSource
from streams.assistant.hint_writer import HintWriter, MadeHints
from streams.assistant.known_reports import KnownReports
from streams.assistant.known_source import KnownSource
from streams.assistant.lane import Lane
from streams.assistant.language_model import LanguageModel
from streams.assistant.learning import Learning
from streams.assistant.remote_embedder import RemoteEmbedder
from streams.assistant.report_reader import ReportReader, best_reader, sketcher_of, words_alone
from streams.assistant.sealed_records import SealedRecords
from streams.assistant.second_reader import SecondReaderLane
from streams.assistant.similar_reports import SimilarReports
from streams.assistant.text_source import TextSource
from streams.assistant.texts_named import NamedText
from streams.errors import LogUnavailable
from streams.intake.commands import CommandIntake
from streams.kafka.stopping import cancellations_of_its_own
from streams.readers.assistant_modes import AssistantModes
from streams.readers.key_log import KeyLog
from streams.ring import LiveRing
from streams.settings import Settings
from streams.store.assistant_calls import AssistantInbox
from streams.store.redis_client import RedisClient
from streams.store.redis_target import target_of
from streams.wire import Mode, WeightsRecord
from streams.wire.client_digests import Purpose, client_digests

_WARMING = "Қостанай облысы, өрт шықты, 2 адам, 87010000000"
"""Read once at the start, so that the first question finds every table in memory."""
KNOWN_WITHIN_S = 10.0
"""How long texts of the log wait at the start for what was known before: without it a report finds no earlier ones."""
_log = structlog.get_logger(__name__)


def assistant_name() -> str:
    return f"assistant@{socket.gethostname()}:{os.getpid()}"


class Assistant(Service):
    """Runs until it is stopped. On an error of Kafka it goes on from the committed offsets, with back-off."""

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        name = assistant_name()
        self._settings = settings
        self._ring = LiveRing.of(settings)
        self._keys = KeyLog(settings, f"{name}-keys", self._ring)
        self._link = RedisClient(target_of(settings))
        self._intake = CommandIntake(settings, name, ring=self._ring)
        self._modes = AssistantModes(settings, f"{name}-modes")
        self._lane = Lane()
        digests = client_digests(self._ring.now)
        self._reader = words_alone(sketcher_of(digests))
        self._known = KnownReports(lambda number: digests.digest(Purpose.TOLD_PHONE, number))
        records = SealedRecords(self._link, self._ring)
        self._known_source = KnownSource(settings, self._known, records)
        similar = SimilarReports(self._known, records)
        self._model = LanguageModel(settings) if settings.llm else None
        self._second = self._second_reader()
        self._vectors: RemoteEmbedder | None = None
        self._writer = HintWriter(
            self._link,
            self._ring,
            self._intake,
            self._lane,
            self._reader,
            self._is_off,
            second=self._second.take if self._second else None,
            similar=similar,
        )
        inbox = AssistantInbox(self._link, self._ring)
        self._answers = Answering(inbox, self._lane, self._reader, self._is_off, similar)
        self._judge = HintJudge(self._link, self._ring, self._intake, self._modes.book)
        self._statuses: StatusSource | None = None
        self._answering: asyncio.Task[None] | None = None
        self._source_ended = asyncio.Event()

    def _second_reader(self) -> SecondReaderLane | None:
        if self._model is None:
            return None
        types = sorted(load_builtin().plans)

        async def write(named: NamedText, made: MadeHints) -> None:
            await self._writer.write(named, made)

        return SecondReaderLane(self._model, types, write, self._is_off, self._is_drafted)

    def _is_drafted(self, language: str) -> bool:
        return self._modes.book.mode(HintTask.TRANSLATE, language) is not Mode.OFF

    def _adopt(self, record: WeightsRecord) -> None:
        """Reads with these weights from now on."""
        self._read_by(self._reader.with_weights(record.weights))

    def _read_by(self, reader: ReportReader) -> None:
        self._reader = self._writer.reader = self._answers.reader = reader

    def _is_off(self) -> bool:
        return self._modes.book.is_off

    async def on_start(self) -> None:
        await self._keys.start()
        await self._intake.start()
        if self._settings.embeddings:
            self._vectors = RemoteEmbedder(self._settings, asyncio.get_running_loop())
        await asyncio.to_thread(self._load)
        self._modes.standing.learnt = self._adopt
        await self._modes.start()
        await asyncio.to_thread(self._warm)
        await self._lane.start()
        if self._second is not None:
            await self._second.start()
        self._answering = asyncio.ensure_future(self._answers.run())
        event_loop.collect_rarely()
        _log.info("assistant is ready", model=self._reader.model, version=self._reader.version)

    def _load(self) -> None:
        """The model, where it is installed. Before the modes are read, which may bring other weights."""
        self._read_by(best_reader(self._reader.sketcher, self._vectors))

    def _warm(self) -> None:
        built_in_lexicon()
        built_in_model()
        built_in_phrasebook()
        self._reader.read_by_sense(_WARMING)

    async def on_stop(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._source_ended.wait(), 5.0)

    async def on_shutdown(self) -> None:
        await event_loop.cancel(self._answering)
        if self._second is not None and self._model is not None:
            await self._second.stop()
            await self._model.close()
        await self._writer.stop()
        await self._lane.stop()
        if self._vectors is not None:
            await self._vectors.close()
        await self._modes.stop()
        await self._intake.stop()
        await self._keys.stop()
        await self._link.close()

    @Service.task
    async def _follow(self) -> None:
        try:
            await self._know_what_was_known()
            await self._again_and_again(
                lambda: TextSource(self._settings, self._writer.deal_with, self._known.note).follow(
                    lambda: self.should_stop
                ),
                "assistant goes on from its committed offsets",
            )
        finally:
            self._source_ended.set()

    async def _know_what_was_known(self) -> None:
        begun_s = clock.monotonic_s()
        while not self.should_stop and not self._known_source.caught_up.is_set():
            if clock.monotonic_s() - begun_s > KNOWN_WITHIN_S:
                _log.warning("texts are read before all earlier reports are known")
                return
            await self.sleep(0.1)

    @Service.task
    async def _know(self) -> None:
        await self._again_and_again(
            lambda: self._known_source.follow(lambda: self.should_stop), "earlier reports are read once more"
        )

    @Service.task
    async def _judge_hints(self) -> None:
        async def follow() -> None:
            self._statuses = StatusSource(self._settings, self._judge)
            await self._statuses.follow(lambda: self.should_stop)

        await self._again_and_again(follow, "judging of hints goes on from its committed offsets")

    @Service.task
    async def _learn(self) -> None:
        learning = Learning(
            self._settings,
            self._intake,
            self._modes,
            version=lambda: self._reader.version,
            is_keeper=lambda: self._statuses is not None and self._statuses.is_keeper,
        )
        await self._again_and_again(
            lambda: learning.follow(lambda: self.should_stop), "learning begins anew from the last standing"
        )

    async def _again_and_again(self, work: Callable[[], Awaitable[None]], told: str) -> None:
        attempt = 0
        while not self.should_stop:
            try:
                with cancellations_of_its_own():
                    await work()
            except (KafkaError, LogUnavailable, TimeoutError) as trouble:
                attempt += 1
                _log.warning(told, cause=repr(trouble))
                await self.sleep(min(5.0, 0.2 * 2 ** min(attempt, 5)) * random.uniform(0.5, 1.0))
