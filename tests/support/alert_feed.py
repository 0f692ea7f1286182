"""A feed of alerts on loopback: one page with an ETag that changes with it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from streams.local.ports import LOOPBACK

EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"/>'


class AlertFeed:
    """`status`: of its answers. `asked`: how often somebody did; `read`, `unchanged`: how often it gave the page, or said that it
    is the same. `url`: while it is served. `held`: while it is clear, no answer comes."""

    def __init__(self) -> None:
        self.text = EMPTY
        self.status = 200
        self.asked = self.read = self.unchanged = 0
        self.url = ""
        self.held = threading.Event()
        self.held.set()

    @property
    def etag(self) -> str:
        return f'"{hash(self.text)}"'

    @contextmanager
    def served(self) -> Iterator[str]:
        server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://{LOOPBACK}:{server.server_port}/feed"
        try:
            yield self.url
        finally:
            self.held.set()
            server.shutdown()
            server.server_close()


def _handler(feed: AlertFeed) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed.asked += 1
            feed.held.wait()
            is_same = feed.status == 200 and self.headers.get("If-None-Match") == feed.etag
            feed.unchanged += is_same
            feed.read += feed.status == 200 and not is_same
            body = b"" if is_same else feed.text.encode()
            self.send_response(304 if is_same else feed.status)
            self.send_header("ETag", feed.etag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
