"""The API as one application: its services, routes and lifespan.

`create_app` is the composition root; uvicorn gets it by its import string (`streams/cli/api.py`).
"""

import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from api.http import methods, problems
from api.http.client_address import ProxyHeaders
from api.http.private_responses import NotStored
from api.http.request_metrics import Measure
from api.http.server_sent_events import BeginInTurn
from api.http.strict_route import StrictRoute
from api.lifespan import running
from api.openapi import add_openapi, operation_id
from api.process.build import BUILT
from api.process.services import Services
from api.routes import (
    alarms,
    assistant,
    audit,
    callers,
    channels,
    deployment,
    events,
    gis,
    handovers,
    hazards,
    inbound,
    incident_edits,
    incident_eido,
    incident_history,
    incident_orders,
    incident_preview,
    incident_summary,
    incident_types,
    incidents,
    issuer_login,
    locations,
    notices,
    offers,
    own_positions,
    pages,
    people_cells,
    people_list,
    personal_data,
    places,
    positions,
    presence,
    public_messages,
    recognised_texts,
    reports,
    search,
    sessions,
    status,
    tasks,
    verifications,
    volunteers,
)
from streams import settings as all_settings
from streams.map_source import BUILT_IN, MapSource, map_source
from streams.ring import KeyUse, LiveRing
from streams.ring.live_ring import require
from streams.setting_values import Network
from streams.settings import Settings

# Matched in this order: first the routes with the most requests.
ROUTERS = (
    events,
    status,
    incidents,
    incident_edits,
    incident_orders,
    incident_preview,
    incident_summary,
    incident_history,
    incident_eido,
    hazards,
    presence,
    alarms,
    assistant,
    recognised_texts,
    positions,
    people_cells,
    gis,
    callers,
    channels,
    people_list,
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
    deployment,
    search,
    reports,
    handovers,
    public_messages,
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
            prepare_routes(app)
            # The objects that exist now live until the end. Collecting them again and again stops the event loop for some 100 ms.
            gc.collect()
            gc.freeze()
            yield

    source = map_source(chosen)
    for problem in source.problems:
        _log.warning("the map of the deployment cannot be used", problem=problem)
    return assembled(lifespan, proxies=chosen.proxy, source=source)


def prepare_routes(app: FastAPI) -> None:
    """FastAPI prepares the routes of a router when a request first looks for one there: for all of them up to a quarter of a
    second, which the first page after a start would wait for."""
    nowhere = {"type": "http", "method": "GET", "path": "/", "path_params": {}, "headers": [], "root_path": ""}
    for route in app.router.routes:
        route.matches(nowhere)


def assembled(
    lifespan: Callable[[FastAPI], Any] | None = None,
    services: Services | None = None,
    proxies: Sequence[Network] = (),
    built: Path = BUILT,
    source: MapSource = BUILT_IN,
) -> FastAPI:
    """Routes, error handlers and middleware. The services are set in `app.state` by the lifespan, or given by tests.

    `built`: the folder with the built pages. `source`: what the console's map is drawn on.
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
        generate_unique_id_function=operation_id,
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
    app.state.built, app.state.map_source = built, source
    if services is not None:
        app.state.services = services
    return app
