"""A producer of kafka-python loses one batch to a broker that stands still; prints whether it ever works again.

python -m tests.traps.expiring idempotent|ours BROKER TOPIC PID-OF-BROKER

A process of its own: a wedged producer leaves threads and sockets that nothing can end.
"""

import os
import sys
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError

from streams.kafka.clients import prompt_producer
from streams.settings import Settings
from tests.support.standing_still import standing_still

TRIES = 3
PATIENCE_S = 2.5
"""Longer than the producer itself tries to deliver."""


def idempotent(broker: str) -> Any:
    """As the intake's, less the one setting."""
    return KafkaProducer(
        bootstrap_servers=broker,
        enable_idempotence=True,
        acks="all",
        max_block_ms=1500,
        request_timeout_ms=1000,
        delivery_timeout_ms=1500,
        retry_backoff_ms=50,
        reconnect_backoff_ms=20,
        reconnect_backoff_max_ms=250,
    )


def ours(broker: str) -> Any:
    return prompt_producer(Settings(kafka=broker), "trap")


def is_confirmed(producer: Any, topic: str) -> bool:
    try:
        producer.send(topic, b"x").get(timeout=PATIENCE_S)
    except KafkaTimeoutError:
        return False
    return True


def main(way: str, broker: str, topic: str, pid: int) -> str:
    producer = {"idempotent": idempotent, "ours": ours}[way](broker)
    if not is_confirmed(producer, topic):
        return "never worked"
    with standing_still(pid):
        if is_confirmed(producer, topic):
            return "confirmed by a broker that stands still"
    return "works again" if any(is_confirmed(producer, topic) for _ in range(TRIES)) else "wedged"


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])), flush=True)
    os._exit(0)
