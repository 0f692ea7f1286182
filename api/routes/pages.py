"""HTML pages. They load nothing from other hosts.

`/` is the operator's console and `/v/` the volunteer's page, both built by `make web`. Without a build the start page takes their
place and says what is missing.
"""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.http import built_files
from api.http.auth import PUBLIC
from api.http.problems import ProblemResponse
from api.http.strict_route import StrictRoute
from api.views.negotiation import VARY, LanguageOfPage
from streams.map_source import MapSource

router = APIRouter(route_class=StrictRoute, include_in_schema=False, dependencies=[PUBLIC])
FOLDER = Path(__file__).parent.parent / "pages"
BUILD_STATE = FOLDER / "build-state.json"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_HEADERS = {
    # Enforces what the module promises: nothing is loaded from, sent to or framed by another host.
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_NOT_BUILT = {
    "building": "The console and the volunteer's page are being built. This page shows them when they are ready.",
    "failed": "The console and the volunteer's page could not be built ({why}). Dispatch goes on. Repeat with: make web",
    "missing": "The console and the volunteer's page are not built. Dispatch goes on. Build them with: make web",
}


def _page(name: str) -> Response:
    return FileResponse(FOLDER / name, headers=_HEADERS)


def _start_page(request: Request) -> Response:
    """The start page. Its example has the address of this request: a token must not be sent to another server."""
    page = (FOLDER / "start.html").read_text(encoding="utf-8")
    state, said = _missing()
    filled = page.replace("{base_url}", html.escape(_base_url(request)))
    return HTMLResponse(filled.replace("{state}", state).replace("{pages}", html.escape(said)), headers=_HEADERS)


def _missing() -> tuple[str, str]:
    """Why there is no build: a word, and a sentence."""
    try:
        found = json.loads(BUILD_STATE.read_text(encoding="utf-8"))
        state, why = str(found["state"]), str(found["why"])
    except (OSError, ValueError, KeyError):
        state, why = "missing", ""
    return state, _NOT_BUILT.get(state, _NOT_BUILT["missing"]).format(why=why)


def _base_url(request: Request) -> str:
    # Not `request.url`, which raises for a query that is not UTF-8. The header Host is free text, and a reader copies the example
    # into a shell: anything but a host and a port is not shown.
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if _HOST.fullmatch(host) else "http://HOST:PORT"


@router.get("/")
async def console(request: Request, language: LanguageOfPage) -> Response:
    return _console(request, language)


@router.get("/console/map")
async def console_map(request: Request, language: LanguageOfPage) -> Response:
    """The console's map alone, for a second screen. The same files: the page sees by its address what to show."""
    return _console(request, language)


def _console(request: Request, language: str) -> Response:
    return _localised(request, "console", language, _with_map(request))


def _localised(request: Request, name: str, language: str, more: Mapping[str, str] | None = None) -> Response:
    """The page that asks for the texts of the browser's language at once; another choice is loaded by its scripts."""
    headers = {"Vary": f"Accept-Encoding, {VARY['Vary']}", **(more or {})}
    path = f"{name}/index.{language}.html"
    return built_files.answer(request, path, built_files.NO_CACHE, headers) or _start_page(request)


def _with_map(request: Request) -> dict[str, str]:
    source: MapSource = request.app.state.map_source
    return {"Content-Security-Policy": built_files.policy(source.origins)}


@router.get("/v/")
async def volunteer_app(request: Request, language: LanguageOfPage) -> Response:
    return _localised(request, "volunteer", language)


@router.get("/v")
async def volunteer_app_without_slash() -> Response:
    # The scope of the service worker is /v/, which does not contain /v. Browsers keep the fragment with its login code.
    return RedirectResponse("/v/", 308, {"Cache-Control": "no-cache"})


@router.get("/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    # The worker that fetches tiles has the policy of its own file, not that of the page.
    return _built(request, f"assets/{name}", name, built_files.YEAR, _with_map(request))


@router.get("/v/{name}")
async def volunteer_file(name: str, request: Request) -> Response:
    """The service worker, the manifest and its icons, whose names never change."""
    path = f"v/{name}"
    allowed = {"Service-Worker-Allowed": "/v/"} if path == "v/sw.js" else None
    return _built(request, path, name, built_files.NO_CACHE, allowed)


def _built(request: Request, path: str, name: str, cache: str, more: Mapping[str, str] | None) -> Response:
    found = built_files.answer(request, path, cache, more) if built_files.is_name(name) else None
    if found is None:
        raise ProblemResponse("not_found")
    return found


@router.get("/sign-in.js")
async def sign_in_script() -> Response:
    return _page("sign-in.js")


@router.get("/favicon.ico")
async def icon() -> Response:
    """The icon, which browsers also request by themselves under this name. SVG: they go by the type, not the name."""
    return FileResponse(FOLDER / "icon.svg", media_type="image/svg+xml", headers=_HEADERS)


@router.get("/docs")
async def docs() -> Response:
    return _page("docs.html")


@router.get("/docs/docs.js")
async def docs_script() -> Response:
    return _page("docs.js")


@router.get("/docs/docs.css")
async def docs_style() -> Response:
    return _page("docs.css")
