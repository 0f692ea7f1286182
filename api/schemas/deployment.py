"""What the pages need to know of the deployment, before and after a login."""

from typing import Literal

from api.schemas.places import Exact, NamesShown
from dispatch.notices.ladder import ChannelKind


class CentreShown(Exact):
    lon: float
    lat: float
    zoom: float


class MapShown(Exact):
    """What the map is drawn on; both null: the districts and towns of the build. A style takes precedence."""

    style: str | None
    """Address of a MapLibre style, here or elsewhere."""
    pmtiles: str | None
    """Address of a PMTiles file, to be read in ranges."""
    attribution: str
    """Credit of the districts and towns of the build. A style and a PMTiles file carry their own."""


class ThresholdsShown(Exact):
    fix_stale_s: int
    """A position older than this is not used to find people."""
    offer_window_s: int
    """Time to answer an offer of field work, unless the plan of the incident states another."""
    digital_window_s: int


class DeploymentShown(Exact):
    build: str
    """Of the pages. A page with another one is out of date."""
    name: NamesShown
    languages: list[Literal["kk", "ru", "en"]]
    """Languages of the pages and notices."""
    time_zone: str
    """Of all times that are shown to people, a name of the IANA database."""
    centre: CentreShown | None
    """Where the map opens; null: the whole country."""
    map: MapShown
    thresholds: ThresholdsShown
    vapid_public_key: str | None
    """For subscriptions to Web Push; null: this deployment sends none."""
    channels: list[ChannelKind]
    """Ways by which notices are sent."""
    exercise: bool
    """The whole deployment is an exercise."""
    rescue_phone: str
    operators_phone: str | None
    """For volunteers whose answer does not arrive; null: they call `rescue_phone`."""
