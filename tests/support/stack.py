"""Real servers for tests, as a pytest plugin.

    kafka       bootstrap address of one real broker, shared by the session
    redis_url   URL of one real Redis, shared by the session and emptied before each test that asks for it
    stack       starts whole Komeks (Kafka, Redis, workers, API as processes): `with stack(workers=1) as komek: ...`; most tests
                need none of their own (`tests/support/shared_stack.py`)
    kafka_parts what a test needs to start brokers of its own: the JRE and the jars

Every server listens on 127.0.0.1 and lives in a temporary folder; all have ended when the session has.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from streams.components import Component
from streams.local import jars, maven, processes, redis_server
from streams.local.class_archive import java_with
from streams.local.folder import Folder
from streams.local.kafka_node import Java, Node
from streams.local.ports import free_ports
from streams.local.process import Part
from streams.local.supervisor import Supervisor
from streams.store.redis_users import user_of, users
from tests.support.whole_stack import StartStack, WholeStack

SERVER_WITHIN_S = 90.0
PASSWORD = "test"
"""Of every user of the Redis of tests."""


def url_of(redis_url: str, component: Component) -> str:
    """The same Redis for the user of a component."""
    return redis_url.replace("//", f"//{user_of(component)}:{PASSWORD}@", 1)


@pytest.fixture(scope="session")
def kafka_parts() -> Java:
    cache = jars.cache_folder(os.environ)
    jars.ensure(jars.pinned(), cache, fetch=maven.fetch, progress=lambda _: None)
    return java_with(cache)


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    logs: Path


@pytest.fixture(scope="session")
def kafka_server(kafka_parts: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("kafka")
    broker_port, controller_port = free_ports(2)
    node = Node(node_id=1, broker_port=broker_port, controller_port=controller_port, folder=folder)
    with running(folder, processes.kafka_part(kafka_parts, node, [node])):
        yield Server(node.bootstrap, folder / "logs")


@pytest.fixture(scope="session")
def kafka(kafka_server: Server) -> str:
    return kafka_server.address


@pytest.fixture(scope="session")
def redis_server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = Folder(root=tmp_path_factory.mktemp("redis"))
    (port,) = free_ports(1)
    with running(folder.root, processes.redis_part(redis_server.find(), folder, port)):
        url = f"redis://127.0.0.1:{port}/0"
        with redis.Redis.from_url(url) as client:
            _make_users(client)
        yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """Empty; functions and scripts that a test loaded are gone, too. It has the users of `deploy/redis-users.acl`."""
    with redis.Redis.from_url(redis_server_url) as client:
        client.flushall()
        client.script_flush()
        _make_users(client)
    return redis_server_url


def _make_users(client: Any) -> None:
    for name, _, rule in users():
        client.execute_command("ACL", "SETUSER", name, "reset", "on", f">{PASSWORD}", *rule.split())


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> StartStack:
    """For one test. See `tests/support/whole_stack.py` for what a running one offers."""
    return Starter(tmp_path_factory)


@contextmanager
def running(folder: Path, *servers: Part) -> Iterator[Supervisor]:
    """Servers that are ready inside the block and gone after it."""
    said: list[str] = []
    supervisor = Supervisor(logs=folder / "logs", say=said.append)
    try:
        supervisor.start(servers)
        supervisor.await_ready(servers, within_s=SERVER_WITHIN_S, stopped=lambda: False)
        yield supervisor
    finally:
        supervisor.end()


class Starter:
    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self.logs: Path | None = None
        """Of the last stack."""

    def __call__(
        self, *, workers: int = 2, demo: bool = False, data: Path | None = None, environ: dict[str, str] | None = None
    ) -> WholeStack:
        made = WholeStack(data or self._folders.mktemp("komek"), workers=workers, demo=demo, environ=environ or {})
        self.logs = made.logs
        return made
