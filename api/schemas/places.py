"""Places by name, and what is known of a point on the map."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.base import Geometry, Shown
from dispatch.gazetteer.place_text import Form
from dispatch.gazetteer.records import Kind

Attribution = Literal["© OpenStreetMap contributors (ODbL), GeoNames (CC BY 4.0), geokz (CC BY 4.0)"]


class Exact(Shown):
    model_config = ConfigDict(extra="forbid")


class NamesShown(Exact):
    """A name in three languages. Without one in a language, that of another stands there, in Latin letters for `en`."""

    kk: str
    ru: str
    en: str


class PlaceShown(Exact):
    """`id`: stable within a release of the data. For `kind` `point` the name is its coordinates."""

    id: str
    name: NamesShown
    kind: Kind
    district: NamesShown | None
    """null for regions, and in the country for some places at its border."""
    region: NamesShown | None
    location: Geometry
    distance_m: int | None
    """From `near`, in metres; null without it."""
    is_outside: bool
    """A point outside Kazakhstan. It is shown as it was written, never moved."""


class TownShown(Exact):
    name: NamesShown
    inhabitants: int
    location: Geometry


class TownList(Exact):
    """The names that a map of the country shows, the largest settlement first."""

    items: list[TownShown]
    attribution: Attribution


class PlaceList(Exact):
    items: list[PlaceShown]
    understood_as: Annotated[
        Form,
        Field(
            description="`short_link`: the link holds no coordinates; open it and paste the address of the page. "
            "`street`: streets are not known; `items` are what the text says of a settlement, or empty"
        ),
    ]
    attribution: Attribution


class NearestShown(Exact):
    name: NamesShown
    kind: Kind
    distance_m: int


class CoarsePlace(Exact):
    """The surroundings of a coarse area, by its centre alone. `nearest`: a settlement within 20 km; null where there is none."""

    district: NamesShown
    region: NamesShown
    nearest: NamesShown | None


class HazardHere(Exact):
    """An open incident whose hazard area covers the point; operators and admins only."""

    incident_id: str
    type: str
    priority: str


class PlaceAt(Exact):
    region: NamesShown
    district: NamesShown
    kato: str
    """Code of the district in the country's classifier."""
    nearest: NearestShown | None
    hazards: list[HazardHere] | None
    """null: not known at the moment, or not shown to this role."""
