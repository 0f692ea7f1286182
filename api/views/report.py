"""The after-action report of an incident: when it got help, who was asked, what operators ordered. Without texts and contacts."""

from collections.abc import Sequence

from api.views.values import View, time
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.vocabulary import OfferState

REPORT = "report_incident"
STEPS = (OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE, OfferState.DONE)


def report(state: Incident, decisions: Sequence[Decision], orders: Sequence[str]) -> View:
    """`schemas.report.AfterAction`. `decisions`: the oldest first. `orders`: kinds of commands that operators give."""
    people = _people(decisions)
    times = state.times
    on_scene_ms = min((one["_on_scene"] for one in people if one["_on_scene"] is not None), default=None)
    accepted_ms = times.first_accept_ms
    for one in people:
        del one["_on_scene"]
    return {
        "incident_id": state.id,
        "type": state.type,
        "priority": state.priority,
        "status": state.status,
        "exercise": state.exercise,
        "end_code": state.end_code,
        "reported_at": time(times.reported_ms),
        "closed_at": time(times.closed_ms),
        "intervals_s": {
            "report_to_offer": _between(times.reported_ms, times.first_offer_ms),
            "offer_to_accept": _between(times.first_offer_ms, accepted_ms),
            "accept_to_on_scene": _between(accepted_ms, on_scene_ms),
            "report_to_on_scene": _between(times.reported_ms, on_scene_ms),
            "report_to_staffed": _between(times.reported_ms, times.staffed_ms),
        },
        "asked": people,
        "orders": [
            {
                "at": time(decision.decided_ms),
                "what": decision.cause.command_kind,
                "by": decision.by,
                "outcome": decision.outcome,
                "reason": decision.reason,
            }
            for decision in decisions
            if decision.cause.command_kind in orders
        ],
        "complete": bool(decisions) and decisions[0].cause.command_kind == REPORT,
    }


def _people(decisions: Sequence[Decision]) -> list[View]:
    """One entry for each offer, in the order in which they were made; `_on_scene` is for the intervals only."""
    found: dict[str, View] = {}
    for decision in decisions:
        for event in decision.events:
            if isinstance(event, OfferMade):
                found[event.offer_id] = {
                    "offer_id": event.offer_id,
                    "volunteer_id": event.volunteer_id,
                    "skill": event.skill,
                    "source": event.source,
                    "state": OfferState.OFFERED,
                    "reason": None,
                    "offered_at": time(decision.decided_ms),
                    **{f"{step}_at": None for step in STEPS},
                    "_on_scene": None,
                }
            # The offer may have been made before the oldest decision that was read.
            elif isinstance(event, OfferMoved) and (entry := found.get(event.offer_id)) is not None:
                entry.update(state=event.state, reason=event.reason)
                if event.state in STEPS:
                    entry[f"{event.state}_at"] = time(decision.decided_ms)
                if event.state is OfferState.ON_SCENE:
                    entry["_on_scene"] = decision.decided_ms
    return list(found.values())


def _between(from_ms: int | None, to_ms: int | None) -> float | None:
    return None if from_ms is None or to_ms is None else (to_ms - from_ms) / 1000
