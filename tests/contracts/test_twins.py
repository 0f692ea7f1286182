"""Random days: Redis and memory give the same answers, nobody is ever held by two offers, and no index drifts."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from dispatch.matching.estimates import Priors, cell_of
from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.model.people import AskedLately, Found, Hold, Presence
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability
from dispatch.ports import AppliedState
from streams.store.people import PrivateWrite
from tests.contracts import strategies as days
from tests.contracts.builders import (
    application,
    claim,
    fix,
    hold,
    incident,
    incident_id,
    need,
    north,
    offer,
    profile,
    requirement,
)
from tests.contracts.worlds import LiveWorld, MemoryWorld, RedisWorld

HOUR_MS = 3_600_000

NEEDS = [
    need(command="c-0", want=9),
    need(requirement(skill="boat", max_distance_m=50_000, languages=("kk", "en")), command="c-1", want=9),
    need(requirement(max_distance_m=50_000), command="c-2", want=9, asked_before=frozenset({"v-0", "v-1"})),
    need(requirement(capability=Capability.DIGITAL), command="c-4", want=9),
    need(requirement(capability=Capability.DIGITAL, languages=("ru", "en")), command="c-5", want=9),
]


class Day:
    """Plays the same steps on both stores and compares what they say."""

    def __init__(self, redis: RedisWorld, memory: MemoryWorld) -> None:
        self._worlds = (redis, memory)
        self._redis = redis
        self._start_ms = memory.time_ms
        self._offset = 10
        self._applied = -1
        self._held: dict[str, set[str]] = defaultdict(set)

    async def play(self, steps: Sequence[days.Step]) -> None:
        for step in steps:
            await self._play(step)
            assert all(len(offers) <= 1 for offers in self._held.values())
        await self._compare_views()
        await self._redis.audit()

    async def _play(self, step: days.Step) -> None:
        self._offset += 1
        match step:
            case days.PutProfile():
                await self._put_profile(step)
            case days.Erase():
                await self._erase(step)
            case days.PutFix():
                await self._put_fix(step)
            case days.PutHome():
                await self._put_home(step)
            case days.MakeClaim():
                await self._claim(step)
            case days.GiveUp():
                held = hold(step.volunteer, incident=step.incident, command=step.command)
                for world in self._worlds:
                    await world.store.release([held])
            case days.Apply():
                await self._apply(step)
            case days.Sweep():
                swept = [await world.people.sweep_fixes(step.ttl_ms) for world in self._worlds]
                assert swept[0] == swept[1]

    async def _put_profile(self, step: days.PutProfile) -> None:
        write = profile(
            step.volunteer,
            self._offset - 8 if step.is_late else self._offset,
            on_duty=step.on_duty,
            capabilities=step.capabilities,
            skills=step.skills,
            languages=step.languages,
            max_distance_m=step.max_distance_m,
            keeps_duty=step.keeps_duty,
            duty_until_ms=None if step.duty_ends_in_ms is None else self._start_ms + step.duty_ends_in_ms,
        )
        changed = [await world.people.put_profiles([write]) for world in self._worlds]
        assert changed[0] == changed[1]

    async def _erase(self, step: days.Erase) -> None:
        for world in self._worlds:
            await world.people.erase(step.volunteer, profile_offset=self._offset, private_offset=self._offset)

    async def _put_fix(self, step: days.PutFix) -> None:
        write = replace(
            fix(step.volunteer, self._start_ms - step.age_ms, north(step.distance_m)),
            accuracy_m=step.accuracy_m,
            continues=step.continues,
        )
        changed = [await world.people.put_fixes([write]) for world in self._worlds]
        assert changed[0] == changed[1]

    async def _put_home(self, step: days.PutHome) -> None:
        place = north(step.distance_m) if step.distance_m is not None else None
        write = PrivateWrite(
            ref=f"volunteer:{step.volunteer}",
            offset=self._offset,
            sealed=b"sealed" if place else None,
            home=place,
        )
        changed = [await world.people.put_private([write]) for world in self._worlds]
        assert changed[0] == changed[1]

    async def _claim(self, step: days.MakeClaim) -> None:
        made = claim(
            step.volunteer,
            incident=step.incident,
            command=step.command,
            epoch=step.epoch,
            despite_duty=step.despite_duty,
        )
        answers = [await world.store.claim([made]) for world in self._worlds]
        assert answers[0] == answers[1]

    async def _apply(self, step: days.Apply) -> None:
        holds = [hold(volunteer, incident=step.incident, command=step.command) for volunteer in step.made]
        freed = [hold(volunteer, incident=step.incident, command=command) for volunteer, command in step.ended]
        made_ms = self._start_ms - self._offset * 1_000
        state = incident(
            step.incident,
            at_ms=self._start_ms,
            requirements=(
                requirement(
                    capability=Capability.DIGITAL if step.digital else Capability.FIELD,
                    missing_since_ms=self._start_ms if step.shortfall else None,
                ),
            ),
            offers=[offer(held, made_ms, expires_ms=self._start_ms + HOUR_MS) for held in holds],
            retry_at_ms=self._start_ms + HOUR_MS,
        )
        decision = application(
            self._applied + step.step,
            state,
            command=step.command,
            holds=holds,
            freed=freed,
            voided=[held.offer_id for held in freed] if step.voids else [],
            lessons=self._lessons(freed, made_ms, voids=step.voids),
            work_ended=[
                WorkEnded(volunteer_id=held.volunteer_id, at_ms=made_ms, heavy=step.digital)
                for held in freed
                if step.shortfall
            ],
        )
        answers = [(await world.store.apply([decision]))[0] for world in self._worlds]
        for world in self._worlds:
            await world.store.mark_published(decision.partition, decision.offset)
        assert answers[0] == answers[1]
        if answers[0].state in (AppliedState.APPLIED, AppliedState.VOID):
            self._applied = max(self._applied, decision.offset)
        if answers[0].state is AppliedState.APPLIED:
            for held in freed:
                self._held[held.volunteer_id].discard(held.offer_id)
            for held in holds:
                if held not in answers[0].refused:
                    self._held[held.volunteer_id].add(held.offer_id)

    def _lessons(self, freed: Sequence[Hold], at_ms: int, *, voids: bool) -> list[Lesson]:
        """Who is let go has answered, one way or the other."""
        cell = cell_of(Capability.FIELD, 300.0, self._start_ms)
        weights = {"accepted": 1.0} if voids else {"refused": 0.4}
        return [Lesson(volunteer_id=held.volunteer_id, cell=cell, at_ms=at_ms, **weights) for held in freed]

    async def _compare_views(self) -> None:
        priors = [(await world.store.load([("c-0", incident_id("flood"))]))[1][0].priors for world in self._worlds]
        assert _counted(priors[0]) == _counted(priors[1])
        progress = [await world.store.progress(0) for world in self._worlds]
        assert progress[0] == progress[1]
        woken = [sorted(await world.woken()) for world in self._worlds]
        assert woken[0] == woken[1]
        pending = [await world.store.sweep_pending(-HOUR_MS, lambda _: True) for world in self._worlds]
        assert {held.offer_id for held in pending[0]} == {held.offer_id for held in pending[1]}
        seen = [await world.store.presence(days.PEOPLE) for world in self._worlds]
        assert seen[0].keys() == seen[1].keys()
        for volunteer, here in seen[0].items():
            assert _rounded(here) == _rounded(seen[1][volunteer])
        lately = [await world.store.asked_lately(days.PEOPLE) for world in self._worlds]
        assert lately[0].keys() == lately[1].keys()
        for volunteer, past in lately[0].items():
            assert _of_late(past) == _of_late(lately[1][volunteer])
        found = [await world.store.find(NEEDS) for world in self._worlds]
        for here, there in zip(*found, strict=True):
            assert _comparable(here) == _comparable(there)


def _of_late(past: AskedLately) -> AskedLately:
    """Sums that decay are compared as the two clocks allow."""
    sums = ("accepted", "refused", "work", "upheld", "overruled")
    return replace(past, **{name: round(getattr(past, name), 3) for name in sums})


def _comparable(found: Found) -> object:
    """Who, from where, and why not others; distances as whole tens of metres, for the index rounds places."""
    people = {
        (
            each.volunteer_id,
            each.from_home,
            each.accuracy_m,
            each.distance_m and round(each.distance_m / 20),
            *(round(sum_, 2) for sum_ in (each.load, each.accepted, each.refused, each.work)),
            (each.offers_last_hour, each.offers_last_day, each.worked_heavy),
            each.rested_s and round(each.rested_s / 1000),
            each.heard_s and round(each.heard_s / 1000),
        )
        for each in found.candidates
    }
    return people, dict(found.excluded), found.searched_m, found.complete, found.waiting


def _rounded(seen: Presence) -> Presence:
    return replace(seen, place=_near(seen.place), home=_near(seen.home))


def _near(place: Place | None) -> Place | None:
    return place and Place(lon=float(f"{place.lon:.6f}"), lat=float(f"{place.lat:.6f}"))


def _counted(priors: Priors) -> object:
    return {band: (round(row.accepted, 2), round(row.refused, 2)) for band, row in priors.items()}


def test_both_stores_tell_the_same_story(redis_server_url: str) -> None:
    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(steps=days.days)
    def story(steps: list[days.Step]) -> None:
        asyncio.run(played(redis_server_url, steps))

    story()


async def played(url: str, steps: Sequence[days.Step]) -> None:
    # Its searches are compared with those of the live index as well.
    redis = LiveWorld(url)
    try:
        await redis.forget()
        await redis.rebuilt()
        memory = MemoryWorld(await redis.store.now_ms())
        await memory.rebuilt()
        await Day(redis, memory).play(steps)
    finally:
        await redis.close()
