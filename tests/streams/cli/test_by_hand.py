"""Manual orders: the request that each command sends, and what it prints."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.support.cli import komek

INCIDENT, OFFER = "i-8320e5-a", "o-8320e5-a-b"
ON_PHONE = {"on_behalf": {"heard_by": "phone"}}


class Recorded(HTTPServer):
    """An API that accepts every order, remembers it and decides it at once: everybody accepts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.orders: list[tuple[str, Any, str | None]] = []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Recorded)
        body = json.loads(self.rfile.read(int(self.headers["content-length"] or 0)) or b"null")
        server.orders.append((self.path, body, self.headers["idempotency-key"]))
        links = {"outcome": f"/v1/incidents/{INCIDENT}/commands/c-1"}
        self._send(202, {"id": "made", "status": "accepted", "links": links})

    def do_GET(self) -> None:
        command = {"id": "c-1", "incident_id": INCIDENT, "outcome": "applied", "reason": None, "version": 2}
        state = "withdrawn" if self._last_path().endswith("/withdraw") else "accepted"
        state = "declined" if self._last_path().endswith("/decline") else state
        incident = {"id": INCIDENT, "version": 2, "offers": [{"id": "made", "state": state, "reason": None}]}
        self._send(200, command if "/commands/" in self.path else incident)

    def _last_path(self) -> str:
        assert isinstance(self.server, Recorded)
        return self.server.orders[-1][0]

    def _send(self, status: int, body: object) -> None:
        answer = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def api() -> Iterator[Recorded]:
    with Recorded() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "path", "body", "printed"),
    [
        (
            ("reopen", INCIDENT, "--reason", "again"),
            f"/v1/incidents/{INCIDENT}/reopen",
            {"reason": "again"},
            "reopened",
        ),
        (
            ("escalate", INCIDENT, "--level", "2"),
            f"/v1/incidents/{INCIDENT}/escalate",
            {"level": 2},
            "alarm level raised",
        ),
        (
            ("accept-proposal", INCIDENT, "p-1", "--reason", "called back"),
            f"/v1/incidents/{INCIDENT}/proposals/p-1/accept",
            {"reason": "called back"},
            "carried out",
        ),
        (
            ("reject-proposal", INCIDENT, "p-1"),
            f"/v1/incidents/{INCIDENT}/proposals/p-1/reject",
            {},
            "rejected",
        ),
        (
            ("assign", INCIDENT, "team#4", "--for", "r2", "--force", "--reason", "near"),
            f"/v1/incidents/{INCIDENT}/offers",
            {"volunteer_id": "team#4", "requirement_id": "r2", "force": True, "reason": "near"},
            "made",
        ),
        (("remind", OFFER), f"/v1/offers/{OFFER}/remind", {}, "reminded"),
        (("withdraw", OFFER, "--give-up"), f"/v1/offers/{OFFER}/withdraw", {"replace": False}, "withdrawn"),
        (
            ("split", INCIDENT, "--type", "flood", "--at", "76.9,43.2", "--offer", OFFER),
            f"/v1/incidents/{INCIDENT}/split",
            {"type": "flood", "location": {"type": "Point", "coordinates": [76.9, 43.2]}, "offers": [OFFER]},
            "made",
        ),
        (
            ("split", INCIDENT, "--type", "information"),
            f"/v1/incidents/{INCIDENT}/split",
            {"type": "information", "location": None},
            "made",
        ),
        (("answer", OFFER, "accept"), f"/v1/offers/{OFFER}/accept", ON_PHONE, "accepted"),
        (
            ("answer", OFFER, "decline", "--because", "busy", "--heard-by", "radio"),
            f"/v1/offers/{OFFER}/decline",
            {"on_behalf": {"heard_by": "radio"}, "reason": "busy"},
            "declined",
        ),
        (("answer", OFFER, "on_scene"), f"/v1/offers/{OFFER}/progress", ON_PHONE | {"state": "on_scene"}, "on scene"),
        (
            ("answer", OFFER, "check_in", "--text", "ok"),
            f"/v1/offers/{OFFER}/check-in",
            ON_PHONE | {"text": "ok"},
            "checked in",
        ),
        (
            ("answer", OFFER, "confirm", "--version", "7"),
            f"/v1/offers/{OFFER}/confirm",
            ON_PHONE | {"version": 7},
            "confirmed",
        ),
    ],
)
def test_each_order_becomes_one_request_with_a_key_of_its_own(
    api: Recorded, arguments: tuple[str, ...], path: str, body: dict[str, Any], printed: str
) -> None:
    access = ("--api", f"http://127.0.0.1:{api.server_port}", "--token", "t")

    said = komek("incident", *arguments, *access)
    again = komek("incident", *arguments, *access, "--key", "k-1", "--json")

    assert (said.returncode, said.stdout.strip()) == (0, printed), said.stderr
    assert json.loads(again.stdout)["status"] == "accepted"
    assert json.loads(again.stdout)["decision"]["outcome"] == "applied"
    assert [(one[0], one[1]) for one in api.orders] == [(path, body)] * 2
    assert api.orders[1][2] == "k-1"
    assert (api.orders[0][2] or "").startswith("cli-")
