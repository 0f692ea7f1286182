"""The order of what is found, and edges of the search."""

import json
from pathlib import Path

import pytest

from dispatch.gazetteer.built_in import built_in
from dispatch.gazetteer.folding import folded, latin
from dispatch.model.places import Place

GAZETTEER = built_in()
ALMATY = Place(lon=76.945, lat=43.238)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("в Талгаре", "Талгар"),
        ("Талғарда", "Талгар"),
        ("Талғардан", "Талгар"),
        ("Степногорскіде", "Степногорск"),
        ("Державинскіге", "Державинск"),
        ("talgar", "Талгар"),
        ("талгр", "Талгар"),
        ("Алма-Ата", "Алматы"),  # its name until 1993
        ("г. Усть Каменогорска", "Усть-Каменогорск"),
        ("Өскемен", "Усть-Каменогорск"),
        ("Талгарский район", "Талгарский"),
        ("Алматы облысы", "Алматинская"),
        ("талдыко", "Талдыкорган"),  # typed so far
        ("Панфилово, Талгарский район", "Панфилово"),
    ],
)
def test_the_first_is_the_one_that_is_meant(text: str, name: str) -> None:
    first = GAZETTEER.find(text)[0].known

    assert name in (first.name.ru, first.name.kk)


def test_of_one_name_the_nearest_comes_first() -> None:
    found = GAZETTEER.find("Жанажол", near=ALMATY)
    far = [one.distance_m for one in found if (one.known.name.ru, one.known.kind) == ("Жанажол", "village")]

    assert far == sorted(far, key=lambda one: one or 0)
    assert len(far) > 3
    assert len({one.known.district for one in found}) > 3


def test_near_weighs_and_never_filters() -> None:
    assert GAZETTEER.find("Шымкент", near=Place(lon=82.6, lat=49.9))[0].known.name.ru == "Шымкент"


@pytest.mark.parametrize("text", ["", " ", "!!!", "«»", "🔥", "\u200b"])
def test_a_text_without_letters_names_nothing(text: str) -> None:
    assert GAZETTEER.find(text) == []


def test_words_that_belong_to_no_name_alone_are_one() -> None:
    assert GAZETTEER.find("станция")
    assert any(one.known.name.ru.startswith("Аул ") for one in GAZETTEER.find("аул"))


def test_a_point_has_its_district_and_its_nearest_settlement() -> None:
    district = GAZETTEER.boundaries.at(ALMATY)
    nearest = GAZETTEER.nearest(ALMATY)

    assert district is not None
    assert (district.name.en, district.region.name.en) == ("Bostandyk", "Almaty")
    assert nearest is not None
    assert nearest.known.name.en == "Almaty"
    # Moscow, and the middle of the Atlantic.
    assert GAZETTEER.boundaries.at(Place(lon=37.6, lat=55.7)) is None
    assert GAZETTEER.nearest(Place(lon=-30, lat=30)) is None


def test_alphabets_are_folded_into_one() -> None:
    assert folded("Қызылорда") == folded("Кызылорда") == folded("Kyzylorda") == folded("Qyzylorda")
    assert folded("Ақсу") == folded("AQSU") == folded("Ak-su")
    assert folded("Щучинск") == folded("Shchuchinsk")
    assert folded("Őskémen") == folded("Оскемен")
    assert latin("Жаңа Жол 5") == "Zhanga Zhol 5"


def test_the_base_map_is_small_and_names_its_sources() -> None:
    folder = Path(__file__).parents[3] / "api/web/basemap"
    drawn = json.loads((folder / "boundaries.topo.json").read_text(encoding="utf-8"))
    towns = json.loads((folder / "towns.geo.json").read_text(encoding="utf-8"))

    assert [len(drawn["objects"][one]["geometries"]) for one in ("districts", "regions")] == [224, 20]
    assert all(
        {"kk", "ru", "en", "label"} <= one["properties"].keys() for one in drawn["objects"]["districts"]["geometries"]
    )
    assert all(one["properties"]["kk"] and one["properties"]["ru"] for one in towns["features"])
    for made in (drawn, towns):
        assert "geokz" in made["attribution"]
        assert "OpenStreetMap" not in json.dumps(made)
