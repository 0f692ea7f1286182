"""Strings and geometries known to break other programs: never 5xx, never stored in part, never repeated in a response."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dispatch.model.geojson import BadGeometry, area_of
from tests.api import hostile
from tests.support.api_world import World, report
from tests.support.builders import incident

NAUGHTY: list[str] = (
    json.loads((hostile.ROOT / "naughty_strings_part1.json").read_text("utf-8")) if hostile.ROOT.is_dir() else []
)
GEOJSON = hostile.files("geojson", suffix=".geojson") if hostile.ROOT.is_dir() else []


@hostile.needed
async def test_naughty_strings_are_texts_like_any_other(world: World) -> None:
    state = incident()
    world.redis.add(state)
    for text in NAUGHTY:
        body = report(description=text, address=text[:500], caller={"name": text[:200], "phone": text[:64]})
        taken = await world.ask("POST", "/v1/incidents", body)
        note = await world.ask("POST", f"/v1/incidents/{state.id}/notes", {"text": text or "-"})

        assert taken.status_code == (422 if "\x00" in text else 202), (text, taken.text)
        assert note.status_code in (202, 422)


@hostile.needed
async def test_hostile_strings_in_other_places_never_cause_5xx(world: World) -> None:
    for text in NAUGHTY:
        inside = quote(text, safe="")
        asked = [
            await world.report(type=text),
            await world.report(language=text),
            await world.report(priority=text),
            await world.report(external_id=text),
            await world.report(reported_at=text),
            await world.report(**{text: 1}),
            await world.ask("GET", f"/v1/incidents/{inside}"),
            await world.ask("GET", f"/v1/incidents?status={inside}&bbox={inside}&cursor={inside}&type={inside}"),
            await world.ask("GET", f"/v1/offers/{inside}", role="volunteer"),
            await world.ask("GET", f"/v1/volunteers/{inside}"),
            await world.ask("PUT", f"/v1/volunteers/{inside}", {"capabilities": ["field"], "skills": [text]}),
            await world.ask("GET", "/v1/events?x=1", headers=_header("Last-Event-ID", text), role=None),
            await world.ask("POST", "/v1/incidents", report(), key=None, headers=_header("Idempotency-Key", text)),
        ]

        assert [answer.status_code for answer in asked if answer.status_code >= 500] == [], text


def _header(name: str, text: str) -> dict[str, str]:
    visible = "".join(one for one in text if one.isascii() and one.isprintable())
    return {name: visible} if visible.strip() else {}


@hostile.needed
async def test_a_problem_never_repeats_values_of_the_request(world: World) -> None:
    canary = "canary-7f3a"
    bodies = [
        report(description=canary, priority=canary),
        report(caller={"name": canary, "phone": 7}),
        report(address=[canary]),
        report(language=canary * 20),
        report(location={"type": "Point", "coordinates": [canary, canary]}),
        report(requirements=[{"capability": canary, "skill": canary}]),
        report(reported_at=canary, external_id=canary),
    ]
    for body in bodies:
        answer = await world.ask("POST", "/v1/incidents", body)

        assert canary not in answer.text or answer.status_code == 202, answer.text


def geometries(value: Any) -> list[Any]:
    """Every nested object that has the form of a geometry."""
    if isinstance(value, list):
        return [found for part in value for found in geometries(part)]
    if not isinstance(value, dict):
        return []
    own = [value] if "coordinates" in value or "geometry" not in value else []
    return own + [found for part in value.values() for found in geometries(part)]


@hostile.needed
@pytest.mark.parametrize("path", GEOJSON, ids=hostile.names(GEOJSON))
async def test_unusual_geojson_is_accepted_or_refused_with_its_field(world: World, path: Path) -> None:
    text = hostile.read(path).decode()
    try:
        found = geometries(json.loads(text))
    except ValueError:
        raw = b'{"type": "flood", "location": ' + text.encode() + b"}"
        assert (await world.ask("POST", "/v1/incidents", raw=raw)).status_code == 400
        return

    for geometry in found:
        answer = await world.report(location=geometry)

        assert answer.status_code in (202, 422), answer.text
        if answer.status_code == 422:
            assert all(error["field"].startswith("location") for error in answer.json()["errors"])


REFUSED = {
    "invalid_geometries/invalid_unclosed.geojson",
    "invalid_geometries/invalid_less_three_unique_nodes.geojson",
    "invalid_structure/invalid_geometry_bbox_not_numbers.geojson",
    "invalid_structure/invalid_geometry_bbox_not_list.geojson",
    "invalid_structure/invalid_geometry_coordinates_missing.geojson",
    "invalid_structure/invalid_geometry_depth_deep_polygon.geojson",
    "invalid_structure/invalid_geometry_depth_shallow_polygon.geojson",
    "invalid_structure/invalid_geometry_depth_deep_point.geojson",
    "invalid_structure/invalid_geometry_mislabeled_point.geojson",
    "geojsonhint/bad/short-linearring.geojson",
    "geojsonhint/bad/bad-polygonloop.geojson",
    "geojsonhint/bad/badcoordtype.geojson",
    "geojsonhint/bad/point-string.geojson",
    "problematic_geometries/problematic_4d_coordinates.geojson",
}
TAKEN = {
    "valid/valid_geometry_polygon.geojson",
    "valid/valid_geometry_point.geojson",
    "valid/valid_geometry_multipolygon.geojson",
    "problematic_geometries/problematic_holes.geojson",
    "problematic_geometries/problematic_3d_coordinates.geojson",
    "problematic_geometries/problematic_crosses_antimeridian.geojson",
    "problematic_geometries/problematic_self_intersection_large.geojson",
    "invalid_geometries/invalid_exterior_not_ccw.geojson",
}


@hostile.needed
@pytest.mark.parametrize("name", sorted(REFUSED | TAKEN))
def test_samples_are_accepted_or_refused_as_their_names_say(name: str) -> None:
    def is_usable(geometry: Any) -> bool:
        try:
            area_of(geometry)
        except BadGeometry:
            return False
        return True

    found = geometries(json.loads((hostile.ROOT / "geojson" / name).read_text("utf-8")))
    shapes = [one for one in found if one.get("type") in ("Point", "Polygon", "MultiPolygon")]

    assert shapes
    assert {is_usable(shape) for shape in shapes} == {name in TAKEN}
