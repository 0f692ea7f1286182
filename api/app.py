"""The API as one application: its services, routes and lifespan.

`create_app` is the composition root; uvicorn gets it by its import string (`streams/cli/api.py`).
"""

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from api.http import methods, problems
from api.http.client_address import ProxyHeaders
from api.http.private_responses import NotStored
from api.http.request_metrics import Measure
from api.http.server_sent_events import BeginInTurn
from api.http.strict_route import StrictRoute
from api.openapi import add_openapi
from api.process.build import BUILT
from api.process.intake_marks import IntakeMarks
from api.process.latency import Latency
from api.process.oidc_issuer import OidcIssuer
from api.process.rate_limits import RateLimits
from api.process.services import PlansInForce, Services
from api.process.shutdown import on_stop_signal
from api.reads.event_stream import Live
from api.routes import (
    audit,
    callers,
    channels,
    events,
    inbound,
    incident_edits,
    incident_history,
    incident_orders,
    incident_types,
    incidents,
    issuer_login,
    locations,
    notices,
    offers,
    own_positions,
    pages,
    personal_data,
    places,
    positions,
    sessions,
    status,
    tasks,
    verifications,
    volunteers,
)
from dispatch.gazetteer import built_in as gazetteer
from dispatch.plans import book as response_plans
from streams import clock
from streams import settings as all_settings
from streams.audit.audit_log import AuditLog
from streams.audit.reader import AuditReader
from streams.components import Component
from streams.dead_letters.watch import LetterWatch
from streams.intake.commands import CommandIntake
from streams.intake.positions import PositionIntake
from streams.kafka import topic_admin
from streams.monitoring.alarm_watch import AlarmWatch
from streams.monitoring.lag_monitor import Monitor
from streams.readers.decisions import DecisionReader
from streams.readers.feed import Feed
from streams.readers.key_log import KeyLog
from streams.readers.last_known import LastKnownReader
from streams.readers.plans import PlanFollower
from streams.readers.private_log import PrivateLogReader
from streams.ring import KeyUse, LiveRing
from streams.ring.live_ring import require
from streams.sessions.book import SessionBook
from streams.sessions.follower import SessionFollower
from streams.sessions.log import KafkaSessionLog
from streams.sessions.sessions import Sessions
from streams.setting_values import Network
from streams.settings import STRICT, Settings
from streams.store import RedisClient
from streams.store.intake_marks import RedisIntakeMarks
from streams.store.people import PeopleStore
from streams.store.reach import ReachStore
from streams.store.reads import Reads
from streams.store.redis_target import target_of
from streams.tokens import KeyFile
from streams.wire.client_digests import client_digests

# Matched in this order: first the routes with the most requests.
ROUTERS = (
    events,
    status,
    incidents,
    incident_edits,
    incident_orders,
    incident_history,
    positions,
    callers,
    channels,
    volunteers,
    own_positions,
    personal_data,
    verifications,
    offers,
    locations,
    notices,
    inbound,
    incident_types,
    tasks,
    sessions,
    issuer_login,
    pages,
    places,
    audit,
)
COMPRESSED_FROM_BYTES = 1_024
COMPRESSION_LEVEL = 1
"""Of gzip: 200 incidents become a ninth in 7 ms; level 9 saves another tenth and takes 137 ms (DESIGN 142)."""
_log = structlog.get_logger(__name__)


class NotAsStated(RuntimeError):
    """Topics are missing or configured dangerously; the message has one line for each."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Settings come from the environment unless given.

    Raises:
        SettingsError: a setting is missing or invalid.
    """
    chosen = settings or all_settings.load(os.environ)
    # At start, all together: a missing key must stop the process here, not fail the first request that needs it.
    for required in (chosen.require_kafka, chosen.require_redis, chosen.require_jwt_keys):
        required()
    require(LiveRing.of(chosen).now, *KeyUse)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(chosen) as services:
            app.state.services = services
            # The objects that exist now live until the end. Collecting them again and again stops the event loop for some 100 ms.
            gc.collect()
            gc.freeze()
            yield

    return assembled(lifespan, proxies=chosen.proxy)


def assembled(
    lifespan: Callable[[FastAPI], Any] | None = None,
    services: Services | None = None,
    proxies: Sequence[Network] = (),
    built: Path = BUILT,
) -> FastAPI:
    """Routes, error handlers and middleware. The services are set in `app.state` by the lifespan, or given by tests.

    `built`: the folder with the built pages.
    """
    app = FastAPI(
        title="Komek",
        version="1",
        description="Event-driven emergency response dispatcher.",
        lifespan=lifespan,
        # FastAPI's own documentation pages load from a CDN; `routes/pages.py` serves local files, `openapi.py` the document.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    # Also for routes that are added to the application itself: without an access rule they raise Undeclared at start.
    app.router.route_class = StrictRoute
    for module in ROUTERS:
        app.include_router(module.router)
    add_openapi(app)
    problems.install(app)
    # The middleware added last runs first. Measure is inside HeadAsGet, which passes on a copy of the scope: the router writes
    # the matched route into that copy. BeginInTurn is outside them: reconnecting streams wait before any work is done for them.
    # ProxyHeaders is outermost: everything else sees the client's address, scheme and host.
    # Innermost, so that HEAD sees the same length as GET. Not for event streams, nor for what is compressed already.
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM_BYTES, compresslevel=COMPRESSION_LEVEL)
    app.add_middleware(NotStored)
    app.add_middleware(Measure)
    app.add_middleware(methods.HeadAsGet)
    app.add_middleware(BeginInTurn, path=events.router.prefix)
    app.add_middleware(ProxyHeaders, trusted=proxies)
    app.state.built = built
    if services is not None:
        app.state.services = services
    return app


class _Stoppable(Protocol):
    async def stop(self) -> None: ...


class _Startable(_Stoppable, Protocol):
    async def start(self) -> None: ...


S = TypeVar("S", bound=_Stoppable)
R = TypeVar("R", bound=_Startable)


class _Lifetimes(contextlib.AsyncExitStack):
    """Starts services, and stops them in the reverse order. A service whose start fails is stopped as well."""

    async def started(self, service: R) -> R:
        # Registered before the start: one that fails half-way may hold connections.
        await self.kept(service).start()
        return service

    def kept(self, service: S) -> S:
        """For a service that needs no start."""
        self.push_async_callback(service.stop)
        return service


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Connects all services, and stops them in the reverse order.

    Raises:
        NotAsStated: a topic is missing or configured dangerously.
        BrokerError: Kafka does not answer.
        BadKeys, BadPlans: a file is invalid.
        WrongRing: the key ring is not that of the deployment.
    """
    ring = LiveRing.of(settings)
    keys = KeyFile(settings.require_jwt_keys(), is_strict=settings.tokens == STRICT)
    plans = response_plans.load(settings.plans) if settings.plans else response_plans.load_builtin()
    # Before anything starts: with a topic that is missing or configured dangerously, a 202 could not be kept.
    await _check_topics(settings)
    # Read here, so that no request waits for its files.
    await asyncio.to_thread(gazetteer.built_in)
    name, latency, plans_in_force = f"api-{os.getpid()}", Latency(), PlansInForce(plans)
    async with _Lifetimes() as lifetimes:
        link = RedisClient(target_of(settings))
        # First in, so closed last: `marks` finishes its background writes to Redis when it stops.
        lifetimes.push_async_callback(link.close)
        # Before anything is written: with the wrong key ring this process would make texts that nobody can read.
        await lifetimes.started(KeyLog(settings, f"{name}-keys", ring, uses=tuple(KeyUse)))
        intake = await lifetimes.started(CommandIntake(settings, name, ring=ring))
        # A name that no process had before: numbers of entries begin anew with each.
        audit_log = await lifetimes.started(AuditLog(settings, client_digests(ring.now), f"api-{clock.fresh_id()}"))
        positions = await lifetimes.started(PositionIntake(settings, name))
        feed = await lifetimes.started(Feed(settings, f"{name}-live", latency.watch))
        # Live views end with the key of their token, and with the token or session itself.
        keys.on_change = feed.interrupt_listeners
        sessions_here = await _sessions(settings, f"{name}-sessions", lifetimes, intake, feed, ring)
        await lifetimes.started(keys)
        monitor = await lifetimes.started(Monitor(settings, name))
        letters = await lifetimes.started(LetterWatch(settings, f"{name}-letters"))
        alarms = await lifetimes.started(
            AlarmWatch(link=link, lag=monitor, letters=letters, keys=keys, ring=ring, audit=audit_log)
        )
        # A book that was applied takes precedence over the file and the built-in one, also at start (DESIGN 32).
        await lifetimes.started(PlanFollower(settings, f"{name}-plans", fallback=plans, use=plans_in_force.put))
        explanations = lifetimes.kept(DecisionReader(settings, f"{name}-decisions"))
        marks = lifetimes.kept(IntakeMarks(RedisIntakeMarks(link)))
        # Entered last, so that a signal during the start goes to uvicorn alone.
        lifetimes.enter_context(on_stop_signal(feed.end_listeners))
        if settings.tokens != STRICT:
            _log.info("tokens without jti or typ are accepted; KOMEK_TOKENS=strict refuses them")
        _log.info("api is ready", name=name)
        yield Services(
            settings=settings,
            ring=ring,
            keys=keys,
            sessions=sessions_here,
            issuer=lifetimes.kept(OidcIssuer(settings)) if settings.oidc_issuer else None,
            plans_in_force=plans_in_force,
            intake=intake,
            audit=audit_log,
            audit_pages=AuditReader(settings, f"{name}-audit"),
            positions=positions,
            reads=Reads(link),
            people=PeopleStore(link),
            marks=marks,
            explanations=explanations,
            last_known=LastKnownReader(settings, f"{name}-last-known"),
            private_log=PrivateLogReader(settings, f"{name}-private"),
            live=Live(feed),
            monitor=monitor,
            alarms=alarms,
            reach=ReachStore(link),
            latency=latency,
            rates=RateLimits(settings.rates),
        )


async def _sessions(
    settings: Settings, name: str, lifetimes: _Lifetimes, intake: CommandIntake, feed: Feed, ring: LiveRing
) -> Sessions:
    """The sessions of this process, which follow the log."""
    book = SessionBook()
    follower = await lifetimes.started(SessionFollower(settings, name, book, feed.interrupt_listeners))
    log = KafkaSessionLog(intake.send_session, follower)
    return await lifetimes.started(Sessions(book, log, lambda: ring.now))


async def _check_topics(settings: Settings) -> None:
    # In a thread: the administration client of kafka-python blocks.
    faults = await asyncio.to_thread(topic_admin.check_topics, settings, needs=Component.API)
    if faults:
        raise NotAsStated("\n".join(map(str, faults)))
