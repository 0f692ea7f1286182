"""An API process that stood still answers who asks now, not who asked a minute ago and has gone."""

import socket
import time

import httpx2
import pytest

from api.http.stale_requests import STALE_AFTER_MS
from streams import clock
from tests.support.standing_still import standing_still
from tests.support.whole_stack import WholeStack

pytestmark = pytest.mark.stack

OLD = 1_500
REPORT = {"type": "medical.other", "location": {"type": "Point", "coordinates": [76.945, 43.238]}}


def sent(komek: WholeStack, request: bytes) -> socket.socket:
    """A connection on which the request was sent; the kernel takes it for a process that stands still."""
    host, _, port = komek.api.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(request)
    return connection


def listing(komek: WholeStack) -> bytes:
    authorization = komek.headers("operator")["Authorization"]
    return f"GET /v1/incidents?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode()


def test_after_a_standstill_new_requests_are_answered_and_old_ones_refused(module_stack: WholeStack) -> None:
    komek, old, request = module_stack, [], listing(module_stack)
    with httpx2.Client(base_url=komek.api, headers=komek.headers("operator"), timeout=60) as client:
        for _ in range(50):
            client.post("/v1/incidents", json=REPORT, headers={"Idempotency-Key": clock.fresh_id()})
        with standing_still(komek.pids["api"]):
            for number in range(OLD):
                old.append(sent(komek, request))
                if number % 3 == 0:
                    old.pop().close()  # its caller has given up
            time.sleep(STALE_AFTER_MS / 1000 + 0.5)
        took_s = []
        for _ in range(5):
            began_s = time.monotonic()
            posted = client.post("/v1/incidents", json=REPORT, headers={"Idempotency-Key": clock.fresh_id()})
            assert httpx2.get(f"{komek.api}/healthz", timeout=60).status_code == 200
            took_s.append(time.monotonic() - began_s)
            assert posted.status_code == 202
        answers = [connection.recv(65536) for connection in old]

    print(f"after the standstill: {[round(one * 1000) for one in took_s]} ms")
    assert {answer.split(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 503 Service Unavailable"}
    assert all(b"retry-after: 1\r\n" in answer for answer in answers)
    for connection in old:
        connection.close()
