"""Waves that fell short of their certainty are woken by newcomers, after every shortfall, and are nobody's rivals."""

from dataclasses import replace

import pytest

from dispatch.model.incidents import Incident
from dispatch.model.reasons import ShortfallReason
from dispatch.model.requirements import Shortfall
from dispatch.model.vocabulary import Priority
from streams.store.restore import RestoredIncident
from tests.contracts.builders import (
    DIGITAL,
    application,
    area,
    fix,
    incident,
    incident_id,
    need,
    north,
    profile,
    requirement,
)
from tests.contracts.worlds import RedisWorld, StoreWorld, applied

HOUR_MS = 3_600_000


async def waiting(world: StoreWorld, **lines: object) -> int:
    """Incidents of these names that wait with these requirements."""
    now_ms = await world.store.now_ms()
    for offset, (name, line) in enumerate(lines.items()):
        state = incident(name, at_ms=now_ms, requirements=(line,), retry_at_ms=now_ms + HOUR_MS)  # type: ignore[arg-type]
        await applied(world, application(offset, state, command=name))
    return now_ms


async def comes(world: StoreWorld, volunteer: str, *, distance_m: float = 100.0, **known: object) -> None:
    await world.people.put_profiles([profile(volunteer, 1, **known)])  # type: ignore[arg-type]
    await world.people.put_fixes([fix(volunteer, await world.store.now_ms(), north(distance_m))])


async def test_a_newcomer_wakes_a_wave_that_fell_short_after_a_moment(world: StoreWorld) -> None:
    now_ms = await waiting(world, scarce=requirement(short_since_ms=1))

    await comes(world, "far", distance_m=60_000)
    await comes(world, "other", skills=("boat",))
    assert await world.woken() == []
    await comes(world, "near")

    look_ms = (await world.looks())[incident_id("scarce")]
    assert now_ms + 1_500 <= look_ms <= await world.store.now_ms() + 2_000


async def test_shortfalls_are_woken_first(world: StoreWorld) -> None:
    lines = {f"empty-{number}": requirement(missing_since_ms=1) for number in range(3)}
    await waiting(world, scarce=requirement(short_since_ms=1), **lines)

    await comes(world, "near")

    assert sorted(await world.woken()) == sorted(map(incident_id, lines))


async def test_several_newcomers_cost_one_look(world: StoreWorld) -> None:
    await waiting(world, scarce=requirement(short_since_ms=1))

    await comes(world, "v-1")
    once = await world.looks()
    await comes(world, "v-2")

    assert await world.looks() == once


async def test_digital_work_that_fell_short_is_woken_by_anybody_with_the_skill(world: StoreWorld) -> None:
    await waiting(world, maps=requirement(capability=DIGITAL[0], skill="mapping", short_since_ms=1))

    await world.people.put_profiles([profile("v-1", 1, capabilities=DIGITAL, skills=("mapping",))])

    assert await world.woken() == [incident_id("maps")]


async def test_what_is_sure_enough_again_is_woken_by_nobody(world: StoreWorld) -> None:
    now_ms = await waiting(world, scarce=requirement(short_since_ms=1))
    sure = incident("scarce", at_ms=now_ms, requirements=(requirement(),), retry_at_ms=now_ms + HOUR_MS)
    await applied(world, application(1, sure, command="c-2"))

    await comes(world, "near")

    assert await world.woken() == []


async def test_a_wave_that_fell_short_is_nobodys_rival_and_no_shortfall(world: StoreWorld) -> None:
    await comes(world, "near")
    await waiting(world, scarce=requirement(short_since_ms=1))

    (found,) = await world.store.find([need(command="c-look")])

    assert found.waiting == 0
    if isinstance(world, RedisWorld):
        assert (await world.reads.counts()).shortfalls == 0


async def without_place(world: StoreWorld) -> Incident:
    """Field work that states a shortfall for lack of a place, while a retry is scheduled for digital work."""
    now_ms = await world.store.now_ms()
    shortfall = Shortfall(missing=1, reason=ShortfallReason.NO_PLACE, since_ms=now_ms)
    lines = (replace(requirement(), shortfall=shortfall),)
    return incident("nowhere", at_ms=now_ms, requirements=lines, at=None, retry_at_ms=now_ms + HOUR_MS)


@pytest.mark.parametrize("is_rebuilt", [False, True])
async def test_work_without_a_place_is_counted_and_woken_by_nobody(world: StoreWorld, is_rebuilt: bool) -> None:
    state = await without_place(world)
    if is_rebuilt:
        await world.forget()
        await world.rebuilt(RestoredIncident(incident=state))
    else:
        await applied(world, application(0, state, command="c-1"))

    await comes(world, "near")
    (found,) = await world.store.find([need(command="c-look")])

    assert await world.woken() == []
    assert found.waiting == 0
    if isinstance(world, RedisWorld):
        assert (await world.reads.counts()).shortfalls == 1


async def test_work_whose_place_arrives_is_woken_and_counted_once(world: StoreWorld) -> None:
    state = await without_place(world)
    placed = replace(state, area=area(), version=2)
    await applied(world, application(0, state, command="c-1"), application(1, placed, command="c-2"))

    await comes(world, "near")

    assert await world.woken() == [state.id]
    if isinstance(world, RedisWorld):
        assert (await world.reads.counts()).shortfalls == 1


async def test_a_rebuild_keeps_it_waiting(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    line = requirement(short_since_ms=1)
    state = incident("scarce", at_ms=now_ms, priority=Priority.LOW, requirements=(line,), retry_at_ms=now_ms + HOUR_MS)
    await world.forget()
    await world.rebuilt(RestoredIncident(incident=state))

    await comes(world, "near")

    assert await world.woken() == [state.id]


async def test_a_translator_who_is_wanted_wakes_the_incident_from_anywhere(world: StoreWorld) -> None:
    now_ms = await waiting(world, bridge=requirement(translator_since_ms=1))

    await comes(world, "near")
    assert await world.woken() == []
    await world.people.put_profiles([profile("t-1", 1, capabilities=DIGITAL, skills=("translator",))])

    look_ms = (await world.looks())[incident_id("bridge")]
    assert now_ms + 1_500 <= look_ms <= await world.store.now_ms() + 2_000


async def test_a_translator_is_woken_with_a_shortfall_at_once(world: StoreWorld) -> None:
    await waiting(world, bridge=requirement(missing_since_ms=1, translator_since_ms=1))

    await world.people.put_profiles([profile("t-1", 1, capabilities=DIGITAL, skills=("translator",))])

    assert await world.woken() == [incident_id("bridge")]


async def test_who_waits_for_a_translator_with_a_shortfall_is_a_rival_of_who_looks_for_one(world: StoreWorld) -> None:
    await waiting(world, bridge=requirement(missing_since_ms=1, translator_since_ms=1))
    translate = replace(need(requirement(capability=DIGITAL[0], skill="translator")), incident_id=incident_id("storm"))
    aid = replace(need(requirement(capability=DIGITAL[0], skill="first_aid")), incident_id=incident_id("storm"))

    found = await world.store.find([translate, aid])

    assert [one.waiting for one in found] == [1, 0]


async def test_a_newcomer_wakes_what_they_can_help_not_the_most_urgent_they_cannot(world: StoreWorld) -> None:
    """Three more urgent ones ask for a language, a distance or a kind of work that is not theirs."""
    await waiting(
        world,
        kazakh=requirement(missing_since_ms=1, languages=("en",)),
        near_only=requirement(missing_since_ms=2, max_distance_m=50),
        remote=requirement(capability=DIGITAL[0], missing_since_ms=3),
        english=requirement(missing_since_ms=4, languages=("en", "fr")),
        theirs=requirement(missing_since_ms=5, languages=("kaz",)),
    )

    await comes(world, "near", languages=("kk", "ru"))

    assert await world.woken() == [incident_id("theirs")]


async def test_a_newcomer_at_the_edge_of_a_wide_area_is_noticed(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    line = requirement(missing_since_ms=1)
    state = incident(
        at_ms=now_ms, at=area(north(20_000), reach_m=18_000), requirements=(line,), retry_at_ms=now_ms + HOUR_MS
    )
    await applied(world, application(0, state))

    await comes(world, "too far", distance_m=-4_000)
    assert await world.woken() == []
    await comes(world, "near")

    assert await world.woken() == [state.id]
