"""The console's map: what a deployment may state, and which origins the pages may then load from."""

import json
from pathlib import Path
from typing import Any

import pytest

from streams.map_source import BUILT_IN, MapSource, map_source
from streams.settings import load

STYLE: dict[str, Any] = {"version": 8, "sources": {}, "layers": []}


def of(**settings: str) -> MapSource:
    return map_source(load({f"KOMEK_{name.upper()}": value for name, value in settings.items()}))


def style_file(folder: Path, **changes: Any) -> Path:
    path = folder / "style.json"
    path.write_text(json.dumps(STYLE | changes), encoding="utf-8")
    return path


def test_without_settings_the_map_is_that_of_the_build() -> None:
    assert of() == BUILT_IN


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://tiles.example/style.json?key=k", "https://tiles.example"),
        ("https://tiles.example:8443/a/b.json", "https://tiles.example:8443"),
        ("http://127.0.0.1:8080/style.json", "http://127.0.0.1:8080"),
    ],
)
def test_a_style_elsewhere_opens_its_own_origin_alone(url: str, origin: str) -> None:
    found = of(map_style=url)

    assert (found.style_url, found.origins, found.problems) == (url, (origin,), ())


def test_a_style_file_opens_the_origins_that_it_names(tmp_path: Path) -> None:
    path = style_file(
        tmp_path,
        glyphs="https://fonts.example/{fontstack}/{range}.pbf",
        sprite=[{"id": "a", "url": "https://icons.example/a"}, {"id": "b", "url": "https://icons.example/b"}],
        sources={
            "roads": {"type": "vector", "url": "pmtiles://https://tiles.example/roads.pmtiles"},
            "hills": {"type": "raster", "tiles": ["https://hills.example/{z}/{x}/{y}.png"]},
            "own": {"type": "geojson", "data": "/assets/own.json"},  # a path of the API itself
            "drawn": {"type": "geojson", "data": {"type": "FeatureCollection", "features": []}},
        },
    )

    found = of(map_style=str(path))

    assert found.style == path.read_bytes()
    assert found.origins == (
        "https://fonts.example",
        "https://hills.example",
        "https://icons.example",
        "https://tiles.example",
    )
    assert found.problems == ()


@pytest.mark.parametrize(
    "address",
    ["http://tiles.example/{z}", "https://*/{z}", "https://a.example; script-src */{z}", "ftp://a.example/{z}"],
)
def test_an_address_that_the_pages_may_not_load_is_named_and_opens_nothing(tmp_path: Path, address: str) -> None:
    found = of(map_style=str(style_file(tmp_path, sources={"roads": {"type": "raster", "tiles": [address]}})))

    assert found.origins == ()
    assert address in found.problems[0]


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 7, "layers": []}', '{"version": 8}'])
def test_a_file_that_is_no_style_is_left_out_with_the_reason(tmp_path: Path, text: str) -> None:
    path = tmp_path / "style.json"
    path.write_text(text, encoding="utf-8")

    found = of(map_style=str(path))

    assert (found.style, found.style_url, found.origins) == (None, None, ())
    assert found.problems[0].startswith(f"KOMEK_MAP_STYLE={str(path)!r}: expected a MapLibre style in JSON")


def test_a_file_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    found = of(map_style=str(tmp_path / "none.json"), map_pmtiles=str(tmp_path / "none.pmtiles"))

    assert (found.style, found.pmtiles, len(found.problems)) == (None, None, 2)


def test_a_pmtiles_file_is_known_by_its_head(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pmtiles", tmp_path / "bad.pmtiles"
    good.write_bytes(b"PMTiles\x03rest")
    bad.write_bytes(b"PMTiles\x02rest")

    assert of(map_pmtiles=str(good)).pmtiles == good
    assert of(map_pmtiles=str(bad)).pmtiles is None
