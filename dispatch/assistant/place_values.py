"""The JSON of a place that a text names, as hints, cards and summaries have it."""

from typing import Any

from dispatch.assistant.place_ranking import PlaceInText
from dispatch.gazetteer.boundaries import Names


def place_value(place: PlaceInText) -> dict[str, Any]:
    """The JSON of a place: ids, names in three languages, what it lies in, and how far from it the text says it is."""
    known = place.known
    return {
        "id": known.id,
        "name": _names(known.name),
        "kind": known.kind.value,
        "district": _names(known.district.name) if known.district else None,
        "region": _names(known.region.name) if known.region else None,
        "location": {"type": "Point", "coordinates": [known.place.lon, known.place.lat]},
        "distance_m": place.radius_m,
        "direction": place.direction.value if place.direction else None,
    }


def _names(names: Names) -> dict[str, str]:
    return {"kk": names.kk, "ru": names.ru, "en": names.en}
