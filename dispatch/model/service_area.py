"""Where a deployment serves, so that a place which cannot be meant is noticed: in the sea, or with its coordinates swapped.

Nothing is refused for its place: the operator is told (`place_unlikely`), with a word for what may have happened, and never with
coordinates, for it is they who know where the caller is.

swapped          latitude and longitude were exchanged: the other way round it lies inside
longitude_sign   it lies inside on the other side of Greenwich
latitude_sign    it lies inside on the other side of the equator
outside          none of these
"""

from dataclasses import dataclass, field

from dispatch.model.events import AttentionEnded, AttentionRaised, Event
from dispatch.model.geo import Outline, corners_of
from dispatch.model.incidents import Area, Incident, Place
from dispatch.model.vocabulary import AttentionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Make it by `service_area`."""

    outline: Outline = field(repr=False, compare=False)

    def doubt(self, area: Area) -> str | None:
        """The word for what may be wrong with a place; None when some of it is served."""
        if any(map(self.outline.covers, (area.centre, *corners_of(area)))):
            return None
        lon, lat = area.centre.lon, area.centre.lat
        others = {
            "swapped": Place(lon=lat, lat=lon) if abs(lon) <= 90 else None,
            "longitude_sign": Place(lon=-lon, lat=lat),
            "latitude_sign": Place(lon=lon, lat=-lat),
        }
        return next((word for word, place in others.items() if place and self.outline.covers(place)), "outside")


def service_area(area: Area) -> ServiceArea:
    return ServiceArea(outline=Outline(area))


def judged(before: Incident | None, after: Incident | None, served: ServiceArea | None) -> list[Event]:
    """What follows from the place an incident has now; nothing while it is the one it had. `served` None: nothing is judged."""
    if (
        served is None
        or after is None
        or after.distress_of is not None
        or (before is not None and before.area == after.area)
    ):
        return []
    known = [one for one in after.attention if one.reason == AttentionReason.PLACE_UNLIKELY]
    doubt = served.doubt(after.area) if after.area is not None else None
    if [one.detail for one in known] == [doubt]:
        return []
    ended: list[Event] = [AttentionEnded(reason=one.reason) for one in known]
    return ended if doubt is None else [*ended, AttentionRaised(reason=AttentionReason.PLACE_UNLIKELY, detail=doubt)]
