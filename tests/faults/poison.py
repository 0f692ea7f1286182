"""Bytes that nobody can read, straight into the topics that take what comes from outside."""

from collections.abc import Mapping
from random import Random
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams import clock
from streams.topics import INCIDENTS, LOCATIONS, VOLUNTEERS
from tests.faults.artefacts import Folder
from tests.faults.people import People

TARGETS = (INCIDENTS.name, INCIDENTS.name, VOLUNTEERS.name, LOCATIONS.name)


class Poisoner:
    def __init__(self, kafka: Mapping[str, Any], folder: Folder, people: People, seed: int) -> None:
        self._folder = folder
        self._people = people
        self._random = Random(f"poison {seed}")
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self.sent = 0

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(**self._kafka, acks="all", request_timeout_ms=20_000)
        await self._producer.start()

    async def stop(self) -> None:
        if self._producer is not None:
            await self._producer.stop()

    async def one(self, topic: str | None = None) -> None:
        """One record; whether it was taken stands in the history."""
        assert self._producer is not None
        topic = topic or self._random.choice(TARGETS)
        value = self._random.choice(
            [
                b"",
                b"\xff\xfe\x00",
                b"{",
                b"null",
                b'{"kind":"report_incident"}',
                self._random.randbytes(2000),
                b"[" * 5000,
            ]
        )
        common = {"actor": "poisoner", "role": "none", "what": "poison", "method": "PRODUCE", "path": topic}
        rest = {"key": None, "body": None, "repeat_of": None, "other_body_of": None, "answer": None}
        op = clock.fresh_id()
        self._folder.history({"op": op, "phase": "invoke", "at_ms": clock.now_ms(), **common, **rest, "status": None})
        try:
            await self._producer.send_and_wait(topic, value, key=f"poison-{self._random.getrandbits(32):x}".encode())
            phase, status = "ok", 202
            self.sent += 1
        except (KafkaError, OSError):
            phase, status = "unknown", None
        self._folder.history({"op": op, "phase": phase, "at_ms": clock.now_ms(), **common, **rest, "status": status})

    async def burst(self, count: int) -> None:
        for _ in range(count):
            await self.one()
