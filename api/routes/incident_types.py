"""Incident types with their response plans."""

from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import ServicesDep
from api.http.auth import everybody
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.schemas.incident_types import IncidentTypes, PlanRequirement
from api.views.incidents import distance_limit_m
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, Priority, Skill, Task, TravelMode
from dispatch.plans.book import ResponsePlan

router = APIRouter(prefix="/v1/incident-types", tags=["incidents"], route_class=StrictRoute)


@router.get("", dependencies=[everybody], response_model=IncidentTypes, responses=problems())
async def list_types(services: ServicesDep) -> Response:
    """The incident types with titles in three languages and response plans, and the vocabularies of request bodies."""
    return shown(
        {
            "version": services.plans.version,
            "items": [_type(plan) for plan in services.plans.plans.values()],
            "vocabulary": {
                "capabilities": list(Capability),
                "priorities": list(Priority),
                "skills": list(Skill),
                "tasks": list(Task),
                "travel_modes": list(TravelMode),
            },
        }
    )


def _type(plan: ResponsePlan) -> dict[str, Any]:
    return {
        "type": plan.type,
        "title": plan.title,
        "priority": plan.priority,
        "details": plan.details,
        "hazard": plan.precautions.hazard,
        "requirements": [_requirement(entry) for entry in plan.requirements],
        "lines": [
            {
                **_requirement(line.requirement),
                "level": line.level,
                "priorities": sorted(line.priorities) or list(Priority),
            }
            for line in plan.lines
        ],
    }


def _requirement(entry: Requirement) -> dict[str, Any]:
    """The requirement of a plan, without the fields that only a requirement of an incident has."""
    fields: dict[str, Any] = msgspec.to_builtins(entry) | {"max_distance_m": distance_limit_m(entry)}
    return {name: fields[name] for name in PlanRequirement.model_fields}
