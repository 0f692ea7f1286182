"""The map of a deployment in a real browser: its tiles, its name and zone, an exercise, a window of its own."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.support.chromium import LIVE, Visit, Visitor, faults_of, keep_picture, overflows_of
from tests.support.pmtiles import CREDIT, write_pmtiles

pytestmark = pytest.mark.stack
DESK = {"width": 1366, "height": 768}
DEPLOYMENT = "**/v1/deployment"
TILES = "**/map/tiles.pmtiles"


def state(visitor: Visitor, **changes: Any) -> None:
    """What the stack says of its deployment, with changes: its own settings are those of all tests."""

    def answer(route: Route) -> None:
        found = route.fetch()
        route.fulfill(response=found, json=found.json() | changes)

    visitor.context.route(DEPLOYMENT, answer)


def send_tiles(visitor: Visitor, file: Path) -> list[str]:
    """Serves a PMTiles file in the ranges that the page asks for, and returns them. The route itself has tests of its own."""
    content, asked = file.read_bytes(), list[str]()

    def answer(route: Route) -> None:
        wanted = route.request.headers["range"]
        asked.append(wanted)
        first, last = (int(end) for end in wanted.removeprefix("bytes=").split("-"))
        ends = f"bytes {first}-{min(last, len(content) - 1)}/{len(content)}"
        route.fulfill(status=206, body=content[first : last + 1], headers={"Content-Range": ends, "ETag": '"1"'})

    visitor.context.route(TILES, answer)
    return asked


def test_a_deployment_has_its_streets_its_name_and_says_that_it_is_an_exercise(visit: Visit, tmp_path: Path) -> None:
    visitor = visit(webgl=True, viewport=DESK, locale="ru", color_scheme="dark")
    state(
        visitor,
        name={"kk": "Алматы", "ru": "Алматы и область", "en": "Almaty"},
        time_zone="Asia/Tokyo",
        map={"style": None, "pmtiles": "/map/tiles.pmtiles", "attribution": ""},
        exercise=True,
    )
    asked = send_tiles(visitor, write_pmtiles(tmp_path / "world.pmtiles"))
    page = visitor.sign_in("operator", "op-map-streets")

    page.locator('[data-map="ready"]').wait_for()
    expect(page.locator(".map-credit")).to_have_text(CREDIT)
    expect(page.locator("header.head")).to_contain_text("Алматы и область")
    expect(page.locator("header.head")).to_contain_text("UTC+9")
    expect(page.locator("header.head [data-exercise]")).to_contain_text("УЧЕНИЯ")
    assert asked
    assert faults_of(page) == []
    assert overflows_of(page) == []
    keep_picture(page, "map-exercise-ru-dark")


def test_a_map_that_cannot_be_loaded_leaves_the_districts_and_says_so(visit: Visit) -> None:
    visitor = visit(webgl=True, viewport=DESK, locale="kk", color_scheme="light")
    state(visitor, map={"style": "/map/style.json", "pmtiles": None, "attribution": ""})
    page = visitor.sign_in("operator", "op-map-none")

    page.locator('[data-map="ready"]').wait_for()

    expect(page.locator(".map-credit")).to_contain_text("Көше картасын жүктеу мүмкін болмады")
    expect(page.locator(".map-credit")).to_contain_text("OCHA COD-AB")
    # The legend of the people stands beside what is drawn: over it, it hid incidents at the edge.
    page.locator(".map-people").wait_for()
    legend, drawn = (page.locator(one).bounding_box() for one in (".map-people", ".map-canvas"))
    assert legend is not None
    assert drawn is not None
    assert legend["y"] + legend["height"] <= drawn["y"] + 0.5


def test_the_map_in_a_window_of_its_own_follows_the_selection(visit: Visit) -> None:
    visitor = visit(viewport=DESK, locale="en")
    page = visitor.sign_in("operator", "op-map-window")
    # Keys work once the console is there.
    page.locator('[data-action="new-incident"]').first.click()
    page.locator('[data-field="description"]').fill("water in the street")
    page.locator('[data-field="place"]').fill("43.24, 76.95")
    page.locator('[data-field="type"]').fill("flood")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.locator("[data-incident]").first.wait_for()
    window = visitor.open("/console/map")
    window.locator(LIVE).wait_for()

    # What was reported is selected; a window that is opened later asks for it.
    expect(window.locator(".strip.chosen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(window.locator(".strip.chosen")).to_have_count(0)
