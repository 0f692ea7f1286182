"""A receiver of webhooks on loopback that fails as it is told, and remembers what it was sent."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()
HANG_S = 30.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """`at_s`: by the monotonic clock."""

    event: dict[str, Any]
    at_s: float


@dataclass(slots=True)
class Receiver:
    """`answer`: called for every request with its number; a status, 0 for one that hangs, 302 for a redirect inside.
    `asked_s`: when each request came, by the monotonic clock."""

    answer: Callable[[int], int] = lambda _: 200
    answers_after_s: float = 0.0
    asked_s: list[float] = field(default_factory=list)
    forged: int = 0
    taken: list[Delivery] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def of(self, incident_id: str) -> list[str]:
        """Types of the events about an incident, in the order in which they were taken."""
        with self.lock:
            return [one.event["type"] for one in self.taken if one.event["subject"] == incident_id]

    def ids(self) -> list[str]:
        with self.lock:
            return [one.event["id"] for one in self.taken]

    def take(self, headers: Any, body: bytes) -> int:
        with self.lock:
            self.asked_s.append(time.monotonic())
            status = self.answer(len(self.asked_s))
            content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            signature = "v1," + base64.b64encode(hmac.digest(KEY, content, hashlib.sha256)).decode()
            self.forged += headers["webhook-signature"] != signature
            if 200 <= status < 300:
                event = json.loads(body)
                assert event["id"] == headers["webhook-id"]
                self.taken.append(Delivery(event, self.asked_s[-1]))
        return status


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            status = receiver.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            if status == 0:
                time.sleep(HANG_S)
                return
            time.sleep(receiver.answers_after_s)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            body = b"\x00<html>nonsense"
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that was killed."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/in"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
