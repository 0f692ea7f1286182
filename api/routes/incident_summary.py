"""What became of one incident, in sentences that each name their events."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep
from api.http.auth import operators
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.event_summary import summary_languages, summary_view
from api.schemas.summaries import IncidentSummary
from api.views.negotiation import VARY, LanguageOfTexts

router = APIRouter(prefix="/v1/incidents", tags=["assistant"], route_class=StrictRoute)


class SummaryLanguage(StrEnum):
    KK = "kk"
    RU = "ru"
    EN = "en"


@router.get("/{incident_id}/summary", response_model=IncidentSummary, dependencies=[operators], responses=problems(404))
async def summarise(
    incident_id: IncidentId,
    services: ServicesDep,
    asked: LanguageOfTexts,
    lang: Annotated[SummaryLanguage | None, Query(description="default: by Accept-Language")] = None,
) -> Response:
    """A summary by software, from the events alone, exact in each of the three languages. Needs no running assistant.

    503 `assistant_off` where `summarise` is switched off, in all languages or in this one.
    """
    language = lang.value if lang is not None else asked
    if language not in summary_languages(services):
        raise ProblemResponse("assistant_off", "summaries are switched off")
    return shown(await summary_view(services, incident_id, language), headers=VARY)
