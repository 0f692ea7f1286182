"""Applying decisions: order, first of a command, holds, timers, shortfalls."""

import dataclasses

from dispatch.deadlines import timers_of
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, Priority
from dispatch.ports import Applied, AppliedState, ClaimAnswer, PartitionProgress
from tests.contracts.builders import (
    DIGITAL,
    application,
    claim,
    fix,
    hold,
    incident,
    incident_id,
    need,
    north,
    offer,
    offer_id,
    profile,
    requirement,
)
from tests.contracts.worlds import StoreWorld, applied

HOUR_MS = 3_600_000


async def on_duty(world: StoreWorld, *volunteers: str) -> int:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([profile(volunteer, 1) for volunteer in volunteers])
    await world.people.put_fixes([fix(volunteer, now_ms) for volunteer in volunteers])
    return now_ms


async def test_a_decision_is_known_by_its_command_and_gives_the_state(world: StoreWorld) -> None:
    state = incident(at_ms=await world.store.now_ms(), requirements=(requirement(languages=("kk",)),))

    await applied(world, application(0, state))

    now_ms, loaded = await world.store.load([("c-1", state.id), ("c-2", incident_id("fire"))])
    assert now_ms >= state.times.logged_ms
    assert [entry.decided_at for entry in loaded] == [0, None]
    assert [entry.incident for entry in loaded] == [state, None]


async def test_a_repeat_changes_nothing_and_a_gap_is_refused(world: StoreWorld) -> None:
    state = incident(at_ms=await world.store.now_ms())
    first, third = application(0, state), application(2, state, command="c-3")

    answers = await world.store.apply([first, first, third])

    assert [answer.state for answer in answers] == [
        AppliedState.APPLIED,
        AppliedState.ALREADY,
        AppliedState.GAP,
    ]
    assert await world.store.progress(0) == PartitionProgress(applied=0)


async def test_the_first_decision_of_a_command_wins(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1", "v-2")
    first, second = hold("v-1"), hold("v-2")
    made = application(0, incident(at_ms=now_ms, offers=[offer(first, now_ms)]), holds=[first])
    again = application(1, incident(at_ms=now_ms, offers=[offer(second, now_ms)], version=9), holds=[second])

    answers = await world.store.apply([made, again, again])

    assert [answer.state for answer in answers] == [AppliedState.APPLIED, AppliedState.VOID, AppliedState.VOID]
    assert await world.store.progress(0) == PartitionProgress(applied=1)
    assert (await world.store.load([("c-1", incident_id("flood"))]))[1][0].incident == made.incident
    assert await world.store.claim([claim("v-2", command="c-2")]) == [ClaimAnswer.GRANTED]


async def test_partitions_go_on_by_themselves(world: StoreWorld) -> None:
    state = incident(at_ms=await world.store.now_ms())

    await applied(world, application(0, state), application(0, state, command="c-2", partition=5))
    await world.store.mark_published(5, 0)
    await world.store.mark_published(5, -1)

    assert await world.store.progress(0) == PartitionProgress(applied=0, published=-1)
    assert await world.store.progress(5) == PartitionProgress(applied=0, published=0)


async def test_a_decision_takes_a_person_whose_claim_was_lost(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    await world.people.put_profiles([profile("v-1", 2, on_duty=False)])
    held = hold("v-1")

    answers = await applied(world, application(0, incident(at_ms=now_ms, offers=[offer(held, now_ms)]), holds=[held]))

    assert answers == [Applied(state=AppliedState.APPLIED)]
    assert await world.store.claim([claim("v-1", command="c-2")]) == [ClaimAnswer.BUSY]


async def test_a_decision_outweighs_a_pending_claim(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    await world.store.claim([claim("v-1", incident="fire", command="c-2")])
    held = hold("v-1")

    answers = await applied(world, application(0, incident(at_ms=now_ms, offers=[offer(held, now_ms)]), holds=[held]))

    assert answers[0].refused == ()
    assert await world.store.claim([claim("v-1", incident="fire", command="c-2")]) == [ClaimAnswer.BUSY]


async def test_a_second_decision_on_one_person_is_refused_until_a_record_voids_it(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    first, second = hold("v-1"), hold("v-1", incident="fire", command="c-2")
    fire = incident("fire", at_ms=now_ms, offers=[offer(second, now_ms)])
    late = application(1, fire, command="c-2", holds=[second])
    await applied(world, application(0, incident(at_ms=now_ms, offers=[offer(first, now_ms)]), holds=[first]))

    assert await world.store.apply([late]) == [Applied(state=AppliedState.APPLIED, refused=(second,))]
    assert await world.store.apply([late]) == [Applied(state=AppliedState.ALREADY, refused=(second,))]
    assert (await world.store.progress(0)).refused == {second.offer_id: second}

    await applied(world, application(2, fire, command="c-3", freed=[second], voided=[second.offer_id]))

    assert (await world.store.progress(0)).refused == {}
    assert await world.store.claim([claim("v-1", incident="fire", command="c-4")]) == [ClaimAnswer.BUSY]


async def test_a_freed_person_is_found_again(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    held = hold("v-1")
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, state, holds=[held]))
    assert (await world.store.find([need(command="c-2")]))[0].candidates == ()

    await applied(world, application(1, state, command="c-2", freed=[held]))

    found = (await world.store.find([need(command="c-3")]))[0]
    assert [candidate.volunteer_id for candidate in found.candidates] == ["v-1"]
    await world.audit()


async def test_nobody_is_free_before_the_end_of_their_offer_is_in_the_log(world: StoreWorld) -> None:
    """Else another zone could offer them work that stands in `offers` before the end of this one."""
    now_ms = await on_duty(world, "v-1")
    held = hold("v-1")
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, state, holds=[held]))
    await world.store.apply([application(1, state, command="c-2", freed=[held])])

    assert await world.store.claim([claim("v-1", command="c-3")]) == [ClaimAnswer.BUSY]
    await world.store.mark_published(0, 1)

    assert await world.store.claim([claim("v-1", command="c-3")]) == [ClaimAnswer.GRANTED]


async def test_an_offer_that_comes_back_to_life_before_its_end_is_published_stays(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    held = hold("v-1")
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, state, holds=[held]))
    ended = application(1, state, command="c-2", freed=[held])
    revived = application(2, state, command="c-3", holds=[held])

    await world.store.apply([ended, revived])
    await world.store.mark_published(0, 2)

    assert await world.store.claim([claim("v-1", command="c-4")]) == [ClaimAnswer.BUSY]


async def test_only_the_very_offer_is_freed(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    held = hold("v-1")
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, state, holds=[held]))

    await applied(world, application(1, state, command="c-2", freed=[hold("v-1", command="c-9")]))

    assert await world.store.claim([claim("v-1", command="c-3")]) == [ClaimAnswer.BUSY]


async def test_timers_are_taken_when_due_and_put_off(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1", "v-2")
    due, later = hold("v-1"), hold("v-2")
    state = incident(
        at_ms=now_ms,
        offers=[offer(due, now_ms, expires_ms=now_ms - 1_000), offer(later, now_ms, expires_ms=now_ms + HOUR_MS)],
        retry_at_ms=now_ms - 2_000,
    )
    await applied(world, application(0, state, holds=[due, later]))
    retry = Timer(kind=DeadlineKind.RETRY, incident_id=state.id, ref="", due_ms=now_ms - 2_000)
    expiry = Timer(kind=DeadlineKind.OFFER_EXPIRY, incident_id=state.id, ref=due.offer_id, due_ms=now_ms - 1_000)

    assert await world.store.take_due(1) == [retry]
    assert await world.store.take_due(9) == [expiry]
    assert await world.store.take_due(9) == []


async def test_timers_of_the_new_state_replace_the_old(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    state = incident(at_ms=now_ms, retry_at_ms=now_ms - 1_000)
    await applied(world, application(0, state))
    moved = dataclasses.replace(state, retry_at_ms=now_ms - 500)

    await applied(world, application(1, moved, command="c-2"))
    assert await world.store.take_due(9) == list(timers_of(moved))

    ended = dataclasses.replace(
        moved,
        status=IncidentStatus.CLOSED,
        times=dataclasses.replace(moved.times, closed_ms=now_ms),
    )
    await applied(world, application(2, ended, command="c-3"))
    assert await world.store.take_due(9) == []


async def test_a_timer_in_somebodys_hands_stays_there_when_a_decision_keeps_it(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    state = incident(at_ms=now_ms, retry_at_ms=now_ms - 1_000)
    await applied(world, application(0, state))
    assert len(await world.store.take_due(9)) == 1

    await applied(world, application(1, dataclasses.replace(state, version=2), command="c-2"))

    assert await world.store.take_due(9) == []


async def test_a_person_who_becomes_free_wakes_the_most_urgent_that_wait(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    held = hold("v-1", incident="fire", command="c-fire")
    fire = incident("fire", at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, fire, command="c-fire", holds=[held]))
    waiting = (requirement(missing_since_ms=now_ms),)
    urgent = [
        ("low", Priority.LOW),
        ("normal-1", Priority.NORMAL),
        ("critical", Priority.CRITICAL),
        ("high", Priority.HIGH),
    ]
    for offset, (name, priority) in enumerate(urgent, start=1):
        state = incident(name, at_ms=now_ms, priority=priority, requirements=waiting, retry_at_ms=now_ms + HOUR_MS)
        await applied(world, application(offset, state, command=name))
    assert await world.woken() == []

    await applied(world, application(5, fire, command="c-end", freed=[held]))

    assert sorted(await world.woken()) == sorted(map(incident_id, ["critical", "high", "normal-1"]))


async def test_a_look_of_its_own_waits_for_the_more_urgent_but_only_once(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    waiting = (requirement(missing_since_ms=now_ms),)
    looks = {"low": (Priority.LOW, now_ms + 50), "critical": (Priority.CRITICAL, now_ms + HOUR_MS)}
    for offset, (name, (priority, retry_at_ms)) in enumerate(looks.items()):
        state = incident(name, at_ms=now_ms, priority=priority, requirements=waiting, retry_at_ms=retry_at_ms)
        await applied(world, application(offset, state, command=name))

    await on_duty(world, "v-1")
    once = await world.looks()
    assert now_ms + 50 < once[incident_id("critical")] < once[incident_id("low")] < now_ms + 2_000

    await on_duty(world, "v-2")
    assert (await world.looks())[incident_id("low")] == once[incident_id("low")]


async def test_duty_and_a_first_position_wake_what_waits_near(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    state = incident(at_ms=now_ms, requirements=(requirement(missing_since_ms=now_ms),), retry_at_ms=now_ms + HOUR_MS)
    await applied(world, application(0, state))

    await world.people.put_profiles([profile("near", 1), profile("far", 1), profile("short", 1, max_distance_m=100)])
    await world.people.put_fixes([fix("far", now_ms, north(60_000)), fix("short", now_ms, north(200))])
    assert await world.woken() == []

    await world.people.put_fixes([fix("near", now_ms, north(4_000))])
    assert await world.woken() == [state.id]


async def test_without_a_place_digital_work_is_woken_by_anybody_with_the_skill_and_field_work_by_nobody(
    world: StoreWorld,
) -> None:
    now_ms = await world.store.now_ms()
    mapping = requirement(capability=DIGITAL[0], skill="mapping", missing_since_ms=now_ms)
    placeless = requirement(missing_since_ms=now_ms)
    for offset, (name, line) in enumerate([("maps", mapping), ("advice", placeless)]):
        state = incident(name, at_ms=now_ms, requirements=(line,), at=None, retry_at_ms=now_ms + HOUR_MS)
        await applied(world, application(offset, state, command=name))

    await world.people.put_profiles([profile("v-1", 1, capabilities=DIGITAL, skills=("mapping",))])
    assert await world.woken() == [incident_id("maps")]

    await world.people.put_profiles([profile("v-2", 1)])
    await world.people.put_fixes([fix("v-2", now_ms)])
    assert await world.woken() == [incident_id("maps")]


async def test_an_incident_is_not_woken_by_the_person_it_let_go(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    held = hold("v-1")
    state = incident(
        at_ms=now_ms,
        offers=[offer(held, now_ms)],
        requirements=(requirement(missing_since_ms=now_ms),),
        retry_at_ms=now_ms + HOUR_MS,
    )
    await applied(world, application(0, state, holds=[held]))

    await applied(world, application(1, state, command="c-2", freed=[held]))

    assert await world.woken() == []


async def test_an_ended_shortfall_wakes_nobody(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    waiting = incident(at_ms=now_ms, requirements=(requirement(missing_since_ms=now_ms),), retry_at_ms=now_ms + HOUR_MS)
    await applied(world, application(0, waiting))
    await applied(world, application(1, dataclasses.replace(waiting, requirements=(requirement(),)), command="c-2"))

    await on_duty(world, "v-1")

    assert await world.woken() == []


def test_offer_ids_name_their_incident() -> None:
    assert offer_id("v-1").startswith("o-" + incident_id("flood").removeprefix("i-"))
