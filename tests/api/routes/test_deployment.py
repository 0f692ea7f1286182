"""The deployment as the pages see it, the files of its map, and exercise mode."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.app import assembled
from api.http.built_files import STRICT, policy
from dispatch.model.commands import ReportIncident
from streams.map_source import MapSource
from streams.page_values import Centre
from tests.support.api_world import World, code, report

TILES = b"PMTiles\x03" + bytes(range(200))


@asynccontextmanager
async def opened(world: World, source: MapSource, built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    app = assembled(services=world.app.state.services, source=source, built=built)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
async def tiles(world: World, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    path = tmp_path / "streets.pmtiles"
    path.write_bytes(TILES)
    async with opened(world, MapSource(pmtiles=path), tmp_path) as client:
        yield client


def set_up(world: World, **settings: Any) -> None:
    world.settings = replace(world.settings, **settings)
    world.restart()


async def test_everybody_may_read_the_deployment_and_keep_it_for_a_minute(world: World) -> None:
    answer = await world.ask("GET", "/v1/deployment", role=None)

    found = answer.json()
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert found["languages"] == ["kk", "ru", "en"]
    assert (found["time_zone"], found["exercise"], found["rescue_phone"]) == ("Asia/Almaty", False, "112")
    assert found["operators_phone"] is None
    assert (found["centre"], found["vapid_public_key"], found["channels"]) == (None, None, [])
    assert found["map"]["style"] is None
    assert found["thresholds"] == {"fix_stale_s": 1800, "offer_window_s": 90, "digital_window_s": 120}


async def test_the_deployment_states_its_name_zone_and_centre(world: World) -> None:
    centre = Centre(lon=76.95, lat=43.24, zoom=10)
    set_up(
        world,
        name_ru="Алматы и область",
        name_kk="Алматы облысы",
        time_zone="Asia/Oral",
        centre=centre,
        operators_phone="+7 727 300 00 00",
    )

    found = (await world.ask("GET", "/v1/deployment", role=None)).json()

    assert found["operators_phone"] == "+7 727 300 00 00"
    assert found["name"] == {"kk": "Алматы облысы", "ru": "Алматы и область", "en": "Алматы и область"}
    assert found["time_zone"] == "Asia/Oral"
    assert found["centre"] == {"lon": 76.95, "lat": 43.24, "zoom": 10}


async def test_in_an_exercise_every_report_is_a_drill(world: World) -> None:
    set_up(world, exercise=True)

    assert (await world.ask("GET", "/v1/deployment", role=None)).json()["exercise"] is True
    assert (await world.ask("POST", "/v1/incidents", report())).status_code == 202
    sent = [command for command in world.log.commands if isinstance(command, ReportIncident)]
    assert [command.exercise for command in sent] == [True]


async def test_the_console_may_load_from_the_origins_of_the_map_and_the_phone_from_none(
    world: World, tmp_path: Path
) -> None:
    for path in ("console/index.kk.html", "volunteer/index.kk.html", "assets/worker-a.js", "v/sw.js"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("x", "utf-8")
    source = MapSource(style_url="https://tiles.example/s.json", origins=("https://tiles.example",))

    async with opened(world, source, tmp_path) as client:
        policies = {
            path: (await client.get(path)).headers["content-security-policy"]
            for path in ("/", "/console/map", "/assets/worker-a.js", "/v/", "/v/sw.js")
        }

    assert policies["/"] == policies["/console/map"] == policies["/assets/worker-a.js"]
    assert "connect-src 'self' https://tiles.example;" in policies["/"]
    assert "img-src 'self' https://tiles.example data: blob:;" in policies["/"]
    assert "script-src 'self';" in policies["/"]
    assert policies["/v/"] == policies["/v/sw.js"] == STRICT == policy()


async def test_a_style_file_is_served_as_it_is(world: World, tmp_path: Path) -> None:
    async with opened(world, MapSource(style=b'{"version":8}'), tmp_path) as client:
        answer = await client.get("/map/style.json")
        deployment = await client.get("/v1/deployment")

    assert (answer.content, answer.headers["content-type"]) == (b'{"version":8}', "application/json")
    assert deployment.json()["map"]["style"] == "/map/style.json"


async def test_without_a_map_there_are_no_files_of_it(world: World) -> None:
    for path in ("/map/style.json", "/map/tiles.pmtiles"):
        answer = await world.ask("GET", path, role=None)
        assert (answer.status_code, code(answer)) == (404, "not_found")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-6", TILES[:7]),
        ("bytes=8-", TILES[8:]),
        ("bytes=-5", TILES[-5:]),
        ("bytes=200-99999", TILES[200:]),  # ends with the file
        ("bytes=-99999", TILES),
    ],
)
async def test_one_range_is_sent(tiles: httpx2.AsyncClient, asked: str, part: bytes) -> None:
    answer = await tiles.get("/map/tiles.pmtiles", headers={"Range": asked, "Accept-Encoding": "gzip"})

    assert (answer.status_code, answer.content) == (206, part)
    assert answer.headers["content-range"].endswith(f"/{len(TILES)}")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=208-",  # behind the end
        "bytes=9-3",
        "bytes=-0",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=0x1-2",
        "bytes=+1-2",
        "bytes=0-0,2-2",
        "bytes=" + "0-0," * 90 + "1-1",
        "bytes=" + "9" * 4_400 + "-",
        "items=0-6",
        "0-6",
        "",
    ],
)
async def test_anything_but_one_range_in_the_file_is_416(tiles: httpx2.AsyncClient, asked: str) -> None:
    answer = await tiles.get("/map/tiles.pmtiles", headers={"Range": asked})

    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(TILES)}"


async def test_two_range_headers_are_416(tiles: httpx2.AsyncClient) -> None:
    answer = await tiles.get("/map/tiles.pmtiles", headers=[("Range", "bytes=0-1"), ("Range", "bytes=2-3")])

    assert answer.status_code == 416


async def test_the_whole_file_has_a_tag_and_is_not_sent_again(tiles: httpx2.AsyncClient) -> None:
    whole = await tiles.get("/map/tiles.pmtiles")
    again = await tiles.get("/map/tiles.pmtiles", headers={"If-None-Match": whole.headers["etag"]})

    assert (whole.status_code, whole.content) == (200, TILES)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/map/../streets.pmtiles", "/map/..%2fstreets.pmtiles", "/map/other.pmtiles", "/map/"]
)
async def test_no_other_file_is_reached(tiles: httpx2.AsyncClient, path: str) -> None:
    assert (await tiles.get(path)).status_code == 404
