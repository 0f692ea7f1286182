"""When the API of a local stack counts as ready: never when another Komek answers on its port."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams import clock, tokens
from streams.local import processes
from streams.local.keys import ensure_jwt_keys
from streams.local.ports import LOOPBACK


class Api(BaseHTTPRequestHandler):
    """Ready for everybody; gives its status to tokens of its own keys."""

    keys: tokens.TokenKeys

    def do_GET(self) -> None:
        token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
        try:
            is_allowed = self.path == "/readyz" or bool(self.keys.verify(token, now_s=clock.now_ms() // 1000))
        except tokens.BadToken:
            is_allowed = False
        self.send_response(200 if is_allowed else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return ensure_jwt_keys(tmp_path / "own.json")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return ensure_jwt_keys(tmp_path / "other.json")


@pytest.fixture
def url(own: Path) -> Iterator[str]:
    Api.keys = tokens.load_keys(own)
    server = ThreadingHTTPServer((LOOPBACK, 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{LOOPBACK}:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_api_that_takes_our_tokens_is_ours(url: str, own: Path) -> None:
    assert processes.api({"KOMEK_JWT_KEYS": str(own)}, url).is_ready()


def test_an_api_that_refuses_our_tokens_is_another_komek(url: str, other: Path) -> None:
    assert not processes.api({"KOMEK_JWT_KEYS": str(other)}, url).is_ready()


def test_without_keys_that_sign_the_api_is_believed(url: str) -> None:
    assert processes.api({}, url).is_ready()


def test_nobody_there_is_not_ready(own: Path) -> None:
    assert not processes.api({"KOMEK_JWT_KEYS": str(own)}, f"http://{LOOPBACK}:1").is_ready()
