"""The places of the gazetteer, out of its files: settlements, towns, districts, regions."""

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.gazetteer.boundaries import DATA, Boundaries, District, Names, Region
from dispatch.gazetteer.folding import folded, latin
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

SAME_TOWN_M = 15_000.0
"""A town of GeoNames and a settlement of OpenStreetMap with one name are one place within this distance."""


class Kind(StrEnum):
    """What a place is; settlements as OpenStreetMap classes them. `point`: coordinates that somebody gave."""

    REGION = "region"
    DISTRICT = "district"
    CITY = "city"
    TOWN = "town"
    VILLAGE = "village"
    HAMLET = "hamlet"
    ISOLATED_DWELLING = "isolated_dwelling"
    POINT = "point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A place with a name. `others`: earlier and foreign names, by which it is found too. `district` is None for a region,
    and for the settlements just outside the simplified border."""

    id: str
    kind: Kind
    name: Names
    place: Place
    region: Region | None
    district: District | None
    inhabitants: int = 0
    others: tuple[str, ...] = ()


def all_places(boundaries: Boundaries) -> tuple[Known, ...]:
    """Regions, districts, settlements and the towns that are not among them."""
    settlements = list(_settlements(boundaries))
    named: dict[str, list[int]] = defaultdict(list)
    for number, known in enumerate(settlements):
        for one in {folded(known.name.kk), folded(known.name.ru), folded(known.name.en)}:
            named[one].append(number)
    alone = []
    for town in _towns(boundaries):
        fitting = {number for one in _spellings(town) for number in named[one]}
        nearest = min(fitting, key=lambda one: distance_m(settlements[one].place, town.place), default=None)
        if nearest is not None and distance_m(settlements[nearest].place, town.place) <= SAME_TOWN_M:
            settlements[nearest] = _with_names_of(settlements[nearest], town)
        else:
            alone.append(town)
    return (*_regions(boundaries), *_districts(boundaries), *settlements, *alone)


def _spellings(town: Known) -> set[str]:
    return {folded(one) for one in (town.name.kk, town.name.ru, town.name.en, *town.others)}


def _with_names_of(settlement: Known, town: Known) -> Known:
    others = (town.name.kk, town.name.ru, town.name.en, *settlement.others, *town.others)
    name = settlement.name
    # What stands among the others was odd; the Russian name in Latin letters is in its place.
    if settlement.others and town.name.en.isascii():
        name = replace(name, en=town.name.en)
    return replace(settlement, name=name, others=others, inhabitants=settlement.inhabitants or town.inhabitants)


def _settlements(boundaries: Boundaries) -> Iterator[Known]:
    for number, kind, kk, ru, en, inhabitants, lon, lat in _rows("settlements_osm.tsv.gz"):
        place = Place(lon=float(lon), lat=float(lat))
        local = kk or ru or en
        # Now and then Kazakh in one of its Latin alphabets (Jezqazğan), or a title of an encyclopedia (Aral, Kazakhstan).
        english = en if en.isascii() and "," not in en else ""
        names = (kk or local, ru or local, english)
        known = _known(f"osm-{number}", Kind(kind), names, place, boundaries, inhabitants)
        yield known if english == en else replace(known, others=(en,))


def _towns(boundaries: Boundaries) -> Iterator[Known]:
    for number, kk, ru, en, others, inhabitants, lon, lat in _rows("towns_geonames.tsv.gz"):
        place = Place(lon=float(lon), lat=float(lat))
        names = (kk or ru or en, ru or en, en)
        known = _known(f"geonames-{number}", Kind.TOWN, names, place, boundaries, inhabitants)
        yield replace(known, others=tuple(filter(None, others.split("|"))))


def _known(
    id_: str, kind: Kind, names: tuple[str, str, str], place: Place, boundaries: Boundaries, inhabitants: str
) -> Known:
    district = boundaries.at(place)
    kk, ru, en = names
    return Known(
        id=id_,
        kind=kind,
        # Few places have an English name; the Russian one in Latin letters is what maps abroad show.
        name=Names(kk=kk, ru=ru, en=en or latin(ru)),
        place=place,
        region=district.region if district else None,
        district=district,
        inhabitants=int(inhabitants) if inhabitants.isdecimal() else 0,
    )


def _districts(boundaries: Boundaries) -> Iterator[Known]:
    for one in boundaries.districts:
        yield Known(
            id=one.code, kind=Kind.DISTRICT, name=one.name, place=one.centre, region=one.region, district=one
        )  # fmt: skip


def _regions(boundaries: Boundaries) -> Iterator[Known]:
    for region in boundaries.regions():
        # Near the middle of the country's part is good enough for an order by distance.
        inside = [one for one in boundaries.districts if one.region == region]
        middle = inside[len(inside) // 2]
        yield Known(
            id=region.code, kind=Kind.REGION, name=region.name, place=middle.centre, region=region, district=None
        )  # fmt: skip


def _rows(name: str) -> Iterator[list[str]]:
    text = gzip.decompress(DATA.joinpath(name).read_bytes()).decode("utf-8")
    return (line.split("\t") for line in text.splitlines())
