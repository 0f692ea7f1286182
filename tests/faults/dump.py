"""The end of a run: waits until nothing moves any more, then writes down the log, Redis and what the API says."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams import clock
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENTS, OFFERS, TOPICS, Topic
from tests.faults.artefacts import Folder, Lines
from tests.faults.client import Client
from tests.faults.cluster import Cluster
from tests.faults.people import People
from tests.faults.picture import Picture
from tests.faults.sampler import Sampler

STILL_FOR_S = 6.0
TRIES = 6
WATCHED = (INCIDENTS, DECISIONS, OFFERS)
READER = "reader"
DERIVED_FIRST = (*(topic for topic in TOPICS if topic not in WATCHED), OFFERS, DECISIONS, INCIDENTS)
"""So that what is written down of a log that moves never has an effect without its cause."""


class Dump:
    def __init__(self, cluster: Cluster, folder: Folder, client: Client, people: People, picture: Picture) -> None:
        self._cluster = cluster
        self._folder = folder
        self._client = client
        self._people = people
        self._picture = picture
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        self._consumer = AIOKafkaConsumer(**self._cluster.kafka, enable_auto_commit=False, auto_offset_reset="earliest")
        await self._consumer.start()

    async def stop(self) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    async def quiet(self, sampler: Sampler, within_s: float) -> bool:
        """Waits until every command is committed and the log has stood still for a while. False when it never did."""
        deadline_s = clock.monotonic_s() + within_s
        seen, since_s = await self._ends(), clock.monotonic_s()
        while clock.monotonic_s() < deadline_s:
            await asyncio.sleep(0.5)
            now = await self._ends()
            if now != seen:
                seen, since_s = now, clock.monotonic_s()
            done = all(
                sampler.committed.get(part.partition, 0) >= end
                for part, end in now.items()
                if part.topic == INCIDENTS.name and end
            )
            if done and clock.monotonic_s() - since_s > STILL_FOR_S:
                return True
        return False

    async def take(self) -> bool:
        """Writes all of it. False when the log moved each time while Redis and the API were read."""
        entries: list[dict[str, Any]] = []
        pages: list[dict[str, Any]] = []
        still = False
        ends: dict[TopicPartition, int] = {}
        for _ in range(TRIES):
            before = await self._ends()
            ends = await self._ends(DERIVED_FIRST)
            entries = await self._picture.everything()
            pages = await self._pages()
            still = await self._ends() == before
            if still:
                break
            await asyncio.sleep(1.0)
        self._write("redis.jsonl", entries)
        self._write("http.jsonl", pages)
        for topic in TOPICS:
            await self._write_topic(topic, ends)
        for number, api in enumerate(self._cluster.apis, 1):
            if text := await self._client.page(api, "/metrics"):
                (self._folder.root / "metrics" / f"api-{number}.txt").write_text(text, "utf-8")
        return still

    def _write(self, name: str, entries: list[dict[str, Any]]) -> None:
        lines = Lines(self._folder.root / name)
        for entry in entries:
            lines.write(entry)
        lines.close()

    async def _ends(self, topics: Sequence[Topic] = WATCHED) -> dict[TopicPartition, int]:
        """Asked topic by topic, in that order."""
        assert self._consumer is not None
        for attempt in range(10):
            try:
                found: dict[TopicPartition, int] = {}
                for topic in topics:
                    found |= await self._consumer.end_offsets(_parts(topic))
                return found
            except (KafkaError, OSError):
                if attempt == 9:
                    raise
                await asyncio.sleep(1.0)
        raise AssertionError

    async def _write_topic(self, topic: Topic, ends: Mapping[TopicPartition, int]) -> None:
        consumer = self._consumer
        assert consumer is not None
        parts = _parts(topic)
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        lines = Lines(self._folder.root / "topics" / f"{topic.name}.jsonl")
        while any([await consumer.position(part) < ends[part] for part in parts]):
            for part, records in (await consumer.getmany(timeout_ms=1000)).items():
                for record in records:
                    if record.offset < ends[part]:
                        lines.write(_line(record))
        lines.close()

    async def _pages(self) -> list[dict[str, Any]]:
        pages, ids = [], []
        path: str | None = "/v1/incidents?limit=200"
        while path is not None:
            page = await self._page(path)
            pages.append(page)
            body = page["body"] if isinstance(page["body"], dict) else {}
            ids += [item["id"] for item in body.get("items", [])]
            path = f"/v1/incidents?limit=200&cursor={quote(body['next'])}" if body.get("next") else None
        gate = asyncio.Semaphore(6)

        async def one(each: str) -> dict[str, Any]:
            async with gate:
                return await self._page(each)

        paths = [f"/v1/incidents/{number}" for number in ids]
        paths += [f"/v1/volunteers/{name}/offers" for name in self._people.by_id]
        pages += await asyncio.gather(*(one(each) for each in [*paths, "/v1/status"]))
        return pages

    async def _page(self, path: str) -> dict[str, Any]:
        # As an operator: monitors see coarse places and no offers.
        status, body = await self._client.read(path, "operator", READER)
        return {"path": path, "status": status, "body": _without_texts(body)}


def _without_texts(body: Any) -> Any:
    """An incident without the private texts that are opened for operators: none may get into the artefacts."""
    if not isinstance(body, dict):
        return body
    kept = {
        name: value for name, value in body.items() if name not in ("description", "address", "caller", "external_id")
    }
    if isinstance(kept.get("material"), list):
        kept["material"] = [{name: one[name] for name in one if name != "text"} for one in kept["material"]]
    return kept


def _parts(topic: Topic) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for number in range(topic.partition_count(Settings()))]


def _line(record: Any) -> dict[str, Any]:
    value = base64.b64encode(record.value).decode() if record.value is not None else None
    return {
        "partition": record.partition,
        "offset": record.offset,
        "timestamp_ms": record.timestamp,
        "key": record.key.decode("utf-8", "backslashreplace") if record.key is not None else None,
        "value_b64": value,
        "headers": {name: (text or b"").decode("utf-8", "backslashreplace") for name, text in record.headers},
    }
