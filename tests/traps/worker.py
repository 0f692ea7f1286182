"""A small Faust worker in one of the shapes that lose events, or in the one that does not.

python -m tests.traps.worker SHAPE BROKER TOPIC FOLDER

Its group is named like the topic. It notes in FOLDER/notes what it has begun and what is done. Work that is called `slow…` lasts
until FOLDER/go is there; `fails…` raises the first time.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import faust

from streams.worker.agent import CommandWorker
from streams.worker.shutdown import GracefulWorker

QUICK: dict[str, Any] = {
    "broker_commit_interval": 0.2,
    "worker_redirect_stdouts": False,
    "store": "memory://",
    "topic_allow_declare": False,
    "topic_disable_leader": True,
    "web_enabled": False,
    "consumer_auto_offset_reset": "earliest",
    "broker_session_timeout": 6.0,
    "broker_heartbeat_interval": 2.0,
    "broker_rebalance_timeout": 10.0,
}
"""So that a start takes seconds; nothing of it bears on a trap."""


class Work:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, word: str, name: str) -> None:
        with (self._folder / "notes").open("a", encoding="utf-8") as notes:
            notes.write(f"{word} {name}\n")

    async def do(self, name: str) -> None:
        self.note("begun", name)
        if name.startswith("fails") and self._first_time(name):
            raise RuntimeError(name)
        while name.startswith("slow") and not (self._folder / "go").exists():  # noqa: ASYNC110 -- the test says so
            await asyncio.sleep(0.02)
        self.note("done", name)

    def _first_time(self, name: str) -> bool:
        mark = self._folder / f"seen-{name}"
        seen = mark.exists()
        mark.touch()
        return not seen


class PlainDispatcher:
    """What the command worker asks of a dispatcher, with other work."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def catch_up(self, partitions: Any) -> None:
        """Nothing was decided before."""

    def invalidate(self, partitions: Any) -> None:
        """Nothing is remembered."""

    async def handle(self, records: Sequence[Any]) -> None:
        for record in records:
            try:
                name = json.loads(record.value)
            except ValueError:
                self._work.note("dead-lettered", record.value.decode())
                continue
            await self._work.do(name)


def ordinary(app: faust.App, topic: str, work: Work, *, concurrency: int = 1) -> None:
    @app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"), concurrency=concurrency)
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            await work.do(json.loads(event.value))


def parallel(app: faust.App, topic: str, work: Work) -> None:
    ordinary(app, topic, work, concurrency=2)


def acking_itself(app: faust.App, topic: str, work: Work) -> None:
    @app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"))
    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            await work.do(json.loads(event.value))
            await stream.ack(event)


def decoding(app: faust.App, topic: str, work: Work) -> None:
    @app.agent(app.topic(topic, key_serializer="raw", value_serializer="json"))
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            await work.do(event.value)


def safe(app: faust.App, topic: str, work: Work) -> None:
    """The product's own command worker."""

    async def rebuild() -> None:
        """Nothing to rebuild."""

    worker = CommandWorker(
        dispatcher=PlainDispatcher(work),  # type: ignore[arg-type]  # has what is called
        rebuild=rebuild,
        owned=lambda: {part.partition for part in app.consumer.assignment() if part.topic == topic},
        batch=64,
    )

    @app.service
    class Edge(faust.Service):
        async def on_start(self) -> None:
            await self.add_runtime_dependency(worker)

    @app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"), concurrency=1)
    async def agent(stream: Any) -> None:
        await worker.feed(stream)


SHAPES = {
    "ordinary": ordinary,
    "parallel": parallel,
    "acking-itself": acking_itself,
    "decoding": decoding,
    "hasty": ordinary,
    "safe": safe,
}


def main(shape: str, broker: str, topic: str, folder: str) -> None:
    settings: dict[str, Any] = {**QUICK, "stream_wait_empty": shape != "hasty"}
    app = faust.App(topic, broker=f"kafka://{broker}", datadir=Path(folder) / "faust", **settings)
    SHAPES[shape](app, topic, Work(Path(folder)))
    make = partial(GracefulWorker, end_within_s=2.0) if shape == "safe" else faust.Worker
    make(app, loglevel="warn", redirect_stdouts=False, stderr=sys.stderr).execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:5])
