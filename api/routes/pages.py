"""HTML pages. They load nothing from other hosts."""

import html
import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from api.http.auth import PUBLIC
from api.http.strict_route import StrictRoute

router = APIRouter(route_class=StrictRoute, include_in_schema=False, dependencies=[PUBLIC])
FOLDER = Path(__file__).parent.parent / "pages"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_HEADERS = {
    # Enforces what the module promises: nothing is loaded from, sent to or framed by another host.
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def _page(name: str) -> Response:
    return FileResponse(FOLDER / name, headers=_HEADERS)


def _start_page(request: Request) -> Response:
    """The start page. Its example has the address of this request: a token must not be sent to another server."""
    page = (FOLDER / "start.html").read_text(encoding="utf-8")
    return HTMLResponse(page.replace("{base_url}", html.escape(_base_url(request))), headers=_HEADERS)


def _base_url(request: Request) -> str:
    # Not `request.url`, which raises for a query that is not UTF-8. The header Host is free text, and a reader copies the example
    # into a shell: anything but a host and a port is not shown.
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}" if _HOST.fullmatch(host) else "http://HOST:PORT"


@router.get("/")
async def start(request: Request) -> Response:
    return _start_page(request)


@router.get("/v/")
@router.get("/v")
async def volunteer_app(request: Request) -> Response:
    return _start_page(request)


@router.get("/sign-in.js")
async def sign_in_script() -> Response:
    return _page("sign-in.js")


@router.get("/docs")
async def docs() -> Response:
    return _page("docs.html")


@router.get("/docs/docs.js")
async def docs_script() -> Response:
    return _page("docs.js")


@router.get("/docs/docs.css")
async def docs_style() -> Response:
    return _page("docs.css")
