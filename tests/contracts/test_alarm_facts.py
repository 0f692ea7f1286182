"""What the operator's alarms read of the picture (Redis only)."""

import dataclasses

import pytest

from dispatch.model.incidents import Attention
from dispatch.model.reasons import AttentionReason
from dispatch.model.vocabulary import IncidentStatus
from dispatch.ports import AppliedState, NotReady
from streams.store.alarm_facts import AlarmFacts, AlarmFactsReader
from streams.store.attention import AttentionRequest
from streams.store.restore import Restore, RestoredIncident
from tests.contracts.builders import application, hold, incident, incident_id, offer, profile
from tests.contracts.worlds import RedisWorld, applied

ENDED = Attention(reason=AttentionReason.LADDER_ENDED, requirement_id="r-1", since_ms=5)
IN_DANGER = Attention(reason=AttentionReason.DISTRESS, requirement_id="r-1", since_ms=6, detail="o-1")


async def facts(world: RedisWorld, *partitions: int) -> AlarmFacts:
    return await AlarmFactsReader(world.api, late_ms=5_000).read(partitions)


async def test_a_picture_in_which_nothing_is_wrong_says_so(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await applied(redis_world, application(0, incident(at_ms=now_ms)))

    seen = await facts(redis_world, 0, 1)

    assert (seen.late, seen.void, list(seen.asking)) == ({}, {}, [])
    assert seen.applied == {0: 0, 1: -1}
    assert seen.now_ms >= now_ms


async def test_a_picture_that_is_not_rebuilt_is_no_empty_one(redis_world: RedisWorld) -> None:
    await redis_world.forget()

    with pytest.raises(NotReady):
        await facts(redis_world)


async def test_a_timer_is_late_by_the_time_it_was_made_for_also_in_a_sweeper_s_hands(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    late = incident("late", at_ms=now_ms, retry_at_ms=now_ms - 8_000)
    due = incident("due", at_ms=now_ms, retry_at_ms=now_ms - 1_000)
    await applied(redis_world, application(0, late), application(1, due, command="c-2"))

    before = await facts(redis_world)
    taken = await redis_world.store.take_due(10)
    after = await facts(redis_world)

    assert len(taken) == 2
    assert before.late == after.late == {late.id: now_ms - 8_000}


async def test_who_asks_for_a_human_is_known_until_nobody_does(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    asking = dataclasses.replace(incident(at_ms=now_ms), attention=(ENDED, IN_DANGER))
    settled = dataclasses.replace(asking, attention=(IN_DANGER,), version=2)
    closed = dataclasses.replace(
        incident(at_ms=now_ms, status=IncidentStatus.CLOSED), attention=(ENDED, IN_DANGER), version=3
    )
    seen = []
    for offset, state in enumerate((asking, settled, closed, dataclasses.replace(closed, attention=(), version=4))):
        await applied(redis_world, application(offset, state, command=f"c-{offset}"))
        seen.append([entry.reason for entry in (await facts(redis_world)).asking])

    assert seen == [["ladder_ended", "distress"], ["distress"], ["distress"], []]


async def test_a_rebuild_brings_back_who_asks_for_a_human(redis_world: RedisWorld) -> None:
    state = dataclasses.replace(incident(at_ms=1), attention=(ENDED,))

    await redis_world.rebuilt(RestoredIncident(incident=state))

    assert (await facts(redis_world)).asking == [
        AttentionRequest(reason="ladder_ended", incident_id=incident_id("flood"), requirement_id="r-1", since_ms=5)
    ]


async def test_a_second_decision_and_a_refused_hold_are_noted_once(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await redis_world.people.put_profiles([profile("v-1", 1)])
    first, second = (hold("v-1", incident=name) for name in ("flood", "fire"))
    state = incident(at_ms=now_ms, offers=[offer(first, now_ms)])
    rival = incident("fire", at_ms=now_ms, offers=[offer(second, now_ms)])
    await applied(redis_world, application(0, state, holds=[first]))
    refused = application(0, rival, command="c-2", partition=1, holds=[second])

    again = [application(1, state), application(1, state), refused, refused]
    answers = await redis_world.store.apply(again)
    seen = await facts(redis_world)

    assert [answer.state for answer in answers] == [
        AppliedState.VOID,
        AppliedState.VOID,
        AppliedState.APPLIED,
        AppliedState.ALREADY,
    ]
    assert set(seen.void) == {"decision|c-1", f"offer|{second.offer_id}"}
    assert all(now_ms <= at_ms <= seen.now_ms for at_ms in seen.void.values())


async def test_a_rebuild_notes_the_holds_it_had_to_refuse(redis_world: RedisWorld) -> None:
    restore = Restore(redis_world.link, "test")
    await restore.acquire(10_000)
    await restore.restore_progress(0, applied=3, published=3, refused=[hold("v-1")])
    await restore.release()

    assert set((await facts(redis_world)).void) == {f"offer|{hold('v-1').offer_id}"}
