"""The collections that GIS desks read: what is in each, for whom, and who reads it. One entry a collection; everything that the
standard wants said of it (description, schema, API definition) is made from the entry.

Each has one kind of geometry, because a desk gives a layer one kind: incidents are points, also those with an area, whose shapes
are a collection of their own.

There is none of people: positions are told of one incident at a time, each reading with those it named in the audit
(`GET /v1/incidents/{id}/positions`). A layer would name everybody engaged at each refresh, and a desk keeps what it has read.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from api.caller import Caller
from api.http.ogc_parameters import FeatureQuery
from api.process.services import Services
from api.reads import map_pages
from api.reads.listing import OPEN_STATUSES
from api.reads.map_pages import ENDED_STATUSES, MapPage
from api.schemas.base import Shown
from api.schemas.map_features import HazardOnMap, IncidentOnMap, PeopleOnMap, StagingOnMap
from api.views.values import View
from streams.store.people_cells import COUNTRY
from streams.tokens import Role

OPERATORS = frozenset({Role.OPERATOR})
WATCHERS = frozenset({Role.OPERATOR, Role.MONITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class GisCollection:
    """`filters`: its parameters besides those of all collections. `instant`: the property that `datetime` asks about, if any.
    `extent`: west, south, east, north, where it is known without reading everything."""

    id: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    geometry: Literal["point", "polygon", "multipolygon"]
    properties: type[Shown]
    page: Callable[[Services, Caller, FeatureQuery], Awaitable[MapPage]]
    one: Callable[[Services, Caller, str], Awaitable[View | None]]
    roles: frozenset[Role] = WATCHERS
    filters: Sequence[str] = ()
    instant: str | None = None
    extent: Sequence[float] | None = None


_OF_INCIDENTS = ("type", "priority", "status", "exercise")

COLLECTIONS: Mapping[str, GisCollection] = {
    one.id: one
    for one in (
        GisCollection(
            id="incidents",
            titles={"kk": "Ашық оқиғалар", "ru": "Открытые происшествия", "en": "Open incidents"},
            descriptions={
                "kk": "Ашық оқиғалар нүкте түрінде; аймақ болса, оның ортасы. datetime: хабарланған уақыты.",
                "ru": "Открытые происшествия точками; у площади – её центр. datetime: время сообщения.",
                "en": "Open incidents as points; of an area its centre. datetime: when they were reported.",
            },
            geometry="point",
            properties=IncidentOnMap,
            page=map_pages.open_points,
            one=partial(map_pages.one_incident, statuses=OPEN_STATUSES),
            filters=_OF_INCIDENTS,
            instant="reported_at",
        ),
        GisCollection(
            id="ended-incidents",
            titles={"kk": "Аяқталған оқиғалар", "ru": "Завершённые происшествия", "en": "Ended incidents"},
            descriptions={
                "kk": "Жабылған немесе тоқтатылған оқиғалар, жаңасы бірінші. datetime: хабарланған уақыты.",
                "ru": "Закрытые и отменённые происшествия, новые первыми. datetime: время сообщения.",
                "en": "Closed and cancelled incidents, the newest first. datetime: when they were reported.",
            },
            geometry="point",
            properties=IncidentOnMap,
            page=map_pages.ended_points,
            one=partial(map_pages.one_incident, statuses=ENDED_STATUSES),
            filters=_OF_INCIDENTS,
            instant="reported_at",
        ),
        GisCollection(
            id="incident-areas",
            titles={"kk": "Оқиғалардың аймақтары", "ru": "Площади происшествий", "en": "Areas of incidents"},
            descriptions={
                "kk": "Орны аймақ болатын ашық оқиғалар. datetime: хабарланған уақыты.",
                "ru": "Открытые происшествия, место которых – площадь. datetime: время сообщения.",
                "en": "Open incidents whose place is an area. datetime: when they were reported.",
            },
            geometry="multipolygon",
            properties=IncidentOnMap,
            page=map_pages.areas,
            one=map_pages.one_area,
            roles=OPERATORS,
            filters=_OF_INCIDENTS,
            instant="reported_at",
        ),
        GisCollection(
            id="hazard-areas",
            titles={"kk": "Қауіпті аймақтар", "ru": "Опасные зоны", "en": "Hazard areas"},
            descriptions={
                "kk": "Ашық оқиғалардың қауіпті аймақтары. datetime: оқиға хабарланған уақыт.",
                "ru": "Опасные зоны открытых происшествий. datetime: время сообщения о происшествии.",
                "en": "Hazard areas of open incidents. datetime: when the incident was reported.",
            },
            geometry="multipolygon",
            properties=HazardOnMap,
            page=map_pages.hazards,
            one=map_pages.one_hazard,
            filters=("type", "priority", "exercise"),
            instant="reported_at",
        ),
        GisCollection(
            id="staging-points",
            titles={"kk": "Жиналу орындары", "ru": "Места сбора", "en": "Staging points"},
            descriptions={
                "kk": "Қауіпті аймақтардың шетіндегі жиналу орындары.",
                "ru": "Места сбора на краю опасных зон.",
                "en": "Staging points at the edges of hazard areas.",
            },
            geometry="point",
            properties=StagingOnMap,
            page=map_pages.stagings,
            one=map_pages.one_staging,
            filters=("incident_id", "type", "exercise"),
        ),
        GisCollection(
            id="people-cells",
            titles={"kk": "Кезекшіліктегі волонтерлер", "ru": "Волонтеры на дежурстве", "en": "Volunteers on duty"},
            descriptions={
                "kk": "Ұяшықтар бойынша кемінде неше волонтер кезекшілікте; ешкімнің аты аталмайды.",
                "ru": "Сколько волонтеров на дежурстве, не меньше, по ячейкам; никто не назван.",
                "en": "At least how many volunteers are on duty, by cells; nobody is named.",
            },
            geometry="polygon",
            properties=PeopleOnMap,
            page=map_pages.people,
            one=map_pages.one_cell,
            roles=OPERATORS,
            filters=("skill", "zoom"),
            extent=(COUNTRY.west, COUNTRY.south, COUNTRY.east, COUNTRY.north),
        ),
    )
}


def collections_for(role: Role) -> list[GisCollection]:
    return [one for one in COLLECTIONS.values() if role in one.roles]
