"""Digital work across incidents, for operators."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.audit import disclosed
from api.http.auth import operators
from api.http.numbers import DIGITS
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.disclosure import labels_or_none
from api.reads.hint_opinions import looks
from api.reads.listing import Filters, list_incidents
from api.schemas.tasks import TaskPage
from api.views.tasks import TaskOrder, TaskState, by_worth, named, tasks_of
from dispatch.model.vocabulary import Task

router = APIRouter(prefix="/v1/tasks", tags=["incidents"], route_class=StrictRoute)


@router.get("", response_model=TaskPage, dependencies=[operators], responses=problems())
async def list_tasks(
    request: Request,
    services: ServicesDep,
    state: Annotated[TaskState | None, Query()] = None,
    kind: Annotated[Task | None, Query()] = None,
    sort: Annotated[TaskOrder, Query()] = TaskOrder.NEWEST,
    limit: Annotated[int, Query(ge=1, le=200), DIGITS] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The digital requirements of open incidents, those of the newest report first, with the people asked or at work.

    A page has the work of up to `limit` incidents that matches; it may be empty and still have a next page.
    `sort=assistant`: within the page, first the work where a person's look is worth most (`look`): urgent, and the hint is
    unsure. It changes nothing about whom the dispatcher asks.
    """
    states, following = await list_incidents(services.reads, Filters(is_open=True), limit=limit, cursor=cursor)
    items = [
        item
        for incident in states
        for item in tasks_of(incident)
        if state in (None, item["state"]) and kind in (None, item["kind"])
    ]
    if sort is TaskOrder.ASSISTANT:
        items = by_worth(items, await looks(services, states))
    labels = await labels_or_none(
        services, list(dict.fromkeys(one["volunteer_id"] for item in items for one in item["people"]))
    )
    disclosed(request, [*dict.fromkeys(item["incident_id"] for item in items), *labels])
    return shown({"items": named(items, labels), "next": following})
