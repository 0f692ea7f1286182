"""The area that is served: built in, a deployment's own, or none."""

import json
from pathlib import Path
from typing import Any

import pytest

from streams.service_area import built_in, service_area_of
from streams.settings import SettingsError, load
from tests.support.builders import point

RING = [[-76.0, 39.0], [-74.0, 39.0], [-74.0, 41.0], [-76.0, 41.0], [-76.0, 39.0]]
POLYGON: dict[str, Any] = {"type": "Polygon", "coordinates": [RING]}
FEATURE: dict[str, Any] = {"type": "Feature", "properties": {"name": "here"}, "geometry": POLYGON}


def test_kazakhstan_is_served_where_nothing_is_said() -> None:
    assert service_area_of(load({})) is built_in()


def test_it_can_be_switched_off() -> None:
    assert service_area_of(load({"KOMEK_SERVICE_AREA": "off"})) is None


@pytest.mark.parametrize("document", [POLYGON, FEATURE, {"type": "FeatureCollection", "features": [FEATURE]}])
def test_a_deployment_names_a_file_of_its_own(tmp_path: Path, document: Any) -> None:
    path = tmp_path / "here.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")

    served = service_area_of(load({"KOMEK_SERVICE_AREA": str(path)}))

    assert served is not None
    assert served.doubt(point(-75.0, 40.0)) is None
    assert served.doubt(point()) == "outside"


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"type": "Point", "coordinates": [1, 2]}', '{"type": "FeatureCollection", "features": []}', "null"],
)
def test_a_file_that_names_no_area_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "here.geojson"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match="KOMEK_SERVICE_AREA"):
        service_area_of(load({"KOMEK_SERVICE_AREA": str(path)}))


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="KOMEK_SERVICE_AREA"):
        service_area_of(load({"KOMEK_SERVICE_AREA": str(tmp_path / "nothing")}))
