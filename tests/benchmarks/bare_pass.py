"""The shortest way through Faust: read, write, ack, in the same safe shape and with the same settings as Komek's worker.

python -m tests.benchmarks.bare_pass
"""

import os
import sys
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from streams import settings
from streams.settings import Settings
from streams.worker.app import _faust_settings as pinned_settings
from tests.benchmarks.bare_topics import COMMANDS, OFFERS_MADE


def build(at: Settings) -> faust.App:
    own = {**pinned_settings(at), "consumer_auto_offset_reset": "latest", "datadir": at.data / "bare-pass"}
    app = faust.App("bench-pass", **own)

    @app.agent(app.topic(COMMANDS, key_serializer="raw", value_serializer="raw"), concurrency=1)
    async def through(stream: Any) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=at.require_kafka(), enable_idempotence=True, acks="all", linger_ms=0
        )
        await producer.start()
        try:
            async for event in stream.noack().events():
                await producer.send_and_wait(OFFERS_MADE, event.message.value, key=event.message.key)
                await stream.ack(event)
        finally:
            await producer.stop()

    return app


def main() -> None:
    app = build(settings.load(os.environ))
    faust.Worker(app, loglevel="warn", redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()


if __name__ == "__main__":
    main()
