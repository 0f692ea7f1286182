"""An API of fixed responses for commands, over HTTP."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Reply = tuple[int, Mapping[str, Any]]


class FakeApi(ThreadingHTTPServer):
    """`replies`: by method and path; of several for one path each is given once, the last one again and again."""

    def __init__(self, replies: Mapping[tuple[str, str], Reply | Sequence[Reply]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = {at: [reply] if isinstance(reply, tuple) else list(reply) for at, reply in replies.items()}
        self.bodies: list[tuple[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def reply(self, method: str, path: str) -> Reply:
        left = self.replies.get((method, path))
        if left is None:
            return 404, {"code": "not_found", "title": "The resource does not exist"}
        return left.pop(0) if len(left) > 1 else left[0]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._respond("GET")

    def do_POST(self) -> None:
        assert isinstance(self.server, FakeApi)
        body = json.loads(self.rfile.read(int(self.headers["content-length"] or 0)) or b"null")
        self.server.bodies.append((self.path, body))
        self._respond("POST")

    def _respond(self, method: str) -> None:
        assert isinstance(self.server, FakeApi)
        status, body = self.server.reply(method, self.path)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Logs nothing."""


@contextmanager
def serving(replies: Mapping[tuple[str, str], Reply | Sequence[Reply]]) -> Iterator[FakeApi]:
    with FakeApi(replies) as server:
        # A short poll, so that `shutdown` returns at once.
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
