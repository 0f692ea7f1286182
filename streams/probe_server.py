"""Probes and metrics of a process that serves no API: `/healthz`, `/readyz` and `/metrics` on a port of its own.

They are served from a thread, so that a busy event loop does not look like a dead process: a blocked one is the watchdog's affair
(`streams/worker/watchdog.py`). A port that is taken stops nothing: dispatch matters more than being measured.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socket import AF_INET6
from typing import ClassVar

import structlog
from prometheus_client import CONTENT_TYPE_LATEST

from streams import metrics
from streams.components import Part

HEALTH, READINESS, METRICS = "/healthz", "/readyz", "/metrics"
_JSON = "application/json"
_log = structlog.get_logger(__name__)


class ProbeServer:
    """Answers until the process ends. `ready` is set by the process, and cleared when it begins to stop."""

    def __init__(self, component: Part) -> None:
        """`component`: the process, which exposes its own metrics."""
        self._component = component
        self.ready = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def serve(self, address: tuple[str, int] | None) -> None:
        """Listens on `address`; None: nowhere. An address that cannot be had is logged."""
        if address is None:
            return
        try:
            self._server = _server_class(address[0])(address, _handler(self.ready.is_set, self._component))
        except OSError as trouble:
            _log.error("probes and metrics are not served", address=f"{address[0]}:{address[1]}", cause=str(trouble))
            return
        threading.Thread(target=self._server.serve_forever, name="probes", daemon=True).start()

    @property
    def port(self) -> int | None:
        """The port that is listened on."""
        return self._server.server_port if self._server else None

    def close(self) -> None:
        """Ends it before the process; for tests."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _server_class(host: str) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = AF_INET6 if _is_v6(host) else ThreadingHTTPServer.address_family

    return Server


def _is_v6(host: str) -> bool:
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False


def _handler(is_ready: Callable[[], bool], component: Part) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout: ClassVar[float] = 5.0  # of a client that connects and says nothing
        server_version = "Komek"
        sys_version = ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == METRICS:
                self._answer(200, CONTENT_TYPE_LATEST, metrics.exposition(component))
            elif path == HEALTH:
                self._answer(200, _JSON, b'{"status":"ok"}')
            elif path == READINESS and is_ready():
                self._answer(200, _JSON, b'{"status":"ready"}')
            elif path == READINESS:
                self._answer(503, _JSON, b'{"status":"not ready"}')
            else:
                self._answer(404, _JSON, b'{"status":"no such path"}')

        do_HEAD = do_GET  # noqa: N815 - the name that the library calls

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: a probe every few seconds is no news."""

    return Handler
