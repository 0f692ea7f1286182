"""Composition root of the worker: `build_app`. Nothing is constructed at import."""

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import faust
import structlog
from faust.exceptions import ConsumerNotStarted
from mode import Service

from dispatch.plans import book as response_plans
from dispatch.plans.book import PlanBook
from dispatch.plans.budget_table import UNLIMITED
from streams import clock, event_loop
from streams.kafka import groups, timeouts
from streams.kafka.log_reader import LogReader
from streams.kafka.records import Consumed
from streams.live_index.follower import IndexFollower
from streams.live_index.live_index import LiveIndex
from streams.live_index.live_store import LiveStore
from streams.readers.key_log import KeyLog
from streams.readers.plans import PlanFollower
from streams.rebuild.rebuilder import Rebuilder
from streams.rebuild.watch import RebuildWatch
from streams.ring import LiveRing
from streams.service_area import service_area_of
from streams.settings import Settings
from streams.store import RedisClient, RedisStore
from streams.store.people import PeopleStore
from streams.store.reads import Reads
from streams.store.redis_target import target_of
from streams.topics import INCIDENTS
from streams.worker.agent import QUEUE_LIMIT, REBUILD_EXCUSED_S, TROUBLE_EXCUSED_S, CommandWorker
from streams.worker.broker_credentials import broker_credentials
from streams.worker.dispatcher import Dispatcher
from streams.worker.drafts import Draft
from streams.worker.duty_service import DutyService
from streams.worker.location_service import LocationService
from streams.worker.profile_service import ProfileService
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.retention_service import RetentionService
from streams.worker.shadow_service import ShadowService
from streams.worker.status_republisher import StatusRepublisher
from streams.worker.timers import PendingSweep, TimerSweep
from streams.worker.travel_router import router_of
from streams.worker.triage import Triage
from streams.worker.verification_service import VerificationService
from streams.worker.watchdog import LagWatchdog, LoopWatchdog
from streams.worker.watchdog_excuses import StallExcuses

log = structlog.get_logger(__name__)
REBALANCE_EXCUSED_S = 15.0
"""Duration of the excuse; longer than the rebalance timeout."""


def worker_name() -> str:
    """Name of this process in record headers, client ids and the rebuild lock."""
    return f"worker@{socket.gethostname()}:{os.getpid()}"


def build_app(
    settings: Settings,
    *,
    make_store: Callable[[RedisClient], RedisStore] | None = None,
    make_publisher: Callable[[Settings, str], Publisher] = Publisher,
    ready: threading.Event | None = None,
) -> faust.App:
    """A Faust app whose agent decides commands and whose services process profiles, positions and deadlines. `ready` is set once
    all of them run, and cleared when they end. `make_store` None: by KOMEK_LIVE_INDEX.

    Raises:
        BadPlans: the file named by KOMEK_PLANS or KOMEK_SHADOW_PLANS is invalid.
        SettingsError: Kafka, Redis or the key ring is not set.
    """
    plans = response_plans.load(settings.plans) if settings.plans else response_plans.load_builtin()
    settings.data.mkdir(parents=True, exist_ok=True)  # Faust creates only its own folder inside
    app = faust.App(groups.DISPATCHER, **_faust_settings(settings))
    parts = WorkerServices(settings, app, plans, make_store, make_publisher)
    app.service(_service_of(parts, ready or threading.Event()))
    # Raw bytes: a payload that Faust cannot decode would be acked before the agent sees it.
    topic = app.topic(INCIDENTS.name, key_serializer="raw", value_serializer="raw")

    # `concurrency` above 1 commits past unfinished events (Faust 606).
    @app.agent(topic, name="komek.commands", concurrency=1)
    async def commands(stream: Any) -> None:
        await parts.started.wait()
        await parts.worker.feed(stream)

    # `weak=False`: the signal would otherwise forget this local function.
    @app.on_partitions_revoked.connect(weak=False)
    async def invalidate(_: Any, revoked: Any, **__: Any) -> None:
        """Only marks the partitions: the log is read in the worker's task, never during a rebalance."""
        gone = {part.partition for part in revoked}
        parts.dispatcher.invalidate(gone)
        parts.worker.lost(gone)
        parts.excuses.excused("rebalance", at_s=clock.monotonic_s(), for_s=REBALANCE_EXCUSED_S)

    return app


def _faust_settings(settings: Settings) -> dict[str, Any]:
    """Each value is pinned: the defaults lose events, stall for a minute after a kill, or open a port."""
    return {
        "broker": [f"kafka://{server}" for server in settings.require_kafka().split(",")],
        "broker_credentials": broker_credentials(settings),
        "datadir": settings.data / "faust",
        # There are no tables: their recovery may hang (Faust 176, 597, 651).
        "store": "memory://",
        # Exactly-once gives duplicates and fenced crashes on a rebalance (Faust 177, 323, 517).
        "processing_guarantee": "at_least_once",
        # False would lose the event in progress on a graceful stop.
        "stream_wait_empty": True,
        "stream_buffer_maxsize": QUEUE_LIMIT,
        "broker_max_poll_records": QUEUE_LIMIT,
        "broker_commit_interval": 1.0,
        # The default of 60 s leaves partitions without a worker for about 61 s after a kill -9.
        "broker_session_timeout": timeouts.SESSION_MS / 1000,
        "broker_heartbeat_interval": timeouts.HEARTBEAT_MS / 1000,
        "broker_rebalance_timeout": timeouts.REBALANCE_MS / 1000,
        "broker_request_timeout": timeouts.MEMBER_REQUEST_MS / 1000,
        "consumer_metadata_max_age_ms": timeouts.LEADERS_MS,
        "consumer_auto_offset_reset": "earliest",
        "producer_acks": -1,
        # A batch older than this is dropped.
        "producer_request_timeout": 60.0,
        # Faust would create missing topics with 8 partitions and one replica; `komek topics apply` creates them.
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        # Faust would listen on 0.0.0.0:6066.
        "web_enabled": False,
        "worker_redirect_stdouts": False,
    }


class WorkerServices:
    """All parts of a worker, constructed without I/O. `open` and `close` are called in the event loop."""

    def __init__(
        self,
        settings: Settings,
        app: faust.App,
        plans: PlanBook,
        make_store: Callable[[RedisClient], RedisStore] | None,
        make_publisher: Callable[[Settings, str], Publisher],
    ) -> None:
        self.settings = settings
        self.app = app
        self.started = asyncio.Event()
        name = worker_name()
        self.ring = LiveRing.of(settings)
        self.key_log = KeyLog(settings, f"{name}-keys", self.ring)
        self.link = RedisClient(target_of(settings))
        self.index = LiveIndex(self.link.fix_age_limit_ms) if settings.live_index and make_store is None else None
        self.store = (make_store or RedisStore)(self.link) if self.index is None else LiveStore(self.link, self.index)
        self.people = PeopleStore(self.link)
        self.publisher = make_publisher(settings, name)
        self.excuses = StallExcuses()
        self.reader = LogReader(settings, f"{name}-log", on_read=self._on_log_read)
        # Its reads are no excuse for a stall, so they are not reported to the watchdog.
        self.side_reader = LogReader(settings, f"{name}-side")
        self.projection = Projection(self.store, self.publisher, self.reader)
        self.router = router_of(settings.routing) if settings.routing else None
        self.dispatcher = Dispatcher(
            store=self.store,
            publisher=self.publisher,
            projection=self.projection,
            plans=self._in_force(plans),
            travel=self.router,
            served=service_area_of(settings),
            zone=settings.time_zone,
            on_decided=self._note_decided,
        )
        self.shadow = self._shadow()
        self.applied_plans = PlanFollower(
            settings, f"{name}-plans", fallback=plans, use=self._use_plans, dead_letter=self._dead_letter_plans
        )
        self.rebuilder = Rebuilder(
            settings=settings, link=self.link, owner=name, on_progress=self._on_rebuild_progress, ring=self.ring
        )
        self.worker = CommandWorker(
            dispatcher=self.dispatcher,
            rebuild=self.rebuilder.run_or_wait,
            owned=self.owned,
            batch=settings.batch,
            waits=self.excuses,
        )
        self.services = self._services()

    async def open(self) -> None:
        """Opens the connections that the services use.

        Raises:
            KafkaError: no broker answered.
            WrongRing: the key ring is not that of the deployment.
        """
        # First: with the wrong key ring, records of people would be dead-lettered.
        await self.key_log.start()
        await self.publisher.start()
        await self.reader.start()
        await self.side_reader.start()
        # Last: an invalid record of plans is dead-lettered, which needs the publisher.
        await self.applied_plans.start()

    async def close(self) -> None:
        """Closes the connections in reverse order, after the services have stopped."""
        await self.applied_plans.stop()
        await self.key_log.stop()
        await self.side_reader.stop()
        await self.reader.stop()
        await self.publisher.stop()
        if self.router is not None:
            await self.router.close()
        await self.link.close()

    def _on_log_read(self) -> None:
        self.excuses.excused("reading the log", at_s=clock.monotonic_s(), for_s=TROUBLE_EXCUSED_S)

    async def _on_rebuild_progress(self, *_: object) -> None:
        self.excuses.excused("rebuild", at_s=clock.monotonic_s(), for_s=REBUILD_EXCUSED_S)

    def owned(self) -> set[int]:
        """Owned partitions of `incidents`; empty before Faust's consumer runs."""
        with contextlib.suppress(ConsumerNotStarted):
            return {part.partition for part in self.app.consumer.assignment() if part.topic == INCIDENTS.name}
        return set()

    def _use_plans(self, plans: PlanBook) -> None:
        self.dispatcher.use_plans(self._in_force(plans))

    def _in_force(self, plans: PlanBook) -> PlanBook:
        """The plans in force: KOMEK_BUDGET=off removes the limits on offers per person and changes nothing else."""
        return plans.in_time_zone(self.settings.time_zone) if self.settings.budget else replace(plans, budget=UNLIMITED)

    def _shadow(self) -> ShadowService | None:
        if self.settings.shadow_plans is None:
            return None
        return ShadowService(
            self._in_force(response_plans.load(self.settings.shadow_plans)),
            in_force=lambda: self.dispatcher.plans,
            is_busy=self.dispatcher.between_batches().locked,
            behind_s=lambda: self.dispatcher.behind_s,
            write=self.publisher.publish_shadow,
        )

    def _note_decided(self, drafts: Sequence[Draft]) -> None:
        if self.shadow is not None:
            self.shadow.note(drafts)

    async def _dead_letter_plans(self, record: Consumed, reason: str) -> None:
        """All workers read all records of plans; only the owner of partition 0 writes the dead letter."""
        if 0 in self.owned():
            await self.publisher.dead_letter(record, reason)

    def _services(self) -> list[Service]:
        """The services, in the order in which they start."""
        settings, store = self.settings, self.store
        return [
            self.worker,
            RebuildWatch(rebuilder=self.rebuilder, on_rebuilt=self.dispatcher.invalidate_all),
            TimerSweep(store=store, publisher=self.publisher, behind_s=lambda: self.worker.behind_s),
            PendingSweep(
                store=store,
                dispatcher=self.dispatcher,
                owned=self.owned,
                partition_of=partial(self.publisher.partition_of, INCIDENTS.name),
            ),
            StatusRepublisher(
                store=store,
                publisher=self.publisher,
                reader=self.side_reader,
                dispatcher=self.dispatcher,
                owned=self.owned,
                revocations=self.worker.revocations,
            ),
            Triage(worker=self.worker, reader=self.side_reader, plans=lambda: self.dispatcher.plans),
            LocationService(
                settings, self.people, dead_letter=self.publisher.dead_letter, warn=self.publisher.send_commands
            ),
            ProfileService(
                settings,
                self.people,
                dead_letter=self.publisher.dead_letter,
                tell=self.publisher.send_commands,
                publish=self.publisher.publish_profiles,
                ring=self.ring,
            ),
            DutyService(self.people, tell=self.publisher.send_commands, warn=self.publisher.send_notices),
            RetentionService(settings, store, sealed=Reads(self.link), tombstones=self.publisher, owned=self.owned),
            VerificationService(
                settings, self.people, dead_letter=self.publisher.dead_letter, tell=self.publisher.send_commands
            ),
            *([] if self.index is None else [IndexFollower(target_of(settings), self.index)]),
            *([] if self.shadow is None else [self.shadow]),
            LoopWatchdog(),
            LagWatchdog(settings, group=groups.DISPATCHER, owned=self.owned, waits=self.excuses),
        ]


def _service_of(parts: WorkerServices, ready: threading.Event) -> type[Service]:
    class Edge(Service):
        """Opens the connections before the services that use them start, and closes them afterwards."""

        async def on_start(self) -> None:
            await parts.open()
            for service in parts.services:
                # Not before: the first sweep or batch needs the connections.
                await self.add_runtime_dependency(service)
            # The agent has waited for this: Faust starts it together with the services.
            parts.started.set()
            event_loop.collect_rarely()
            ready.set()
            log.info("worker is ready", name=worker_name())

        async def on_stop(self) -> None:
            ready.clear()

        async def on_shutdown(self) -> None:
            await parts.close()

    return Edge
