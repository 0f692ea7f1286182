"""Looks for data that is older than the table of retention allows (`streams/retention/classes.py`): in topics and in Redis.

Topics are judged by the records that a consumer can still read (the local broker also by its files), Redis by the TTL of each key
and by what the hashes of people hold.
Everything is read once, so this is a command for people and for a nightly job, not for polling.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.errors import TopicAuthorizationFailedError

from dispatch.model.geo import cell, distance_m
from dispatch.model.places import Place
from dispatch.model.private_refs import HANDOVER, MESSAGE
from streams import redis_keys, wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.retention.classes import CLASSES, DAY_S, OWN_TIMES_S, PLACES_S, DataClass, InRedis, own_time_s
from streams.settings import Settings
from streams.store.redis_client import RedisClient
from streams.topics import ERASABLE, INCIDENT_STATUS, PRIVATE, TOPICS, Topic

SLACK_S = 15 * 60
"""Kafka looks for old segments every five minutes by default and deletes files a minute later; two of each, and some."""
COMPACTED_WITHIN_S = 2 * DAY_S
"""A day until the segment is closed, a day in which the cleaner comes round."""
AT_ONCE = 1000
_OF_OWN_TIME = {HANDOVER: "hand-over notes", MESSAGE: "messages from the public"}
_PATTERNS = [(row, row.place.pattern) for row in CLASSES if isinstance(row.place, InRedis)]
_MATCHERS = [
    (row, re.compile(re.escape(pattern).replace(r"\*", ".*")))
    for row, pattern in sorted(_PATTERNS, key=lambda p: -len(p[1]))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TooOld:
    """Something that is kept longer than stated. `age_s`, `limit_s`: None where time is not what is wrong."""

    place: str
    what: str
    age_s: int | None = None
    limit_s: int | None = None


async def findings(settings: Settings, link: RedisClient, reader: LogReader, now_ms: int) -> list[TooOld]:
    """Everything that is too old at `now_ms`.

    Raises:
        LogUnavailable, StoreUnavailable: Kafka or Redis does not answer.
    """
    found, unread = await oldest_records(reader, now_ms)
    found += [TooOld(place=topic.name, what="not checked: this user may not read it") for topic in unread]
    for topic in TOPICS:
        if topic.compacted and topic in ERASABLE:
            found += await _compacted(reader, topic, now_ms)
    found += await _ended(settings, reader, now_ms)
    async for rows in _keys(link):
        found += key_findings(rows)
    async for people in _people(link):
        found += person_findings(people, settings.position_ttl_s, now_ms)
    return found


async def oldest_records(
    reader: LogReader, now_ms: int, topics: Iterable[Topic] = TOPICS
) -> tuple[list[TooOld], list[Topic]]:
    """Of those of the topics whose records end by their age: what is too old, and the topics that this user may not read. Reads
    one record of each partition.

    Raises:
        LogUnavailable: Kafka does not answer.
    """
    found: list[TooOld] = []
    unread: list[Topic] = []
    for topic in topics:
        if topic.compacted:
            continue
        try:
            found += await _deleted(reader, topic, now_ms)
        except LogUnavailable as refused:
            # The CLI's user may not read `audit`: that is said, and the other topics are still checked.
            if not isinstance(refused.__cause__, TopicAuthorizationFailedError):
                raise
            unread.append(topic)
    return found, unread


async def _deleted(reader: LogReader, topic: Topic, now_ms: int) -> list[TooOld]:
    bounds = await reader.bounds(topic.name, await reader.partitions(topic.name))
    limit_s = ((topic.retention_ms or 0) + topic.segment_ms) // 1000 + SLACK_S
    found = []
    for partition, (first, end) in bounds.items():
        if first == end:
            continue
        async for records in reader.read(topic.name, {partition: (first, first + 1)}):
            age_s = (now_ms - records[0].timestamp) // 1000
            if age_s > limit_s:
                place = f"{topic.name}/{partition}"
                found.append(TooOld(place=place, what="oldest record", age_s=age_s, limit_s=limit_s))
    return found


async def _compacted(reader: LogReader, topic: Topic, now_ms: int) -> list[TooOld]:
    bounds = await reader.bounds(topic.name, await reader.partitions(topic.name))
    read: dict[int, list[_Head]] = {}
    async for records in reader.read(topic.name, bounds):
        read.setdefault(records[0].partition, []).extend(
            # Only what is needed: the values of a whole topic do not fit into memory.
            [_Head(record.key or b"", record.timestamp, record.value is None) for record in records]
        )
    found = []
    for partition, heads in read.items():
        oldest = replaced_longest(heads, now_ms)
        if oldest is not None and oldest > COMPACTED_WITHIN_S + SLACK_S:
            place = f"{topic.name}/{partition}"
            what = "replaced or erased record"
            found.append(TooOld(place=place, what=what, age_s=oldest, limit_s=COMPACTED_WITHIN_S + SLACK_S))
    return found


@dataclass(frozen=True, slots=True)
class _Head:
    key: bytes
    timestamp: int
    is_tombstone: bool


def replaced_longest(records: Sequence[Any], now_ms: int) -> int | None:
    """For how many seconds a value has been in the log after it was replaced, at most; None when there is none.

    `records`: keys, times and whether they are tombstones, in the order of the log.
    """
    live: set[bytes] = set()
    since_ms: int | None = None
    for record in records:
        if record.key in live and (since_ms is None or record.timestamp < since_ms):
            since_ms = record.timestamp
        if record.is_tombstone:
            live.discard(record.key)
        else:
            live.add(record.key)
    return None if since_ms is None else (now_ms - since_ms) // 1000


async def _ended(settings: Settings, reader: LogReader, now_ms: int) -> list[TooOld]:
    """Private records of incidents that ended longer ago than KOMEK_PRIVATE_DAYS, and texts of hand-over notes after a week;
    with a day for the service."""
    limit_s = (settings.private_days + 1) * DAY_S
    ended: dict[str, int] = {}
    async for records in _all(reader, INCIDENT_STATUS):
        for record in records:
            state = _status(record.value)
            if state is not None and not state.is_open and state.times.closed_ms is not None:
                ended[state.id] = state.times.closed_ms
            elif state is not None:
                ended.pop(state.id, None)
    kept: dict[str, int] = {}
    notes: dict[str, int] = {}
    async for records in _all(reader, PRIVATE):
        for record in records:
            ref = (record.key or b"").decode("utf-8", "replace")
            closed_ms = ended.get(ref.partition("incident:")[2].partition(":")[0])
            if record.value is None:
                kept.pop(ref, None)
                notes.pop(ref, None)
            elif own_time_s(ref) is not None:
                notes[ref] = (now_ms - record.timestamp) // 1000
            elif closed_ms is not None and (now_ms - closed_ms) // 1000 > limit_s:
                kept[ref] = (now_ms - closed_ms) // 1000
    found = [("private records of ended incidents", kept, limit_s)]
    for start, kept_s in OWN_TIMES_S.items():
        old = {ref: age_s for ref, age_s in notes.items() if ref.startswith(start) and age_s > kept_s + DAY_S}
        found.append((_OF_OWN_TIME[start], old, kept_s + DAY_S))
    return [
        TooOld(place=PRIVATE.name, what=f"{len(old)} {what}", age_s=max(old.values()), limit_s=limit)
        for what, old, limit in found
        if old
    ]


def disk_findings(kafka_log: Path, now_ms: int) -> Iterator[TooOld]:
    """Files of the local broker that a consumer cannot see or that are too old: closed segments by their last append."""
    for topic in TOPICS:
        limit_s = ((topic.retention_ms or 0) + topic.segment_ms) // 1000 + SLACK_S
        for folder in sorted(kafka_log.glob(f"{topic.name}-*")):
            # The last one is written; the consumer's view judges it.
            for segment in sorted(folder.glob("*.log"))[:-1]:
                age_s = now_ms // 1000 - int(segment.stat().st_mtime)
                if not topic.compacted and age_s > limit_s:
                    yield TooOld(place=f"{folder.name}/{segment.name}", what="segment", age_s=age_s, limit_s=limit_s)
            for rest in folder.glob("*.deleted"):
                age_s = now_ms // 1000 - int(rest.stat().st_mtime)
                if age_s > limit_s:
                    yield TooOld(place=f"{folder.name}/{rest.name}", what="deleted file", age_s=age_s, limit_s=limit_s)


def _status(value: bytes | None) -> Any:
    try:
        return None if value is None else wire.decode_status(value).incident
    except wire.Unreadable:
        return None


async def _all(reader: LogReader, topic: Topic) -> AsyncIterator[Sequence[ConsumerRecord]]:
    bounds = await reader.bounds(topic.name, await reader.partitions(topic.name))
    async for records in reader.read(topic.name, bounds):
        yield records


def row_of(key: str) -> DataClass | None:
    """The row of the table for a key in Redis; the longest pattern that matches counts."""
    return next((row for row, matcher in _MATCHERS if matcher.fullmatch(key)), None)


def key_findings(keys: Iterable[tuple[str, int]]) -> Iterator[TooOld]:
    """`keys`: name and TTL in seconds; -1: none, -2: gone meanwhile."""
    for key, ttl_s in keys:
        row = row_of(key)
        if row is None:
            # Its pattern and not its name, which may contain the id of a person.
            yield TooOld(place=_kind(key), what="key without a row in the table")
        elif isinstance(row.place, InRedis) and row.place.has_ttl and ttl_s == -1:
            yield TooOld(place=row.place.pattern, what="key without a TTL", limit_s=row.kept_s)
        elif isinstance(row.place, InRedis) and row.place.has_ttl and row.kept_s and ttl_s > row.kept_s:
            yield TooOld(place=row.place.pattern, what="TTL", age_s=ttl_s, limit_s=row.kept_s)


def person_findings(people: Iterable[Mapping[str, str]], position_ttl_s: int, now_ms: int) -> Iterator[TooOld]:
    """`people`: the fields `du`, `x`, `at`, `hx`, `hy` of each hash, absent ones left out."""
    place = redis_keys.volunteer("*")
    limit_s = position_ttl_s + PLACES_S
    for person in people:
        if "x" in person and person.get("du") != "1":
            yield TooOld(place=place, what="position of somebody who is not on duty")
        if "at" in person and (age_s := (now_ms - int(float(person["at"]))) // 1000) > limit_s:
            yield TooOld(place=place, what="position", age_s=age_s, limit_s=limit_s)
        if "hx" in person:
            home = Place(lon=float(person["hx"]), lat=float(person["hy"]))
            if distance_m(home, cell(home)) > 1:
                yield TooOld(place=place, what="home that is not the centre of a cell: run `komek rebuild`")


def _kind(key: str) -> str:
    return ":".join([*key.split(":")[:2], "*"])


async def _keys(link: RedisClient) -> AsyncIterator[list[tuple[str, int]]]:
    async for names in _scan(link, redis_keys.PREFIX + "*"):
        ttls = await link.run([("TTL", name) for name in names], deadline_s=5.0)
        yield [(name.decode("utf-8", "replace"), ttl) for name, ttl in zip(names, ttls, strict=True) if ttl != -2]


async def _people(link: RedisClient) -> AsyncIterator[list[dict[str, str]]]:
    fields = ("du", "x", "at", "hx", "hy")
    async for names in _scan(link, redis_keys.volunteer("*")):
        rows = await link.run([("HMGET", name, *fields) for name in names], deadline_s=5.0)
        yield [{name: value.decode() for name, value in zip(fields, row, strict=True) if value} for row in rows]


async def _scan(link: RedisClient, pattern: str) -> AsyncIterator[list[bytes]]:
    cursor = b"0"
    while True:
        cursor, names = (await link.run([("SCAN", cursor, "MATCH", pattern, "COUNT", AT_ONCE)], deadline_s=5.0))[0]
        if names:
            yield names
        if int(cursor) == 0:
            return
