"""The preview of a report as the API shows it."""

from typing import Any

from dispatch.decide import ForeseenNeed
from dispatch.model.context import Neighbour
from dispatch.model.merges import MergeCandidate


def similar(candidate: MergeCandidate, known: Neighbour, report_type: str) -> dict[str, Any]:
    return {
        "id": candidate.incident_id,
        "type": known.type,
        "same_type": known.type == report_type,
        "distance_m": candidate.distance_m,
        "age_s": candidate.apart_s,
        "score": candidate.score,
        "why": candidate.reasons,
    }


def need(foreseen: ForeseenNeed) -> dict[str, Any]:
    people = foreseen.people
    return {
        "skill": foreseen.skill,
        "capability": foreseen.capability,
        "count": foreseen.count,
        "free_near": people and people.free_at_most,
        "free_near_at_least": people and people.free_at_least,
        "is_capped": people and not people.is_complete,
        "nearest_eta_s": people and people.nearest_eta_s,
        "chance": people and people.chance,
    }
