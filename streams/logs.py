"""Logging of every process: one JSON object per line on stderr.

    time       RFC 3339, UTC
    level      debug, info, warning, error, critical
    event      a constant text
    logger     module, or the library that logs
    process    kind of process: api, worker, notifier, cli …

All other fields are data of the event; ids are opaque. An exception is `error`: its type, where it was raised and the same of its
causes, without its message and without values of variables: both may contain what a client sent. The same holds for libraries,
uncaught exceptions, threads and warnings: nothing writes plain text.
"""

import logging
import re
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FRAMES = 30
"""Innermost frames of an exception that are logged."""
CAUSES = 5
_HARMLESS = re.compile(r"[A-Za-z0-9_.:/,\[\]-]{1,100}")
"""Texts that libraries may insert into their messages: names of hosts, topics, groups and threads."""
_LONGEST = 300
"""Characters of a library's message that are kept."""

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(level: str, process: str) -> None:
    """Configures structlog, the standard library's logging, and everything else that would print. May be called again.

    `level`: the lowest level of Komek's own events; of libraries only warnings and above are logged, at `debug` everything.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    _write_own_events(number, process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryFormatter(process))
    logging.raiseExceptions = False  # a handler that fails would print the record
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.DEBUG if number == logging.DEBUG else logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def configure_command() -> None:
    """For a command that a person runs: Komek's own warnings and above, on stderr, because stdout carries the answer.

    A traceback stays as Python prints it. The services among the commands call `configure` when they start.
    """
    _write_own_events(logging.WARNING, "cli")


def _write_own_events(level: int, process: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_common(process),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_LoggerFactory(),
    )


def error_of(info: ExceptionInfo) -> dict[str, Any]:
    """An exception as data: type, frames (innermost last) and the same of the exceptions that caused it. No message."""
    _, error, trace = info
    found: dict[str, Any] = {"type": type(error).__qualname__, "frames": _frames(trace)}
    causes: list[dict[str, Any]] = []
    seen = {id(error)}
    before = error.__cause__ or error.__context__
    while before is not None and id(before) not in seen and len(causes) < CAUSES:
        seen.add(id(before))
        causes.append({"type": type(before).__qualname__, "frames": _frames(before.__traceback__)})
        before = before.__cause__ or before.__context__
    if causes:
        found["causes"] = causes
    if isinstance(error, BaseExceptionGroup):
        found["members"] = [type(one).__qualname__ for one in error.exceptions[:CAUSES]]
    return found


class _Named:
    """The logger that structlog binds: it prints to the stderr of the moment and knows its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def msg(self, message: str) -> None:
        # One write for each line: several threads and processes write to the same file.
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warn = warning = error = exception = critical = fatal = failure = msg


class _LoggerFactory:
    def __call__(self, *args: Any) -> _Named:
        return _Named(str(args[0]) if args else "komek")


def _common(process: str) -> list[Processor]:
    def named(logger: WrappedLogger, _: str, event: EventDict) -> EventDict:
        event.setdefault("logger", getattr(logger, "name", "komek"))
        event["process"] = process
        return event

    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        named,
        _with_error,
    ]


def _with_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replaces `exc_info` by `error`."""
    info: Any = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    elif info is not None and not isinstance(info, tuple):
        info = sys.exc_info() if info else None
    if info and info[1] is not None:
        event["error"] = error_of(info)
    return event


class _LibraryFormatter(logging.Formatter):
    """Formats the records of libraries like Komek's own events.

    The text is the template with numbers and names; of every other argument only the type: libraries put exceptions and data into
    their messages. structlog's own formatter inserts the arguments before a processor could examine them.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._processors = _common(process)
        self._render = structlog.processors.JSONRenderer()

    def format(self, record: logging.LogRecord) -> str:
        event: EventDict = {"event": _text(record), "logger": record.name, "exc_info": record.exc_info}
        for process in self._processors:
            event = process(None, record.levelname.lower(), event)  # type: ignore[assignment]
        return str(self._render(None, record.levelname.lower(), event))


def _text(record: logging.LogRecord) -> str:
    # Warnings are formatted already, with the text that the caller gave.
    if record.name == "py.warnings":
        return "a warning of Python"
    template, arguments = str(record.msg), record.args
    try:
        if isinstance(arguments, Mapping):
            text = template % {key: _harmless(value) for key, value in arguments.items()}
        else:
            text = template % tuple(map(_harmless, arguments)) if arguments else template
    except (TypeError, ValueError, KeyError):  # `%d` with a text, for example
        text = template
    # asyncio has no arguments: what failed, with its values, follows in further lines.
    return text.split("\n", 1)[0][:_LONGEST]


def _harmless(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and _HARMLESS.fullmatch(value):
        return value
    return f"({type(value).__name__})"


def _frames(trace: TracebackType | None) -> list[str]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        module = trace.tb_frame.f_globals.get("__name__", "?")
        found.append(f"{module}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-FRAMES:]


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger("komek").critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        info = (told.exc_type, told.exc_value, told.exc_traceback)
        structlog.get_logger("komek").error("uncaught exception in a thread", exc_info=info)


def _unraisable(told: "sys.UnraisableHookArgs") -> None:
    if told.exc_value is not None:
        info = (type(told.exc_value), told.exc_value, told.exc_traceback)
        structlog.get_logger("komek").error("exception in a finalizer", exc_info=info)
