"""A collector of OpenTelemetry traces on loopback (OTLP over HTTP, protobuf), which may hang or refuse."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSpan:
    """As a collector receives it."""

    service: str
    name: str
    trace: str
    span: str
    parent: str
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    links: tuple[str, ...] = ()


@dataclass
class FakeCollector:
    """`status`: of its answers. `hangs`: cleared to let requests that wait go on."""

    url: str = ""
    status: int = 200
    spans: list[SeenSpan] = field(default_factory=list)
    requests: int = 0
    goes_on: threading.Event = field(default_factory=threading.Event)

    def take(self, body: bytes) -> int:
        self.requests += 1
        self.goes_on.wait(30)
        if self.status == 200:
            self.spans.extend(_spans_of(body))
        return self.status

    def of(self, trace: str) -> list[SeenSpan]:
        return sorted((span for span in self.spans if span.trace == trace), key=lambda span: span.start_ns)


@contextmanager
def fake_collector() -> Iterator[FakeCollector]:
    collector = FakeCollector()
    collector.goes_on.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(collector))
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield collector
    finally:
        collector.goes_on.set()
        server.shutdown()
        server.server_close()


def _handler(collector: FakeCollector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout: ClassVar[float] = 30.0

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            assert self.headers["Content-Type"] == "application/x-protobuf"
            self.send_response(collector.take(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


def _spans_of(body: bytes) -> Iterator[SeenSpan]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _plain(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield SeenSpan(
                    service=service,
                    name=span.name,
                    trace=span.trace_id.hex(),
                    span=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    start_ns=span.start_time_unix_nano,
                    end_ns=span.end_time_unix_nano,
                    attributes=_plain(span.attributes),
                    links=tuple(link.trace_id.hex() for link in span.links),
                )


def _plain(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
