"""What the pages need to know of the deployment, and the files of its map."""

import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from api.deps import ServicesDep
from api.http.auth import PUBLIC
from api.http.entity_tags import is_known
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.build import build_id
from api.reads.vapid_key import vapid_key
from api.schemas.deployment import DeploymentShown
from api.views.deployment import PMTILES_PATH, STYLE_PATH, deployment
from streams.map_source import MapSource

router = APIRouter(tags=["state"], route_class=StrictRoute, dependencies=[PUBLIC])
MINUTE = "public, max-age=60"
DAY = "public, max-age=86400"
"""Street maps change rarely, and a browser reads them in many small ranges."""
_RANGE = re.compile(r"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")
"""One range (RFC 9110 §14.1.2). Several in one request are a way to make a server send a file many times."""


@router.get("/v1/deployment", response_model=DeploymentShown, responses=problems())
async def read_deployment(request: Request, services: ServicesDep) -> Response:
    """Name, time zone, map and ways of notices of this deployment. Public: the pages need it before a login."""
    body = deployment(
        services.settings, _source(request), services.plans.defaults, build=build_id(), vapid_key=vapid_key(services)
    )
    return shown(body, headers={"Cache-Control": MINUTE})


@router.get(STYLE_PATH, include_in_schema=False)
async def map_style(request: Request) -> Response:
    """The style file of KOMEK_MAP_STYLE as it was at the start; the Content-Security-Policy belongs to that content."""
    content = _source(request).style
    if content is None:
        raise ProblemResponse("not_found")
    return Response(content, headers={"Cache-Control": MINUTE}, media_type="application/json")


@router.get(PMTILES_PATH, include_in_schema=False)
async def map_pmtiles(request: Request) -> Response:
    """The file of KOMEK_MAP_PMTILES, whole or one range of it. Nothing of the request becomes part of a path."""
    path = _source(request).pmtiles
    if path is None:
        raise ProblemResponse("not_found")
    return _file(request, path)


def _file(request: Request, path: Path) -> Response:
    """Raises ProblemResponse: 404 without the file; 416 for anything but one range that begins in it."""
    try:
        stat = path.stat()
    except OSError:
        raise ProblemResponse("not_found") from None
    headers = {"Cache-Control": DAY}
    file = FileResponse(path, headers=headers, media_type="application/vnd.pmtiles", stat_result=stat)
    tag = file.headers["etag"]
    if is_known(request, tag):
        return Response(status_code=304, headers={**headers, "ETag": tag})
    asked = request.headers.getlist("range")
    if asked and (len(asked) > 1 or not _begins_within(asked[0], stat.st_size)):
        detail = "expected one range of bytes that begins within the file"
        raise ProblemResponse("range_not_satisfiable", detail, headers={"Content-Range": f"bytes */{stat.st_size}"})
    return file


def _begins_within(asked: str, size: int) -> bool:
    found = _RANGE.fullmatch(asked)
    if found is None:
        return False
    first, last, suffix = found.groups()
    if suffix is not None:
        return int(suffix) > 0 and size > 0
    return int(first) < size and (not last or int(first) <= int(last))


def _source(request: Request) -> MapSource:
    source: MapSource = request.app.state.map_source
    return source
