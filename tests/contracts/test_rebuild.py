"""Making Redis anew: the lock, the wipe, what is refused meanwhile, and what stands there after it."""

import pytest

from dispatch.model.vocabulary import IncidentStatus, Priority
from dispatch.ports import Loaded, NotReady, PartitionProgress
from streams import redis_keys
from streams.store.people import PrivateWrite
from streams.store.reads import RebuildState
from streams.store.redis_client import LockLost
from streams.store.restore import RedisRun, Restore, RestoredIncident
from tests.contracts.builders import fix, hold, incident, need, offer, profile
from tests.contracts.worlds import RedisWorld


async def test_one_rebuilds_at_a_time(redis_world: RedisWorld) -> None:
    first, second = Restore(redis_world.link, "worker-1"), Restore(redis_world.link, "worker-2")

    assert await first.acquire(10_000)
    assert await first.acquire(10_000)
    assert not await second.acquire(10_000)
    assert not await second.renew(10_000)
    assert await first.renew(10_000, done=3, total=9)
    state = RebuildState(is_ready=True, owner="worker-1", done=3, total=9)
    assert await redis_world.reads.rebuild_state() == state

    await second.release()
    assert not await second.acquire(10_000)
    await first.release()
    assert await second.acquire(10_000)


async def test_a_rebuilder_that_lost_its_lock_writes_nothing_more(redis_world: RedisWorld) -> None:
    late, new = Restore(redis_world.link, "late"), Restore(redis_world.link, "new")
    run = await late.this_run()
    await late.acquire(10_000)
    await late.release()
    await new.acquire(10_000)

    with pytest.raises(LockLost):
        await late.people().put_profiles([profile("v-1", 1)])
    with pytest.raises(LockLost):
        await late.people().put_fixes([fix("v-1", 1)])
    with pytest.raises(LockLost):
        await late.restore_incidents([RestoredIncident(incident=incident(at_ms=1))])
    with pytest.raises(LockLost):
        await late.restore_progress(0, applied=1, published=1)
    with pytest.raises(LockLost):
        await late.mark_ready(run)


async def test_the_wipe_closes_the_picture_and_keeps_the_lock_and_foreign_keys(redis_world: RedisWorld) -> None:
    await redis_world.people.put_profiles([profile("v-1", 1)])
    await redis_world.link.run([("SET", "another", "1")])
    await redis_world.restore.acquire(10_000)

    await redis_world.restore.wipe()

    names = (await redis_world.link.run([("KEYS", "*")]))[0]
    assert sorted(name.decode() for name in names) == ["another", redis_keys.REBUILD_LOCK]
    with pytest.raises(NotReady):
        await redis_world.store.find([need()])


async def test_another_run_of_redis_is_not_opened(redis_world: RedisWorld) -> None:
    await redis_world.forget()
    await redis_world.restore.acquire(10_000)

    assert not await redis_world.restore.mark_ready(RedisRun(id="0" * 40, data="0" * 40))
    assert not await redis_world.restore.is_ready()


async def test_a_restored_picture_is_whole(redis_world: RedisWorld) -> None:
    await redis_world.forget()
    restore = redis_world.restore
    now_ms = await redis_world.store.now_ms()
    held = hold("v-1")
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)], retry_at_ms=now_ms - 1)
    lost = hold("v-1", incident="fire", command="c-2")
    await restore.acquire(10_000)
    people = restore.people()

    await people.put_profiles([profile("v-1", 1), profile("v-2", 1), profile("v-3", 1, on_duty=False)])
    await people.put_private([PrivateWrite(ref="volunteer:v-1", offset=4, sealed=b"sealed")])
    await people.put_fixes([fix("v-1", now_ms), fix("v-2", now_ms), fix("v-3", now_ms)])
    await restore.restore_incidents([RestoredIncident(incident=state, timeline=[(0, 0), (0, 3)], holds=[held])])
    await restore.restore_commands([("c-1", 0)])
    await restore.restore_progress(0, applied=7, published=6, refused=[lost])
    with pytest.raises(NotReady):
        await redis_world.store.find([need()])
    assert await restore.mark_ready(await restore.this_run())
    await restore.release()

    store, reads = redis_world.store, redis_world.reads
    assert (await store.load([("c-1", state.id)]))[1] == [Loaded(decided_at=0, incident=state)]
    assert await store.progress(0) == PartitionProgress(applied=7, published=6, refused={lost.offer_id: lost})
    assert [person.volunteer_id for person in (await store.find([need()]))[0].candidates] == ["v-2"]
    assert await reads.timeline(state.id) == [(0, 0), (0, 3)]
    assert await reads.private("volunteer:v-1") == b"sealed"
    assert [found.offer for found in await reads.offers_of("v-1")] == list(state.offers)
    counts = await reads.counts()
    assert counts.by_status[IncidentStatus.DISPATCHING] == 1
    assert counts.by_priority[Priority.HIGH] == 1
    assert (counts.volunteers, counts.on_duty) == (3, 2)
    assert [timer.incident_id for timer in await store.take_due(9)] == [state.id]
    await redis_world.audit()
