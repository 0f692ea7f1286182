"""A store that lost its memory refuses everything until it was made anew from the log."""

from collections.abc import Awaitable, Callable

import pytest

from dispatch.ports import ClaimAnswer, NotReady
from streams.store.people import PrivateWrite
from streams.store.restore import RestoredIncident
from tests.contracts.builders import application, claim, fix, hold, incident, need, offer, profile, verification
from tests.contracts.worlds import StoreWorld

CALLS: dict[str, Callable[[StoreWorld], Awaitable[object]]] = {
    "load": lambda world: world.store.load([("c-1", "i-1")]),
    "find": lambda world: world.store.find([need()]),
    "claim": lambda world: world.store.claim([claim("v-1")]),
    "release": lambda world: world.store.release([hold("v-1")]),
    "apply": lambda world: world.store.apply([application(0, incident(at_ms=1))]),
    "progress": lambda world: world.store.progress(0),
    "mark_published": lambda world: world.store.mark_published(0, 1),
    "take_due": lambda world: world.store.take_due(1),
    "sweep_pending": lambda world: world.store.sweep_pending(0, lambda _: True),
    "put_profiles": lambda world: world.people.put_profiles([profile("v-1", 1)]),
    "put_private": lambda world: world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=1, sealed=b"x")]),
    "put_fixes": lambda world: world.people.put_fixes([fix("v-1", 1)]),
    "put_verifications": lambda world: world.people.put_verifications([verification("v-1", 1, 1)]),
    "ended_verifications": lambda world: world.people.ended_verifications(),
    "sweep_fixes": lambda world: world.people.sweep_fixes(1),
}


@pytest.mark.parametrize("name", CALLS)
async def test_nothing_is_done_before_the_rebuild(world: StoreWorld, name: str) -> None:
    await world.forget()

    with pytest.raises(NotReady):
        await CALLS[name](world)


async def test_the_clock_is_always_there(world: StoreWorld) -> None:
    await world.forget()

    assert await world.store.now_ms() > 0


async def test_a_rebuilt_store_knows_who_is_engaged(world: StoreWorld) -> None:
    await world.forget()
    now_ms = await world.store.now_ms()
    held = hold("v-1")
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)])

    conflicts = await world.rebuilt(RestoredIncident(incident=state, timeline=[(0, 0)], holds=[held]))
    await world.people.put_profiles([profile("v-1", 1), profile("v-2", 1)])
    await world.people.put_fixes([fix("v-1", now_ms), fix("v-2", now_ms)])

    assert conflicts == []
    found = (await world.store.find([need(command="c-2")]))[0]
    assert [candidate.volunteer_id for candidate in found.candidates] == ["v-2"]
    assert await world.store.claim([claim("v-1", command="c-2")]) == [ClaimAnswer.BUSY]
    await world.audit()


async def test_a_rebuild_with_two_offers_for_one_person_keeps_the_first(world: StoreWorld) -> None:
    await world.forget()
    now_ms = await world.store.now_ms()
    first, second = hold("v-1"), hold("v-1", incident="fire", command="c-2")
    flood = incident(at_ms=now_ms, offers=[offer(first, now_ms)])
    fire = incident("fire", at_ms=now_ms, offers=[offer(second, now_ms)])

    conflicts = await world.rebuilt(
        RestoredIncident(incident=flood, holds=[first]), RestoredIncident(incident=fire, holds=[second])
    )

    assert conflicts == [second]
