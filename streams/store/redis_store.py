"""`dispatch.ports.Store` on Redis. The port documents each method; docstrings here cover only what is specific to Redis."""

from collections.abc import Callable, Sequence

from redis.asyncio import Redis

from dispatch.matching.estimates import BANDS, Evidence
from dispatch.model.call_numbers import Series
from dispatch.model.context import Neighbour, Spot, Whereabouts
from dispatch.model.hazard_areas import HazardArea, Inside
from dispatch.model.people import AskedLately, Found, Hold, Need, Presence
from dispatch.model.places import Area
from dispatch.model.timers import Timer
from dispatch.ports import Application, Applied, Claim, ClaimAnswer, Loaded, PartitionProgress, UnderWay
from streams import wire
from streams.store import apply, call_numbers, claims, hazards, nearby, search
from streams.store.redis_client import FIX_AGE_LIMIT_MS, RedisClient
from streams.store.track_record import priors_of

PUT_OFF_MS = 5_000
"""A timer handed out by `take_due` becomes due again after this time, unless its command was decided before."""


# load.lua returns two cells per band, in the order of BANDS.
def _priors(cells: Sequence[bytes | None], now_ms: int) -> dict[str, Evidence]:
    pairs = zip(BANDS, cells[::2], cells[1::2], strict=True)
    return priors_of({band: (float(yes or 0), float(no or 0)) for band, yes, no in pairs if yes or no}, now_ms)


class RedisStore:
    """`redis`: a URL, a redis-py client (its owner sets the timeouts and closes it), or a shared `RedisClient`."""

    def __init__(self, redis: "Redis | str | RedisClient", *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS) -> None:
        self.link = redis if isinstance(redis, RedisClient) else RedisClient(redis, fix_age_limit_ms=fix_age_limit_ms)

    async def close(self) -> None:
        await self.link.close()

    async def now_ms(self) -> int:
        seconds, micros = (await self.link.run([("TIME",)]))[0]
        return int(seconds) * 1000 + int(micros) // 1000

    async def load(self, commands: Sequence[tuple[str, str]]) -> tuple[int, list[Loaded]]:
        now_ms, known, cells = await self.link.call("load", *(part for pair in commands for part in pair))
        priors = _priors(cells, now_ms)
        return now_ms, [
            Loaded(
                decided_at=int(offset) if offset is not None else None,
                incident=wire.decode_incident(state) if state is not None else None,
                priors=priors,
            )
            for offset, state in zip(known[::2], known[1::2], strict=True)
        ]

    async def find(self, needs: Sequence[Need], *, most: int | None = None) -> list[Found]:
        answers = await self.link.run([search.call_of(need, most=most or search.LOOK_AT_MOST) for need in needs])
        return [search.found_of(answer) for answer in answers]

    async def find_more(self, searches: Sequence[tuple[Need, Found]], *, within_s: float) -> list[Found]:
        most = search.look_at_most(len(searches))
        # `deadline_s` is what is left of the batch's second for searches, not the deadline of a call (DESIGN 90).
        calls = [search.call_of(need, before.mark, most) for need, before in searches]
        answers = await self.link.run(calls, deadline_s=within_s)
        return [search.found_of(answer, before) for (_, before), answer in zip(searches, answers, strict=True)]

    async def near(self, spots: Sequence[Spot]) -> list[tuple[Neighbour, ...]]:
        return await nearby.near(self.link, spots)

    async def named(self, externals: Sequence[str]) -> list[tuple[Neighbour, ...]]:
        return await nearby.named(self.link, externals)

    async def last_calls(self, series: Sequence[Series]) -> list[int]:
        return await call_numbers.last(self.link, series)

    async def whereabouts(self, volunteer_ids: Sequence[str]) -> dict[str, Whereabouts]:
        return await nearby.whereabouts(self.link, volunteer_ids)

    async def presence(self, volunteer_ids: Sequence[str]) -> dict[str, Presence]:
        return await hazards.presence(self.link, volunteer_ids)

    async def asked_lately(self, volunteer_ids: Sequence[str]) -> dict[str, AskedLately]:
        return await hazards.asked_lately(self.link, volunteer_ids)

    async def inside(self, areas: Sequence[Area]) -> list[Inside]:
        return await hazards.inside(self.link, areas)

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        return await hazards.hazards(self.link, known)

    async def under_way(self, areas: Sequence[Area]) -> list[UnderWay]:
        return await hazards.under_way(self.link, areas)

    async def claim(self, claims_: Sequence[Claim]) -> list[ClaimAnswer]:
        return await claims.claim(self.link, claims_)

    async def release(self, holds: Sequence[Hold]) -> None:
        await claims.release(self.link, holds)

    async def sweep_pending(self, older_than_ms: int, owned: Callable[[str], bool], *, limit: int = 1000) -> list[Hold]:
        """Returns pending claims older than `older_than_ms` on offers whose zone is `owned`.

        The caller reads the log to its end to make sure that no decision confirms them, then releases them.
        """
        return await claims.pending_older_than(self.link, older_than_ms, owned, limit)

    async def apply(self, applications: Sequence[Application]) -> list[Applied]:
        return list(map(apply.applied_of, await self.link.run(list(map(apply.call_of, applications)))))

    async def progress(self, partition: int) -> PartitionProgress:
        applied, published, refused = await self.link.call("progress", partition)
        # -1: nothing yet, so that the next offset is 0.
        return PartitionProgress(
            applied=int(applied) if applied is not None else -1,
            published=int(published) if published is not None else -1,
            refused={
                offer.decode(): Hold(volunteer_id=volunteer.decode(), offer_id=offer.decode())
                for offer, volunteer in zip(refused[::2], refused[1::2], strict=True)
            },
        )

    async def mark_published(self, partition: int, offset: int) -> None:
        await self.link.call("mark_published", partition, offset)

    async def take_due(self, limit: int) -> list[Timer]:
        return list(map(apply.timer_of, await self.link.call("take_due", limit, PUT_OFF_MS)))
