"""Every client of Kafka is made here, one function for each class of the two libraries; a test forbids it elsewhere.

What all have in common stands here once: the brokers, a bounded patience (`streams/kafka/timeouts.py`), and leaders that are
asked for anew every two seconds. `differing` is what one use needs besides, in the library's own words. Clients of aiokafka are
not started yet; those of kafka-python connect at once and raise `KafkaError` when no broker answers.
"""

import os
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient

from streams.kafka import timeouts
from streams.settings import Settings

REQUEST_TIMEOUT_MS = 60_000
"""A batch older than this is dropped by the client, which then cannot say whether it is in the log."""


def async_consumer(settings: Settings, client_id: str, *topics: str, **differing: Any) -> AIOKafkaConsumer:
    """Without a group: the caller assigns partitions and seeks."""
    common = {"enable_auto_commit": False, "auto_offset_reset": "earliest", "request_timeout_ms": timeouts.ANSWER_MS}
    consumer = AIOKafkaConsumer(*topics, **{**_common(settings, client_id), "group_id": None, **common, **differing})
    if differing.get("group_id") is None:
        timeouts.leaves_who_stands_still(consumer._client)
    return consumer


def group_member(settings: Settings, group: str, *topics: str, **differing: Any) -> AIOKafkaConsumer:
    """A consumer that shares its topics with the other members of the group, and commits by itself."""
    membership = {
        "group_id": group,
        "session_timeout_ms": timeouts.SESSION_MS,
        "heartbeat_interval_ms": timeouts.HEARTBEAT_MS,
        "rebalance_timeout_ms": timeouts.REBALANCE_MS,
        "request_timeout_ms": timeouts.ANSWER_TO_MEMBER_MS,
    }
    return async_consumer(settings, f"{group}-{os.getpid()}", *topics, **membership, **differing)


def async_producer(settings: Settings, client_id: str, **differing: Any) -> AIOKafkaProducer:
    """Sends at once, and counts only what all replicas in sync have."""
    producer = AIOKafkaProducer(**{**_common(settings, client_id), "acks": "all", "linger_ms": 0, **differing})
    # `request_timeout_ms` is the life of a batch and the patience of a request in one. With a single request the client must have
    # less: it is sent again, with the same sequence number, to whoever leads the partition by then.
    timeouts.leaves_who_stands_still(producer.client)
    return producer


def idempotent_producer(settings: Settings, client_id: str, within_ms: int) -> AIOKafkaProducer:
    """What the broker has not confirmed within the time is dropped."""
    return async_producer(
        settings, client_id, enable_idempotence=True, request_timeout_ms=within_ms, max_batch_size=256 * 1024
    )


def async_admin(settings: Settings, client_id: str) -> AIOKafkaAdminClient:
    return AIOKafkaAdminClient(**_common(settings, client_id), request_timeout_ms=timeouts.ANSWER_MS)


def producer(settings: Settings, client_id: str, **differing: Any) -> KafkaProducer:
    """Not idempotent: kafka-python's idempotent producer wedges for ever once a batch has expired."""
    return KafkaProducer(**{**_common(settings, client_id), "enable_idempotence": False, "acks": "all", **differing})


def prompt_producer(settings: Settings, client_id: str) -> KafkaProducer:
    """Says within two seconds whether a record is in the log, or that nobody knows."""
    return producer(
        settings,
        client_id,
        allow_auto_create_topics=False,
        max_block_ms=1750,
        request_timeout_ms=1000,
        delivery_timeout_ms=1750,
        retry_backoff_ms=50,
        reconnect_backoff_ms=20,
        reconnect_backoff_max_ms=250,  # a broker that is back is used at once
        bootstrap_timeout_ms=5000,
        metrics_enabled=False,
    )


def consumer(settings: Settings, client_id: str) -> KafkaConsumer:
    """Without a group: the caller assigns partitions and seeks."""
    common = {"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    return KafkaConsumer(**_common(settings, client_id), **common)


def admin(settings: Settings, client_id: str, *, connect_within_ms: int, request_within_ms: int) -> KafkaAdminClient:
    return KafkaAdminClient(
        **_common(settings, client_id), bootstrap_timeout_ms=connect_within_ms, request_timeout_ms=request_within_ms
    )


def _common(settings: Settings, client_id: str) -> dict[str, Any]:
    return {
        "bootstrap_servers": settings.require_kafka().split(","),
        "client_id": client_id,
        "metadata_max_age_ms": timeouts.LEADERS_MS,
    }
