"""Call numbers in Redis: the last of a series for the dispatcher, and incidents by number for a search."""

from collections.abc import Sequence

from dispatch.model.call_numbers import Series
from dispatch.model.local_time import DAY_MS, local_day
from dispatch.ports import NotReady
from streams import redis_keys
from streams.retention.classes import DAY_S, ENDED_S
from streams.store.redis_client import NOT_REBUILT, RedisClient, ScriptCall


async def last(link: RedisClient, series: Sequence[Series]) -> list[int]:
    """As `dispatch.ports.Store.last_calls`."""
    if not series:
        return []
    names = [redis_keys.call_numbers(one.day, one.letters) for one in series]
    # In the same round trip: a series of an emptied Redis would begin again at 1.
    ready, *answers = await link.run(
        [ScriptCall("ready"), *(("ZREVRANGE", name, 0, 0, "WITHSCORES") for name in names)]
    )
    if not ready:
        raise NotReady(NOT_REBUILT)
    return [_score(answer) for answer in answers]


def _score(answer: Sequence[object]) -> int:
    """RESP 2 replies with a flat list, RESP 3 with pairs."""
    if not answer:
        return 0
    first = answer[0]
    score = first[1] if isinstance(first, list | tuple) else answer[1]
    return int(float(score))  # type: ignore[arg-type]  # bytes or a number, by the protocol


def days_before(now_ms: int, zone: str) -> list[str]:
    """The local days whose call numbers may still be known, newest first."""
    return [local_day(now_ms - back * DAY_MS, zone) for back in range(ENDED_S // DAY_S + 1)]
