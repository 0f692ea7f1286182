"""Nobody offers work to a person whose own danger is open; every end of it makes them free again."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dispatch.model.incidents import Incident
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import IncidentStatus
from dispatch.ports import ClaimAnswer
from streams.store.restore import RestoredIncident
from tests.contracts.builders import (
    DIGITAL,
    FIELD,
    application,
    claim,
    fix,
    incident,
    incident_id,
    need,
    profile,
    requirement,
)
from tests.contracts.worlds import RedisWorld, StoreWorld, applied

HOUR_MS = 3_600_000
ENDS = (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)


async def on_duty(world: StoreWorld, *volunteers: str) -> int:
    now_ms = await world.store.now_ms()
    both = FIELD + DIGITAL
    people = [profile(one, 1, capabilities=both, skills=("first_aid", "geolocation")) for one in volunteers]
    await world.people.put_profiles(people)
    await world.people.put_fixes([fix(one, now_ms) for one in volunteers])
    return now_ms


async def danger(world: StoreWorld, of: str = "v-1", name: str = "danger", **known: object) -> Incident:
    return replace(incident(name, at_ms=await world.store.now_ms()), distress_of=of, **known)  # type: ignore[arg-type]


async def ended(world: StoreWorld, status: IncidentStatus, name: str = "danger", **known: object) -> Incident:
    state = incident(name, at_ms=await world.store.now_ms(), status=status, version=2)
    return replace(state, distress_of="v-1", **known)  # type: ignore[arg-type]


async def excluded(world: StoreWorld) -> Mapping[Exclusion, int]:
    """Of field work, after the same was seen of digital work."""
    at_desk = requirement(capability=DIGITAL[0], skill="geolocation")
    field, digital = await world.store.find([need(), need(at_desk)])
    assert dict(field.excluded) == dict(digital.excluded)
    return dict(field.excluded)


async def test_a_person_in_danger_is_offered_nothing_and_the_search_says_why(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await applied(world, application(0, await danger(world)))

    assert await excluded(world) == {Exclusion.IN_DISTRESS: 1}
    assert await world.store.claim([claim("v-1"), claim("v-1", despite_duty=True)]) == [ClaimAnswer.IN_DISTRESS] * 2
    seen = (await world.store.presence(["v-1"]))["v-1"]
    assert seen.in_distress
    await world.audit()


@pytest.mark.parametrize("status", ENDS)
async def test_every_end_of_the_danger_makes_the_person_free_and_wakes_who_waits(
    world: StoreWorld, status: IncidentStatus
) -> None:
    now_ms = await on_duty(world, "v-1")
    line = requirement(missing_since_ms=1)
    waits = incident("fire", at_ms=now_ms, requirements=(line,), retry_at_ms=now_ms + HOUR_MS)
    await applied(world, application(0, await danger(world)), application(1, waits, command="c-2"))

    await applied(world, application(2, await ended(world, status), command="c-3"))

    assert await excluded(world) == {}
    assert await world.woken() == [incident_id("fire")]
    assert await world.store.claim([claim("v-1")]) == [ClaimAnswer.GRANTED]
    await world.audit()


async def test_a_reopened_danger_counts_again(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await applied(
        world,
        application(0, await danger(world)),
        application(1, await ended(world, IncidentStatus.CLOSED), command="c-2"),
        application(2, await danger(world, version=3), command="c-3"),
    )

    assert await excluded(world) == {Exclusion.IN_DISTRESS: 1}


async def test_of_two_dangers_the_last_end_counts(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await applied(
        world,
        application(0, await danger(world)),
        application(1, await danger(world, name="successor"), command="c-2"),
        application(2, await ended(world, IncidentStatus.CLOSED), command="c-3"),
    )
    assert await excluded(world) == {Exclusion.IN_DISTRESS: 1}

    await applied(world, application(3, await ended(world, IncidentStatus.CANCELLED, name="successor"), command="c-4"))
    assert await excluded(world) == {}


@pytest.mark.parametrize("status", ENDS)
async def test_a_danger_that_was_merged_lasts_as_long_as_the_incident_that_adopted_it(
    world: StoreWorld, status: IncidentStatus
) -> None:
    now_ms = await on_duty(world, "v-1")
    adopted = {"reports": (incident_id("danger"),), "report_distress": {incident_id("danger"): ("v-1",)}}
    into = replace(incident("fire", at_ms=now_ms), **adopted)  # type: ignore[arg-type]
    merged = await ended(world, IncidentStatus.CLOSED, merged_into=incident_id("fire"))
    await applied(
        world,
        application(0, await danger(world)),
        application(1, into, command="c-2"),
        application(2, merged, command="c-3"),
    )
    assert await excluded(world) == {Exclusion.IN_DISTRESS: 1}

    over = replace(incident("fire", at_ms=now_ms, status=status, version=2), **adopted)  # type: ignore[arg-type]
    await applied(world, application(3, over, command="c-4"))

    assert await excluded(world) == {}


async def test_a_danger_that_is_taken_out_again_ends_by_itself(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    held = {"report_distress": {incident_id("danger"): ("v-1",)}}
    into = replace(incident("fire", at_ms=now_ms), **held)  # type: ignore[arg-type]
    await applied(world, application(0, into), application(1, await danger(world, version=4), command="c-2"))

    await applied(world, application(2, incident("fire", at_ms=now_ms, version=2), command="c-3"))
    assert await excluded(world) == {Exclusion.IN_DISTRESS: 1}

    await applied(world, application(3, await ended(world, IncidentStatus.CLOSED), command="c-4"))
    assert await excluded(world) == {}


async def test_a_rebuild_knows_who_is_in_danger_in_whatever_order_it_reads(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1", "v-2", "v-3")
    adopted = {"report_distress": {incident_id("merged"): ("v-2",)}}
    into = replace(incident("fire", at_ms=now_ms), **adopted)  # type: ignore[arg-type]
    states = [
        into,
        replace(await ended(world, IncidentStatus.CLOSED, name="merged"), distress_of="v-2"),
        await danger(world),
        replace(await ended(world, IncidentStatus.CLOSED, name="over"), distress_of="v-3"),
    ]

    await world.rebuilt(*(RestoredIncident(incident=state) for state in states))

    assert await excluded(world) == {Exclusion.IN_DISTRESS: 2}


async def test_who_is_erased_in_danger_and_comes_back_is_in_danger_still_and_free_after_its_end(
    world: StoreWorld,
) -> None:
    await on_duty(world, "v-1")
    await applied(world, application(0, await danger(world)))
    await world.people.erase("v-1", profile_offset=2)
    await world.people.put_profiles([profile("v-1", 3, capabilities=FIELD + DIGITAL)])
    assert await world.store.claim([claim("v-1")]) == [ClaimAnswer.IN_DISTRESS]

    await applied(world, application(1, await ended(world, IncidentStatus.CLOSED), command="c-2"))

    assert await world.store.claim([claim("v-1")]) == [ClaimAnswer.GRANTED]


async def test_nothing_stays_of_an_unknown_person_after_the_danger(redis_world: RedisWorld) -> None:
    world = redis_world
    await applied(world, application(0, await danger(world, of="stranger")))
    state = replace(await ended(world, IncidentStatus.CLOSED), distress_of="stranger")

    await applied(world, application(1, state, command="c-2"))

    keys = [key.decode() for key in (await world.link.run([("KEYS", "*stranger*")]))[0]]
    assert keys == ["komek:distress-incidents:stranger"]


async def test_the_incidents_of_a_persons_danger_are_read_newest_first_also_ended_ones(
    redis_world: RedisWorld,
) -> None:
    world = redis_world
    now_ms = await world.store.now_ms()
    states = [replace(incident(f"danger-{number}", at_ms=now_ms + number), distress_of="v-1") for number in range(22)]
    await applied(world, *(application(number, one, command=f"c-{number}") for number, one in enumerate(states)))

    found = await world.reads.distress_incidents("v-1", limit=50)

    assert [one.id for one in found] == [one.id for one in reversed(states[2:])]
    assert await world.reads.distress_incidents("v-2", limit=50) == []
