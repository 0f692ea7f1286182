"""Profiles and positions from the log into the picture, as `streams.worker.profile_service` does it, in one task that never
dies."""

import asyncio
from typing import Any, cast

from dispatch.ports import NotReady, StoreUnavailable
from streams import wire
from streams.store.people import PeopleStore
from streams.store.record_decoders import fix_of, profile_of, verification_of
from streams.topics import INCIDENTS, LOCATIONS, VERIFICATIONS, VOLUNTEERS
from streams.worker.profile_service import leave_duty_commands
from tests.simulation.kafka import Kafka, Record
from tests.simulation.redis import Redis


class Registrar:
    def __init__(self, kafka: Kafka, redis: Redis) -> None:
        self._kafka = kafka
        self._redis = redis
        self._read: dict[tuple[str, int], int] = {}

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            for topic in (VOLUNTEERS.name, VERIFICATIONS.name, LOCATIONS.name):
                for number, log in enumerate(self._kafka.topics[topic]):
                    at = self._read.get((topic, number), 0)
                    if at < len(log) and await self._take(topic, log[at:]):
                        self._read[topic, number] = len(log)

    async def _take(self, topic: str, records: list[Record]) -> bool:
        try:
            if topic == LOCATIONS.name:
                await self._redis.do("put_fixes", ([fix_of(cast(Any, record)) for record in records],), {})
                return True
            if topic == VERIFICATIONS.name:
                known = [verification_of(cast(Any, record)) for record in records]
                await self._redis.do("put_verifications", (known,), {})
                return True
            writes = [profile_of(cast(Any, record)) for record in records]
            await self._redis.do("put_profiles", (writes,), {})
            for command in await leave_duty_commands(cast(PeopleStore, self), writes):
                zone = command.incident_id.split("-")[1]
                self._kafka.append(INCIDENTS.name, wire.encode_command(command), zone.encode())
        except (NotReady, StoreUnavailable):
            return False
        return True

    async def engaged(self, volunteer_ids: list[str]) -> dict[str, str]:
        known = [self._redis.store.people.known.get(one) for one in volunteer_ids]
        return {person.id: person.claim.offer_id for person in known if person and person.claim and person.is_confirmed}
