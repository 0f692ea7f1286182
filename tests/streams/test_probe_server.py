"""Probes and metrics of a process without an API."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from streams.components import Component
from streams.local.ports import LOOPBACK, free_ports
from streams.probe_server import ProbeServer


@pytest.fixture
def probes() -> Iterator[ProbeServer]:
    server = ProbeServer(Component.WORKER)
    server.serve((LOOPBACK, free_ports(1)[0]))
    yield server
    server.close()


def got(probes: ProbeServer, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://{LOOPBACK}:{probes.port}{path}", method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_a_process_is_healthy_before_it_is_ready(probes: ProbeServer) -> None:
    assert got(probes, "/healthz")[0] == 200
    assert got(probes, "/readyz")[0] == 503

    probes.ready.set()
    assert got(probes, "/readyz")[0] == 200

    probes.ready.clear()  # it stops
    assert got(probes, "/readyz")[0] == 503


def test_metrics_are_those_of_the_list(probes: ProbeServer) -> None:
    status, text = got(probes, "/metrics")

    assert status == 200
    assert "# HELP komek_offers_made_total Offers made, by capability" in text


def test_a_head_has_no_body_and_other_paths_and_methods_are_refused(probes: ProbeServer) -> None:
    assert got(probes, "/metrics", "HEAD") == (200, "")
    assert got(probes, "/metrics?name[]=up")[0] == 200
    assert got(probes, "/")[0] == 404
    assert got(probes, "/healthz", "POST")[0] == 501


def test_a_client_that_says_nothing_keeps_no_other_from_its_answer(probes: ProbeServer) -> None:
    assert probes.port is not None
    with socket.create_connection((LOOPBACK, probes.port)):
        assert got(probes, "/healthz")[0] == 200


def test_a_taken_port_stops_nothing(probes: ProbeServer) -> None:
    assert probes.port is not None
    second = ProbeServer(Component.WORKER)

    second.serve((LOOPBACK, probes.port))

    assert second.port is None
    second.close()


def test_without_an_address_nobody_listens() -> None:
    server = ProbeServer(Component.WORKER)
    server.serve(None)
    assert server.port is None
