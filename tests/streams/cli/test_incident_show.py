"""`komek incident show`: offer ids are printed whole, because `incident withdraw` and `incident answer` take them."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from dispatch.model.ids import parts_of_offer
from streams.cli.incident import app

OFFER_IDS = [f"o-8320e5-{digit * 32}-{digit * 16}" for digit in "0a"]
VOLUNTEER = "5b1c2a52-6c0f-4f36-9d0e-0a4f4c8c1d9e"
SHOWN: dict[str, Any] = {
    "id": f"i-8320e5-{'0' * 32}",
    "type": "flood",
    "priority": "high",
    "status": "dispatching",
    "requirements": [],
    "offers": [
        {
            "id": offer_id,
            "volunteer_id": VOLUNTEER,
            "requirement_id": "r1",
            "state": "withdrawn",
            "distance_m": 12_345.6,
            "expires_at": "2026-11-26T14:00:00Z",
        }
        for offer_id in OFFER_IDS
    ],
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = json.dumps(SHOWN).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Logs nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_every_offer_id_is_printed_whole_on_one_line(url: str) -> None:
    printed = CliRunner().invoke(app, ["show", SHOWN["id"], "--api", url, "--token", "t"])

    assert printed.exit_code == 0, printed.output
    words = printed.output.split()
    assert [word for word in words if parts_of_offer(word)] == OFFER_IDS
