"""The sorted set of timers is lost while the rest of Redis is there (Redis only; a loss of everything is the rebuild's)."""

from dispatch.deadlines import timers_of
from dispatch.model.vocabulary import IncidentStatus
from streams import redis_keys
from tests.contracts.builders import application, hold, incident, offer
from tests.contracts.worlds import RedisWorld, applied


async def test_the_next_sweep_brings_it_back_and_takes_what_is_due(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    waiting = incident("waiting", at_ms=now_ms, retry_at_ms=now_ms - 500)
    asking = incident("asking", at_ms=now_ms, offers=[offer(hold("v-1", incident="asking"), now_ms)])
    closed = incident("closed", at_ms=now_ms, status=IncidentStatus.CLOSED)
    for offset, state in enumerate((waiting, asking, closed)):
        await applied(redis_world, application(offset, state, command=f"c-{offset}"))
    (before,) = await redis_world.link.run([("ZRANGE", redis_keys.TIMERS, 0, -1)])
    await redis_world.link.run([("DEL", redis_keys.TIMERS)])

    taken = await redis_world.store.take_due(10)

    (after,) = await redis_world.link.run([("ZRANGE", redis_keys.TIMERS, 0, -1)])
    assert taken == list(timers_of(waiting))
    assert sorted(after) == sorted(before)
    assert len(after) == 2
