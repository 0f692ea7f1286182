"""One broker and one Redis for the traps: they are stopped for seconds, which the servers of other tests must not be."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from streams.local import processes, redis_server
from streams.local.folder import Folder
from streams.local.kafka_node import Java, Node
from streams.local.ports import free_ports
from tests.support.stack import running
from tests.traps.ground import Ground


@dataclass(frozen=True)
class Server:
    address: str
    pid: int


@pytest.fixture(scope="package")
def broker(kafka_parts: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("trap-kafka")
    broker_port, controller_port = free_ports(2)
    node = Node(node_id=1, broker_port=broker_port, controller_port=controller_port, folder=folder)
    with running(folder, processes.kafka_part(kafka_parts, node, [node])) as supervisor:
        yield Server(node.bootstrap, supervisor.pids()["kafka"])


@pytest.fixture(scope="package")
def redis_alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = Folder(root=tmp_path_factory.mktemp("trap-redis"))
    (port,) = free_ports(1)
    with running(folder.root, processes.redis_part(redis_server.find(), folder, port)) as supervisor:
        yield Server(f"redis://127.0.0.1:{port}/0", supervisor.pids()["redis"])


@pytest.fixture
async def ground(broker: Server, tmp_path: Path) -> AsyncIterator[Ground]:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    producer = AIOKafkaProducer(bootstrap_servers=broker.address)
    await admin.start()
    await producer.start()
    made = Ground(broker.address, admin, producer, tmp_path)
    try:
        yield made
    finally:
        made.clear()
        await producer.stop()
        await admin.close()
