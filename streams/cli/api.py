"""`komek api`: one process of the HTTP API. The application is an import string, because `streams` must not import `api`."""

import asyncio
import os
import resource
import socket
import sys
from dataclasses import fields

import structlog
import uvicorn

from dispatch.cards import card_table
from dispatch.cards.table_values import BadTable
from dispatch.plans.book import BadPlans, load, load_builtin
from streams import event_loop, logs, tokens, tracing
from streams.cli.certificate import certificate_of
from streams.cli.context import broker_errors_reported, check_ring, settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.output import sentence
from streams.cli.redis_login import check_redis
from streams.components import Component
from streams.kafka import topic_admin
from streams.kafka.topic_drift import told
from streams.local.early_load import await_begin
from streams.local.exposure import exposure
from streams.ring import KeyUse, LiveRing
from streams.ring.live_ring import require
from streams.settings import FROM_FILE, PREFIX, Settings
from streams.tls import ServerCertificate

APP = "api.app:create_app"
PROTOCOL = "api.http.stale_requests:PromptProtocol"
"""Rejects requests that waited unread (DESIGN 97), and bounds size and duration of requests (DESIGN 108)."""
KEEP_ALIVE_S = 30
"""A connection between two requests is closed after this long."""
END_WITHIN_S = 5
_log = structlog.get_logger(__name__)
FILES = 65_536
"""Wanted limit of open files; each connection needs one."""


def command() -> None:
    """Run one process of the HTTP API on KOMEK_HOST and KOMEK_PORT. Shuts down gracefully on SIGTERM."""
    await_begin(APP.partition(":")[0])
    settings = settings_here()
    logs.configure(settings.log_level, "api")
    tracing.configure(settings, Component.API)
    _check(settings)
    certificate = certificate_of(settings)
    _export_settings(settings)
    config = uvicorn.Config(
        APP,
        factory=True,
        # By import string, like the application: `streams` must not import `api`.
        http=PROTOCOL,
        ws="none",  # no route speaks WebSocket; an upgrade would leave the limits of PROTOCOL
        timeout_keep_alive=KEEP_ALIVE_S,
        host=settings.host,
        # `komek up` states a port; alone the usual one is taken.
        port=settings.port or 8000,
        access_log=False,  # paths contain ids; metrics count requests by route
        # The root logger writes JSON (`streams/logs.py`); its level decides.
        log_config=None,
        server_header=False,
        # `api/http/client_address.py` reads what proxies say; uvicorn would believe every process of this machine.
        proxy_headers=False,
        ssl_context_factory=(lambda *_: certificate.context) if certificate else None,
        date_header=True,
        timeout_graceful_shutdown=END_WITHIN_S,
        limit_concurrency=None,
        backlog=2048,
    )
    # kafka-python runs threads of its own. A shorter switch interval than the default of 5 ms bounds how long the event loop
    # waits for the interpreter lock.
    sys.setswitchinterval(0.0005)
    _allow_connections()
    if found := exposure(settings):
        _log.warning("the API is reachable from outside without TLS", reason=found)
    server = _Server(config, certificate)
    server.run()
    # uvicorn returns normally when the application fails to start.
    if not server.started:
        sys.exit(1)


class _Server(uvicorn.Server):
    """Follows the files of the certificate, if there is one."""

    def __init__(self, config: uvicorn.Config, certificate: ServerCertificate | None) -> None:
        super().__init__(config)
        self._certificate = certificate
        self._follower: asyncio.Task[None] | None = None

    async def startup(self, sockets: "list[socket.socket] | None" = None) -> None:
        await super().startup(sockets)
        if self._certificate is not None:
            self._follower = asyncio.ensure_future(self._certificate.follow())

    async def shutdown(self, sockets: "list[socket.socket] | None" = None) -> None:
        await event_loop.cancel(self._follower)
        await super().shutdown(sockets)


def _allow_connections() -> None:
    """Raises the limit of open files to the hard limit: each live view needs one, and the default is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _check(settings: Settings) -> None:
    """Checks what can be checked before the server starts.

    Raises:
        CommandFailed: keys, plans or the table of cards are invalid; the message says what to do.
        SettingsError: a setting is missing.
    """
    # Before the server starts: a wrong setting ends the command with a message instead of a traceback in a log.
    check_redis(settings, Component.API)
    require(LiveRing.of(settings).now, *KeyUse)
    try:
        tokens.load_keys(settings.require_jwt_keys())
    except tokens.BadKeys as error:
        raise CommandFailed(str(error), "Correct the file, or unset KOMEK_JWT_KEYS.", WRONG_USE) from error
    try:
        load(settings.plans) if settings.plans else load_builtin()
    except BadPlans as error:
        raise CommandFailed(str(error), "Correct the file, or unset KOMEK_PLANS.", WRONG_USE) from error
    try:
        card_table.load(settings.card_table)
    except BadTable as error:
        raise CommandFailed(str(error), "Correct the file, or unset KOMEK_CARD_TABLE.", WRONG_USE) from error
    with broker_errors_reported():
        problems = topic_admin.check_topics(settings, needs=Component.API)
    if problems:
        raise CommandFailed(told(problems), sentence(problems[0].advice))
    check_ring(settings, "api-start", *KeyUse)


def _export_settings(settings: Settings) -> None:
    """Puts settings taken from the running local stack into the environment, which the application reads."""
    import base64

    found = {
        "KAFKA": settings.kafka,
        "REDIS": settings.redis,
        "JWT_KEYS": str(settings.require_jwt_keys()),
        "DATA_KEY": base64.urlsafe_b64encode(settings.data_key).decode() if settings.data_key else None,
        "DATA_KEYS": str(settings.data_keys) if settings.data_keys else None,
    }
    for entry in fields(Settings):
        value = getattr(settings, entry.name)
        # A default is left out: KOMEK_KAFKA_MECHANISM beside PLAINTEXT would be refused.
        if entry.name.startswith(("kafka_", "redis_")) and value != entry.default:
            found[entry.name.upper()] = str(value)
    for name, value in found.items():
        if value is not None:
            os.environ[PREFIX + name] = value
            # The value itself is set now; both would be refused.
            os.environ.pop(PREFIX + name + FROM_FILE, None)
