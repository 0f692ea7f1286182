"""Private records of incidents as Redis has them, waited for while it does not answer."""

import asyncio
from collections.abc import Sequence

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
        (found,) = await self.all_sealed([ref])
        return found

    async def all_sealed(self, refs: Sequence[str]) -> list[bytes | None]:
        """The same of several, in one round trip."""
        while refs:
            try:
                found = await self._link.run([("GET", redis_keys.private(ref)) for ref in refs])
            except StoreUnavailable:
                await asyncio.sleep(self._again_s)
            else:
                # `offset|ciphertext`
                return [None if one is None else bytes(one.partition(b"|")[2]) for one in found]
        return []

    def opened(self, ref: str, sealed: bytes | None) -> IncidentPrivate | None:
        """None: there is none, it was erased, or this process cannot decrypt it."""
        if not sealed:
            return None
        try:
            record = wire.open_sealed(self._ring.now, ref, sealed)
        except wire.Unreadable:
            return None
        return record if isinstance(record, IncidentPrivate) else None
