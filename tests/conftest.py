from collections.abc import Iterator

import pytest
import structlog

pytest_plugins = [
    "tests.support.failures",
    "tests.support.syntax",
    "tests.support.order",
    "tests.support.soak",
    "tests.support.stack",
    "tests.support.shared_stack",
    "tests.support.town",
    "tests.support.desk",
    "tests.support.backups",
    "tests.support.chromium",
    "tests.support.assistant_switches",
    "tests.support.secure_stack",
]

# By default structlog draws a traceback with the values of all variables: 20 s of processor time for that of one request.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(autouse=True)
def own_log_settings() -> Iterator[None]:
    """Commands set what the log keeps, for their process; a test that calls one must not silence the next."""
    said = structlog.get_config()
    yield
    if structlog.get_config() != said:
        structlog.configure(**said)
