"""What people order about webhooks: records of `webhooks`, which the notifier that sends follows."""

import asyncio
from collections.abc import Mapping, Sequence

from kafka.errors import KafkaError

from streams import wire
from streams.errors import BrokerError
from streams.kafka import clients
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import WEBHOOKS
from streams.webhooks.book import WebhookBook, WebhookFollower
from streams.wire import WebhookLetter, WebhookPlace

SOURCE = "komek-webhooks-cli"
_CONFIRM_WITHIN_S = 2.0
Orders = Mapping[str, WebhookPlace | WebhookLetter | None]
"""By key; None is a tombstone."""


def book_now(settings: Settings) -> WebhookBook:
    """Everything that the topic has now. Raises LogUnavailable."""
    return asyncio.run(_read(settings))


async def _read(settings: Settings) -> WebhookBook:
    follower = WebhookFollower(settings, SOURCE)
    try:
        await follower.start()
        return follower.book
    finally:
        await follower.stop()


def order(settings: Settings, orders: Orders) -> None:
    """Writes them, each confirmed. A repeat is harmless.

    Raises:
        BrokerError: Kafka did not confirm.
    """
    producer = clients.prompt_producer(settings, SOURCE)
    try:
        sent = [
            producer.send(
                WEBHOOKS.name,
                key=key.encode(),
                value=None if record is None else wire.encode(record),
                partition=0,
                headers=wire.headers("webhook", key, SOURCE),
            )
            for key, record in orders.items()
        ]
        for one in sent:
            one.get(timeout=_CONFIRM_WITHIN_S)
    # kafka-python asserts that the partition exists.
    except (KafkaError, AssertionError) as error:
        cure = "Repeat the command: a repeat is harmless."
        raise BrokerError(f"orders about webhooks were not confirmed: {kafka_reason(error)}", cure) from error
    finally:
        producer.close(timeout=_CONFIRM_WITHIN_S)


def chosen(letters: Sequence[WebhookLetter], ids: Sequence[str]) -> list[WebhookLetter]:
    """The letters with these event ids; all without ids."""
    return [one for one in letters if not ids or one.event_id in ids]
