"""HTML pages. They load nothing from other hosts."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from api.http.auth import PUBLIC
from api.http.strict_route import StrictRoute

router = APIRouter(route_class=StrictRoute, include_in_schema=False, dependencies=[PUBLIC])
FOLDER = Path(__file__).parent.parent / "pages"
_HEADERS = {
    # Enforces what the module promises: nothing is loaded from, sent to or framed by another host.
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def _page(name: str) -> Response:
    return FileResponse(FOLDER / name, headers=_HEADERS)


@router.get("/")
async def console() -> Response:
    return _page("start.html")


@router.get("/v")
async def volunteer_app() -> Response:
    return _page("start.html")


@router.get("/docs")
async def docs() -> Response:
    return _page("docs.html")


@router.get("/docs/docs.js")
async def docs_script() -> Response:
    return _page("docs.js")


@router.get("/docs/docs.css")
async def docs_style() -> Response:
    return _page("docs.css")
