"""Extends the life of keys in Redis that hold places of people, while a worker runs.

Without any process of Komek, every place in Redis is gone `PLACES_S` after the last pass. The ready marker is extended last and
expires before the first place (lua/place_expiry.lua), so that nobody searches what is left.
"""

from collections.abc import Sequence

import msgspec

from streams import redis_keys
from streams.store.redis_client import RedisClient, ScriptCall

PASS_EVERY_S = 300
"""READY_S is ten times as long: several passes may fail before a rebuild is needed."""
AT_ONCE = 500
CALLS_AT_ONCE = 8
DEADLINE_S = 5.0

_pack = msgspec.msgpack.Encoder().encode


async def extend_places(link: RedisClient, owner: str, *, every_s: int = PASS_EVERY_S) -> int | None:
    """Extends all keys with places, unless a pass began within `every_s`; returns the number of people, else None.

    Raises:
        StoreUnavailable, NotReady: the pass is incomplete, and the ready marker was not extended.
    """
    (is_first, began) = await link.run([("SET", redis_keys.PLACES_PASS, owner, "NX", "EX", every_s), ("TIME",)])
    if not is_first:
        return None
    count, cursor = 0, b"0"
    while True:
        # SSCAN returns everybody who was known during the whole pass; whoever came meanwhile has a fresh TTL.
        scan = ("SSCAN", redis_keys.VOLUNTEERS, cursor, "COUNT", AT_ONCE * CALLS_AT_ONCE)
        cursor, ids = (await link.run([scan], deadline_s=DEADLINE_S))[0]
        await link.run([_call(ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE)], deadline_s=DEADLINE_S)
        count += len(ids)
        if int(cursor) == 0:
            break
    now = (await link.run([("TIME",)]))[0]
    await link.run([_call((), age_ms=_ms(now) - _ms(began))])
    return count


def _call(ids: Sequence[bytes], age_ms: int | None = None) -> ScriptCall:
    return ScriptCall("place_expiry", (), (_pack([one.decode() for one in ids]), "" if age_ms is None else age_ms))


def _ms(time: Sequence[bytes]) -> int:
    return int(time[0]) * 1000 + int(time[1]) // 1000
