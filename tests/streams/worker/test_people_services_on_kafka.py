"""Positions and profiles through a real broker into a real Redis: what arrives, what is refused, what survives trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from dispatch.model.geo import cell, distance_m
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, TravelMode
from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka import topic_admin
from streams.kafka.records import Consumed
from streams.settings import Settings, load
from streams.store import RedisClient
from streams.store.people import PeopleStore
from streams.store.reads import Reads
from streams.store.restore import Restore
from streams.store.volunteer_view import VolunteerView
from streams.topics import LOCATIONS, PRIVATE, VOLUNTEERS
from streams.wire import FixRecord, VolunteerPrivate, VolunteerRecord
from streams.worker.location_service import LocationService
from streams.worker.profile_service import ProfileService
from tests.support.waiting import eventually

DATA_KEY = "A" * 43
HOME = Place(lon=71.43, lat=51.128)


class PeopleServices:
    """A broker, a store, and the letters that were written about records nobody can read."""

    def __init__(self, settings: Settings, link: RedisClient, producer: AIOKafkaProducer) -> None:
        self.settings = settings
        self.people = PeopleStore(link)
        self.reads = Reads(link)
        self.restore = Restore(link, "test")
        self.link = link
        self.letters: list[tuple[bytes | None, str]] = []
        self.letter_troubles = 0
        self._producer = producer
        self.tag = clock.fresh_id()[:8]

    def id(self, name: str) -> str:
        """The log is shared by all tests, so each has people of its own."""
        return f"{self.tag}-{name}"

    async def dead_letter(self, record: Consumed, reason: str) -> None:
        if self.letter_troubles > 0:
            self.letter_troubles -= 1
            raise LogUnavailable("not confirmed")
        self.letters.append((record.key, reason))

    async def open(self) -> None:
        assert await self.restore.acquire(10_000)
        assert await self.restore.mark_ready(await self.restore.this_run())
        await self.restore.release()

    async def send(self, topic: str, key: str, value: bytes | None) -> int:
        sent = await self._producer.send_and_wait(topic, value, key=key.encode())
        return int(sent.offset)

    async def profile(self, name: str, *, on_duty: bool = True) -> int:
        record = VolunteerRecord(
            id=self.id(name),
            capabilities=(Capability.FIELD,),
            skills=("first_aid",),
            languages=("kk",),
            travel_mode=TravelMode.FOOT,
            max_distance_m=None,
            on_duty=on_duty,
            changed_ms=0,
        )
        return await self.send(VOLUNTEERS.name, self.id(name), wire.encode(record))

    async def position(self, name: str, lon: float, *, recorded_ms: int | None = None) -> None:
        fix = FixRecord(volunteer_id=self.id(name), lon=lon, lat=43.2, accuracy_m=5.0, recorded_ms=recorded_ms)
        await self.send(LOCATIONS.name, self.id(name), wire.encode(fix))

    async def view(self, name: str) -> VolunteerView | None:
        return await self.reads.volunteer(self.id(name), with_places=True)

    @asynccontextmanager
    async def running(self, service: type[Any]) -> AsyncIterator[Any]:
        running = service(self.settings, self.people, dead_letter=self.dead_letter)
        await running.start()
        try:
            yield running
        finally:
            await running.stop()


@pytest.fixture
async def town(kafka: str, redis_url: str) -> AsyncIterator[PeopleServices]:
    settings = load({"KOMEK_KAFKA": kafka, "KOMEK_REDIS": redis_url, "KOMEK_DATA_KEY": DATA_KEY})
    await asyncio.to_thread(topic_admin.apply_topics, settings)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    link = RedisClient(redis_url)
    made = PeopleServices(settings, link, producer)
    await made.open()
    yield made
    await link.close()
    await producer.stop()


async def test_the_newest_position_of_a_person_arrives(town: PeopleServices) -> None:
    await town.profile("v-1")
    now_ms = clock.now_ms()
    await town.position("v-1", 76.1, recorded_ms=now_ms - 20_000)
    await town.position("v-1", 76.110, recorded_ms=now_ms - 10_000)
    await town.position("v-1", 76.105, recorded_ms=now_ms - 15_000)

    async def is_there() -> bool:
        view = await town.view("v-1")
        return view is not None and view.place == Place(lon=76.110, lat=43.2)

    async with town.running(ProfileService), town.running(LocationService):
        await eventually(is_there)


async def test_records_nobody_can_read_become_dead_letters_and_the_rest_goes_on(town: PeopleServices) -> None:
    town.letter_troubles = 2
    await town.profile("v-1")
    await town.send(LOCATIONS.name, town.id("poison"), b"\xff\x00")
    await town.position("future", 76.1, recorded_ms=clock.now_ms() + 120_000)
    await town.position("v-1", 76.4)

    async def is_done() -> bool:
        view = await town.view("v-1")
        own = [key for key, _ in town.letters if key and key.startswith(town.tag.encode())]
        return view is not None and view.place is not None and len(own) >= 2

    async with town.running(ProfileService), town.running(LocationService):
        await eventually(is_done)

    keys = [key for key, _ in town.letters if key and key.startswith(town.tag.encode())]
    assert set(keys) == {town.id("poison").encode(), town.id("future").encode()}


async def test_a_home_place_is_taken_from_the_sealed_record_and_goes_with_it(town: PeopleServices) -> None:
    ref = f"volunteer:{town.id('v-1')}"
    sealed = wire.seal(town.settings.require_data_key(), ref, VolunteerPrivate(home=HOME))
    await town.profile("v-1")
    await town.send(PRIVATE.name, ref, sealed)

    async def has_home() -> bool:
        view = await town.view("v-1")
        return view is not None and view.home is not None and distance_m(view.home, cell(HOME)) < 1

    async def has_none() -> bool:
        view = await town.view("v-1")
        return view is not None and view.home is None

    async with town.running(ProfileService):
        await eventually(has_home)
        assert await town.reads.private(ref) == sealed
        await town.send(PRIVATE.name, ref, None)
        await eventually(has_none)
    assert await town.reads.private(ref) is None


async def test_a_tombstone_erases_and_an_older_profile_does_not_come_back(town: PeopleServices) -> None:
    offset = await town.profile("v-1")

    async def is_known() -> bool:
        return await town.view("v-1") is not None

    async def is_gone() -> bool:
        return await town.view("v-1") is None

    async with town.running(ProfileService):
        await eventually(is_known)
        await town.send(VOLUNTEERS.name, town.id("v-1"), None)
        await eventually(is_gone)

    assert offset >= 0
    names = (await town.link.run([("KEYS", f"komek:vol:{town.id('v-1')}")]))[0]
    assert names == []


async def test_a_batch_waits_for_the_rebuild_and_is_not_lost(town: PeopleServices) -> None:
    await town.link.run([("FLUSHALL",)])
    await town.profile("v-1")
    await town.position("v-1", 76.6)

    async with town.running(LocationService), town.running(ProfileService):
        await asyncio.sleep(1.0)
        await town.open()
        people = PeopleStore(town.link)

        async def is_there() -> bool:
            key = f"komek:vol:{town.id('v-1')}"
            return (await people.link.run([("HGET", key, "x")]))[0] is not None

        await eventually(is_there)


async def test_positions_are_forgotten_after_their_time(town: PeopleServices) -> None:
    short = replace(town.settings, position_ttl_s=60)
    service = LocationService(short, town.people, dead_letter=town.dead_letter)
    await town.profile("v-1")
    await town.position("v-1", 76.6, recorded_ms=clock.now_ms() - 61_000)

    async def is_there() -> bool:
        view = await town.view("v-1")
        return view is not None and view.fix_at_ms is not None

    async with town.running(ProfileService), town.running(LocationService):
        await eventually(is_there)
    assert await service.sweep_once() >= 1

    view = await town.view("v-1")
    assert view is not None
    assert (view.fix_at_ms, view.place) == (None, None)
