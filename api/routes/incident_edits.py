"""PATCH of an incident: edits with optional preconditions."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from api.http.auth import Reporter
from api.http.numbers import natural
from api.http.problems import invalid
from api.http.responses import problems
from api.http.strict_route import StrictRoute
from api.schemas.base import Accepted
from api.schemas.edits import IncidentPatch
from api.views.links import order_links
from api.writes import commands, edits
from api.writes.incident_orders import IncidentOrder, OrderDep
from api.writes.present_values import Present, present_values
from api.writes.report_checks import check_names_nobody, check_roles, check_type
from api.writes.send import send
from dispatch.model.commands import UpdateIncident
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.state.edits import PRIVATE_FIELDS

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)


@router.patch(
    "/{incident_id}", status_code=202, response_model=Accepted, responses=problems(400, 404, 409, 412, 413, 415)
)
async def change(
    order: OrderDep,
    body: IncidentPatch,
    caller: Reporter,
    if_match: Annotated[str | None, Header(description='the ETag of the incident, like "3"', max_length=64)] = None,
) -> Response:
    """Changes only the given fields (RFC 7396). Without a precondition the last edit of a field counts.

    With `If-Match`, `edit_version` or `expected` the response waits up to a second for the decision. A failed precondition gives
    412 (If-Match) or 409, with the present values, their authors and times. 202: the edit was applied or is not decided yet;
    `links.outcome` gives its outcome. With the role `feed`: only what the feed reported itself (404), and without `caller`.
    """
    check_names_nobody(caller, body)
    services, once = order.services, order.once
    if body.type:
        check_type(body.type, services.plans)
    if not edits.changes_of(body):
        raise invalid("", "at least one field to change")
    version = _version(if_match)
    if repeated := await once.repeated():
        return repeated
    command_id = once.command_id(f"update:{order.incident_id}")
    is_conditional = edits.is_conditional(body, version)
    # A repeat must get the outcome of the first request on any process, so the decision is looked up before anything is sent
    # (DESIGN 80).
    decision = await edits.decision_of(services, order.incident_id, command_id, within_s=0) if is_conditional else None
    if decision is None:
        await order.open_state()
        command = await _update(order, body, version)
        await send(services, command, commands.private_records(command, body))
        decision = await edits.decision_of(services, order.incident_id, command_id) if is_conditional else None
    if decision is not None:
        await edits.refuse_lost(services, caller, decision, body, is_if_match=version is not None)
    return once.accepted(order.incident_id, "accepted", order_links(order.incident_id, command_id, caller.role))


async def _update(order: IncidentOrder, body: IncidentPatch, if_match: int | None) -> UpdateIncident:
    """The command, with the expected values translated into the versions of the present edits.

    Raises:
        ProblemResponse: 422, a null would remove a location or language, a required language is nowhere stated, or a role is not
            known.
        StoreUnavailable, NotReady: `expected`, or a null for location or language, is given and Redis cannot be read.
    """
    services, incident_id = order.services, order.incident_id
    # The older of two preconditions decides: an edit between them breaks one.
    version = min((one for one in (if_match, body.edit_version) if one is not None), default=None)
    present: Present | None = None
    if body.expected is not None:
        present = await edits.expecting(services, incident_id, body.expected)
    elif edits.changes_of(body) & {*PRIVATE_FIELDS, "requirements"} or edits.nulls_of(body):
        try:
            present = await services.marks.read_promptly(present_values(services, incident_id))
        except (StoreUnavailable, NotReady):
            # Only the state says whether the field is null, or whether a process that lacks a key can read what it replaces.
            if edits.nulls_of(body) or services.ring.missing:
                raise
    # Without the state, private fields and requirements count as changed, even if they are not.
    edits.check_readable(present, body)
    expected = edits.expected_edits(present, body, version)
    edits.check_nulls(present, body, expected)
    edits.check_languages(present, body)
    roles = [entry["role"] for entry in present.values["requirements"]] if present is not None else []
    check_roles(body.requirements, services.plans, roles)
    return commands.update(
        incident_id,
        body,
        order.once,
        expected_version=version,
        expected_edits=expected,
        same_as=edits.same_as(present, body),
        unchanged=edits.unchanged_fields(present, body),
    )


def _version(if_match: str | None) -> int | None:
    """None for `*`. Raises ProblemResponse (422)."""
    if if_match is None or if_match.strip() == "*":
        return None
    # A proxy that compresses responses may weaken the ETag (W/).
    text = if_match.strip().removeprefix("W/").strip('"')
    version = natural(text)
    if version is None:
        raise invalid("If-Match", 'an ETag like "3"')
    return version
