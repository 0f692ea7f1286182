"""Counts and times of the incidents of a period, by type, district or hour; from the states in Redis, without any person."""

from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from api.process.services import Services
from api.reads.listing import Filters
from api.views.places import names
from api.views.summary import By, Group
from api.views.values import View
from dispatch.model.incidents import Incident
from dispatch.model.local_time import local_hour
from dispatch.model.recorded_way import coarse_centre

EXAMINED_AT_MOST = 20_000
"""States that one request reads: some seconds, with other requests in between."""
AT_ONCE = 200
NO_PLACE = "none"


async def summary(services: Services, filters: Filters, by: By, *, coarse: bool) -> tuple[list[View], View, int | None]:
    """The groups by key, all together, and None; or the time (ms) of the oldest report examined when the bound ended the search.

    `filters` has the period. `coarse`: districts by the coarse place. Raises StoreUnavailable, NotReady.
    """
    groups: dict[str, Group] = defaultdict(Group)
    together, oldest_ms = Group(), None
    examined = 0
    async for states in _blocks(services, filters):
        for state in states:
            if not filters.match(state) or state.merged_into is not None:
                continue
            key, name = _key_of(services, state, by, coarse)
            groups[key].name = name
            groups[key].add(state)
            together.add(state)
        examined += len(states)
        if examined >= EXAMINED_AT_MOST:
            oldest_ms = states[-1].times.logged_ms
            break
    return [groups[key].view(key) for key in sorted(groups)], together.view("all"), oldest_ms


async def _blocks(services: Services, filters: Filters) -> AsyncIterator[list[Incident]]:
    """States in blocks, the newest arrival first, as far as the period goes."""
    cursor = None
    while True:
        page = await services.reads.page(limit=AT_ONCE, cursor=cursor)
        states = [state for state in await services.reads.incidents(page.ids) if state is not None]
        if states:
            yield states
        cursor = page.next
        if cursor is None or (states and filters.ends_at(states[-1].times.logged_ms)):
            return


def _key_of(services: Services, state: Incident, by: By, coarse: bool) -> tuple[str, Any]:
    if by is By.KIND:
        return state.type, None
    if by is By.HOUR:
        return f"{local_hour(state.times.reported_ms, services.settings.time_zone):02d}", None
    if state.area is None:
        return NO_PLACE, None
    place = coarse_centre(state.area) if coarse else state.area.centre
    district = services.gazetteer().boundaries.at(place)
    if district is None:
        return NO_PLACE, None
    return district.kato, names(district.name)
