"""What incidents there are, and what each needs when the operator states nothing else."""

from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import PartsDep
from api.http.auth import everybody
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.schemas import IncidentTypes
from dispatch.model.incidents import Requirement
from dispatch.model.vocabulary import Capability, Priority, Skill, Task, TravelMode
from dispatch.plans.book import ResponsePlan

router = APIRouter(prefix="/v1/incident-types", tags=["incidents"], route_class=StrictRoute)
_OF_INCIDENTS = ("shortfall", "climb", "settled", "bridges", "look_at_ms")


@router.get("", dependencies=[everybody], response_model=IncidentTypes, responses=problems())
async def list_types(parts: PartsDep) -> Response:
    """Types with their names in three languages and their response plans, and the vocabularies that bodies use."""
    return shown(
        {
            "version": parts.plans.version,
            "items": [_type(plan) for plan in parts.plans.plans.values()],
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
        "requirements": [_need(entry) for entry in plan.requirements],
        "lines": [
            {**_need(line.requirement), "level": line.level, "priorities": sorted(line.priorities) or list(Priority)}
            for line in plan.lines
        ],
    }


def _need(entry: Requirement) -> dict[str, Any]:
    """As the plan has it; what only an incident's need can have is left out."""
    told: dict[str, Any] = msgspec.to_builtins(entry)
    return {name: value for name, value in told.items() if name not in _OF_INCIDENTS}
