"""Plus codes (Open Location Code, github.com/google/open-location-code): the middle of the area that a code names."""

import math

from dispatch.model.places import Place

ALPHABET = "23456789CFGHJMPQRVWX"
_PAIRS = 10
"""Digits that name longitude and latitude in turn; later ones divide the area into 4 columns and 5 rows."""
_MOST = 15


def full_code(code: str, near: Place | None) -> str | None:
    """The whole code of a code that may be short; None without `near`, and for text that is none."""
    code = code.upper()
    head, plus, tail = code.partition("+")
    digits = head.rstrip("0") + tail
    if not plus or len(head) not in (2, 4, 6, 8) or len(tail) == 1 or any(one not in ALPHABET for one in digits):
        return None
    if len(head) == 8:
        return code if ("0" not in head or not tail) and _is_on_earth(head) else None
    if near is None or "0" in head:
        return None
    return _recovered(head, tail, near)


def decoded(code: str) -> Place:
    """The middle of the area of a full code."""
    digits = code.replace("+", "").rstrip("0")[:_MOST]
    south, west, height, width = -90.0, -180.0, 400.0, 400.0
    for place in range(0, min(len(digits), _PAIRS) - 1, 2):
        height, width = height / 20, width / 20
        south += ALPHABET.index(digits[place]) * height
        west += ALPHABET.index(digits[place + 1]) * width
    for digit in digits[_PAIRS:]:
        height, width = height / 5, width / 4
        row, column = divmod(ALPHABET.index(digit), 4)
        south, west = south + row * height, west + column * width
    return Place(lon=round(west + width / 2, 7), lat=round(south + height / 2, 7))


def _is_on_earth(head: str) -> bool:
    # 90 degrees of latitude are 9 of 20 steps of 20 degrees, 180 of longitude 18.
    return ALPHABET.index(head[0]) < 9 and ALPHABET.index(head[1]) < 18


def _recovered(head: str, tail: str, near: Place) -> str:
    """The code of this ending whose area is nearest to a place."""
    missing = 8 - len(head)
    size = 400.0 / 20 ** (missing // 2)
    whole = _digits_of(near)[:missing] + head + "+" + tail
    found = decoded(whole)
    lat = found.lat + size * _turns(near.lat - found.lat, size)
    lon = found.lon + size * _turns(near.lon - found.lon, size)
    # Beyond a pole there is nothing.
    lat = lat if -90 <= lat <= 90 else found.lat
    return _digits_of(Place(lon=(lon + 180) % 360 - 180, lat=lat))[:missing] + head + "+" + tail


def _turns(apart: float, size: float) -> int:
    return math.floor(apart / size + 0.5)


def _digits_of(place: Place) -> str:
    """The first eight digits of the code of a place."""
    lat, lon = min(place.lat + 90, 179.999999), place.lon + 180
    digits = ""
    step = 400.0
    for _ in range(4):
        step /= 20
        row, column = int(lat / step), int(lon / step)
        digits += ALPHABET[row] + ALPHABET[column]
        lat, lon = lat - row * step, lon - column * step
    return digits
