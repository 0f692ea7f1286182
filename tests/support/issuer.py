"""A token endpoint (OAuth 2.0, client credentials) over HTTP on this machine, as Kafka's clients ask one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Issuer:
    """`answer`: status, headers and body of each response. `seen`: Authorization and body of each request."""

    url: str = ""
    answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
    seen: list[tuple[str, str]] = field(default_factory=list)

    def gives(self, token: str, lifetime_s: int) -> None:
        self.answer = (200, {}, json.dumps({"access_token": token, "expires_in": lifetime_s}).encode())


@contextmanager
def issuing() -> Iterator[Issuer]:
    state = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.seen.append((self.headers["Authorization"], body))
            status, headers, content = state.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}/token"
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
