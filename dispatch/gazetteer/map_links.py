"""Points in links of map services: 2GIS, Google, Yandex, OpenStreetMap, Apple, and `geo:` (RFC 5870).

Each service has its own order of the two numbers, so a link is never ambiguous. A short link (maps.app.goo.gl, go.2gis.com,
yandex.kz/maps/-/…) has no numbers; Komek opens no links, so it can only say so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from dispatch.model.places import Place

_LINK = re.compile(r"(?:https?://|geo:)\S+", re.IGNORECASE)
_NUMBER = r"([-+]?\d{1,3}(?:\.\d{1,20})?)"
_PAIR = re.compile(rf"{_NUMBER}\s*(?:,|;|/|\s)\s*{_NUMBER}")
_COMMA_PAIR = re.compile(rf"(?<![\d.]){_NUMBER},\s*{_NUMBER}(?![\d.])")
"""Paths have other numbers before these."""
_AT = re.compile(rf"@{_NUMBER},{_NUMBER}")
_PIN = re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}")
_PIN_LON_FIRST = re.compile(rf"!2d{_NUMBER}!3d{_NUMBER}")
_OSM_HASH = re.compile(rf"map=\d{{1,2}}(?:\.\d+)?/{_NUMBER}/{_NUMBER}")
_SHORT = re.compile(r"^(?:maps\.app\.goo\.gl|goo\.gl|go\.2gis\.com|osm\.org/go|.*yandex\.[a-z.]+/maps/-/)")


class _Parts(NamedTuple):
    path: str
    query: dict[str, str]
    fragment: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. `place` is None when there are no numbers in it; `is_short`: it only leads to another link."""

    place: Place | None
    is_short: bool = False


def link_in(text: str) -> Link | None:
    """The first link in a text; None when there is none."""
    found = _LINK.search(text)
    if found is None:
        return None
    link = found[0].rstrip(").,;>\"'")
    if link.lower().startswith("geo:"):
        return Link(_of_geo(link[4:]))
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return Link(None)
    query = {name: values[-1] for name, values in parse_qs(parts.query, max_num_fields=40).items()}
    read = next((reader for name, reader in _READERS.items() if name in host.split(".")), _of_any)
    place = read(_Parts(unquote(parts.path), query, unquote(parts.fragment)))
    return Link(place, is_short=place is None and bool(_SHORT.match(host + parts.path)))


def _of_geo(rest: str) -> Place | None:
    path, _, query = rest.partition("?")
    asked = parse_qs(query, max_num_fields=40).get("q", [""])[-1]
    # Android writes geo:0,0?q=43.2,76.9(label) for a pin.
    return _lat_first(asked) or _lat_first(path.partition(";")[0])


def _of_google(link: _Parts) -> Place | None:
    # The pin before the middle of the map: people share what they clicked.
    for pattern in (_PIN, _PIN_LON_FIRST):
        pins = pattern.findall(link.path)
        if pins:
            first, second = pins[-1]
            return _place(second, first) if pattern is _PIN else _place(first, second)
    for name in ("q", "query", "destination", "daddr", "ll", "center", "viewpoint", "sll"):
        if place := _lat_first(link.query.get(name, "").removeprefix("loc:")):
            return place
    named = re.search(rf"/(?:place|search|dir/[^/]*)/{_NUMBER},[\s+]*{_NUMBER}", link.path)
    at = _AT.search(link.path) or _AT.search(link.fragment)
    found = named or at
    return _place(found[2], found[1]) if found else None


def _of_2gis(link: _Parts) -> Place | None:
    # geo/ID/lon,lat and firm/ID/lon,lat name the thing, m=lon,lat/zoom the map.
    for text in (
        link.path,
        link.query.get("queryState", ""),
        link.query.get("m", ""),
        link.query.get("center", ""),
        link.fragment,
    ):
        if place := _lon_first(text):
            return place
    return None


def _of_yandex(link: _Parts) -> Place | None:
    for name in ("whatshere[point]", "pt", "poi[point]"):
        if place := _lon_first(link.query.get(name, "")):
            return place
    # Routes and searches have the other order; the last point is where the way ends.
    if place := _lat_first(link.query.get("rtext", "").split("~")[-1]) or _lat_first(link.query.get("text", "")):
        return place
    return _lon_first(link.query.get("ll", ""))


def _of_osm(link: _Parts) -> Place | None:
    if "mlat" in link.query and "mlon" in link.query:
        return _lat_first(f"{link.query['mlat']},{link.query['mlon']}")
    if "lat" in link.query and "lon" in link.query:
        return _lat_first(f"{link.query['lat']},{link.query['lon']}")
    found = _OSM_HASH.search(link.fragment)
    return _place(found[2], found[1]) if found else None


def _of_apple(link: _Parts) -> Place | None:
    return next(
        (place for name in ("ll", "coordinate", "q", "center") if (place := _lat_first(link.query.get(name, "")))), None
    )


def _of_any(_: _Parts) -> Place | None:
    return None


_READERS: dict[str, Callable[[_Parts], Place | None]] = {
    "2gis": _of_2gis,
    "yandex": _of_yandex,
    "openstreetmap": _of_osm,
    "osm": _of_osm,
    "apple": _of_apple,
    "google": _of_google,
    "goo": _of_google,
}


def _lat_first(text: str) -> Place | None:
    found = _PAIR.match(text.strip())
    return _place(found[2], found[1]) if found else None


def _lon_first(text: str) -> Place | None:
    found = _COMMA_PAIR.search(text)
    return _place(found[1], found[2]) if found else None


def _place(lon: str, lat: str) -> Place | None:
    place = Place(lon=float(lon), lat=float(lat))
    return place if abs(place.lon) <= 180 and abs(place.lat) <= 90 else None
