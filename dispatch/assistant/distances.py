"""How far from a named place: "3 km from", "не доезжая 15 км до", "15 шақырым жетпей", and numbers of roads.

A statement says how far and perhaps in which direction, never where: the road bends. So the place stays what is named, and the
distance becomes the radius within which to look.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from dispatch.assistant.texts import LONGEST, Span, Text

FARTHEST_KM = 1_000.0
"""What is farther is no way to a place."""
_MILE_KM = 1.609344
_NUMBER = r"(?<![\d.,:+/-])(?P<number>\d{1,4}(?:[.,]\d{1,2})?)"
_UNITS = (
    r"(?P<unit>км|километр\w*|кил|шақырым\w*|шакырым\w*|sha[qk]yrym\w*|kms?|kilomet\w+|miles?"
    r"|метр\w*|м|metres?|meters?|m)"
)
_OFFSET = re.compile(rf"{_NUMBER}(?:\s*[-–]\s*\d{{1,3}})?[-\s]*{_UNITS}\b", re.IGNORECASE)
_UNIT_FIRST = re.compile(r"\b(?P<unit>км|кил|km)\.?\s*(?P<number>\d{1,3})(?![\d:/-])", re.IGNORECASE)
_SPELT = {
    "екі": 2, "үш": 3, "төрт": 4, "бес": 5, "алты": 6, "жеті": 7, "сегіз": 8, "тоғыз": 9, "он": 10, "жиырма": 20, "отыз": 30,
    "жүз": 100, "сто": 100, "ста": 100, "hundred": 100,
    "два": 2, "двух": 2, "три": 3, "трёх": 3, "трех": 3, "четыре": 4, "четырёх": 4, "пять": 5, "пяти": 5, "шесть": 6, "семь": 7,
    "восемь": 8, "девять": 9, "десять": 10, "десяти": 10, "пятнадцать": 15, "двадцать": 20, "двадцати": 20, "тридцать": 30,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_SPELT_OFFSET = re.compile(rf"\b(?P<number>{'|'.join(_SPELT)})\s+{_UNITS}\b", re.IGNORECASE)
_ROAD = re.compile(
    # A space only after M: "A 25-year-old man".
    r"(?<![\w-])(?:(?P<class>[AАPРRЕE]|КХ|KX)[-–]?|(?P<main>[MМ])[-–\s]?)(?P<number>\d{1,3})(?![\w%°]|[-–.,]\d)",
)
_OF_LETTER = str.maketrans("АМРКЕХR", "AMPKEXP")


class Direction(StrEnum):
    """`before`: not yet reached; `from_`: away from it, on whichever side."""

    BEFORE = "before"
    FROM = "from"
    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"


_COMPASS = (
    (Direction.NORTH, re.compile(r"\b(?:север\w*|солт[үу]ст[іи]\w*|north\w*)", re.IGNORECASE)),
    (Direction.SOUTH, re.compile(r"\b(?:юг\w*|южн\w+|о[ңн]т[үу]ст[іи]\w*|south\w*)", re.IGNORECASE)),
    (Direction.EAST, re.compile(r"\b(?:восто\w+|шығыс\w*|шыгыс\w*|east\w*)", re.IGNORECASE)),
    (Direction.WEST, re.compile(r"\b(?:запад\w*|батыс\w*|west\w*)", re.IGNORECASE)),
)
_BEFORE = re.compile(
    r"\b(?:не\s+доез\w+|не\s+доех\w+|жетпе\w*|zhetpe\w*|jetpe\w*|до|before|қал\w*|остал\w+)\b", re.IGNORECASE
)
_SPEED_AFTER = re.compile(r"\s*(?:/|в час|за час|в сек|сағат|сагат|per hour|an hour|a second)", re.IGNORECASE)
_OTHER_BEFORE = re.compile(r"скорост|жылдамд|speed|видим|visib|көріну", re.IGNORECASE)
_OF_METRES = re.compile(
    r"ветер|ветр|жел\b|wind|подн|уров|глуб|высот|тереңд|биікт|көтер|котер|deep|high|wide|шири|выс|квадрат|куб",
    re.IGNORECASE,
)
"""Kilometres an hour, metres of water: numbers of other things."""
_ASIDE = 25
"""Code points around a number in which its words stand."""


@dataclass(frozen=True, slots=True)
class Offset:
    """`metres` from a place that `place_ranking.py` finds; `direction` None: not said."""

    metres: float
    direction: Direction | None
    span: Span


@dataclass(frozen=True, slots=True)
class Road:
    """`code`: class and number in Latin letters with a hyphen: M-36, A-1."""

    code: str
    span: Span


def offsets_in(text: Text) -> list[Offset]:
    """In the order of the text; none overlap. Metres only from 100 on: less is within the place."""
    found: dict[int, Offset] = {}
    for pattern in (_OFFSET, _UNIT_FIRST, _SPELT_OFFSET):
        for one in pattern.finditer(text.whole, 0, LONGEST):
            offset = _offset(text.whole, one)
            if offset is not None and not any(_overlap(offset.span, other.span) for other in found.values()):
                found[offset.span[0]] = offset
    return [found[start] for start in sorted(found)]


def roads_in(text: Text) -> list[Road]:
    """Numbers of highways. A letter and a number that is followed by a unit is none."""
    return [
        Road(f"{(one['class'] or one['main']).translate(_OF_LETTER)}-{int(one['number'])}", one.span())
        for one in _ROAD.finditer(text.whole, 0, LONGEST)
    ]


def _offset(whole: str, found: re.Match[str]) -> Offset | None:
    start, end = found.span()
    around = whole[max(0, start - _ASIDE) : end + _ASIDE]
    if _SPEED_AFTER.match(whole, end) or _OTHER_BEFORE.search(whole[max(0, start - _ASIDE) : start]):
        return None
    metres = _metres(found["number"].casefold(), found["unit"].casefold())
    if metres < 1000 and _OF_METRES.search(around):
        return None
    if not 100 <= metres <= FARTHEST_KM * 1000:
        return None
    return Offset(metres, _direction(around), (start, end))


def _metres(number: str, unit: str) -> float:
    value = float(_SPELT.get(number) or number.replace(",", "."))
    if unit.startswith("mile"):
        return round(value * _MILE_KM * 1000)
    return value if unit.startswith("м") or unit in ("m", "metre", "metres", "meter", "meters") else value * 1000


def _direction(around: str) -> Direction | None:
    for direction, pattern in _COMPASS:
        if pattern.search(around):
            return direction
    if _BEFORE.search(around):
        return Direction.BEFORE
    return Direction.FROM if re.search(r"\b(?:от|из|from|of|out)\b|[дтн][ае]н\b", around, re.IGNORECASE) else None


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]
