"""Places as the API shows them."""

from typing import Any

from dispatch.gazetteer.boundaries import District, Names, Region
from dispatch.gazetteer.gazetteer import FoundPlace
from dispatch.gazetteer.records import Kind, Known
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

ATTRIBUTION = "© OpenStreetMap contributors (ODbL), GeoNames (CC BY 4.0), geokz (CC BY 4.0)"


def names(of: Names) -> dict[str, str]:
    return {"kk": of.kk, "ru": of.ru, "en": of.en}


def found_place(found: FoundPlace) -> dict[str, Any]:
    known = found.known
    return {
        "id": known.id,
        "name": names(known.name),
        "kind": known.kind,
        **_areas(known.district if known.kind is not Kind.DISTRICT else None, known.region),
        "location": point(known.place),
        "distance_m": None if found.distance_m is None else round(found.distance_m),
        "is_outside": False,
    }


def town(known: Known) -> dict[str, Any]:
    return {"name": names(known.name), "inhabitants": known.inhabitants, "location": point(known.place)}


def written_point(place: Place, district: District | None, near: Place | None) -> dict[str, Any]:
    """A point that somebody wrote, with the district it lies in, so that exchanged numbers are noticed."""
    text = f"{place.lat:.6f}, {place.lon:.6f}"
    return {
        "id": f"point-{place.lat:.6f}_{place.lon:.6f}",
        "name": {"kk": text, "ru": text, "en": text},
        "kind": Kind.POINT,
        **_areas(district, district.region if district else None),
        "location": point(place),
        "distance_m": None if near is None else round(distance_m(near, place)),
        "is_outside": district is None,
    }


def point(place: Place) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [place.lon, place.lat]}


def coarse_place(district: District, nearest: FoundPlace | None) -> dict[str, Any]:
    """`schemas.places.CoarsePlace`."""
    return {**_areas(district, district.region), "nearest": names(nearest.known.name) if nearest else None}


def _areas(district: District | None, region: Region | None) -> dict[str, Any]:
    return {
        "district": names(district.name) if district else None,
        "region": names(region.name) if region else None,
    }
