"""The queue of finished spans, and the thread that sends them. Recording never waits."""

import atexit
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import structlog

from streams import clock, metrics
from streams.components import Component
from streams.settings import Settings
from streams.tracing.span_ids import SpanRef

LIMIT = 2048
"""Spans that wait; a further one is dropped."""
AT_ONCE = 256
EVERY_S = 0.5
END_WITHIN_S = 1.0
_SILENT_S = 60.0
"""A collector that is away is logged once in this time."""
_log = structlog.get_logger(__name__)


class Kind(Enum):
    """As OpenTelemetry names them."""

    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A finished span; times are ns since 1970. `events`: what happened in it, and when."""

    name: str
    ref: SpanRef
    parent: SpanRef | None
    kind: Kind
    start_ns: int
    end_ns: int
    attributes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    events: Sequence[tuple[str, int]] = ()
    is_error: bool = False
    cause: SpanRef | None = None
    """A span of somebody else's trace that led to this one."""


Export = Callable[[Sequence[Span]], bool]
"""Sends spans; False or an exception: they are lost. May block."""


class Recorder:
    """`share`: of the traces that are recorded, 0 to 1."""

    def __init__(self, export: Export, *, share: float = 1.0, limit: int = LIMIT) -> None:
        self.share = share
        self._export = export
        self._waiting: queue.Queue[Span] = queue.Queue(limit)
        self._ending, self._ended = threading.Event(), threading.Event()
        self._logged_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)
        self._thread.start()

    def record(self, span: Span) -> None:
        """Drops the span when the queue is full."""
        try:
            self._waiting.put_nowait(span)
        except queue.Full:
            metrics.TRACE_SPANS.labels(outcome="dropped").inc()

    def end(self, within_s: float = END_WITHIN_S) -> None:
        """Sends what waits, for at most this long; the rest is lost."""
        self._ending.set()
        self._thread.join(within_s)
        self._ended.set()

    def _run(self) -> None:
        while not self._ending.wait(EVERY_S):
            self._send_waiting()
        self._send_waiting()

    def _send_waiting(self) -> None:
        while not self._ended.is_set() and (spans := self._taken()):
            try:
                is_sent = self._export(spans)
            except Exception as error:  # noqa: BLE001 - a fault of an exporter must not end the thread, and costs its spans
                is_sent = False
                self._tell(type(error).__name__)
            metrics.TRACE_SPANS.labels(outcome="sent" if is_sent else "failed").inc(len(spans))
            if not is_sent:
                self._tell("refused")

    def _taken(self) -> list[Span]:
        spans: list[Span] = []
        while len(spans) < AT_ONCE:
            try:
                spans.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return spans

    def _tell(self, cause: str) -> None:
        now_s = clock.monotonic_s()
        if self._logged_s is None or now_s - self._logged_s > _SILENT_S:
            self._logged_s = now_s
            _log.warning("spans of traces were not taken by the collector", cause=cause)


_recorder: Recorder | None = None


def current() -> Recorder | None:
    """None: traces are off."""
    return _recorder


def use(recorder: Recorder | None) -> None:
    """Sets the recorder of this process."""
    global _recorder  # one per process, as the registry of metrics
    _recorder = recorder


def configure(settings: Settings, component: Component) -> None:
    """Switches traces on where KOMEK_TRACES names a collector. A missing library is logged and stops nothing."""
    if settings.traces is None:
        return
    try:
        from streams.tracing.otlp import exporter
    except ImportError as missing:
        _log.error("traces are not sent: install komek[traces]", missing=missing.name)
        return
    use(Recorder(exporter(settings.traces, component), share=settings.traces_share))
    atexit.register(end)


def end() -> None:
    """Sends what waits, for at most a second."""
    if _recorder is not None:
        _recorder.end()
    use(None)
