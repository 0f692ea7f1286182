"""The service area of a deployment, from KOMEK_SERVICE_AREA."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.plain_reason import plain_reason
from dispatch.model.service_area import ServiceArea, service_area
from streams.settings import Settings, SettingsError

OFF = "off"
BUILT_IN = "kazakhstan.geojson"


def service_area_of(settings: Settings) -> ServiceArea | None:
    """The configured or built-in service area; None when it is `off`.

    Raises:
        SettingsError: the file cannot be read, or does not contain one Polygon or MultiPolygon of at most 1,000 positions.
    """
    if settings.service_area is None:
        return built_in()
    if str(settings.service_area) == OFF:
        return None
    try:
        return _made_of(settings.service_area.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        expected = "`off`, or a GeoJSON file with one Polygon or MultiPolygon of at most 1,000 positions"
        raise SettingsError(
            f"KOMEK_SERVICE_AREA={str(settings.service_area)!r}: expected {expected} ({plain_reason(error)})"
        ) from None


@cache
def built_in() -> ServiceArea:
    return _made_of(files("dispatch").joinpath("service_areas", BUILT_IN).read_text(encoding="utf-8"))


def _made_of(text: str) -> ServiceArea:
    """Parses a GeoJSON geometry, a feature, or a collection of one feature. Raises ValueError for anything else."""
    found: Any = json.loads(text)
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        features = found.get("features")
        found = features[0] if isinstance(features, list) and len(features) == 1 else None
    if isinstance(found, dict) and found.get("type") == "Feature":
        found = found.get("geometry")
    area = area_of(found if isinstance(found, dict) else {})
    # A point has no reach; nothing would lie in it.
    if area.reach_m <= 0:
        raise BadGeometry("type", "Polygon or MultiPolygon")
    return service_area(area)
