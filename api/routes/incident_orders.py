"""Orders of operators to one incident: cancel, close, reopen, escalate, assign, merge, split, attention, proposals, notes.

Each route passes `IncidentOrder.respond` (`writes/incident_orders.py`) a function that checks the preconditions and gives the
command. Idempotency, private records, the send and the response are the same for all.
"""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import ProposalId, checked_volunteer_id, zone_of_known_cell
from api.http.auth import operators, reporters
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems
from api.http.strict_route import StrictRoute
from api.schemas.base import Accepted
from api.schemas.orders import Assignment, Ending, Escalation, Look, Merge, Note, Reason
from api.schemas.reports import Split
from api.views.links import answer_links, incident_links
from api.writes import commands
from api.writes.incident_orders import (
    OrderDep,
    check_adopts_reports,
    check_belongs,
    check_ids,
    check_proposed,
    texts_of,
)
from api.writes.manual_orders import check_assignable
from api.writes.report_checks import check_roles, check_type
from api.writes.send import PreparedWrite, write_once
from dispatch.incidents.reopening import is_too_late
from dispatch.model.commands import (
    AcceptProposal,
    AddNote,
    AssignVolunteer,
    CancelIncident,
    CloseIncident,
    EscalateIncident,
    MergeIncident,
    RejectProposal,
    ReopenIncident,
    SettleAttention,
    SplitIncident,
    UnmergeIncident,
)
from dispatch.model.ids import offer_id
from dispatch.model.private_refs import text_ref
from streams import clock, wire
from streams.wire.client_digests import client_digests

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)
ORDER: dict[str, Any] = {
    "status_code": 202,
    "response_model": Accepted,
    "dependencies": [operators],
    "responses": problems(400, 404, 409, 413, 415),
}


@router.post("/{incident_id}/cancel", **ORDER)
async def cancel(order: OrderDep, body: Ending | None = None) -> Response:
    """Ends an incident that needs no help. Everybody assigned is stood down."""
    given = body or Ending()

    async def command() -> CancelIncident:
        await order.open_state()
        return CancelIncident(**order.fields("cancel", given.reason), code=given.code)

    return await order.respond(command, given.reason)


@router.post("/{incident_id}/close", **{**ORDER, "dependencies": [reporters]})
async def close(order: OrderDep, body: Ending | None = None) -> Response:
    """Ends an incident whose work is done. With the role `feed`: only what the feed reported itself (404)."""
    given = body or Ending()

    async def command() -> CloseIncident:
        await order.open_state()
        return CloseIncident(**order.fields("close", given.reason), code=given.code)

    return await order.respond(command, given.reason)


@router.post("/{incident_id}/reopen", **ORDER)
async def reopen(order: OrderDep, body: Reason | None = None) -> Response:
    """Opens an incident again that ended at most 24 hours ago. Field work done before no longer counts. `unmerge` reopens a
    merged incident; incidents of people in distress stay as they are."""
    reason = body.reason if body else None

    async def command() -> ReopenIncident:
        state = await order.known_state()
        if state is not None and state.merged_into is not None:
            detail = f"the incident was merged into {state.merged_into}; use unmerge"
            raise ProblemResponse("conflict", detail, state="merged", merged_into=state.merged_into)
        if state is not None and state.is_open:
            raise ProblemResponse("conflict", "the incident is open", state=state.status)
        if state is not None and is_too_late(state, clock.now_ms()):
            detail = "the incident ended more than 24 hours ago; report it anew"
            raise ProblemResponse("ended_too_long_ago", detail, state=state.status)
        return ReopenIncident(**order.fields("reopen", reason))

    return await order.respond(command, reason)


@router.post("/{incident_id}/escalate", **ORDER)
async def escalate(order: OrderDep, body: Escalation | None = None) -> Response:
    """Raises the alarm level by one and takes the next ladder step of every requirement that lacks people.

    The order applies to a level: the one it states, otherwise the present one. Two orders at the same level, such as a double
    click with two keys, raise it once.
    """
    given = body or Escalation()

    async def command() -> EscalateIncident:
        state = await order.open_state()
        known = state.alarm_level if state else None
        # DESIGN 103: of two orders given at one level, such as a double click under two keys, only one counts.
        if given.level is not None and known is not None and given.level < known:
            raise ProblemResponse("already_escalated", f"the alarm level is already {known}", alarm_level=known)
        if given.level is not None and known is not None and given.level > known:
            detail = f"the alarm level is {known}: state the level that you see, or none"
            raise ProblemResponse("conflict", detail, alarm_level=known)
        return EscalateIncident(**order.fields("escalate", given.reason), level=given.level or known)

    return await order.respond(command, given.reason)


@router.post("/{incident_id}/offers", **ORDER)
async def assign(order: OrderDep, body: Assignment) -> Response:
    """Offers the work to a person whom the operator selects.

    409 names the soft rules that exclude the person (`rules`); `force` with a reason overrides them. A person who is off duty
    is refused as `off_duty`; `force` overrides that too. People who are engaged are never asked.

    The order of the log decides between two assignments of one person. Until the first is decided, the second also gets 202, and
    its `links.outcome` is `refused` with the reason `engaged`; after that it gets 409 `engaged`. A repeat with the same
    Idempotency-Key gets the same 202 again.
    """
    volunteer_id = checked_volunteer_id(body.volunteer_id)

    async def prepared() -> PreparedWrite:
        state = await order.open_state()
        command = AssignVolunteer(
            **order.fields("assign", body.reason),
            volunteer_id=volunteer_id,
            requirement_id=body.requirement_id,
            force=body.force,
        )
        # Derived as the dispatcher derives it, so that the response can name the offer before the decision.
        offer = offer_id(order.incident_id, command.id, body.requirement_id, volunteer_id)
        if state is None or state.offer(offer) is None:  # else a repeat whose first response was forgotten
            await check_assignable(order.services, state, command)
        return PreparedWrite(
            command=command,
            subject=offer,
            links=answer_links(offer, order.incident_id, order.once.caller.role),
            private=texts_of(command, body.reason),
            after=order.recorded("offer.assign", offer, [volunteer_id]),
        )

    return await write_once(order.services, order.once, prepared)


@router.post("/{incident_id}/merge", **ORDER)
async def merge(order: OrderDep, body: Merge) -> Response:
    """Merges this incident into another one: it ends, and its report remains as a report of the other."""
    if zone_of_known_cell(body.into) is None or body.into == order.incident_id:
        raise invalid("into", "the id of another incident", "text")

    async def command() -> MergeIncident:
        state = await order.open_state()
        await check_adopts_reports(order.services, body.into, state)
        return MergeIncident(**order.fields("merge", body.reason), into=body.into)

    return await order.respond(command, body.reason)


@router.post("/{incident_id}/split", **ORDER)
async def split(order: OrderDep, body: Split) -> Response:
    """Splits off a part of this incident as a new incident; the response has the id of the new one.

    The body is its report. People stay with this incident unless their offers are listed; those are released here (`split`) and
    asked by name there. The requirements of this incident do not change.

    409 `already_split`: all that the body names was split off by another order, into `incident_id`; `offer_ended`: the offers
    have ended otherwise. Where only some is gone, the rest moves, and `links.outcome` lists what did not (`not_moved`).
    """
    services, once = order.services, order.once
    check_type(body.type, services.plans)
    check_roles(body.requirements, services.plans)
    # Before the state is read: what the ids alone decide is refused also while Redis is down (DESIGN 96).
    check_ids(order.incident_id, body)

    async def prepared() -> PreparedWrite:
        state = await order.open_state()
        if state is not None:
            check_belongs(state, body)
        # A part of a drill calls nobody out in earnest, whatever the body says.
        is_drill = services.settings.exercise or (state is not None and state.exercise)
        digests = client_digests(services.ring.now)
        report, of_report = commands.report(body, once, digests, order.incident_id, is_drill=is_drill)
        command = SplitIncident(
            **order.fields("split", body.reason),
            report=commands.new_report(report),
            offers=tuple(body.offers),
            reports=tuple(body.reports),
        )

        # The new incident can be read at once, although its report is sent only by the decision on the split (DESIGN 104).
        async def announce() -> None:
            announced = wire.encode_command(replace(report, split_from=order.incident_id))
            await services.marks.expect_reported(report.incident_id, announced)
            if body.offers:
                people = None if state is None else [one.volunteer_id for one in map(state.offer, body.offers) if one]
                await order.recorded("incident.split", order.incident_id, people)()

        return PreparedWrite(
            command=command,
            subject=report.incident_id,
            links=incident_links(report.incident_id),
            private=[*texts_of(command, body.reason), *of_report],
            after=announce,
        )

    return await write_once(services, once, prepared)


@router.post("/{incident_id}/unmerge", **ORDER)
async def unmerge(order: OrderDep, body: Reason | None = None) -> Response:
    """Undoes a merge: the incident is open again and its requirements are filled anew."""
    reason = body.reason if body else None

    async def command() -> UnmergeIncident:
        state = await order.known_state()
        if state is not None and state.merged_into is None and state.merging is None:
            raise ProblemResponse("conflict", "the incident is not merged", state=state.status)
        return UnmergeIncident(**order.fields("unmerge", reason))

    return await order.respond(command, reason)


@router.post("/{incident_id}/attention", **ORDER)
async def settle_attention(order: OrderDep, body: Look) -> Response:
    """Removes an entry of `attention` that the operator has handled. Distress can also be settled after the incident ended."""

    async def command() -> SettleAttention:
        await order.known_state()
        return SettleAttention(**order.command_fields("attention"), reason=body.reason)

    return await order.respond(command)


@router.post("/{incident_id}/proposals/{proposal_id}/accept", **ORDER)
async def accept_proposal(order: OrderDep, proposal_id: ProposalId, body: Reason | None = None) -> Response:
    """Carries out a result of digital work that waits for an operator: the incident is closed as false, moved or merged.

    409 `proposal_outdated`: it has ended, or a newer result has taken its place. The people who gave the answer count as right.
    """
    reason = body.reason if body else None

    async def command() -> AcceptProposal:
        state = await order.open_state()
        proposal = check_proposed(state, proposal_id)
        if proposal is not None and proposal.incident_id is not None:
            await check_adopts_reports(order.services, proposal.incident_id, state)
        return AcceptProposal(**order.fields(f"accept {proposal_id}", reason), proposal_id=proposal_id)

    return await order.respond(command, reason)


@router.post("/{incident_id}/proposals/{proposal_id}/reject", **ORDER)
async def reject_proposal(order: OrderDep, proposal_id: ProposalId, body: Reason | None = None) -> Response:
    """Decides against a result of digital work that waits for an operator. No result of its kind acts alone here any more.

    409 as for accepting. The people who gave the answer count as wrong.
    """
    reason = body.reason if body else None

    async def command() -> RejectProposal:
        check_proposed(await order.open_state(), proposal_id)
        return RejectProposal(**order.fields(f"reject {proposal_id}", reason), proposal_id=proposal_id)

    return await order.respond(command, reason)


@router.post("/{incident_id}/notes", **ORDER | {"responses": problems(400, 404, 413, 415)})
async def add_note(order: OrderDep, body: Note) -> Response:
    """Adds a note to the timeline. Notes cannot be changed or removed."""

    async def command() -> AddNote:
        await order.known_state()
        fields = order.command_fields("note")
        return AddNote(**fields, private_ref=text_ref(order.incident_id, "note", fields["id"]))

    return await order.respond(command, body.text)
