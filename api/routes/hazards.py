"""Hazard areas for other systems: a feed (Atom) of warnings in CAP 1.2, and the newest warning about each."""

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep
from api.http.auth import watchers
from api.http.entity_tags import is_known
from api.http.responses import problems
from api.http.strict_route import StrictRoute
from api.reads.hazard_warnings import newest_warning, newest_warnings
from api.views.deployment import names_of
from dispatch.cap.writing import ATOM_MEDIA, CAP_MEDIA, Entry, feed_of, written
from streams.api_paths import path_of

router = APIRouter(prefix="/v1", tags=["incidents"], route_class=StrictRoute)
FEED = "/hazards.atom"


@router.get(
    FEED,
    dependencies=[watchers],
    response_class=Response,
    responses={200: {"content": {ATOM_MEDIA: {}}}, 304: {"description": "As the ETag says"}, **problems()},
)
async def hazard_feed(request: Request, services: ServicesDep) -> Response:
    """The newest warning about each hazard area in force, and about those that ended within a day, as an Atom feed with links to
    CAP. Without texts of people. Areas that were imported from warnings of others are not in it. `If-None-Match` is answered."""
    found = await newest_warnings(services)
    entries = [Entry(message=message, href=path_of("hazards", f"{incident_id}.cap")) for incident_id, message in found]
    title = names_of(services.settings)["en"]
    return _tagged(request, feed_of(entries, title=title, href=f"/v1{FEED}"), ATOM_MEDIA)


@router.get(
    "/hazards/{incident_id}.cap",
    dependencies=[watchers],
    response_class=Response,
    responses={200: {"content": {CAP_MEDIA: {}}}, 304: {"description": "As the ETag says"}, **problems(404)},
)
async def hazard_warning(request: Request, incident_id: IncidentId, services: ServicesDep) -> Response:
    """The newest message about the hazard area of an incident (CAP 1.2, in kk, ru and en): Alert, Update with the earlier
    messages in `references`, or Cancel. Renewed before it expires. Signed where the deployment has a key. 404: no such area."""
    document = written(await newest_warning(services, incident_id))
    tag = _tag_of(document)
    if is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    # The tag is that of the message: signatures with elliptic curves differ each time.
    if services.sign_warning is not None:
        document = services.sign_warning(document)
    return Response(document, headers={"ETag": tag}, media_type=CAP_MEDIA)


def _tagged(request: Request, document: bytes, media: str) -> Response:
    tag = _tag_of(document)
    if is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(document, headers={"ETag": tag}, media_type=media)


def _tag_of(document: bytes) -> str:
    return f'"{hashlib.sha256(document).hexdigest()[:32]}"'
