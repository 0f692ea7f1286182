"""Makes the place data of Komek from public sources: `python .ci/place_data.py FOLDER`, with the sources in FOLDER.

    kaz_adm2_2024.geojson.gz             districts with their regions (arodionoff/geokz, CC BY 4.0; OCHA COD-AB, CC BY-IGO)
    kaz_adm1_2024.geojson.gz             names of the regions, same source
    kaz_cities_geonames.csv              towns (GeoNames, CC BY 4.0)
    kaz_populated_places_osm.csv.gz      settlements (OpenStreetMap contributors, ODbL 1.0)

Writes the gazetteer (`dispatch/gazetteer/data`) and the base map of the console (`api/web/basemap`). OpenStreetMap's data go into
one file of the gazetteer only. The same sources give the same bytes.
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from dispatch.gazetteer.folding import folded, latin
from topology import topology

ROOT = Path(__file__).parent.parent
GAZETTEER, BASEMAP = ROOT / "dispatch/gazetteer/data", ROOT / "api/web/basemap"
LOOKUP_DEGREES, DRAWN_DEGREES = 0.002, 0.052
"""Tolerances of Visvalingam's simplification (square root of a triangle's area): for lookups, and for drawing."""
DRAWN_FROM = 5_000
"""Inhabitants of the smallest town on the base map."""
OF_TOWN = {
    "1520316": ("Өскемен", "Усть-Каменогорск"), "608668": ("Орал", "Уральск"), "609655": ("Қарағанды", "Караганда"),
    "1516589": ("Жезқазған", "Жезказган"), "1519928": ("Қостанай", "Костанай"), "1520172": ("Петропавл", "Петропавловск"),
    "1518542": ("Талдықорған", "Талдыкорган"), "1519030": ("Шу", "Шу"),
}  # fmt: skip
"""Towns whose two names are unlike each other, by their number at GeoNames."""
CORRECTED = {"Чимкент": "Шымкент", "Степногор": "Степногорск"}
KAZAKH, RUSSIAN = set("әғқңөұүһі"), set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя- ")
CREDIT = "Boundaries: arodionoff/geokz (CC BY 4.0), OCHA COD-AB (CC BY-IGO). Towns: GeoNames (CC BY 4.0). Simplified."


def main(folder: Path) -> None:
    features = _features(folder / "kaz_adm2_2024.geojson.gz")
    # Neighbours get one common border here, and `coverage_simplify` keeps it common.
    valid = [shapely.make_valid(shape(one["geometry"])) for one in features]
    drawn = shapely.coverage_clean(valid)  # type: ignore[attr-defined]  # newer than the stubs
    assert shapely.coverage_is_valid(drawn)
    regions = _regions(folder, features)
    _write_lookup(features, regions, shapely.coverage_simplify(drawn, LOOKUP_DEGREES))
    towns = list(_towns(folder, features, drawn))
    _write_gz(GAZETTEER / "towns_geonames.tsv.gz", _tsv(towns))
    _write_gz(GAZETTEER / "settlements_osm.tsv.gz", _tsv(_settlements(folder)))
    _write_basemap(features, regions, shapely.coverage_simplify(drawn, DRAWN_DEGREES), towns)


def _features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))["features"]
    return sorted(found, key=lambda one: str(one["properties"].get("ADM2_PCODE", one["properties"]["ADM1_PCODE"])))


def _names(properties: dict[str, Any], level: str) -> dict[str, str]:
    # "Astana (city)": the kind stands in a field of its own. Latin letters stand among Cyrillic ones.
    found = {one.lower(): str(properties[f"{level}_{one}"]).split(" (")[0] for one in ("KK", "RU", "EN")}
    alike = str.maketrans("AaBCcEeHiKMOoPpTXxy", "АаВСсЕеНіКМОоРрТХху")
    return {one: name if one == "en" else CORRECTED.get(name, name.translate(alike)) for one, name in found.items()}


def _regions(folder: Path, features: Sequence[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Names of the regions that have districts, by code."""
    used = {one["properties"]["ADM1_PCODE"] for one in features}
    found = (one["properties"] for one in _features(folder / "kaz_adm1_2024.geojson.gz"))
    return {one["ADM1_PCODE"]: _names(one, "ADM1") for one in found if one["ADM1_PCODE"] in used}


def _write_lookup(
    features: Sequence[dict[str, Any]], regions: dict[str, dict[str, str]], drawn: Sequence[BaseGeometry]
) -> None:
    districts = [
        {
            "code": one["properties"]["ADM2_PCODE"],
            "kato": one["properties"]["KATO"],
            "region": one["properties"]["ADM1_PCODE"],
            "name": _names(one["properties"], "ADM2"),
            "geometry": _rounded(area, 0.0001),
        }
        for one, area in zip(features, drawn, strict=True)
    ]
    _write_gz(GAZETTEER / "districts.json.gz", _json({"regions": regions, "districts": districts}))


def _rounded(area: BaseGeometry, grid: float) -> dict[str, Any]:
    # Pointwise: neighbours are rounded alike, so their border stays common.
    found: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(area, grid, mode="pointwise")))
    return found


def _towns(
    folder: Path, features: Sequence[dict[str, Any]], drawn: Sequence[BaseGeometry]
) -> Iterable[tuple[str, ...]]:
    """Rows of GeoNames: id, names in kk, ru and en, other names, inhabitants, lon, lat."""
    with (folder / "kaz_cities_geonames.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tree = shapely.STRtree(drawn)
    for row in sorted(rows, key=lambda one: (-int(one["population"]), int(one["geonameid"]))):
        others = [
            one for one in row["alternatenames"].split("|") if len(one) > 2 and one[:1].isupper() and not one.isupper()
        ]
        within = tree.query(shapely.Point(float(row["lon"]), float(row["lat"])), predicate="within")
        named = _of_district(row["name"], (_names(features[one]["properties"], "ADM2") for one in within))
        ru = named.get("ru") or _likest(row["name"], others, RUSSIAN) or ""
        kk = named.get("kk") or _likest(row["name"], others, KAZAKH | RUSSIAN, KAZAKH) or ru
        kk, ru = OF_TOWN.get(row["geonameid"], (kk, ru))
        known = {folded(one) for one in (row["name"], ru, kk)}
        more = dict.fromkeys(one for one in others if _is_readable(one) and folded(one) not in known)
        lon, lat = f"{float(row['lon']):.5f}", f"{float(row['lat']):.5f}"
        yield row["geonameid"], kk, ru, row["name"], "|".join(more), row["population"], lon, lat


def _of_district(name: str, districts: Iterable[dict[str, str]]) -> dict[str, str]:
    """The names of a town that is a district of its own; GeoNames does not say which language its other names are."""
    for names in districts:
        if folded(names["en"]) == folded(name) and folded(names["ru"])[:4] == folded(names["kk"])[:4]:
            return names if not names["ru"].endswith("ский") else {}
    return {}


def _likest(name: str, others: Iterable[str], letters: set[str], required: set[str] | None = None) -> str | None:
    """The other name in these letters that reads like `name`."""
    fit = [one for one in others if set(one.lower()) <= letters and (required is None or set(one.lower()) & required)]
    alike = [one for one in fit if folded(one)[:2] == folded(name)[:2]]
    # Of several spellings the one with ы: those with и are Ukrainian.
    return min(alike, key=lambda one: (abs(len(folded(one)) - len(folded(name))), -one.count("ы"), one), default=None)


def _is_readable(name: str) -> bool:
    """In Latin or Cyrillic letters, which is how people write."""
    return all(letter < "\u0530" or not letter.isalpha() for letter in name)


def _settlements(folder: Path) -> Iterable[tuple[str, ...]]:
    """Rows of OpenStreetMap: id, kind, names in kk, ru and en, inhabitants, lon, lat. Places without a name are left out."""
    rows = csv.DictReader(
        io.StringIO(gzip.decompress((folder / "kaz_populated_places_osm.csv.gz").read_bytes()).decode())
    )
    for row in sorted(rows, key=lambda one: int(one["osm_id"])):
        names = [row[one].strip() for one in ("name_kk", "name_ru", "name_en")]
        local = row["name"].strip()
        if local or any(names):
            kk, ru, en = names
            if local and local not in names:
                # The unmarked name is in one of the two languages of the country.
                kk, ru = (local, ru) if not kk and set(local.lower()) & KAZAKH else (kk, ru or local)
            lon, lat = f"{float(row['lon']):.5f}", f"{float(row['lat']):.5f}"
            yield row["osm_id"], row["place"], kk, ru, en, row["population"], lon, lat


def _write_basemap(
    features: Sequence[dict[str, Any]],
    regions: dict[str, dict[str, str]],
    drawn: Sequence[BaseGeometry],
    towns: Iterable[tuple[str, ...]],
) -> None:
    districts = [
        ({"id": one["properties"]["ADM2_PCODE"], "region": one["properties"]["ADM1_PCODE"], **_labelled(area)}
         | _names(one["properties"], "ADM2"), area)
        for one, area in zip(features, drawn, strict=True)
    ]  # fmt: skip
    borders = []
    for code, names in regions.items():
        parts = [area for one, area in zip(features, drawn, strict=True) if one["properties"]["ADM1_PCODE"] == code]
        whole = shapely.coverage_union_all(parts)
        borders.append(({"id": code, **_labelled(whole)} | names, whole))
    made = topology({"districts": districts, "regions": borders})
    (BASEMAP / "boundaries.topo.json").write_text(_json({**made, "attribution": CREDIT}) + "\n", encoding="utf-8")
    points = [
        {
            "type": "Feature",
            "id": int(number),
            "properties": {"kk": kk or latin(en), "ru": ru or en, "en": en, "population": int(inhabitants)},
            "geometry": {"type": "Point", "coordinates": [round(float(lon), 3), round(float(lat), 3)]},
        }
        for number, kk, ru, en, _, inhabitants, lon, lat in towns
        if int(inhabitants) >= DRAWN_FROM
    ]
    found = {"type": "FeatureCollection", "attribution": CREDIT, "features": points}
    (BASEMAP / "towns.geo.json").write_text(_json(found) + "\n", encoding="utf-8")


def _labelled(area: BaseGeometry) -> dict[str, Any]:
    """Where a label stands: in the middle of the largest circle within the area."""
    largest = max(getattr(area, "geoms", [area]), key=lambda part: part.area)
    middle = shapely.maximum_inscribed_circle(largest, tolerance=0.02).coords[0]
    return {"label": [round(middle[0], 2), round(middle[1], 2)]}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _tsv(rows: Iterable[Sequence[str]]) -> str:
    return "".join("\t".join(one.replace("\t", " ") for one in row) + "\n" for row in rows)


def _write_gz(path: Path, text: str) -> None:
    # mtime 0 and no name: the same contents are the same bytes.
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
