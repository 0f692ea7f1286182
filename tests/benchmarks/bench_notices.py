"""Web Push by a push service on this machine: how long from an offer to the hand-over of its push, and how large a push is.

The service is the fake of the tests, which decrypts each push and checks its signature. No vendor is part of the way.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import perf_counter, sleep
from typing import Any

import httpx2

from streams import clock
from streams.local.ports import free_ports
from tests.benchmarks.options import Options
from tests.benchmarks.pages import post
from tests.benchmarks.result import Figure, Result, percentile
from tests.benchmarks.servers import whole
from tests.support.fake_gateways import FakePush, served_beside
from tests.support.places import PLACES
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

NAME = "notices"
ABOUT = "offers to Web Push, handed to a push service on this machine: time and size"

OFFERS, RATE = 200, 20.0
TOGETHER = 4
"""People at one place, and offers of one incident."""
AT_ONCE = 8
HANDED_OVER_WITHIN_S = 60.0


class MeasuredPush(FakePush):
    """Keeps when each push of an offer came first, Unix milliseconds, and how many bytes it had."""

    def __init__(self) -> None:
        super().__init__()
        self.came_ms: dict[str, int] = {}
        self.plain_bytes: list[int] = []
        self.sent_bytes: list[int] = []

    def read(self, headers: Mapping[str, str], raw: bytes) -> Any:
        at_ms = clock.now_ms()
        body = super().read(headers, raw)
        offer = body["notification"]["navigate"].partition("#offer=")[2]
        if offer:
            self.came_ms.setdefault(offer, at_ms)
            self.plain_bytes.append(len(self.decrypted(headers, raw)))
            self.sent_bytes.append(len(raw))
        return body


def run(options: Options) -> Result:
    """`--incidents`: how many offers; `--rate`: offers a second."""
    count, rate = options.incidents or OFFERS, options.rate or RATE
    service, (port,) = MeasuredPush(), free_ports(1)
    settings = {"KOMEK_PUSH_HOSTS": f"127.0.0.1:{port}", "KOMEK_RATES": "off"}
    with served_beside(service, port), whole(options.workers or 2, settings) as (stack, _):
        groups = -(-count // TOGETHER)
        _register(stack, service, groups)
        begun_s = perf_counter()
        incidents = []
        for number in range(groups):
            sleep(max(0.0, begun_s + number * TOGETHER / rate - perf_counter()))
            incidents.append(_report(stack, number))
        until(lambda: len(service.came_ms) >= groups * TOGETHER, HANDED_OVER_WITHIN_S)
        made_ms = dict(made for incident in incidents for made in _offers(stack, incident))
    took_ms = [came_ms - made_ms[offer] for offer, came_ms in service.came_ms.items() if offer in made_ms]
    return Result(
        figures=[
            Figure(name="offers", value=len(made_ms)),
            Figure(name="offers never handed over", value=len(made_ms.keys() - service.came_ms.keys()), at_most=0),
            Figure(name="offer to hand-over p50", value=percentile(took_ms, 0.5), unit="ms"),
            Figure(name="offer to hand-over p95", value=percentile(took_ms, 0.95), unit="ms", at_most=1_000),
            Figure(name="offer to hand-over, longest", value=max(took_ms), unit="ms"),
            Figure(name="payload, largest", value=max(service.plain_bytes), unit="B", at_most=400, anywhere=True),
            Figure(name="encrypted, largest", value=max(service.sent_bytes), unit="B"),
        ],
        notes=[
            f"{rate:g} offers a second; from the time of the decision to the request at the push service",
            "payload: the JSON before it is encrypted; the fake service decrypts and verifies in the same machine",
        ],
    )


def _register(stack: RunningStack, service: FakePush, groups: int) -> None:
    # Reads wait until the workers have built the state in Redis.
    until(lambda: _ask(stack, "/v1/incidents").status_code == 200)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda number: _add(stack, service, number), range(groups * TOGETHER)))


def _add(stack: RunningStack, service: FakePush, number: int) -> None:
    """On duty, at the place of their group, with a device that takes pushes."""
    person = f"v-{number:04}"
    place = PLACES[number // TOGETHER % len(PLACES)]
    profile = {"capabilities": ["field"], "skills": [_skill(number // TOGETHER)], "languages": ["kk", "ru"]}
    device = {"endpoint": f"{service.url}/send/{person}", "keys": service.keys()}
    with httpx2.Client(base_url=stack.api, timeout=20) as http:

        def send(method: str, path: str, body: object, role: str = "volunteer") -> None:
            headers = stack.headers(role, person) | {"Idempotency-Key": clock.fresh_id()}
            http.request(method, f"/v1/volunteers/{person}{path}", headers=headers, json=body).raise_for_status()

        send("PUT", "", profile, "operator")
        send("PUT", "/duty", {"on_duty": True})
        send("PUT", "/location", {"lon": place.lon, "lat": place.lat + number % TOGETHER / 1_000, "accuracy_m": 10})
        send("POST", "/channels", {"kind": "webpush", "label": "bench", "subscription": device})


def _skill(group: int) -> str:
    """Places come again after some groups: then another skill keeps them apart."""
    return ("first_aid", "driver", "search", "rescue", "logistics", "radio")[group // len(PLACES)]


def _report(stack: RunningStack, group: int) -> str:
    place = PLACES[group % len(PLACES)]
    needs = [{"capability": "field", "skill": _skill(group), "count": TOGETHER}]
    point = {"type": "Point", "coordinates": [place.lon, place.lat]}
    body = {"type": "medical.other", "priority": "high", "location": point, "requirements": needs}
    return str(post(stack, "/v1/incidents", body)["id"])


def _offers(stack: RunningStack, incident: str) -> Iterator[tuple[str, float]]:
    """Each with the time of its decision, Unix milliseconds."""
    for offer in _ask(stack, f"/v1/incidents/{incident}").raise_for_status().json()["offers"]:
        yield offer["id"], datetime.fromisoformat(offer["created_at"]).timestamp() * 1000


def _ask(stack: RunningStack, path: str) -> httpx2.Response:
    return httpx2.get(f"{stack.api}{path}", headers=stack.headers("operator"), timeout=20)
