"""The store of the worker: searches for field work are answered by the live index, everything else by Redis.

An answer of the index is final only when it offers more people than a wave wants: a claim checks each of them. A search that saw
everybody within its limits says that people are scarce, which is never said by a copy: Redis is asked, and it also knows which
other incidents wait for the same people. So what the index may miss for some milliseconds can neither make nor hide a shortfall.
"""

from collections.abc import Sequence

from dispatch.model.people import Found, Need
from dispatch.model.vocabulary import Capability
from dispatch.ports import Claim, ClaimAnswer
from streams import metrics
from streams.live_index.live_index import LiveIndex
from streams.store import RedisClient, RedisStore


class LiveStore(RedisStore):
    """`RedisStore` with a live index that a follower keeps up to date."""

    def __init__(self, redis: RedisClient, index: LiveIndex) -> None:
        super().__init__(redis)
        self._index = index

    async def find(self, needs: Sequence[Need], *, most: int | None = None) -> list[Found]:
        found = [self._in_index(need) for need in needs]
        asking = [need for need, one in zip(needs, found, strict=True) if one is None]
        answers = iter(await super().find(asking, most=most))
        return [one or next(answers) for one in found]

    async def find_more(self, searches: Sequence[tuple[Need, Found]], *, within_s: float) -> list[Found]:
        found = [self._in_index(need, before) for need, before in searches]
        asking = [search for search, one in zip(searches, found, strict=True) if one is None]
        answers = iter(await super().find_more(asking, within_s=within_s))
        return [one or next(answers) for one in found]

    async def claim(self, claims_: Sequence[Claim]) -> list[ClaimAnswer]:
        answers = await super().claim(claims_)
        for claim, answer in zip(claims_, answers, strict=True):
            if answer is ClaimAnswer.GRANTED:
                # The next batch searches before Redis has told of it.
                self._index.table.claimed(claim.volunteer_id, claim.command_id)
            else:
                self._index.changed[claim.volunteer_id] = None
        return answers

    def _in_index(self, need: Need, before: Found | None = None) -> Found | None:
        """None: Redis must be asked."""
        if need.requirement.capability is not Capability.FIELD:
            by, found = "redis_digital", None
        elif not self._index.is_usable():
            by, found = "redis_index_behind", None
        else:
            found = self._index.find(need, before)
            by = "redis_scarce" if found.complete else "index"
        metrics.SEARCHES.labels(by=by).inc()
        return None if found is None or found.complete else found
