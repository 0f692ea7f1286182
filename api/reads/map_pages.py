"""Features of each collection for GIS desks: a page of them, and one by its id. A page costs what it shows, not what there is."""

import asyncio
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.caller import Caller
from api.http.numbers import decimal, natural
from api.http.ogc_parameters import FeatureQuery, as_bad_parameter, bad, yes_or_no
from api.process.services import Services
from api.reads.hazard_warnings import is_kept_back
from api.reads.listing import OPEN_STATUSES, Filters, list_incidents
from api.views import on_map
from api.views.on_map import TypeTitles
from api.views.values import View
from dispatch.model import geo
from dispatch.model.hazard_areas import ground_of
from dispatch.model.ids import zone_of_incident
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.vocabulary import IncidentStatus
from streams.store.people_cells import (
    COARSEST_STEPS,
    COUNTRY,
    FINEST_STEPS,
    Cell,
    cells_in,
    skill_cells_in,
)
from streams.tokens import Role

AT_ONCE = 200
"""Incidents that are decoded before other requests get their turn."""
ROUNDS, ROUNDS_FOR_ANY = 5, 10
"""How often a page is gone on with, each time over at most 2,000 incidents: until it is full, and longer while it is empty. QGIS
takes an empty page for the last one, whatever link it has."""
AREAS_AT_ONCE = 50
ENDED_STATUSES = tuple(status for status in IncidentStatus if status not in OPEN_STATUSES)
_SKILL_MOST = 64
_NUMBER = "(0|[1-9][0-9]{0,4})"
_CELL_ID = re.compile(f"{_NUMBER}-{_NUMBER}-{_NUMBER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPage:
    """`following`: cursor of the next page. `subjects`: the incidents that it tells of. `about`: what was looked at."""

    features: list[View]
    following: str | None = None
    subjects: Sequence[str] = ()
    about: str = ""


async def open_points(services: Services, caller: Caller, asked: FeatureQuery) -> MapPage:
    return await _points(services, caller, asked, OPEN_STATUSES)


async def ended_points(services: Services, caller: Caller, asked: FeatureQuery) -> MapPage:
    return await _points(services, caller, asked, ENDED_STATUSES)


async def areas(services: Services, _caller: Caller, asked: FeatureQuery) -> MapPage:
    """Open incidents whose place is an area. For operators: monitors see no shape."""
    filters = replace(_filters(asked, is_coarse=False), as_points=False, with_area=True)
    states, following = await _listed(services, filters, asked, OPEN_STATUSES)
    titles = titles_of(services)
    features = [on_map.incident_area(state, titles) for state in states]
    return MapPage(features=features, following=following, subjects=_ids(states))


async def hazards(services: Services, caller: Caller, asked: FeatureQuery) -> MapPage:
    ids = await services.reads.hazards()
    first = 0 if asked.cursor is None else bisect_right(ids, _incident_cursor(asked.cursor))
    filters, titles = _filters(asked, is_coarse=False), titles_of(services)
    filters = replace(filters, as_points=False, with_area=True)
    shown: list[Incident] = []
    for start in range(first, len(ids), AREAS_AT_ONCE):
        block = ids[start : start + AREAS_AT_ONCE]
        for at, state in enumerate(await services.reads.incidents(block), start):
            if state is not None and is_hazard_for(caller, state) and filters.match(state):
                shown.append(state)
            if len(shown) == asked.limit:
                return _hazard_page(shown, titles, ids[at] if at + 1 < len(ids) else None)
    return _hazard_page(shown, titles, None)


async def stagings(services: Services, caller: Caller, asked: FeatureQuery) -> MapPage:
    ids = await services.reads.hazards()
    after = ("", 0) if asked.cursor is None else _staging_cursor(asked.cursor)
    ids = ids[bisect_left(ids, after[0]) :]
    if "incident_id" in asked.others:
        ids = [one for one in ids if one == asked.others["incident_id"]]
    titles = titles_of(services)
    # Of the box the points are asked, not the area.
    filters = _filters(replace(asked, box=None), is_coarse=False)
    features: list[View] = []
    for start in range(0, len(ids), AREAS_AT_ONCE):
        for state in await services.reads.incidents(ids[start : start + AREAS_AT_ONCE]):
            if state is not None and is_hazard_for(caller, state) and filters.match(state):
                features += [one for one in _staging_of(state, titles) if _follows(one, after) and _is_in(asked, one)]
        if len(features) > asked.limit:
            break
        # The points of an area are computed from its outline.
        await asyncio.sleep(0)
    shown = features[: asked.limit]
    subjects = list(dict.fromkeys(one["properties"]["incident_id"] for one in shown))
    return MapPage(
        features=shown,
        following=shown[-1]["id"] if len(features) > asked.limit else None,
        subjects=subjects,
    )


async def people(services: Services, _caller: Caller, asked: FeatureQuery) -> MapPage:
    """Cells with people on duty. The audit has the box and the skill, as of `GET /v1/people/cells`: no person is a subject."""
    skill, zoom = asked.others.get("skill"), asked.others.get("zoom")
    if skill is not None and not 0 < len(skill) <= _SKILL_MOST:
        raise bad("skill", f"a text of 1 to {_SKILL_MOST} characters")
    size = None if zoom is None else decimal(zoom)
    if zoom is not None and (size is None or not 0 <= size <= 24):
        raise bad("zoom", "a number from 0 to 24")
    box = asked.box or COUNTRY
    # One size unless another is asked for: a desk keeps features by their ids, and would draw cells of two sizes over each other.
    cells = skill_cells_in(box) if skill is not None or size is None else cells_in(box, size)
    told = on_map.people(await services.reads.people_cells(cells, skill))
    first = 0 if asked.cursor is None else natural(asked.cursor)
    if first is None:
        raise bad("cursor", "the one of the link next")
    following = str(first + asked.limit) if len(told) > first + asked.limit else None
    sides = ",".join(f"{side:.2f}" for side in (box.west, box.south, box.east, box.north))
    return MapPage(features=told[first : first + asked.limit], following=following, about=f"{sides} {skill or 'all'}")


async def one_incident(services: Services, caller: Caller, id_: str, statuses: Sequence[IncidentStatus]) -> View | None:
    """The point of an incident in one of the statuses."""
    state = await _known(services, id_)
    if state is None or state.status not in statuses:
        return None
    return on_map.incident_point(state, _place(state, caller), titles_of(services))


async def one_area(services: Services, _caller: Caller, id_: str) -> View | None:
    state = await _known(services, id_)
    if state is None or not state.is_open or not _has_area(state):
        return None
    return on_map.incident_area(state, titles_of(services))


async def one_hazard(services: Services, caller: Caller, id_: str) -> View | None:
    state = await _known(services, id_)
    return on_map.hazard_area(state, titles_of(services)) if state and is_hazard_for(caller, state) else None


async def one_staging(services: Services, caller: Caller, id_: str) -> View | None:
    state = await _known(services, id_.rpartition(".")[0])
    if state is None or not is_hazard_for(caller, state):
        return None
    return next((one for one in _staging_of(state, titles_of(services)) if one["id"] == id_), None)


async def one_cell(services: Services, _caller: Caller, id_: str) -> View | None:
    parts = _CELL_ID.fullmatch(id_)
    if parts is None:
        return None
    steps, column, row = map(int, parts.groups())
    if not COARSEST_STEPS <= steps <= FINEST_STEPS or max(column, row) >= 1 << steps:
        return None
    cell = Cell(steps=steps, column=column, row=row)
    return next(iter(on_map.people(await services.reads.people_cells([cell]))), None)


def titles_of(services: Services) -> TypeTitles:
    return {plan.type: plan.title for plan in services.plans.plans.values()}


def is_hazard_for(caller: Caller, state: Incident) -> bool:
    """Whether the incident has a hazard area that this caller sees: monitors those that the feed of warnings publishes."""
    if not state.is_open or state.hazard is None or not _has_area(state):
        return False
    return caller.role is Role.OPERATOR or not is_kept_back(state)


async def _points(
    services: Services, caller: Caller, asked: FeatureQuery, statuses: Sequence[IncidentStatus]
) -> MapPage:
    filters = _filters(asked, is_coarse=caller.role is not Role.OPERATOR)
    states, following = await _listed(services, filters, asked, statuses)
    titles = titles_of(services)
    features = [on_map.incident_point(state, _place(state, caller), titles) for state in states]
    return MapPage(features=features, following=following, subjects=_ids(states))


async def _listed(
    services: Services, filters: Filters, asked: FeatureQuery, statuses: Sequence[IncidentStatus]
) -> tuple[list[Incident], str | None]:
    wanted = tuple(status for status in statuses if not filters.statuses or status in filters.statuses)
    if not wanted:
        return [], None
    filters = replace(filters, statuses=wanted)
    found: list[Incident] = []
    cursor = asked.cursor
    for done in range(1, ROUNDS_FOR_ANY + 1):
        with as_bad_parameter():
            states, cursor = await list_incidents(
                services.reads, filters, limit=min(AT_ONCE, asked.limit - len(found)), cursor=cursor
            )
        found += states
        if cursor is None or len(found) == asked.limit or (found and done >= ROUNDS):
            break
        await asyncio.sleep(0)
    return found, cursor


def _filters(asked: FeatureQuery, *, is_coarse: bool) -> Filters:
    others = asked.others
    until_ms = None if asked.until_ms is None else asked.until_ms + 1
    with as_bad_parameter():
        filters = Filters.parsed(
            status=others.get("status"),
            priority=others.get("priority"),
            type_=others.get("type"),
            bbox=None,
            by_coarse_place=is_coarse,
            reported=(asked.from_ms, until_ms),
            is_exercise=yes_or_no(others, "exercise"),
        )
    return replace(filters, box=asked.box, as_points=True)


def _hazard_page(states: Sequence[Incident], titles: TypeTitles, following: str | None) -> MapPage:
    features = [on_map.hazard_area(state, titles) for state in states]
    return MapPage(features=features, following=following, subjects=_ids(states))


def _staging_of(state: Incident, titles: TypeTitles) -> list[View]:
    ground = ground_of(state)
    return [] if ground is None else on_map.staging_points(state, ground, titles)


def _follows(one: View, after: tuple[str, int]) -> bool:
    return (one["properties"]["incident_id"], one["properties"]["number"]) > after


def _is_in(asked: FeatureQuery, one: View) -> bool:
    lon, lat = one["geometry"]["coordinates"]
    return asked.box is None or asked.box.has(Place(lon=lon, lat=lat))


def _place(state: Incident, caller: Caller) -> Place | None:
    if state.area is None:
        return None
    return state.area.centre if caller.role is Role.OPERATOR else coarse_centre(state.area)


def _has_area(state: Incident) -> bool:
    return state.area is not None and state.area.reach_m > 0


def _ids(states: Sequence[Incident]) -> list[str]:
    return [state.id for state in states]


async def _known(services: Services, incident_id: str) -> Incident | None:
    # An id that nothing can have names nothing: no look-up, and no key of Redis made of any text.
    return await services.reads.incident(incident_id) if _is_incident_id(incident_id) else None


def _is_incident_id(text: str) -> bool:
    zone = zone_of_incident(text)
    return zone is not None and geo.is_zone(zone)


def _incident_cursor(cursor: str) -> str:
    if not _is_incident_id(cursor):
        raise bad("cursor", "the one of the link next")
    return cursor


def _staging_cursor(cursor: str) -> tuple[str, int]:
    incident_id, _, number = cursor.rpartition(".")
    found = natural(number)
    if found is None or not _is_incident_id(incident_id):
        raise bad("cursor", "the one of the link next")
    return incident_id, found
