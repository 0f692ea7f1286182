"""Searches of a batch for candidates: one round trip for all needs, then further looks for the needs that fell short."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from dispatch.model.people import Need, SearchMark
from dispatch.plans.book import PlanBook
from dispatch.ports import Store, StoreUnavailable
from streams import metrics
from streams.lookups.batch_lookups import BatchLookups
from streams.worker.drafts import Draft

log = structlog.get_logger(__name__)
LOOK_GROWTH = 16
"""Each further look of a search asks for this many times more candidates than the one before …"""
LOOK_WANTS_MOST = 1_000
"""… up to this many."""
LEAST_LOOK_S = 0.05
"""No further look is started with less time than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBounds:
    """Limits of further looks per batch. A search that reaches one is reported in its decision (`search_bounded`)."""

    people: int = 20_000
    """Candidates examined for one need."""
    seconds: float = 1.0
    """Time for all further looks, of the two seconds that a batch has in total."""


class Searches:
    """Fills `Draft.found`. Raises StoreUnavailable or NotReady when a first search fails."""

    def __init__(self, store: Store, hazards: BatchLookups, bounds: SearchBounds) -> None:
        self._store = store
        self._hazards = hazards
        self._bounds = bounds

    def deadline_s(self) -> float:
        """Time of the event loop until which further looks may run, counted from now."""
        return asyncio.get_running_loop().time() + self._bounds.seconds

    async def begin(self, drafts: Sequence[Draft]) -> None:
        """Searches for all needs of all drafts."""
        pairs = [(draft, need) for draft in drafts for need in draft.settled.needs]
        if not pairs:
            return
        hits = await self._store.find([need for _, need in pairs])
        # Travel times before ranking: the rules compare people by them.
        results = await self._hazards.timed([(draft.settled.incident, need) for draft, need in pairs], hits)
        for (draft, need), found in zip(pairs, results, strict=True):
            draft.found[need.requirement.id] = found

    async def look_further(self, short: Sequence[tuple[Draft, Need]], plans: PlanBook, until_s: float) -> None:
        """One more look for each of these needs, beyond the candidates seen. A search that reaches a limit is marked as
        bounded."""
        left_s = until_s - asyncio.get_running_loop().time()
        going: list[tuple[Draft, Need]] = []
        for draft, need in short:
            # Time is counted with the wait for Redis: a batch has two seconds in all.
            if left_s >= LEAST_LOOK_S and self._may_grow(draft, need):
                going.append((draft, need))
            else:
                self._bound([(draft, need)])
        if not going:
            return
        searches = [(_wider(need, draft.looks), draft.sifted(need, plans)) for draft, need in going]
        try:
            hits = await self._store.find_more(searches, within_s=left_s)
        except StoreUnavailable as trouble:
            # A search that is too slow for Redis must not repeat for ever; if Redis is unavailable, the claims will fail.
            log.warning("searches were not continued", needs=len(going), trouble=str(trouble))
            self._bound(going)
            return
        results = await self._hazards.timed([(draft.settled.incident, need) for draft, need in going], hits)
        for (draft, need), (_, before), found in zip(going, searches, results, strict=True):
            draft.looks[need.requirement.id] += 1
            draft.found[need.requirement.id] = found
            # A look that brought nothing further would repeat without end.
            if found.mark is not None and not _is_further(found.mark, before.mark):
                self._bound([(draft, need)])

    def _may_grow(self, draft: Draft, need: Need) -> bool:
        mark = draft.found[need.requirement.id].mark
        return mark is None or len(mark.judged) < self._bounds.people

    def _bound(self, searches: Sequence[tuple[Draft, Need]]) -> None:
        for draft, need in searches:
            metrics.SEARCHES_BOUNDED.inc()
            draft.found[need.requirement.id] = replace(draft.found[need.requirement.id], bounded=True)


def _wider(need: Need, looks: Mapping[str, int]) -> Need:
    """Asks for many more at once: drafts that want the same people can share them only if all see all of them (DESIGN 39)."""
    factor = LOOK_GROWTH ** (looks.get(need.requirement.id, 0) + 1)
    return replace(need, want=min(LOOK_WANTS_MOST, need.want * factor))


def _is_further(mark: SearchMark, before: SearchMark | None) -> bool:
    return before is None or len(mark.judged) > len(before.judged) or mark.radius_m != before.radius_m
