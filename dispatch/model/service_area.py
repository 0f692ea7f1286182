"""The service area of a deployment, to detect implausible places: in the sea, or with swapped coordinates.

No report is refused because of its place. The operator is alerted (`place_unlikely`) with the likely cause, never with corrected
coordinates: only the operator can find out where the caller is.

swapped          inside with latitude and longitude exchanged
longitude_sign   inside with the sign of the longitude changed
latitude_sign    inside with the sign of the latitude changed
outside          none of these
"""

from dataclasses import dataclass, field

from dispatch.model.events import Event
from dispatch.model.geojson import corners_of
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.outlines import Outline
from dispatch.model.places import Area, Place
from dispatch.model.reasons import AttentionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """The area that a deployment serves; create it with `service_area`."""

    outline: Outline = field(repr=False, compare=False)

    def meets(self, area: Area) -> bool:
        """Whether any part of the area lies in the service area; also if it surrounds it."""
        return self.outline.meets(area)

    def doubt(self, area: Area) -> str | None:
        """The likely fault of a place; None if its centre or one of its vertices is in the service area."""
        if any(map(self.outline.covers, (area.centre, *corners_of(area)))):
            return None
        lon, lat = area.centre.lon, area.centre.lat
        others = {
            # In order of precedence: exchanged numbers once put an incident into the Arctic Ocean (DESIGN 88).
            "swapped": Place(lon=lat, lat=lon) if abs(lon) <= 90 else None,
            "longitude_sign": Place(lon=-lon, lat=lat),
            "latitude_sign": Place(lon=lon, lat=-lat),
        }
        return next((word for word, place in others.items() if place and self.outline.covers(place)), "outside")


def service_area(area: Area) -> ServiceArea:
    return ServiceArea(outline=Outline(area))


def judged(before: Incident | None, after: Incident | None, served: ServiceArea | None) -> list[Event]:
    """Attention events for the place of an incident; empty if the place has not changed or `served` is None."""
    if (
        served is None
        or after is None
        # It has the area of its parent, which was judged already (DESIGN 26).
        or after.distress_of is not None
        or (before is not None and before.area == after.area)
    ):
        return []
    known = [one for one in after.attention if one.reason == AttentionReason.PLACE_UNLIKELY]
    doubt = served.doubt(after.area) if after.area is not None else None
    # Raised once, not again by every correction that stays outside for the same reason.
    if [one.detail for one in known] == [doubt]:
        return []
    ended: list[Event] = [AttentionEnded(reason=one.reason) for one in known]
    return ended if doubt is None else [*ended, AttentionRaised(reason=AttentionReason.PLACE_UNLIKELY, detail=doubt)]
