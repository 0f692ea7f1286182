"""What GIS desks read by OGC API – Features: the pages that describe it, and features with flat properties, as desks show them in
one table."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Geometry, Shown, Time
from dispatch.model.vocabulary import IncidentStatus, Priority


class Described(Shown):
    # Names of the standard, which has capitals in them.
    model_config = ConfigDict(populate_by_name=True)


class RelatedLink(Shown):
    href: str
    rel: str
    type: str
    title: str


class GisStart(Shown):
    """The landing page: where everything else is."""

    title: str
    description: str
    links: list[RelatedLink]


class ConformanceClasses(Described):
    """URIs of what the standard calls conformance classes."""

    conforms_to: Annotated[list[str], Field(alias="conformsTo")]


class SpatialExtent(Shown):
    bbox: list[list[float]]
    crs: str


class CollectionExtent(Shown):
    spatial: SpatialExtent


class MapCollection(Described):
    """A collection of features of one kind of geometry. `extent` is absent where only reading everything could tell it."""

    id: str
    title: str
    description: str
    links: list[RelatedLink]
    item_type: Annotated[Literal["feature"], Field(alias="itemType")]
    crs: list[str]
    extent: CollectionExtent | None = None


class MapCollections(Shown):
    links: list[RelatedLink]
    collections: list[MapCollection]


class OfIncident(Shown):
    """What belongs to one incident. The name of its type stands there in three languages."""

    incident_id: str
    type: str
    type_kk: str
    type_ru: str
    type_en: str


class IncidentOnMap(OfIncident):
    """An incident. `needed`, `asked`, `accepted`, `on_scene`, `short`: people; `attention`: codes with commas between."""

    call_number: Annotated[str | None, Field(description="said on the phone; unique on its day")]
    priority: Priority
    status: IncidentStatus
    exercise: Annotated[bool, Field(description="a drill")]
    is_area: Annotated[bool, Field(description="its place is an area, and the point its centre")]
    is_hazard: Annotated[bool, Field(description="its area is a danger to whoever enters")]
    alarm_level: int
    needed: int
    asked: int
    accepted: int
    on_scene: int
    short: Annotated[int, Field(description="how many people are still missing")]
    attention: Annotated[str, Field(description="why an operator should look; codes with commas between")]
    reported_at: Time
    decided_at: Time | None
    first_on_scene_at: Time | None
    staffed_at: Time | None
    closed_at: Time | None
    version: int


class HazardOnMap(OfIncident):
    """The hazard area of an open incident."""

    call_number: str | None
    priority: Priority
    exercise: bool
    reported_at: Time
    version: int


class StagingOnMap(OfIncident):
    """A point at the edge of a hazard area where people may gather. The points follow from the area, not from anybody's way."""

    number: Annotated[int, Field(description="of the points of one area, from 1 on")]
    exercise: bool


class PeopleOnMap(Shown):
    """A cell with people on duty for field work. Nobody is named; numbers are the lower ends of classes (0, 5, 10, 20, 50 …)."""

    on_duty: int
    free: int
    engaged: int


class MapFeature(Shown):
    """A GeoJSON feature. `geometry` is null for an incident without a place."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: IncidentOnMap | HazardOnMap | StagingOnMap | PeopleOnMap


class LinkedMapFeature(MapFeature):
    links: list[RelatedLink]


class MapFeaturePage(Described):
    """`numberMatched` is there where it is known: when all features are in the answer. `next` of the links leads on."""

    type: Literal["FeatureCollection"]
    features: list[MapFeature]
    links: list[RelatedLink]
    time_stamp: Annotated[Time, Field(alias="timeStamp")]
    number_returned: Annotated[int, Field(alias="numberReturned")]
    number_matched: Annotated[int | None, Field(alias="numberMatched")] = None
