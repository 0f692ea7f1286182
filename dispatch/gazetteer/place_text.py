"""Points that people write or paste: coordinates in either order, degrees, minutes and seconds, plus codes, map links."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dispatch.gazetteer.map_links import link_in
from dispatch.gazetteer.plus_codes import ALPHABET, decoded, full_code
from dispatch.gazetteer.street_text import street_in
from dispatch.model.places import Place

LONGEST = 2_000
"""Characters that are looked at: links of map services have some hundred."""


class Form(StrEnum):
    """How a text says where. `short_link`: it leads to a page that Komek does not open. `street`: it names one, and no gazetteer
    of Komek has streets; only its settlement is looked for. `name`: none of the others."""

    COORDINATES = "coordinates"
    LINK = "link"
    SHORT_LINK = "short_link"
    PLUS_CODE = "plus_code"
    STREET = "street"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceText:
    """`points`: what is meant; two when both orders of the numbers are places on earth, latitude first as written first.
    `rest`: the locality after a short plus code, whose place it needs, or the settlement of a street."""

    form: Form
    points: tuple[Place, ...] = ()
    rest: str = ""


_CODE = re.compile(rf"(?<![^\s,])([{ALPHABET}0]{{2,8}}\+[{ALPHABET}]{{0,7}})(?![^\s,])", re.IGNORECASE)
_DECIMAL = r"[-+−]?\d{1,3}(?:[.,]\d{1,12})?"
_MARKS = r"\s*(?:°|º|deg|гр\.?)?\s*"
_NORTH = r"(?:с\.?\s?ш\.?|ю\.?\s?ш\.?|с\.?\s?е\.?|о\.?\s?е\.?|[NSСЮ])"
_EAST = r"(?:в\.?\s?д\.?|з\.?\s?д\.?|ш\.?\s?б\.?|б\.?\s?б\.?|[EWВЗ])"
_ANGLE = (
    r"(?P<d{0}>[-+−]?\d{{1,3}}(?:[.,]\d{{1,12}})?)\s*(?:°|º|deg|\s)?\s*"
    r"(?:(?P<m{0}>\d{{1,2}}(?:[.,]\d{{1,10}})?)\s*(?:'|′|’|`|\s)\s*)?"
    r"(?:(?P<s{0}>\d{{1,2}}(?:[.,]\d{{1,10}})?)\s*(?:\"|″|”|''|’’)?\s*)?"
)


def _angles() -> re.Pattern[str]:
    def one(number: str) -> str:
        before, after = f"(?:(?P<b{number}>{_NORTH}|{_EAST})\\s*)?", f"(?P<a{number}>{_NORTH}|{_EAST})?"
        return before + _ANGLE.format(number) + after

    return re.compile(rf"\(?\s*{one('1')}\s*[,;/\s]\s*{one('2')}\s*\)?", re.IGNORECASE)


_TWO_ANGLES = _angles()
_PLAIN_PAIR = re.compile(
    rf"\(?\s*({_DECIMAL}){_MARKS}(?:\s*[;/|]\s*|,\s+|\s+|,(?=[-+−]?\d{{1,3}}\.))({_DECIMAL}){_MARKS}\)?"
)
_DOTTED_PAIR = re.compile(r"\(?\s*([-+−]?\d{1,3}(?:\.\d{1,12})?)\s*,\s*([-+−]?\d{1,3}(?:\.\d{1,12})?)\s*\)?")
_HAS_ANGLE = re.compile(r"[°º'′’″”\"]|[a-zа-я]", re.IGNORECASE)
_SOUTH_OR_WEST = re.compile(r"^(?:ю|о\.?\s?е|s|w|з|б\.?\s?б)", re.IGNORECASE)
_IS_EAST = re.compile(rf"^{_EAST}$", re.IGNORECASE)


def parse_place_text(text: str, near: Place | None = None) -> PlaceText:
    """How a text says where, and the points that it names. Never raises; a text that is no point is a name.

    `near`: what a short plus code without a locality is completed by.
    """
    text = text[:LONGEST].strip()
    link = link_in(text)
    if link is not None:
        if link.is_short:
            return PlaceText(form=Form.SHORT_LINK)
        return PlaceText(form=Form.LINK, points=(link.place,) if link.place else ())
    if points := _coordinates(text):
        return PlaceText(form=Form.COORDINATES, points=points)
    if code := _plus_code(text, near):
        return code
    settlement = street_in(text)
    return PlaceText(form=Form.NAME) if settlement is None else PlaceText(form=Form.STREET, rest=settlement)


def _plus_code(text: str, near: Place | None) -> PlaceText | None:
    found = _CODE.search(text)
    if found is None:
        return None
    rest = (text[: found.start()] + text[found.end() :]).strip(" ,")
    code = full_code(found[1], near)
    is_whole = len(found[1].partition("+")[0]) == 8
    if code is None:
        # A short code is one only together with a place: "6X+" alone may be anything.
        return PlaceText(form=Form.PLUS_CODE, rest=found[0] + " " + rest) if rest and not is_whole else None
    return PlaceText(form=Form.PLUS_CODE, points=(decoded(code),), rest="" if is_whole else rest)


def _coordinates(text: str) -> tuple[Place, ...]:
    pair = _DOTTED_PAIR.fullmatch(text) or _PLAIN_PAIR.fullmatch(text)
    if pair is not None:
        return _either_order(_number(pair[1]), _number(pair[2]))
    if not _HAS_ANGLE.search(text) or (angles := _TWO_ANGLES.fullmatch(text)) is None:
        return ()
    first, second = _angle(angles, "1"), _angle(angles, "2")
    sides = [angles[f"b{one}"] or angles[f"a{one}"] for one in "12"]
    if first is None or second is None:
        return ()
    if not all(sides):
        return _either_order(first, second) if not any(sides) else ()
    return _by_sides((first, second), sides)


def _by_sides(numbers: tuple[float, float], sides: list[str]) -> tuple[Place, ...]:
    """North and east are said, so there is one order."""
    signed = [
        -abs(number) if _SOUTH_OR_WEST.match(side) else number for number, side in zip(numbers, sides, strict=True)
    ]
    east = [bool(_IS_EAST.match(side)) for side in sides]
    if east[0] == east[1]:
        return ()
    lon, lat = signed if east[0] else reversed(signed)
    return _on_earth(lon, lat)


def _either_order(first: float, second: float) -> tuple[Place, ...]:
    """Latitude first, as maps show it, then longitude first, as GeoJSON has it; equal numbers are one point."""
    return tuple(dict.fromkeys((*_on_earth(second, first), *_on_earth(first, second))))


def _on_earth(lon: float, lat: float) -> tuple[Place, ...]:
    return (Place(lon=lon, lat=lat),) if abs(lon) <= 180 and abs(lat) <= 90 else ()


def _angle(found: re.Match[str], number: str) -> float | None:
    degrees, minutes, seconds = (_number(found[f"{part}{number}"] or "0") for part in "dms")
    if minutes >= 60 or seconds >= 60:
        return None
    size = abs(degrees) + minutes / 60 + seconds / 3600
    return -size if degrees < 0 else size


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))
