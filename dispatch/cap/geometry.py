"""The area of an alert, from CAP's polygons ("lat,lon lat,lon …") and circles ("lat,lon radius_km").

CAP writes latitude first, GeoJSON longitude. Open rings are closed; rings that touch or cross themselves are repaired.
"""

import math

from dispatch.cap.messages import BadAlert, CapArea, Fault, Info
from dispatch.model.drawn_areas import drawn_area
from dispatch.model.geojson import BadGeometry
from dispatch.model.outlines import Circle
from dispatch.model.places import Area, Place

MAX_SHAPES = 20_000
MAX_POSITIONS = 400_000
_MAX_RADIUS_KM = 2_000.0


def area_of_info(info: Info) -> Area | None:
    """The joined area of all areas of a description; None if it draws none (a name or a code only).

    Raises:
        BadAlert: `bad_geometry`, or `too_large` with more shapes or positions than are read.
    """
    return joined(info.areas)


def joined(areas: tuple[CapArea, ...]) -> Area | None:
    """As `area_of_info`."""
    polygons = [text for area in areas for text in area.polygons]
    circles = [text for area in areas for text in area.circles]
    if not polygons and not circles:
        return None
    if len(polygons) + len(circles) > MAX_SHAPES or sum(text.count(",") for text in polygons) > MAX_POSITIONS:
        raise BadAlert(Fault.TOO_LARGE, f"an area of more than {MAX_SHAPES} shapes or {MAX_POSITIONS} positions")
    try:
        return drawn_area([_ring(text) for text in polygons], [_circle(text) for text in circles])
    except BadGeometry as error:
        raise BadAlert(Fault.BAD_GEOMETRY, str(error)) from None


def _ring(text: str) -> list[Place]:
    # Parted by any blanks: the schema says one, and real alerts have tabs and line ends.
    return [_position(pair) for pair in text.split()]


def _circle(text: str) -> Circle:
    centre, _, radius = text.partition(" ")
    radius_km = _number(radius)
    if not 0 <= radius_km <= _MAX_RADIUS_KM:
        raise BadGeometry("circle", f"a radius from 0 to {_MAX_RADIUS_KM:.0f} km")
    return Circle(centre=_position(centre), radius_m=radius_km * 1000)


def _position(text: str) -> Place:
    lat, comma, lon = text.partition(",")
    place = Place(lon=_number(lon), lat=_number(lat))
    if not comma or not -180 <= place.lon <= 180 or not -90 <= place.lat <= 90:
        raise BadGeometry(text[:40], "lat,lon in degrees, latitude first")
    return place


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadGeometry(text[:40], "a number")
    return number
