"""A small API that speaks the contract from memory: enough to let simulated people register, be asked, answer and work."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

LIVE = ("offered", "accepted", "en_route", "on_scene")


class _Stream(httpx2.AsyncByteStream):
    """Server-sent events out of a queue; None ends the stream."""

    def __init__(self, lines: "asyncio.Queue[str | None]") -> None:
        self._lines = lines

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line.encode()


@dataclass
class FakeApi:
    """`offers_each` people are asked for every incident. `is_away` refuses connections, `says_503` answers 503 so many times."""

    offers_each: int = 3
    is_away: bool = False
    says_503: int = 0
    forgets_answers: int = 0
    """So many writes are done but their answers lost."""
    volunteers: dict[str, Any] = field(default_factory=dict)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    positions: list[dict[str, Any]] = field(default_factory=list)
    answers_by_key: dict[str, tuple[int, Any]] = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    confirmed: list[tuple[str, int]] = field(default_factory=list)
    corrections: dict[str, dict[str, Any]] = field(default_factory=dict)
    callers: set[str] = field(default_factory=set)
    streams: "list[asyncio.Queue[str | None]]" = field(default_factory=list)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.handle)

    async def handle(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(0)
        if self.is_away:
            raise httpx2.ConnectError("refused", request=request)
        if self.says_503 > 0:
            self.says_503 -= 1
            return httpx2.Response(503, json={"code": "unknown"})
        self.callers.add(request.headers["authorization"].removeprefix("Bearer "))
        if request.url.path == "/v1/events":
            return self._open_stream()
        if request.method == "GET":
            return self._read(request)
        return self._write(request)

    def end_streams(self) -> None:
        for stream in self.streams:
            stream.put_nowait(None)
        self.streams.clear()

    def _open_stream(self) -> httpx2.Response:
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        self.streams.append(lines)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=_Stream(lines))

    def _write(self, request: httpx2.Request) -> httpx2.Response:
        key = request.headers["idempotency-key"]
        if key not in self.answers_by_key:
            body = json.loads(request.content) if request.content else None
            self.answers_by_key[key] = self._do(request.method, request.url.path, key, body)
        if self.forgets_answers > 0:
            self.forgets_answers -= 1
            raise httpx2.ReadError("reset", request=request)
        status, answer = self.answers_by_key[key]
        return httpx2.Response(status, json=answer)

    def _do(self, method: str, path: str, key: str, body: Any) -> tuple[int, Any]:
        parts = path.strip("/").split("/")[1:]
        if parts[0] == "volunteers" and method == "PUT":
            self.volunteers[parts[1]] = self.volunteers.get(parts[1], {}) | body if parts[2:] == ["duty"] else body
            return 200, body
        if parts[0] == "locations":
            self.positions += body["locations"]
            return 202, {"accepted": len(body["locations"]), "rejected": []}
        if parts[0] == "incidents" and len(parts) == 1:
            return 202, self._report(key, body)
        if parts[0] == "incidents" and method == "PATCH":
            self._correct(parts[1], body)
            return 202, {}
        if parts[0] == "incidents" and parts[2] == "close":
            self.incidents[parts[1]]["status"] = "closed"
            return 202, {}
        return self._answer(parts[1], parts[2], body)

    def _report(self, key: str, body: Any) -> dict[str, Any]:
        incident_id = f"i-8320e5-{len(self.incidents):032x}"
        self.incidents[incident_id] = {"id": incident_id, "status": "dispatching", "body": body, "key": key}
        busy = {offer["volunteer_id"] for offer in self.offers.values() if offer["state"] in LIVE}
        free = [name for name, profile in self.volunteers.items() if profile["on_duty"] and name not in busy]
        for number, volunteer in enumerate(free[: self.offers_each]):
            self._offer(incident_id, number, volunteer, body)
        return {"id": incident_id, "status": "reported", "links": {}}

    def _offer(self, incident_id: str, number: int, volunteer: str, body: Any) -> None:
        is_digital = body["location"] is None
        offer = {
            "id": f"o-8320e5-{incident_id[-32:]}-{number:016x}",
            "incident_id": incident_id,
            "volunteer_id": volunteer,
            "state": "offered",
            "capability": "digital" if is_digital else "field",
            "eta_s": None if is_digital else 120.0,
            "distance_m": None if is_digital else 300.0,
            "location": body["location"],
            "task": {"kind": "verify_report"} if is_digital else None,
        }
        self.offers[offer["id"]] = offer
        self.tell(offer)

    def _correct(self, incident_id: str, body: dict[str, Any]) -> None:
        self.corrections[incident_id] = body
        for offer in self.offers.values():
            if offer["incident_id"] == incident_id and offer["state"] in LIVE[1:]:
                self.tell({**offer, "notice": "changed", "changes": sorted(body), "version": 5})

    def move(self, offer_id: str, state: str) -> None:
        self.offers[offer_id]["state"] = state
        self.tell(self.offers[offer_id])

    def tell(self, offer: dict[str, Any]) -> None:
        for stream in self.streams:
            stream.put_nowait(f"event: offer\nid: {len(self.answers_by_key)}\ndata: {json.dumps(offer)}\n\n")

    def _answer(self, offer_id: str, what: str, body: Any) -> tuple[int, Any]:
        states: dict[str, Callable[[], str]] = {
            "accept": lambda: "accepted",
            "decline": lambda: "declined",
            "progress": lambda: str(body["state"]),
            "result": lambda: "done",
        }
        if what == "confirm":
            self.confirmed.append((offer_id, body["version"]))
            return 202, {}
        if what == "result":
            self.results.append(body)
        self.move(offer_id, states[what]())
        return 202, {}

    def _read(self, request: httpx2.Request) -> httpx2.Response:
        parts = request.url.path.strip("/").split("/")[1:]
        if parts[0] == "offers":
            return httpx2.Response(200, json=self.offers[parts[1]])
        wanted = request.url.params.get("status", "").split(",")
        items = [
            {
                **{name: incident[name] for name in ("id", "status")},
                "offers": [offer for offer in self.offers.values() if offer["incident_id"] == incident["id"]],
            }
            for incident in self.incidents.values()
            if incident["status"] in wanted
        ]
        return httpx2.Response(200, json={"items": items, "next": None})
