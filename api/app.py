"""The API as one application: the parts joined, the routes, and how it begins and ends.

`create_app` is the one composition root; uvicorn gets it by its import string (`streams/cli/api.py`).
"""

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType
from typing import Any

import structlog
from fastapi import FastAPI

from api.http import methods
from api.http import problems as errors
from api.http.request_metrics import Measure
from api.http.server_sent_events import BeginInTurn
from api.http.strict_route import StrictRoute
from api.openapi import described
from api.process.intake_marks import Marks
from api.process.latency import Latency
from api.process.services import PlanShelf, Services
from api.reads.event_stream import Live
from api.routes import events, incident_history, incident_types, incidents, locations, offers, pages, status, volunteers
from dispatch.plans import book as response_plans
from streams import settings as all_settings
from streams import tokens
from streams.dead_letters.watch import LetterWatch
from streams.intake.commands import CommandIntake
from streams.intake.positions import PositionIntake
from streams.kafka import topic_admin
from streams.monitoring.alarm_watch import AlarmWatch
from streams.monitoring.lag_monitor import Monitor
from streams.readers.decisions import DecisionReader
from streams.readers.feed import Feed
from streams.readers.last_known import LogPicture
from streams.readers.plans import PlanFollower
from streams.settings import Settings
from streams.store import RedisClient
from streams.store.intake_marks import RedisIntakeMarks as MarkStore
from streams.store.people import PeopleStore
from streams.store.reads import Reads

# In the order in which they are tried: first what a thousand ask for at once.
ROUTERS = (events, status, incidents, incident_history, volunteers, offers, locations, incident_types, pages)
_log = structlog.get_logger(__name__)


class NotAsStated(RuntimeError):
    """Topics are missing or dangerously different; the message has a line for each."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application. Settings come from the environment unless given.

    Raises:
        SettingsError: a setting is missing or cannot be used.
    """
    chosen = settings or all_settings.load(os.environ)
    for required in (chosen.require_kafka, chosen.require_redis, chosen.require_data_key, chosen.require_jwt_keys):
        required()

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with running(chosen) as parts:
            app.state.parts = parts
            # What stands now stays until the end. The collector would go through it again and again, and nothing is answered for
            # some 100 ms each time.
            gc.collect()
            gc.freeze()
            yield

    return assembled(life)


def assembled(life: Callable[[FastAPI], Any] | None = None, parts: Services | None = None) -> FastAPI:
    """Routes and errors around parts that a lifespan puts into `app.state`, or that are given (by tests)."""
    app = FastAPI(
        title="Komek",
        version="1",
        description="Event-driven emergency response dispatcher.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.router.route_class = StrictRoute
    for module in ROUTERS:
        app.include_router(module.router)
    described(app)
    errors.install(app)
    app.add_middleware(Measure)
    app.add_middleware(methods.HeadAsGet)
    app.add_middleware(BeginInTurn, path=events.router.prefix)
    if parts is not None:
        app.state.parts = parts
    return app


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Services]:
    """Everything connected; ended in the reverse order.

    Raises:
        NotAsStated: a topic is missing or dangerously different.
        BrokerError: Kafka does not answer.
        BadKeys, BadPlans: a file cannot be used.
    """
    keys = tokens.load_keys(settings.require_jwt_keys())
    plans = response_plans.load(settings.plans) if settings.plans else response_plans.load_builtin()
    problems = await asyncio.to_thread(topic_admin.check_topics, settings)
    if problems:
        raise NotAsStated("\n".join(map(str, problems)))
    source = f"api-{os.getpid()}"
    async with contextlib.AsyncExitStack() as stack:
        link = RedisClient(settings.require_redis())
        stack.push_async_callback(link.close)
        latency = Latency()
        intake, positions_ = CommandIntake(settings, source), PositionIntake(settings, source)
        feed, monitor = Feed(settings, f"{source}-live", latency.watch), Monitor(settings, source)
        for part in (intake, positions_, feed, monitor):
            stack.push_async_callback(part.stop)
            await part.start()
        letters = LetterWatch(settings, f"{source}-letters")
        alarms = AlarmWatch(link=link, lag=monitor, letters=letters)
        for watch in (letters, alarms):
            stack.push_async_callback(watch.stop)
            await watch.start()
        shelf = PlanShelf(plans)
        applied = PlanFollower(settings, f"{source}-plans", fallback=plans, use=shelf.put)
        stack.push_async_callback(applied.stop)
        await applied.start()
        explanations = DecisionReader(settings, f"{source}-decisions")
        stack.push_async_callback(explanations.stop)
        marks = Marks(MarkStore(link))
        stack.push_async_callback(marks.stop)
        stack.enter_context(on_end(feed.end_listeners))
        _log.info("api is ready", name=source)
        yield Services(
            settings=settings,
            keys=keys,
            shelf=shelf,
            intake=intake,
            positions=positions_,
            picture=Reads(link),
            people=PeopleStore(link),
            marks=marks,
            explanations=explanations,
            last_known=LogPicture(settings, f"{source}-last-known"),
            live=Live(feed),
            monitor=monitor,
            alarms=alarms,
            latency=latency,
        )


@contextlib.contextmanager
def on_end(callback: Callable[[], None]) -> Iterator[None]:
    """Calls back when the process is told to end, before the server waits for open connections: live views never end by
    themselves otherwise. The server's own handlers are called after."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        former = before[signal.Signals(number)]
        if callable(former):
            former(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
