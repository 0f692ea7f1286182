"""Where a local stack listens."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local import addresses
from streams.local.addresses import choose
from streams.local.errors import AlreadyInUse, LocalStackError
from streams.local.ports import PortClaims, answers, free_ports, is_free
from streams.settings import Settings


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def claims(tmp_path: Path) -> Iterator[PortClaims]:
    made = PortClaims(tmp_path)
    yield made
    made.release()


@pytest.fixture
def others_claims(tmp_path: Path) -> Iterator[PortClaims]:
    """Of another stack of the same user."""
    made = PortClaims(tmp_path)
    yield made
    made.release()


def test_a_port_that_was_asked_for_and_is_taken_is_refused_by_name(taken_port: int, claims: PortClaims) -> None:
    with pytest.raises(AlreadyInUse, match=f"KOMEK_PORT={taken_port} is taken on 127.0.0.1"):
        choose(Settings(port=taken_port), print, claims)


def test_of_two_stacks_that_start_together_the_second_takes_another_port_or_is_refused(
    claims: PortClaims, others_claims: PortClaims, monkeypatch: pytest.MonkeyPatch
) -> None:
    (usual,) = free_ports(1)
    monkeypatch.setattr(addresses, "USUAL_PORT", usual)
    said: list[str] = []

    # Nobody listens yet on the port of the first.
    assert choose(Settings(), said.append, others_claims).port == usual
    assert choose(Settings(), said.append, claims).port != usual
    assert [line.split(";")[0] for line in said] == [f"port {usual} is taken"]
    with pytest.raises(AlreadyInUse, match=f"KOMEK_PORT={usual} is taken"):
        choose(Settings(port=usual), print, claims)

    others_claims.release()
    assert choose(Settings(), print, claims).port == usual


def test_ports_are_chosen_where_nothing_can_be_claimed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (usual,) = free_ports(1)

    assert choose(Settings(port=usual), print, PortClaims(tmp_path / "file" / "folder")).port == usual


def test_when_none_was_asked_for_and_the_usual_one_is_taken_a_free_one_is_chosen_and_said(
    taken_port: int, claims: PortClaims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "USUAL_PORT", taken_port)
    said: list[str] = []

    chosen = choose(Settings(), said.append, claims)

    assert chosen.port != taken_port
    assert said == [f"port {taken_port} is taken; using {chosen.port} (KOMEK_PORT chooses another)"]


def test_no_server_gets_a_port_that_an_outgoing_connection_could_take_while_it_is_down() -> None:
    ports = free_ports(20)

    assert len(set(ports)) == 20
    assert all(port < 32_768 for port in ports)


def test_servers_that_the_settings_name_are_not_started(claims: PortClaims) -> None:
    chosen = choose(Settings(kafka="broker:9092", redis="redis://elsewhere/1"), print, claims)

    assert (chosen.kafka, chosen.kafka_port) == ("broker:9092", None)
    assert (chosen.redis, chosen.redis_port) == ("redis://elsewhere/1", None)


def test_own_servers_get_free_ports_of_this_machine_only(claims: PortClaims) -> None:
    chosen = choose(Settings(), lambda _: None, claims)

    assert chosen.kafka == f"127.0.0.1:{chosen.kafka_port}"
    assert chosen.redis == f"redis://127.0.0.1:{chosen.redis_port}/0"
    assert len({chosen.kafka_port, chosen.controller_port, chosen.redis_port, chosen.port}) == 4


def test_an_own_kafka_cannot_keep_three_copies(claims: PortClaims) -> None:
    with pytest.raises(LocalStackError, match="KOMEK_REPLICATION=3"):
        choose(Settings(replication=3), print, claims)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("::1", "http://[::1]:8123"),
    ],
)
def test_the_api_is_named_as_a_browser_here_reaches_it(host: str, url: str) -> None:
    chosen = addresses.Addresses(
        kafka="",
        kafka_port=None,
        controller_port=1,
        admin_port=2,
        redis="",
        redis_port=None,
        redis_tls_port=5,
        host=host,
        port=8123,
    )

    assert chosen.api == url


def test_a_port_answers_only_while_someone_listens(taken_port: int) -> None:
    (free,) = free_ports(1)

    assert answers(taken_port)
    assert not is_free(taken_port)
    assert is_free(free)
    assert not answers(free)


def test_a_secure_stack_has_a_kafka_of_its_own(claims: PortClaims) -> None:
    with pytest.raises(LocalStackError, match="KOMEK_KAFKA=broker:9092: a secure stack has a Kafka of its own"):
        choose(Settings(kafka="broker:9092"), print, claims, secure=True)
