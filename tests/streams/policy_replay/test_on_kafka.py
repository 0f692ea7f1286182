"""A replay of real topics: what is read there, and that nothing is written or committed."""

import asyncio
import json

from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient
from typer.testing import CliRunner

from streams import clock
from streams.cli.main import app
from streams.kafka import topic_admin
from streams.settings import Settings
from streams.topics import TOPICS
from tests.support.backups import ends_of
from tests.support.recorded_town import HOUR_MS, RecordedTown, Topics

DAY_MS = 24 * HOUR_MS
AS_RECORDED = {"message.timestamp.type": "CreateTime"}
"""Less than an import sets: half of one is not replayed."""


async def written(settings: Settings, topics: Topics) -> None:
    """The records with the times that they had."""
    await asyncio.to_thread(topic_admin.apply_topics, settings)
    with topic_admin.connected(settings) as admin:
        topic_admin.set_configs(admin, dict.fromkeys(topics.records, AS_RECORDED))
    producer = AIOKafkaProducer(bootstrap_servers=settings.require_kafka(), acks="all")
    await producer.start()
    try:
        sent = [
            await producer.send(one.topic, one.value, key=one.key, partition=one.partition, timestamp_ms=one.timestamp)
            for records in topics.records.values()
            for one in records
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def everything(settings: Settings) -> dict[str, dict[int, int]]:
    return {topic.name: await ends_of(settings, topic.name) for topic in TOPICS}


def groups(settings: Settings) -> set[str]:
    admin = KafkaAdminClient(bootstrap_servers=settings.require_kafka())
    try:
        return {str(one["group_id"]) for one in admin.list_groups()}
    finally:
        admin.close()


async def test_the_log_of_kafka_takes_its_course_again(empty: Settings) -> None:
    # By day, and long enough ago that everything is over.
    begins_ms = (clock.now_ms() // DAY_MS - 1) * DAY_MS + 6 * HOUR_MS
    await written(empty, await RecordedTown(people=30, reports=5, begins_ms=begins_ms).record())
    before = (await everything(empty), await asyncio.to_thread(groups, empty))

    done = await asyncio.to_thread(
        CliRunner().invoke,
        app,
        [
            "replay-log",
            "--from",
            clock.rfc3339(begins_ms - 1),
            "--until",
            clock.rfc3339(begins_ms + 3 * HOUR_MS),
            "--json",
        ],
        env={"KOMEK_KAFKA": empty.require_kafka()},
    )

    assert done.exit_code == 0, done.exception
    said = json.loads(done.stdout)
    was, now = (column["figures"] for column in said["columns"])
    assert was["incidents"] == 5
    assert was["offers"] > 20
    assert now == was
    assert said["left_out"] == {}
    assert (await everything(empty), await asyncio.to_thread(groups, empty)) == before
