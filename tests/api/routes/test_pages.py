"""The pages: built files, their headers and forms, and the start page without a build."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import fastapi.routing
import httpx2
import pytest

from api.app import assembled, prepare_routes
from api.http.built_files import STRICT
from tests.support.api_world import World

SCRIPT = "console.log('komek');" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small build: what `make web` writes."""
    for path, text in {
        "console/index.kk.html": "<title>console</title>",
        "volunteer/index.kk.html": "<title>volunteer</title>",
        "volunteer/index.ru.html": "<title>по-русски</title>",
        "v/sw.js": "self;",
        "v/manifest.webmanifest": "{}",
        "assets/console-Ab3.js": SCRIPT,
        "build.json": json.dumps({"build": "b1"}),
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    (tmp_path / "assets/console-Ab3.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "assets/console-Ab3.js.br").write_bytes(b"as brotli")
    return tmp_path


async def client_of(world: World, built: Path) -> httpx2.AsyncClient:
    app = assembled(services=world.app.state.services, built=built)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000")


@pytest.fixture
async def client(world: World, built: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with await client_of(world, built) as made:
        yield made


async def test_each_page_stands_at_its_address(client: httpx2.AsyncClient) -> None:
    for path, title in {"/": "console", "/v/": "volunteer"}.items():
        answer = await client.get(path)

        assert f"<title>{title}</title>" in answer.text
        assert answer.headers["content-security-policy"] == STRICT
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["komek-build"] == "b1"
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_page_comes_with_the_texts_of_the_browsers_language_and_in_kazakh_without_one_of_ours(
    client: httpx2.AsyncClient,
) -> None:
    titles = {}
    for language in ("ru-KZ, en;q=0.5", "de", "kk"):
        answer = await client.get("/v/", headers={"Accept-Language": language})
        titles[language] = answer.text
        assert answer.headers["vary"] == "Accept-Encoding, Accept-Language"

    assert titles == {
        "ru-KZ, en;q=0.5": "<title>по-русски</title>",
        "de": "<title>volunteer</title>",
        "kk": "<title>volunteer</title>",
    }


async def test_the_address_without_a_slash_leads_to_the_scope_of_the_service_worker(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/v", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (308, "/v/")


async def test_a_page_that_did_not_change_is_not_sent_again(client: httpx2.AsyncClient) -> None:
    first = await client.get("/")
    again = await client.get("/", headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


async def test_files_with_a_hash_in_their_name_are_kept_for_a_year(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/assets/console-Ab3.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_the_smallest_accepted_form_is_sent(client: httpx2.AsyncClient) -> None:
    for accepts, encoding in {
        "gzip, deflate, br, zstd": "br",
        "gzip": "gzip",
        "br;q=0, *": "gzip",
        "identity": None,
        # Malformed: what is not understood is not accepted.
        "br;q=many": None,
    }.items():
        async with client.stream("GET", "/assets/console-Ab3.js", headers={"Accept-Encoding": accepts}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])

            assert answer.headers.get("content-encoding") == encoding, accepts
            assert "Accept-Encoding" in answer.headers["vary"]
        assert encoding or raw.decode() == SCRIPT


async def test_the_service_worker_is_asked_for_each_time_and_may_control_its_folder(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/v/sw.js")

    assert answer.headers["service-worker-allowed"] == "/v/"
    assert answer.headers["cache-control"] == "no-cache"


async def test_no_name_leads_out_of_the_build(client: httpx2.AsyncClient) -> None:
    # The last is a folder of the build.
    for path in (
        "/assets/..%2Fbuild.json",
        "/assets/%2e%2e",
        "/assets/.hidden.js",
        "/v/none.js",
        "/v/a%00.js",
        "/assets/assets",
    ):
        answer = await client.get(path)

        assert answer.status_code == 404, path


async def test_without_a_build_the_start_page_says_what_to_do(world: World, tmp_path: Path) -> None:
    async with await client_of(world, tmp_path / "none") as client:
        for path in ("/", "/v/"):
            answer = await client.get(path)

            assert answer.status_code == 200
            assert "make web" in answer.text
            assert 'data-action="sign-in"' in answer.text


async def test_the_start_page_names_the_address_of_its_request(world: World, tmp_path: Path) -> None:
    async with await client_of(world, tmp_path / "none") as client:
        for host, shown in {
            "komek.example:8443": "http://komek.example:8443/v1/status",
            "[::1]:9000": "http://[::1]:9000/v1/status",
            "$(id).example": "http://HOST:PORT/v1/status",
            "a'b": "http://HOST:PORT/v1/status",
            "<b>": "http://HOST:PORT/v1/status",
        }.items():
            page = (await client.get("/", headers={"Host": host})).text

            assert f"'{shown}'" in page
            assert host in shown or host not in page


async def test_long_answers_are_compressed(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/openapi.json", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["info"]["title"] == "Komek"
    assert int(answer.headers["content-length"]) < len(answer.content) / 4


async def test_a_first_visit_finds_its_icon(world: World, tmp_path: Path) -> None:
    async with await client_of(world, tmp_path / "none") as client:
        icon = await client.get("/favicon.ico")

        assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
        for page in ("/", "/docs"):
            assert '<link rel="icon" href="/favicon.ico"' in (await client.get(page)).text


async def test_after_the_start_no_page_waits_until_routes_are_prepared(
    world: World, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = assembled(services=world.app.state.services, built=built)
    prepare_routes(app)
    prepared: list[object] = []
    monkeypatch.setattr(fastapi.routing, "get_dependant", lambda **of: prepared.append(of))

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://komek") as client:
        answers = [await client.get(path) for path in ("/", "/v1/status", "/v1/places?q=almaty", "/nowhere")]

    assert [answer.status_code for answer in answers] == [200, 401, 401, 404]
    assert prepared == []
