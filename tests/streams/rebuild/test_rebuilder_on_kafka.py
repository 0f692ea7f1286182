"""A rebuild and the live path read records about people alike: the same record has one verdict, whoever meets it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, TravelMode
from streams import clock, redis_keys, wire
from streams.kafka import topic_admin
from streams.kafka.records import Consumed
from streams.rebuild.rebuilder import Rebuilder
from streams.settings import Settings, load
from streams.store import RedisClient
from streams.store.people import PeopleStore
from streams.store.restore import Restore
from streams.topics import LOCATIONS, PRIVATE, VOLUNTEERS
from streams.wire import FixRecord, VolunteerPrivate, VolunteerRecord
from streams.worker.location_service import LocationService
from streams.worker.profile_service import ProfileService

DATA_KEY = "A" * 43
OTHER_KEY = bytes(31) + b"1"
WITHIN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    topic: str
    key: bytes
    value: bytes | None


@dataclass(slots=True, kw_only=True)
class PeopleRecords:
    """People of one test: good records of each, then what nobody can read."""

    settings: Settings
    link: RedisClient
    producer: AIOKafkaProducer
    tag: str = field(default_factory=lambda: clock.fresh_id()[:8])
    letters: set[tuple[str, int, int]] = field(default_factory=set)

    def id(self, name: str) -> str:
        return f"{self.tag}-{name}"

    def profile(self, name: str, *, key: bytes | None = None, **changed: Any) -> Sent:
        known: dict[str, Any] = {
            "id": self.id(name),
            "capabilities": (Capability.FIELD,),
            "skills": ("first_aid",),
            "languages": ("kk",),
            "travel_mode": TravelMode.FOOT,
            "max_distance_m": None,
            "on_duty": True,
            "changed_ms": 0,
        }
        record = VolunteerRecord(**(known | changed))
        return Sent(topic=VOLUNTEERS.name, key=key or self.id(name).encode(), value=wire.encode(record))

    def fix(self, name: str, *, lon: float = 76.9, late_s: float = 5.0) -> Sent:
        recorded_ms = clock.now_ms() - int(late_s * 1000)
        fix = FixRecord(volunteer_id=self.id(name), lon=lon, lat=43.2, accuracy_m=5.0, recorded_ms=recorded_ms)
        return Sent(topic=LOCATIONS.name, key=self.id(name).encode(), value=wire.encode(fix))

    def private(self, name: str, *, data_key: bytes | None = None, sealed_for: str | None = None) -> Sent:
        ref = f"volunteer:{self.id(name)}"
        home = VolunteerPrivate(home=Place(lon=71.43, lat=51.128))
        sealed = wire.seal(data_key or self.settings.require_data_key(), sealed_for or ref, home)
        return Sent(topic=PRIVATE.name, key=ref.encode(), value=sealed)

    async def send(self, records: Sequence[Sent]) -> list[tuple[str, int, int]]:
        """Where they stand."""
        sent = [await self.producer.send_and_wait(one.topic, one.value, key=one.key) for one in records]
        return [(at.topic, at.partition, at.offset) for at in sent]

    async def dead_letter(self, record: Consumed, _: str) -> None:
        self.letters.add((record.topic, record.partition, record.offset))

    async def open(self) -> None:
        restore = Restore(self.link, "test")
        assert await restore.acquire(10_000)
        assert await restore.mark_ready(await restore.this_run())
        await restore.release()

    async def picture(self) -> dict[str, Any]:
        """All that is stored of these people."""
        (found,) = await self.link.run([("KEYS", f"*{self.tag}*")])
        keys = sorted(key.decode() for key in found)
        kinds = await self.link.run([("TYPE", key) for key in keys])
        read = {b"hash": "HGETALL", b"string": "GET"}
        rows = await self.link.run([(read[kind], key) for kind, key in zip(kinds, keys, strict=True)])
        return {key: _as_map(row) if isinstance(row, list) else row for key, row in zip(keys, rows, strict=True)}


@pytest.fixture
async def log(kafka: str, redis_url: str) -> AsyncIterator[PeopleRecords]:
    settings = load({"KOMEK_KAFKA": kafka, "KOMEK_REDIS": redis_url, "KOMEK_DATA_KEY": DATA_KEY})
    await asyncio.to_thread(topic_admin.apply_topics, settings)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    made = PeopleRecords(settings=settings, link=RedisClient(redis_url), producer=producer)
    await made.open()
    yield made
    await made.link.close()
    await producer.stop()


def unreadable(log: PeopleRecords) -> list[Sent]:
    """Each is about somebody of whom there are good records, too: those must stay as they are."""
    good = log.profile("v-1").value
    assert good is not None
    return [
        Sent(topic=VOLUNTEERS.name, key=log.id("v-1").encode(), value=b"\xff\x00"),
        Sent(topic=VOLUNTEERS.name, key=log.id("v-1").encode(), value=b"{}"),
        Sent(topic=VOLUNTEERS.name, key=log.id("v-1").encode(), value=good.replace(b'"foot"', b'"helicopter"')),
        Sent(topic=VOLUNTEERS.name, key=log.id("v-1").encode(), value=good.replace(b'"kk"', b"7")),
        log.profile("v-2", key=log.id("v-1").encode(), on_duty=False),  # somebody else's under this key
        log.profile("v-1", key=b"\xff" + log.id("v-1").encode(), on_duty=False),  # a key that is no text
        Sent(topic=VOLUNTEERS.name, key=b"", value=good),  # one without any key is refused by the broker
        Sent(topic=VOLUNTEERS.name, key=b"\xff", value=None),  # a tombstone of nobody
        log.fix("v-1", lon=77.7, late_s=-120.0),  # from the future
        log.fix("v-1", lon=181.0, late_s=1.0),
        Sent(topic=LOCATIONS.name, key=log.id("v-1").encode(), value=None),
        Sent(topic=LOCATIONS.name, key=log.id("v-1").encode(), value=json.dumps({"volunteer_id": 5}).encode()),
        log.private("v-1", data_key=OTHER_KEY),
        log.private("v-1", sealed_for=f"volunteer:{log.id('v-2')}"),
        Sent(topic=PRIVATE.name, key=f"volunteer:{log.id('v-1')}".encode(), value=b"\x01short"),
        Sent(topic=PRIVATE.name, key=b"\xff", value=b"x"),
        Sent(topic=PRIVATE.name, key=b"", value=b"x"),
    ]


async def test_what_the_live_path_refuses_a_rebuild_refuses(log: PeopleRecords) -> None:
    people = PeopleStore(log.link)
    services = [
        service(log.settings, people, dead_letter=log.dead_letter) for service in (ProfileService, LocationService)
    ]
    names = ("v-1", "v-2")
    for name in names:
        await log.send([log.profile(name, heard_ms=5), log.private(name), log.fix(name)])
    await log.send([log.profile("v-2", heard_ms=None)])  # by somebody who did not know that they were heard of
    await log.send([log.profile("v-2", on_duty=False, keeps_duty=True)])  # read before they went on duty
    bad = await log.send(unreadable(log))
    last = await log.send([log.profile("last"), log.private("last"), log.fix("last")])

    for service in services:
        await service.start()
    async with asyncio.timeout(WITHIN_S):
        while not (set(bad) <= log.letters and await _knows(log, "last")):  # noqa: ASYNC110 -- Redis rings no bell
            await asyncio.sleep(0.05)
    for service in services:
        await service.stop()
    live, letters = await log.picture(), set(log.letters)
    await log.link.run([("FLUSHALL",)])
    report = await Rebuilder(settings=log.settings, link=log.link, owner="test").run_always()

    assert report is not None
    assert report.unreadable >= len(bad)
    assert await log.picture() == live
    assert live[redis_keys.volunteer(log.id("v-2"))][b"hd"] == b"5"
    assert live[redis_keys.volunteer(log.id("v-2"))][b"du"] == b"1"
    assert log.letters == letters, "a rebuild writes no second letter"
    assert letters & set(last) == set()


async def _knows(log: PeopleRecords, name: str) -> bool:
    key = redis_keys.volunteer(log.id(name))
    ((profile, home, fix),) = await log.link.run([("HMGET", key, "v", "hx", "at")])
    return None not in (profile, home, fix)


def _as_map(pairs: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(pairs[::2], pairs[1::2], strict=True))
