"""The folder of a run, read line by line.

run.json history.jsonl nemesis.jsonl samples.jsonl topics/*.jsonl redis.jsonl http.jsonl canaries.json logs/ metrics/
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.checker.topics import NEEDED


class Unreadable(Exception):
    """The folder is not whole, or a line of it cannot be read."""


class Record(NamedTuple):
    """`seek`: where its line begins in the file of its topic."""

    topic: str
    partition: int
    offset: int
    at_ms: int
    key: str | None
    value: bytes | None
    headers: dict[str, Any]
    seek: int

    @property
    def where(self) -> str:
        return f"{self.topic} {self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Times in ms since 1970. After `ended_ms` nothing is expected of the run any more."""

    profile: str
    started_ms: int
    load_ended_ms: int
    healed_ms: int
    ended_ms: int


class Folder:
    def __init__(self, root: Path) -> None:
        """Raises Unreadable when this is no folder of a run."""
        self.root = root
        missing = [topic for topic in NEEDED if not self._topic(topic).is_file()]
        if missing:
            raise Unreadable(f"{root}: no records of {', '.join(missing)}")
        told = self._json("run.json")
        try:
            times = {name: int(told[name]) for name in ("started_ms", "load_ended_ms", "healed_ms", "ended_ms")}
            self.run = Run(profile=str(told["profile"]), **times)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"run.json: {error!r}") from error

    def topics(self) -> list[str]:
        return sorted(path.name.removesuffix(".jsonl") for path in (self.root / "topics").glob("*.jsonl"))

    def records(self, topic: str) -> Iterator[Record]:
        """All records of a topic as they were written, each partition in its order; none of a topic that is not there.

        Raises:
            Unreadable: a line is no record, or a partition is out of order.
        """
        last: dict[int, int] = {}
        for seek, line in self._lines(self._topic(topic)):
            record = self._record(topic, seek, line)
            if record.offset <= last.get(record.partition, -1):
                raise Unreadable(f"{record.where}: after offset {last[record.partition]}")
            last[record.partition] = record.offset
            yield record

    def records_at(self, topic: str, seeks: list[int]) -> Iterator[Record]:
        """The records whose lines begin there."""
        with self._topic(topic).open("rb") as file:
            for seek in seeks:
                file.seek(seek)
                yield self._record(topic, seek, file.readline())

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """Objects of a `.jsonl` file; none when it is not there."""
        for seek, line in self._lines(self.root / name):
            try:
                value = json.loads(line)
            except ValueError as error:
                raise Unreadable(f"{name}, byte {seek}: {error}") from error
            if not isinstance(value, dict):
                raise Unreadable(f"{name}, byte {seek}: no object")
            yield value

    def canaries(self) -> dict[str, Any]:
        return self._json("canaries.json") if (self.root / "canaries.json").is_file() else {}

    def texts(self) -> list[Path]:
        """Logs, metrics and bodies of errors: what is searched as plain text."""
        found = [path for name in ("logs", "metrics") for path in (self.root / name).rglob("*") if path.is_file()]
        return sorted(found) + [path for path in [self.root / "errors.jsonl"] if path.is_file()]

    def _topic(self, topic: str) -> Path:
        return self.root / "topics" / f"{topic}.jsonl"

    def _json(self, name: str) -> dict[str, Any]:
        try:
            value = json.loads((self.root / name).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise Unreadable(f"{name}: {error}") from error
        if not isinstance(value, dict):
            raise Unreadable(f"{name}: no object")
        return value

    def _lines(self, path: Path) -> Iterator[tuple[int, bytes]]:
        if not path.is_file():
            return
        seek = 0
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    yield seek, line
                seek += len(line)

    def _record(self, topic: str, seek: int, line: bytes) -> Record:
        try:
            told = json.loads(line)
            packed = told["value_b64"]
            return Record(
                topic=topic,
                partition=told["partition"],
                offset=told["offset"],
                at_ms=told["timestamp_ms"],
                key=told["key"],
                value=None if packed is None else base64.b64decode(packed),
                headers=told.get("headers") or {},
                seek=seek,
            )
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise Unreadable(f"{topic}, byte {seek}: {error!r}") from error
