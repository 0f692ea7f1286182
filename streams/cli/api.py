"""`komek api`: one process that serves HTTP. The API is named by its import string, so the arrow api → streams holds."""

import os
import resource
import sys

import uvicorn

from dispatch.plans.book import BadPlans, load, load_builtin
from streams import logs, tokens
from streams.cli.context import broker_trouble_told, settings_here
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.kafka import topic_admin
from streams.settings import PREFIX, Settings

APP = "api.app:create_app"
PROTOCOL = "api.http.stale_requests:PromptProtocol"
END_WITHIN_S = 5
FILES = 65_536


def command() -> None:
    """Run the HTTP API and the console on KOMEK_HOST and KOMEK_PORT; ends cleanly on SIGTERM."""
    settings = settings_here()
    logs.configure(settings.log_level)
    _check(settings)
    _hand_over(settings)
    config = uvicorn.Config(
        APP,
        factory=True,
        http=PROTOCOL,
        host=settings.host,
        port=settings.port or 8000,
        access_log=False,  # paths hold ids; metrics count requests by route
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=END_WITHIN_S,
        limit_concurrency=None,
        backlog=2048,
    )
    # kafka-python works on threads of its own; the event loop waits for the interpreter at most this long, not 5 ms.
    sys.setswitchinterval(0.0005)
    _allow_connections()
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(1)


def _allow_connections() -> None:
    """As many open files as this process may have: each live view is one, and many systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _check(settings: Settings) -> None:
    """Everything that can be known to be wrong before the server starts.

    Raises:
        CommandFailed: with what is wrong and what to do.
        SettingsError: a setting is missing.
    """
    settings.require_redis()
    settings.require_data_key()
    try:
        tokens.load_keys(settings.require_jwt_keys())
    except tokens.BadKeys as error:
        raise CommandFailed(str(error), "Correct the file, or unset KOMEK_JWT_KEYS.", WRONG_USE) from error
    try:
        load(settings.plans) if settings.plans else load_builtin()
    except BadPlans as error:
        raise CommandFailed(str(error), "Correct the file, or unset KOMEK_PLANS.", WRONG_USE) from error
    with broker_trouble_told():
        problems = topic_admin.check_topics(settings)
    if problems:
        raise CommandFailed("\n".join(map(str, problems)), problems[0].advice)


def _hand_over(settings: Settings) -> None:
    """The application reads the environment; what came from the running local stack is put there."""
    import base64

    found = {
        "KAFKA": settings.kafka,
        "REDIS": settings.redis,
        "JWT_KEYS": str(settings.require_jwt_keys()),
        "DATA_KEY": base64.urlsafe_b64encode(settings.require_data_key()).decode(),
    }
    for name, value in found.items():
        if value is not None:
            os.environ[PREFIX + name] = value
