"""Private records of incidents as Redis has them, waited for while it does not answer."""

import asyncio

from dispatch.ports import StoreUnavailable
from streams import redis_keys, wire
from streams.ring import LiveRing
from streams.store.redis_client import RedisClient
from streams.wire import IncidentPrivate

AGAIN_S = 1.0


class SealedRecords:
    """`again_s`: pause before Redis is asked again."""

    def __init__(self, link: RedisClient, ring: LiveRing, again_s: float = AGAIN_S) -> None:
        self._link = link
        self._ring = ring
        self._again_s = again_s

    async def sealed(self, ref: str) -> bytes | None:
        """The sealed record; None: Redis has none, empty: it was erased."""
        while True:
            try:
                (found,) = await self._link.run([("GET", redis_keys.private(ref))])
            except StoreUnavailable:
                await asyncio.sleep(self._again_s)
            else:
                # `offset|ciphertext`
                return None if found is None else bytes(found.partition(b"|")[2])

    def opened(self, ref: str, sealed: bytes | None) -> IncidentPrivate | None:
        """None: there is none, it was erased, or this process cannot decrypt it."""
        if not sealed:
            return None
        try:
            record = wire.open_sealed(self._ring.now, ref, sealed)
        except wire.Unreadable:
            return None
        return record if isinstance(record, IncidentPrivate) else None
