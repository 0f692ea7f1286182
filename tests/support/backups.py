"""Exports and imports for tests, and a second Kafka to import into; as a pytest plugin.

second_kafka    bootstrap address of another broker than `kafka`, shared by the session
empty           its settings, without any topic
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from streams.backup import run
from streams.backup.backup_key import BackupKey, new_salt
from streams.backup.carried import CARRIED
from streams.backup.documents import MANIFEST, PLAN, Manifest, Plan, Range, write
from streams.backup.importer import Imported, Importer
from streams.backup.parts import Record, is_filler, record_of, write_part
from streams.kafka.log_reader import LogReader
from streams.local import processes
from streams.local.kafka_node import Java, Node
from streams.local.ports import free_ports
from streams.settings import Settings, load
from streams.topics import TOPICS
from tests.support.desk import DATA_KEY
from tests.support.stack import running
from tests.support.waiting import until

SECRET = "a secret of the tests, long enough"


@pytest.fixture(scope="session")
def second_kafka(kafka_parts: Java, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("second-kafka")
    broker_port, controller_port = free_ports(2)
    node = Node(node_id=1, broker_port=broker_port, controller_port=controller_port, folder=folder)
    with running(folder, processes.kafka_part(kafka_parts, node, [node])):
        yield node.bootstrap


@pytest.fixture
def empty(second_kafka: str) -> Settings:
    """The settings of a Kafka without topics."""
    admin = KafkaAdminClient(bootstrap_servers=second_kafka)
    try:
        names = {topic.name for topic in TOPICS}
        if left := names & set(admin.list_topics()):
            admin.delete_topics(sorted(left))
            until(lambda: not names & set(admin.list_topics()))
    finally:
        admin.close()
    return load({"KOMEK_KAFKA": second_kafka, "KOMEK_DATA_KEY": DATA_KEY})


async def exported(settings: Settings, backups: Path) -> tuple[Path, Manifest]:
    return await run.export(settings, backups, SECRET, lambda *_: None)


async def imported(settings: Settings, folder: Path) -> Imported:
    opened = run.open_export(folder, SECRET)
    return await Importer(settings, opened.folder, opened.manifest, opened.key, opened.erasures(None, SECRET)).run()


async def log_of(settings: Settings, topic: str) -> dict[int, list[Record]]:
    """Every record of a topic, by partition; those without meaning are left out."""
    reader = LogReader(settings, "test-log")
    await reader.start()
    try:
        bounds = await reader.bounds(topic, await reader.partitions(topic))
        found: dict[int, list[Record]] = {number: [] for number in bounds}
        async for chunk in reader.read(topic, bounds):
            found[chunk[0].partition] += [one for one in map(record_of, chunk) if not is_filler(one)]
        return found
    finally:
        await reader.stop()


async def ends_of(settings: Settings, topic: str) -> dict[int, int]:
    reader = LogReader(settings, "test-ends")
    await reader.start()
    try:
        return await reader.ends(topic, await reader.partitions(topic))
    finally:
        await reader.stop()


def made_export(
    backups: Path,
    logs: dict[tuple[str, int], tuple[int, int, list[Record]]],
    *,
    begun_ms: int = 1_700_000_000_000,
) -> Path:
    """An export of these records; all other partitions are empty."""
    backup_key = BackupKey(SECRET, new_salt())
    folder = backups / "20260101T000000Z-made"
    folder.mkdir()
    settings = Settings()
    stretches: dict[tuple[str, int], tuple[int, int, list[Record]]] = {
        (one.topic.name, number): (0, 0, []) for one in CARRIED for number in range(one.topic.partition_count(settings))
    } | logs
    ranges = {
        place: Range(topic=place[0], partition=place[1], first=first, end=end)
        for place, (first, end, _) in stretches.items()
    }
    plan = Plan(
        id=folder.name,
        version="0",
        lineage="made",
        begun_ms=begun_ms,
        salt=backup_key.salt.hex(),
        check=backup_key.check,
        settings={"partitions": "8"},
        cuts=tuple(ranges.values()),
        groups=(),
    )
    parts = tuple(
        write_part(folder, backup_key, plan.id, ranges[place], records) for place, (_, _, records) in stretches.items()
    )
    write(folder / PLAN, plan, backup_key)
    write(
        folder / MANIFEST,
        Manifest(plan=plan, completed_ms=1, seconds=1.0, ranges=tuple(ranges.values()), parts=parts),
        backup_key,
    )
    return folder
