"""What operators look up: incidents by number or place, and people in pages."""

from dataclasses import replace

import pytest

from dispatch.model.call_numbers import Series
from dispatch.model.incidents import Incident
from dispatch.model.local_time import DAY_MS, local_day
from dispatch.model.merges import ReportNumber
from dispatch.model.vocabulary import IncidentStatus
from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.memory.operator_search import MemoryOperatorSearch
from streams.store.memory.store import MemoryStore
from streams.store.operator_search import OperatorSearch, RedisOperatorSearch
from streams.store.restore import RestoredIncident
from tests.contracts.builders import CENTRE, application, area, incident, incident_id, north, profile
from tests.contracts.worlds import RedisWorld, StoreWorld, applied


def search_of(world: StoreWorld) -> OperatorSearch:
    if isinstance(world, RedisWorld):
        return RedisOperatorSearch(world.api)
    store = world.store
    assert isinstance(store, MemoryStore)

    def people(on_duty: bool) -> list[str]:
        known = store.people.known.values()
        return [one.id for one in known if one.profile and (one.is_on_duty or not on_duty)]

    return MemoryOperatorSearch(store.incidents.values, people, store._check)


async def test_incidents_of_several_days_share_a_number_and_the_newest_comes_first(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    today, yesterday = (Series(day=local_day(now_ms - back * DAY_MS), letters="AK") for back in (0, 1))
    old = replace(incident("old", at_ms=now_ms, status=IncidentStatus.CLOSED), call_number=yesterday.number(3))
    new = replace(incident("new", at_ms=now_ms), call_number=today.number(3))
    other = replace(incident("other", at_ms=now_ms), call_number=today.number(4))
    await applied(world, *[application(at, one, command=f"c-{at}") for at, one in enumerate((old, new, other))])

    search = search_of(world)

    assert await search.called("AK", 3) == [new.id, old.id]
    assert await search.called("AM", 3) == []


async def test_incidents_are_found_by_external_id_and_open_ones_by_place(world: StoreWorld) -> None:
    digest = "d" * 64
    here = replace(incident("here", at_ms=1_000, at=area(north(300))), external_digest=digest)
    gone = replace(incident("gone", at_ms=1_000, status=IncidentStatus.CLOSED), external_digest="e" * 64)
    far = incident("far", at_ms=1_000, at=area(north(9_000)))
    await applied(world, *[application(at, one, command=f"c-{at}") for at, one in enumerate((here, gone, far))])

    search = search_of(world)

    assert await search.with_external(digest) == [here.id]
    assert await search.near(CENTRE, 1_000) == [here.id]


async def test_an_ended_incident_is_found_by_external_id_behind_the_open_ones_the_last_end_first(
    world: StoreWorld,
) -> None:
    digest, now_ms = "d" * 64, await world.store.now_ms()

    def ended(name: str, ago_ms: int) -> Incident:
        return replace(incident(name, at_ms=now_ms - ago_ms, status=IncidentStatus.CLOSED), external_digest=digest)

    here = replace(incident("here", at_ms=now_ms), external_digest=digest)
    states = [here, ended("yesterday", DAY_MS), ended("today", 60_000)]
    await applied(world, *[application(at, one, command=f"c-{at}") for at, one in enumerate(states)])
    search = search_of(world)

    assert await search.with_external(digest) == [here.id, states[2].id, states[1].id]

    again = replace(states[1], status=IncidentStatus.DISPATCHING, version=2)
    await applied(world, application(3, replace(again, times=replace(again.times, closed_ms=None)), command="c-3"))

    found = await search.with_external(digest)
    assert (sorted(found[:2]), found[2:]) == (sorted([here.id, again.id]), [states[2].id])


async def test_the_number_of_a_merged_report_leads_to_what_adopted_it_also_after_the_end(world: StoreWorld) -> None:
    digest, now_ms = "d" * 64, await world.store.now_ms()
    merged = replace(
        incident("merged", at_ms=now_ms, status=IncidentStatus.CLOSED),
        external_digest=digest,
        merged_into=incident_id("kept"),
    )
    kept = replace(
        incident("kept", at_ms=now_ms, status=IncidentStatus.CLOSED),
        reports=(merged.id,),
        report_numbers={merged.id: (ReportNumber(digest=digest, reported_by="112"),)},
    )
    await applied(world, *[application(at, one, command=f"c-{at}") for at, one in enumerate((merged, kept))])
    search = search_of(world)
    assert await search.with_external(digest) == [kept.id]

    without = replace(kept, reports=(), report_numbers={}, version=2)
    await applied(world, application(2, without, command="c-2"))

    assert await search.with_external(digest) == []


async def test_a_rebuilt_store_finds_ended_incidents_by_external_id_as_long_as_they_can_be_read(
    world: StoreWorld,
) -> None:
    digest, now_ms = "d" * 64, await world.store.now_ms()
    await world.forget()
    state = replace(incident("over", at_ms=now_ms - DAY_MS, status=IncidentStatus.CLOSED), external_digest=digest)
    await world.rebuilt(RestoredIncident(incident=state))

    assert await search_of(world).with_external(digest) == [state.id]
    if isinstance(world, RedisWorld):
        keys = (redis_keys.ended_external(digest), redis_keys.external_of(state.id), redis_keys.incident(state.id))
        lives = await world.link.run([("PTTL", key) for key in keys])
        # No entry outlives what it leads to.
        assert max(lives) - min(lives) < 1_000
        assert 33 * DAY_MS < min(lives) <= 34 * DAY_MS


async def test_a_scan_reaches_everybody_and_that_of_duty_only_those_on_duty(world: StoreWorld) -> None:
    names = [f"v-{number:03}" for number in range(300)]
    await world.people.put_profiles([profile(name, 1, on_duty=name < "v-150") for name in names])
    search = search_of(world)

    async def all_of(*, on_duty: bool) -> set[str]:
        found, start = set[str](), 0
        while True:
            step = await search.scan_people(start, on_duty=on_duty)
            found |= set(step.ids)
            if not step.following:
                return found
            start = step.following

    assert await all_of(on_duty=False) == set(names)
    assert await all_of(on_duty=True) == set(names[:150])


async def test_an_emptied_store_says_nothing_instead_of_nobody(world: StoreWorld) -> None:
    search = search_of(world)
    await world.forget()

    for asked in (
        search.called("AK", 1),
        search.with_external("d" * 64),
        search.near(CENTRE, 1),
        search.scan_people(0, on_duty=True),
    ):
        with pytest.raises(NotReady):
            await asked
