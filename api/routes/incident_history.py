"""The history of an incident: timeline, decision records, outcome of an order, after-action report, explanations."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.deps import IncidentId, ServicesDep, checked_volunteer_id
from api.http.audit import disclosed
from api.http.auth import Operator, operators
from api.http.numbers import DIGITS
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.reads.decision_log import MOST_EXPLAINED, check_known, decisions_of
from api.reads.disclosure import labels_or_none, opened_texts
from api.schemas.history import Decisions, Timeline, WhyShown
from api.schemas.orders import CommandShown
from api.schemas.report import AfterAction
from api.views.report import report
from api.views.values import time
from api.views.why import facts
from api.writes import edits
from dispatch import explanations
from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.model.decisions import Decision
from dispatch.model.merge_events import IncidentSplit
from dispatch.model.people import Candidate
from dispatch.model.private_refs import text_ref
from streams import wire
from streams.store.volunteer_view import VolunteerView

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)
ORDERS_WITH_REASON = (
    "cancel_incident",
    "close_incident",
    "reopen_incident",
    "assign_volunteer",
    "withdraw_offer",
    "remind_person",
    "escalate_incident",
    "merge_incident",
    "split_incident",
    "unmerge_incident",
    "accept_proposal",
    "reject_proposal",
)
Newest = Annotated[int, Query(ge=1, le=500, description="this many of the newest"), DIGITS]
CommandId = Annotated[str, Path(min_length=1, max_length=64, pattern="^[A-Za-z0-9-]+$")]


@router.get("/{incident_id}/timeline", response_model=Timeline, responses=problems(404))
async def timeline(incident_id: IncidentId, caller: Operator, services: ServicesDep, limit: Newest = 200) -> Response:
    """Decisions with their authors and events, oldest first, with the texts of notes, reasons and results."""
    decisions = await decisions_of(services, incident_id, limit)
    items = [_entry(decision) for decision in decisions.values()]
    refs = [ref for item in items for _, ref in _refs(incident_id, item)]
    texts = await opened_texts(services, caller, incident_id, refs)
    for item in items:
        for holder, ref in _refs(incident_id, item):
            if ref in texts:
                holder["text"] = texts[ref]
            elif ref in texts.unreadable:
                holder["text_unreadable"] = True
    return shown({"items": items})


@router.get("/{incident_id}/decisions", dependencies=[operators], response_model=Decisions, responses=problems(404))
async def list_decisions(incident_id: IncidentId, services: ServicesDep, limit: Newest = 200) -> Response:
    """The decision records, oldest first: all events, and who was considered or excluded and why."""
    decisions = await decisions_of(services, incident_id, limit)
    items = [
        # Through the encoder of the topic: the response shows the record as it is in Kafka.
        {**msgspec.json.decode(wire.encode_decision(decision)), "partition": partition, "offset": offset}
        for (partition, offset), decision in decisions.items()
    ]
    return shown({"items": items})


@router.get("/{incident_id}/report", dependencies=[operators], response_model=AfterAction, responses=problems(404))
async def after_action(request: Request, incident_id: IncidentId, services: ServicesDep) -> Response:
    """When the incident got help, who was asked and what became of it, and the orders of operators. Also while it is open."""
    decisions = list((await decisions_of(services, incident_id, MOST_EXPLAINED)).values())
    state = await services.reads.incident(incident_id)
    if state is None:
        raise ProblemResponse("not_found", "the incident has no decision yet")
    found = report(state, decisions, (*ORDERS_WITH_REASON, "update_incident"))
    people = list(dict.fromkeys(one["volunteer_id"] for one in found["asked"]))
    disclosed(request, people)
    labels = await labels_or_none(services, people)
    return shown({**found, "asked": [{**one, "label": labels.get(one["volunteer_id"])} for one in found["asked"]]})


@router.get("/{incident_id}/commands/{command_id}", response_model=CommandShown, responses=problems(404))
async def read_outcome(
    incident_id: IncidentId, command_id: CommandId, caller: Operator, services: ServicesDep
) -> Response:
    """The outcome of an order: `pending` while no decision is known. A refused edit has the fields that others changed; a
    split, what it named in vain."""
    view: dict[str, Any] = {"id": command_id, "incident_id": incident_id, "reason": None, "version": None}
    decision = await edits.decision_of(services, incident_id, command_id, within_s=0)
    # No decision may also mean an unknown incident, which is 404 instead of `pending` for ever.
    if decision is None:
        await check_known(services, incident_id)
        return shown({**view, "outcome": "pending"})
    # Redis finds a decision by the id of its command alone, whatever the incident.
    if decision.incident_id != incident_id:
        raise ProblemResponse("not_found", "there is no order with this id for this incident")
    view |= {"outcome": decision.outcome, "reason": decision.reason, "version": decision.version}
    view["other_incident"] = decision.other_incident
    gone = [one for fact in decision.events if isinstance(fact, IncidentSplit) for one in fact.not_moved]
    view["not_moved"] = [
        {"id": one.id, "volunteer_id": one.volunteer_id, "state": one.state, "into": one.into} for one in gone
    ]
    if decision.conflicts:
        view["conflicts"] = (await edits.conflicts_of(services, caller, decision))[1]
    return shown(view)


@router.get("/{incident_id}/why", dependencies=[operators], response_model=WhyShown, responses=problems(400, 404))
async def explain(
    request: Request,
    incident_id: IncidentId,
    services: ServicesDep,
    volunteer_id: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Explains the state of the incident, or why a volunteer was asked, passed over or excluded.

    A person who is in none of the newest 500 decisions is judged by the present state; the text says so.
    """
    decisions = list((await decisions_of(services, incident_id, MOST_EXPLAINED)).values())
    state = await services.reads.incident(incident_id)
    if state is None:
        raise ProblemResponse("not_found", "the incident has no decision yet")
    disclosed(request, [volunteer_id] if volunteer_id else [])
    if volunteer_id is None:
        found = explanations.of_incident(state, decisions)
    else:
        view = await services.reads.volunteer(checked_volunteer_id(volunteer_id), with_places=True)
        found = explanations.of_person(state, decisions, volunteer_id, presence_of(view))
    return shown(
        {
            "incident_id": incident_id,
            "volunteer_id": volunteer_id,
            "verdict": found.verdict,
            "text": found.text,
            "facts": facts(found, state, decisions, volunteer_id),
        }
    )


def presence_of(view: VolunteerView | None) -> explanations.PersonNow | None:
    """The person as the eligibility rules see them: at their fix while it is fresh, else at home. Responses contain no place."""
    if view is None:
        return None
    # The same limit as in the search, so that the explanation judges the place that the search used.
    stale = view.fix_age_s is None or view.fix_age_s > FIX_AGE_LIMIT_S
    from_home = stale and view.home is not None
    candidate = Candidate(
        volunteer_id=view.id,
        skills=frozenset(view.skills),
        languages=view.languages,
        travel_mode=view.travel_mode,
        max_distance_m=view.max_distance_m,
        place=view.home if from_home else view.place,
        fix_age_s=view.fix_age_s,
        from_home=from_home,
        verified=view.valid_skills,
    )
    return explanations.PersonNow(
        candidate=candidate,
        capabilities=frozenset(view.capabilities),
        on_duty=view.on_duty,
        engaged_in=view.incident_id,
        in_distress=view.in_distress,
    )


def _entry(decision: Decision) -> dict[str, Any]:
    encoded = msgspec.json.decode(wire.encode_decision(decision))
    return {
        "at": time(decision.decided_ms),
        "logged_at": time(decision.logged_ms),
        "what": decision.cause.command_kind,
        "by": decision.by,
        "heard_by": decision.heard_by,
        "way": decision.way,
        "said_at": time(decision.said_ms),
        "said_at_ignored": decision.said_ignored,
        "against": decision.against,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "version": decision.version,
        "decision_id": decision.id,
        "command_id": decision.cause.command_id,
        "conflicts": decision.conflicts,
        "events": encoded["events"],
    }


def _refs(incident_id: str, item: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Each object of the entry that has a private text, with the reference of the text."""
    # The decision does not contain this reference; it follows from the command, as in `IncidentOrder.fields`.
    if item["what"] in ORDERS_WITH_REASON:
        yield item, text_ref(incident_id, "reason", item["command_id"])
    for event in item["events"]:
        for holder in (event, event.get("result")):
            # The result of a proposal is a word.
            if isinstance(holder, dict) and holder.get("private_ref"):
                yield holder, holder["private_ref"]
