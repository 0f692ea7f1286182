"""Where a trap is set: one topic of one partition, workers that read it, and what was begun, done and committed."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from streams import clock
from tests.support.whole_stack import without_komek

WITHIN_S = 90.0
ENDED_WITHIN_S = 60.0


class Ground:
    """Topic and group have the same name, of their own; so has the folder."""

    def __init__(self, broker: str, admin: AIOKafkaAdminClient, producer: AIOKafkaProducer, folder: Path) -> None:
        self.broker = broker
        self.topic = f"trap-{clock.fresh_id()}"
        self._admin = admin
        self._producer = producer
        self._folder = folder
        self._workers: list[subprocess.Popen[bytes]] = []

    async def prepare(self, names: Iterable[str | bytes], *, most_bytes: int = 1_000_000) -> None:
        """The topic with this work in it, in this order; bytes are sent as they are."""
        config = {"max.message.bytes": str(most_bytes)}
        await self._admin.create_topics(
            [NewTopic(self.topic, num_partitions=1, replication_factor=1, topic_configs=config)]
        )
        for name in names:
            await self.send(name)

    async def send(self, name: str | bytes) -> None:
        value = name if isinstance(name, bytes) else json.dumps(name).encode()
        await self._producer.send_and_wait(self.topic, value, partition=0)

    def start(self, shape: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.traps.worker", shape, self.broker, self.topic, str(self._folder)]
        with (self._folder / "log").open("ab") as log:
            worker = subprocess.Popen(command, env=without_komek(), stdout=log, stderr=log)
        self._workers.append(worker)
        return worker

    def go(self) -> None:
        """Slow work comes to its end."""
        (self._folder / "go").touch()

    def noted(self, word: str) -> list[str]:
        notes = self._folder / "notes"
        lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
        return [line.removeprefix(f"{word} ") for line in lines if line.startswith(f"{word} ")]

    async def committed(self) -> int:
        """The offset the group goes on from; 0 when it has committed nothing."""
        try:
            offsets = await self._admin.list_consumer_group_offsets(self.topic)
        except KafkaError:
            return 0
        found = offsets.get(TopicPartition(self.topic, 0))
        return 0 if found is None else max(0, int(found.offset))

    async def until_committed(self, offset: int) -> None:
        async with asyncio.timeout(WITHIN_S):
            while await self.committed() < offset:  # noqa: ASYNC110 -- what is waited for happens in another process
                await asyncio.sleep(0.05)

    async def until(self, is_so: Callable[[], Any]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not is_so():  # noqa: ASYNC110 -- what is waited for happens in another process
                await asyncio.sleep(0.02)

    async def ended(self, worker: "subprocess.Popen[bytes]", number: int = 0) -> int:
        """The exit code, after a signal if one is given."""
        if number:
            worker.send_signal(number)
        return await asyncio.to_thread(worker.wait, WITHIN_S)

    def clear(self) -> None:
        for worker in self._workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            worker.wait(ENDED_WITHIN_S)
