"""Logging: one JSON object per line on stderr. Messages are constant, data is in fields, ids are opaque."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Configures structlog. `level`: the lowest level that is logged, as in `Settings.log_level`."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
