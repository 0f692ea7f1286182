"""Incidents: reported by operators, listed and read."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep
from api.fields import Instant
from api.http.audit import disclosed
from api.http.auth import OPERATOR, Reader, Watcher, reporters
from api.http.numbers import DIGITS
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.csv_export import csv_of
from api.reads.disclosure import labels_or_none, opened_material, opened_or_none, people_in_distress
from api.reads.listing import Filters, list_incidents
from api.reads.offer_details import opened_for, verified_skills
from api.reads.queue import list_urgent
from api.schemas.base import Accepted
from api.schemas.incidents import IncidentCollection, IncidentPage, IncidentShown
from api.schemas.reports import IncidentReport
from api.schemas.rows import IncidentRowPage
from api.views import incidents, reported, rows
from api.views.links import incident_links
from api.views.values import time
from api.writes import commands, conversation_steps
from api.writes.idempotency import OnceOnly
from api.writes.report_checks import check_names_nobody, check_report
from api.writes.send import PreparedWrite, write_once
from dispatch.model.commands import ReportIncident
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import IncidentStatus
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, wire
from streams.tokens import Role
from streams.wire import ConversationEnd
from streams.wire.client_digests import client_digests

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)
GEOJSON = "application/geo+json"
CLOCKS_DIFFER_MS = 5_000
"""Allowed difference between the clocks of this machine and of Kafka's brokers; NTP keeps it far smaller."""
_LIST_FORMATS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            GEOJSON: {"schema": {"$ref": f"#/components/schemas/{IncidentCollection.__name__}"}},
        }
    }
}


async def _filters(
    caller: Watcher,
    status: Annotated[str | None, Query(description="one or more, separated by commas")] = None,
    priority: Annotated[str | None, Query(description="one or more, separated by commas")] = None,
    type_: Annotated[str | None, Query(alias="type", max_length=500)] = None,
    bbox: Annotated[str | None, Query(description="west,south,east,north", max_length=200)] = None,
    open_: Annotated[Literal["true", "false"] | None, Query(alias="open")] = None,
    attention: Annotated[str | None, Query(max_length=500, description="one or more codes, or any")] = None,
    reported_from: Annotated[Instant | None, Query()] = None,
    reported_to: Annotated[Instant | None, Query()] = None,
    exercise: Annotated[Literal["true", "false"] | None, Query(description="drills alone, or without them")] = None,
    ready_to_close: Annotated[
        Literal["true", "false"] | None, Query(description="open ones whose work is done")
    ] = None,
) -> Filters:
    return Filters.parsed(
        status=status,
        priority=priority,
        type_=type_,
        bbox=bbox,
        by_coarse_place=caller.role is not OPERATOR,
        is_open=None if open_ is None else open_ == "true",
        attention=attention,
        reported=(reported_from, reported_to),
        is_exercise=None if exercise is None else exercise == "true",
        is_ready_to_close=None if ready_to_close is None else ready_to_close == "true",
    )


FiltersDep = Annotated[Filters, Depends(_filters)]


@router.post(
    "", status_code=202, response_model=Accepted, dependencies=[reporters], responses=problems(400, 404, 409, 413, 415)
)
async def report_incident(body: IncidentReport, once: OnceOnly, services: ServicesDep) -> Response:
    """Accepts a report. 202: Kafka has acknowledged it; workers and Redis may be down.

    With the role `feed` a report names no people: `caller` and `conversation_id` are refused.
    """
    check_names_nobody(once.caller, body)
    # Before the key is marked as used: a corrected report may be sent under the same key.
    check_report(body, services.plans)

    async def prepared() -> PreparedWrite:
        digests, is_drill = client_digests(services.ring.now), services.settings.exercise
        stated = await conversation_steps.with_phone(services, body)
        command, private = commands.report(stated, once, digests, is_drill=is_drill)
        if body.conversation_id is not None:
            await conversation_steps.hold_for(services, once.caller, body.conversation_id, command.incident_id)

        # After the acknowledgement: a report that Kafka did not accept must not be shown as reported.
        async def mark() -> None:
            services.marks.put_reported(command.incident_id, wire.encode_command(command))
            if body.conversation_id is not None:
                became, id_ = ConversationEnd.INCIDENT, command.incident_id
                await conversation_steps.end(services, once.caller, body.conversation_id, became, incident_id=id_)

        return PreparedWrite(
            command=command,
            subject=command.incident_id,
            status=IncidentStatus.REPORTED,
            links=incident_links(command.incident_id),
            private=private,
            after=mark,
        )

    return await write_once(services, once, prepared)


@router.get(
    "",
    response_model=IncidentPage | IncidentRowPage,
    responses={**problems(400, 406), **_LIST_FORMATS},
)
async def list_(
    request: Request,
    caller: Watcher,
    services: ServicesDep,
    filters: FiltersDep,
    limit: Annotated[int, Query(ge=1, le=200), DIGITS] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    format_: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    view: Annotated[Literal["full", "row"], Query()] = "full",
    sort: Annotated[Literal["newest", "urgency"], Query()] = "newest",
) -> Response:
    """Newest report first; `next` is the cursor of the next page. `Accept: application/geo+json` gives a FeatureCollection.

    `sort=urgency` gives the open incidents: the most severe first, of one level those short of people first, then the longest
    waiting. `view=row` gives each as at most half a kilobyte. `attention`: codes, or `any`. `reported_from` is inclusive,
    `reported_to` exclusive.

    `format=csv` gives all matching incidents as one table of up to 5,000 rows, with ids only. While Redis does not answer or no
    worker runs, the table is read from Kafka: the header `Komek-Picture` and the column `picture` say `live` or `log`,
    `picture_at` gives its time.

    Monitors see coarse places and no person, in every format; `bbox` is then compared with the coarse place.
    """
    is_coarse = caller.role is not OPERATOR
    if sort == "urgency" and (filters.is_open is False or format_ == "csv"):
        raise invalid("sort", "newest for incidents that have ended and for tables", "text")
    if format_ == "csv":
        answer, subjects = await csv_of(services, filters)
        disclosed(request, subjects)
        return answer
    listing = list_urgent if sort == "urgency" else list_incidents
    items, following = await listing(services.reads, filters, limit=limit, cursor=cursor)
    disclosed(request, [state.id for state in items])
    if view == "row":
        as_row = rows.row_for_monitor if is_coarse else rows.row
        return shown({"items": [as_row(state) for state in items], "next": following}, headers={"Vary": "Accept"})
    as_shown = incidents.incident_for_monitor if is_coarse else incidents.incident
    shown_items = [as_shown(state) for state in items]
    if GEOJSON in request.headers.get("accept", ""):
        features = [incidents.feature(item) for item in shown_items]
        # Vary, because a cache must not give the GeoJSON of one client to another that asked for JSON.
        collection = {"type": "FeatureCollection", "features": features, "next": following}
        return shown(collection, media=GEOJSON, headers={"Vary": "Accept"})
    return shown({"items": shown_items, "next": following}, headers={"Vary": "Accept"})


@router.get("/{incident_id}", response_model=IncidentShown, responses=problems(404))
async def read(incident_id: IncidentId, request: Request, caller: Reader, services: ServicesDep) -> Response:
    """The decided state of the incident; before its first decision, the report (version 0)."""
    state = await _decided_state(services, incident_id)
    if state is None:
        return await _read_reported(services, incident_id, caller.role)
    headers = {"ETag": f'"{state.version}"'}
    if caller.role is Role.VOLUNTEER:
        own = [offer for offer in state.offers if offer.volunteer_id == caller.id]
        if not own:
            # 404, not 403: 403 would say that the incident exists.
            raise ProblemResponse("not_found", "there is no incident with this id for which you were asked")
        opened = await opened_for(services, caller, state, own, verified=await verified_skills(services, caller))
        return shown(incidents.incident_for_volunteer(state, own, opened), headers=headers)
    if caller.role is not OPERATOR:
        return shown(incidents.incident_for_monitor(state), headers=headers)
    private = await opened_or_none(services, caller, state)
    found = await opened_material(services, caller, state)
    labels = await labels_or_none(services, _people_of(state))
    disclosed(request, list(labels))
    person = await people_in_distress(services, caller, state, labels)
    view = {**incidents.incident(state, private, found), **person}
    return shown({**view, "offers": await _with_people(services, view["offers"], labels)}, headers=headers)


def _people_of(state: Incident) -> list[str]:
    """Ids of those who were asked, and of the people in distress, each once."""
    return list(dict.fromkeys([*(offer.volunteer_id for offer in state.offers), *state.people_in_distress]))


async def _with_people(
    services: Services, shown_offers: list[dict[str, Any]], labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The offers with what operators need to know a person: their name, and whether notices reach them."""
    reached = await services.reach.of_offers([one["id"] for one in shown_offers]) if shown_offers else []
    return [
        {
            **one,
            "label": labels.get(one["volunteer_id"]),
            "reach": [
                {"way": way.kind, "outcome": way.outcome, "code": way.code, "at": time(way.at_ms)} for way in ways
            ],
        }
        for one, ways in zip(shown_offers, reached, strict=True)
    ]


async def _decided_state(services: Services, incident_id: str) -> Incident | None:
    """The state in Redis; None if the incident has no decision as far as this process can know.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read, and the incident may have been decided.
    """
    try:
        state = await services.reads.incident(incident_id)
    except (StoreUnavailable, NotReady):
        if not _is_undecided(services, incident_id):
            raise
        return None
    if state is not None:
        # Redis may be emptied later: a decided incident must not turn into a reported one again.
        services.marks.seen_decided(incident_id)
    return state


def _is_undecided(services: Services, incident_id: str) -> bool:
    """Whether a report of this process still waits, by the committed lag: it is known without Redis. A report that is older than
    the oldest undecided command has been decided."""
    taken = services.marks.taken(incident_id)
    if taken is None:
        return False
    last, age_s = services.monitor.last, services.monitor.age_s()
    if last is None or age_s is None or clock.now_ms() - age_s * 1000 < taken.at_ms + CLOCKS_DIFFER_MS:
        return True  # the lag was measured before the report, or about that time
    return last.oldest_ms is not None and last.oldest_ms <= taken.at_ms + CLOCKS_DIFFER_MS


async def _read_reported(services: Services, incident_id: str, role: Role) -> Response:
    # Before the first decision nobody was asked, so no volunteer may see the incident.
    report = await services.marks.reported(incident_id) if role is not Role.VOLUNTEER else None
    if report is None:
        raise ProblemResponse("not_found", "there is no incident with this id")
    command = wire.decode_command(report)
    assert isinstance(command, ReportIncident)
    view = reported.reported if role is OPERATOR else reported.reported_for_monitor
    return shown(view(command, services.plans), headers={"ETag": '"0"'})
