"""A store with what a test needs around it: the same face for Redis and for memory."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest

from dispatch.model.people import Found, Hold, Need
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability
from dispatch.ports import Application, Applied, AppliedState, NotReady
from streams import redis_keys
from streams.components import Component
from streams.live_index.follower import IndexFollower
from streams.live_index.live_index import LiveIndex
from streams.live_index.live_store import LiveStore
from streams.store import RedisClient, RedisStore
from streams.store.duty_clock import DutyClock
from streams.store.memory.distances import metres
from streams.store.memory.people import STILL_M
from streams.store.memory.store import MemoryStore
from streams.store.people import FixWrite, PeopleStore, PrivateWrite, ProfileWrite
from streams.store.reads import Reads
from streams.store.redis_target import RedisTarget, target_of_url
from streams.store.restore import Restore, RestoredIncident
from streams.store.verifications import Ending, VerificationWrite
from tests.contracts.index import expected_indexes, expected_place, is_on_duty
from tests.support.stack import url_of

INDEXES = (
    redis_keys.field_index(""),
    redis_keys.engaged_index(""),
    redis_keys.digital_index("", "").removesuffix(":"),
    redis_keys.digital_engaged(""),
)


class People(Protocol):
    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int: ...
    async def put_private(self, writes: Sequence[PrivateWrite]) -> int: ...
    async def put_fixes(self, fixes: Sequence[FixWrite]) -> frozenset[FixWrite]: ...
    async def erase(self, volunteer_id: str, *, profile_offset: int, private_offset: int | None = None) -> None: ...
    async def sweep_fixes(self, ttl_ms: int) -> int: ...
    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> int: ...
    async def ended_verifications(self, done: Sequence[Ending] = ()) -> list[Ending]: ...
    async def duty_clock(self, done: DutyClock | None = None) -> DutyClock: ...


class StoreWorld(Protocol):
    """`forget` is FLUSHALL; `rebuilt` opens the picture again; `woken` are incidents whose retry was brought forward."""

    store: RedisStore | MemoryStore
    people: People

    async def forget(self) -> None: ...
    async def rebuilt(self, *incidents: RestoredIncident) -> list[Hold]: ...
    async def woken(self) -> list[str]: ...
    async def looks(self) -> dict[str, int]: ...
    async def audit(self) -> None: ...


class PeopleOfBoth(PeopleStore):
    """What the API writes as well is written by its user, the rest by the worker's."""

    def __init__(self, worker: RedisClient, api: RedisClient) -> None:
        super().__init__(worker)
        self._api = PeopleStore(api)

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int:
        return await self._api.put_profiles(writes)

    async def put_private(self, writes: Sequence[PrivateWrite]) -> int:
        return await self._api.put_private(writes)

    async def erase(self, volunteer_id: str, *, profile_offset: int, private_offset: int | None = None) -> None:
        await self._api.erase(volunteer_id, profile_offset=profile_offset, private_offset=private_offset)


class RedisWorld:
    """Each part works as the user of the component that has it, so the suite also shows that their rights suffice.

    `link` is for tests: it may do everything.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.link = RedisClient(url)
        self.worker, self.api, self.cli = (
            RedisClient(url_of(url, one)) for one in (Component.WORKER, Component.API, Component.OPERATOR)
        )
        self.store: RedisStore | MemoryStore = RedisStore(self.worker)
        self.people: People = PeopleOfBoth(self.worker, self.api)
        self.reads = Reads(self.api)
        self.restore = Restore(self.cli, "test")

    async def forget(self) -> None:
        await self.link.run([("FLUSHALL",)])

    async def rebuilt(self, *incidents: RestoredIncident) -> list[Hold]:
        assert await self.restore.acquire(10_000)
        conflicts = await self.restore.restore_incidents(incidents)
        assert await self.restore.mark_ready(await self.restore.this_run())
        await self.restore.release()
        return conflicts

    async def woken(self) -> list[str]:
        return [incident for incident, due, at in await self._retries() if at < due]

    async def looks(self) -> dict[str, int]:
        return {incident: at for incident, _, at in await self._retries()}

    async def _retries(self) -> list[tuple[str, int, int]]:
        """Incident, when its next look was made for, when it will be."""
        answer = (await self.link.run([("ZRANGE", redis_keys.TIMERS, 0, -1, "WITHSCORES")]))[0]
        timers = [member.decode().split("|") for member in answer[::2]]
        return [
            (incident, int(due), int(float(at)))
            for (kind, incident, _, due), at in zip(timers, answer[1::2], strict=True)
            if kind == "retry"
        ]

    async def audit(self) -> None:
        """Every index holds exactly whom the hashes say it should, and each person where they are."""
        people = await self._people()
        now_ms = await self.store.now_ms()
        actual = {key: set(await self._members(key)) for key in await self._keys(INDEXES)}
        assert actual == expected_indexes(people, now_ms)
        for key in actual:
            if key.startswith((redis_keys.field_index(""), redis_keys.engaged_index(""))):
                for volunteer, place in (await self._places(key)).items():
                    row = people[volunteer]
                    assert metres(place, expected_place(row, now_ms, self.link.fix_age_limit_ms)) < STILL_M + 1
        on_duty = (await self.link.run([("SMEMBERS", redis_keys.ON_DUTY)]))[0]
        assert {member.decode() for member in on_duty} == {
            volunteer for volunteer, row in people.items() if is_on_duty(row, now_ms)
        }

    async def _keys(self, starts: tuple[str, ...]) -> list[str]:
        names = (await self.link.run([("KEYS", redis_keys.PREFIX + "*")]))[0]
        return sorted(key for key in (name.decode() for name in names) if key.startswith(starts))

    async def _members(self, key: str) -> list[str]:
        return [member.decode() for member in (await self.link.run([("ZRANGE", key, 0, -1)]))[0]]

    async def _places(self, key: str) -> dict[str, Place]:
        members = await self._members(key)
        found = (await self.link.run([("GEOPOS", key, *members)]))[0]
        return {
            member: Place(lon=float(lon), lat=float(lat)) for member, (lon, lat) in zip(members, found, strict=True)
        }

    async def _people(self) -> dict[str, dict[str, str]]:
        people = {}
        start = redis_keys.volunteer("")
        for key in await self._keys((start,)):
            row = (await self.link.run([("HGETALL", key)]))[0]
            pairs = zip(row[::2], row[1::2], strict=True)
            people[key.removeprefix(start)] = {name.decode(): value.decode() for name, value in pairs}
        return people

    async def close(self) -> None:
        for link in (self.link, self.worker, self.api, self.cli):
            await link.close()


class ComparedStore(LiveStore):
    """The worker's store whose index has everything that Redis has, compared with the search in Redis whenever both saw everybody
    within the limits: the same people, and the same reasons against the others."""

    def __init__(self, redis: RedisClient, target: RedisTarget) -> None:
        index = LiveIndex(redis.fix_age_limit_ms)
        super().__init__(redis, index)
        self.index = index
        self._follower = IndexFollower(target, index)
        self._following = AsyncExitStack()
        self._connection: Any = None

    async def find(self, needs: Sequence[Need], *, most: int | None = None) -> list[Found]:
        await self._catch_up()
        found = await super().find(needs, most=most)
        for need, one in zip(needs, found, strict=True):
            self._compare(need, None, one)
        return found

    async def find_more(self, searches: Sequence[tuple[Need, Found]], *, within_s: float) -> list[Found]:
        await self._catch_up()
        return await super().find_more(searches, within_s=within_s)

    def _compare(self, need: Need, before: Found | None, found: Found) -> None:
        if need.requirement.capability is not Capability.FIELD or not self.index.is_loaded:
            return
        live = self.index.find(need, before)
        if found.complete and live.complete:
            assert _compared(live) == _compared(found)
            assert live.excluded == found.excluded

    async def _catch_up(self) -> None:
        try:
            if self._connection is None:
                self._connection = await self._following.enter_async_context(self._follower.connected())
            if not self.index.is_loaded:
                await self._follower.load(self._connection)
            await self._follower.catch_up(self._connection)
        except NotReady:
            # Not rebuilt yet: the search in Redis says so.
            self.index.lose()
        except OSError:
            # Redis was emptied.
            await self._following.aclose()
            self._connection = None

    async def close(self) -> None:
        await self._following.aclose()


def _compared(found: Found) -> dict[str, dict[str, object]]:
    """What does not depend on the millisecond of the search or on the metres of an index."""
    people = {}
    for candidate in found.candidates:
        known = vars(candidate) | {"place": None, "fix_age_s": None, "heard_s": None, "rested_s": None}
        for name in ("distance_m", "home_m"):
            known[name] = None if known[name] is None else pytest.approx(known[name], rel=0.001, abs=1.0)
        for name in ("load", "accepted", "refused", "work", "upheld", "overruled"):
            known[name] = pytest.approx(known[name], abs=0.001)
        people[candidate.volunteer_id] = known
    return people


class LiveWorld(RedisWorld):
    """The worker with its live index."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.live = ComparedStore(self.worker, target_of_url(url_of(url, Component.WORKER)))
        self.store = self.live

    async def close(self) -> None:
        await self.live.close()
        await super().close()


class MemoryWorld:
    def __init__(self, now_ms: int, kind: type[MemoryStore] = MemoryStore) -> None:
        self.time_ms = now_ms
        self.memory = kind(lambda: self.time_ms, is_ready=False)
        self.store: RedisStore | MemoryStore = self.memory
        self.people: People = self.memory

    async def forget(self) -> None:
        self.memory.forget()

    async def rebuilt(self, *incidents: RestoredIncident) -> list[Hold]:
        conflicts = await self.memory.restore_incidents(incidents)
        self.memory.mark_ready()
        return conflicts

    async def woken(self) -> list[str]:
        return [incident for incident, due, at in self.memory.timers.retries() if at < due]

    async def looks(self) -> dict[str, int]:
        return {incident: at for incident, _, at in self.memory.timers.retries()}

    async def audit(self) -> None:
        """What the search knows of a person is what follows from the person."""
        for person in self.memory.people.known.values():
            before = (person.found_at, person.field_mode, person.digital_mode)
            self.memory.people.settle(person)
            assert before == (person.found_at, person.field_mode, person.digital_mode)

    async def close(self) -> None:
        pass


async def applied(world: StoreWorld, *applications: Application) -> list[Applied]:
    """Applies what must not be refused for its place in the log; ends of offers are published, as on the ordinary way."""
    answers = await world.store.apply(applications)
    assert {answer.state for answer in answers} == {AppliedState.APPLIED}
    for entry in applications:
        if entry.freed:
            await world.store.mark_published(entry.partition, entry.offset)
    return answers
