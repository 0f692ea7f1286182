"""Incidents: reported, read, changed and ended by operators."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from api.deps import IncidentId, PartsDep, checked_volunteer_id, zone_of_known_cell
from api.http.auth import OPERATOR, Operator, Reader, operators, watchers
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.csv_export import csv_of
from api.reads.disclosure import opened_material, opened_or_none, person_in_distress
from api.reads.listing import Filters, list_incidents
from api.schemas import (
    Accepted,
    Assignment,
    Escalation,
    IncidentPage,
    IncidentPatch,
    IncidentReport,
    IncidentShown,
    Look,
    Merge,
    Note,
    Reason,
    Split,
)
from api.views import incidents
from api.writes import commands, edits
from api.writes.idempotency import IdempotentRequest, OnceOnly
from api.writes.manual_orders import refuse_hopeless
from dispatch.model.commands import (
    AddNote,
    AssignVolunteer,
    CancelIncident,
    CloseIncident,
    Command,
    EscalateIncident,
    MergeIncident,
    ReopenIncident,
    ReportIncident,
    SettleAttention,
    SplitIncident,
    UnmergeIncident,
    UpdateIncident,
)
from dispatch.model.ids import offer_id
from dispatch.model.incidents import Incident
from dispatch.model.private_refs import text_ref
from dispatch.model.vocabulary import IncidentStatus
from dispatch.ports import NotReady, StoreTrouble
from dispatch.state.edits import PRIVATE_FIELDS
from streams import clock, wire
from streams.intake.commands import Message, Position
from streams.intake.text_fingerprint import fingerprint
from streams.store.people import PrivateWrite
from streams.tokens import Role
from streams.wire import IncidentPrivate

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], route_class=StrictRoute)
GEOJSON = "application/geo+json"
CLOCKS_DIFFER_MS = 5_000
"""Of this machine and of Kafka's brokers; NTP keeps them far closer."""
AHEAD_AT_MOST_MS = 86_400_000
EARLIEST_MS = 946_684_800_000
"""2000-01-01: clocks that were never set begin in 1970 or 1980, and no report that is still of use is older."""
ACCEPTED: dict[str, Any] = {"status_code": 202, "response_model": Accepted}


@router.post("", **ACCEPTED, dependencies=[operators], responses=problems(400, 413, 415))
async def report_incident(body: IncidentReport, once: OnceOnly, parts: PartsDep) -> Response:
    """Takes an incident in. 202 means that it is in the log; workers and Redis may be down for that."""
    _known_type(body.type, parts)
    _plausible(body.reported_at)
    if repeated := await once.repeated():
        return repeated
    text_print = fingerprint(body.description, parts.settings.require_data_key())
    command = replace(commands.report(body, once), text_print=text_print)
    await _send(parts, command, command.private_ref or "", commands.private_of(body) if command.private_ref else None)
    parts.marks.put_reported(command.incident_id, wire.encode_command(command))
    links = incidents.incident_links(command.incident_id)
    return once.accepted(command.incident_id, IncidentStatus.REPORTED, links)


@router.get(
    "",
    dependencies=[watchers],
    response_model=IncidentPage,
    responses={**problems(400, 406), 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def list_(
    request: Request,
    parts: PartsDep,
    status: Annotated[str | None, Query(description="one or several, parted by commas")] = None,
    priority: Annotated[str | None, Query(description="one or several, parted by commas")] = None,
    type_: Annotated[str | None, Query(alias="type", max_length=500)] = None,
    bbox: Annotated[str | None, Query(description="west,south,east,north", max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    format_: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Newest report first; `next` is the cursor of the next page. `Accept: application/geo+json` gives a FeatureCollection.

    `format=csv` gives all that passes as one table of up to 5,000 rows, ids only. While Redis or the workers are away it is read
    from the log: the header `Komek-Picture` and the column `picture` say `live` or `log`, `picture_at` of when it is.
    """
    filters = Filters.parsed(status=status, priority=priority, type_=type_, bbox=bbox)
    if format_ == "csv":
        return await csv_of(parts, filters)
    items, following = await list_incidents(parts.picture, filters, limit=limit, cursor=cursor)
    shown_items = [incidents.incident(state) for state in items]
    if GEOJSON in request.headers.get("accept", ""):
        features = [incidents.feature(item) for item in shown_items]
        collection = {"type": "FeatureCollection", "features": features, "next": following}
        return shown(collection, media=GEOJSON, headers={"Vary": "Accept"})
    return shown({"items": shown_items, "next": following}, headers={"Vary": "Accept"})


@router.get("/{incident_id}", response_model=IncidentShown, responses=problems(404))
async def read(incident_id: IncidentId, caller: Reader, parts: PartsDep) -> Response:
    """The incident as decided so far; as reported (version 0) until its first decision."""
    state = await _state_or_none(parts, incident_id)
    if state is None:
        return await _read_reported(parts, incident_id, caller.role)
    headers = {"ETag": f'"{state.version}"'}
    if caller.role is Role.VOLUNTEER:
        own = [offer for offer in state.offers if offer.volunteer_id == caller.id]
        if not own:
            raise ProblemResponse("not_found", "there is no incident of this id that you were asked for")
        needs_private = any(incidents.is_opened(state, offer) for offer in own)
        private = await opened_or_none(parts, caller, state) if needs_private else None
        found = await opened_material(parts, caller, state) if needs_private else []
        return shown(incidents.incident_for_volunteer(state, own, private, found), headers=headers)
    if caller.role is not OPERATOR:
        return shown(incidents.incident(state), headers=headers)
    private = await opened_or_none(parts, caller, state)
    found = await opened_material(parts, caller, state)
    person = await person_in_distress(parts, caller, state)
    return shown({**incidents.incident(state, private, found), **person}, headers=headers)


async def _state_or_none(parts: Services, incident_id: str) -> Incident | None:
    """None: it has no decision yet, as far as anybody can know.

    Raises:
        StoreTrouble, NotReady: the picture cannot be read, and the incident may well have been decided.
    """
    try:
        state = await parts.picture.incident(incident_id)
    except (StoreTrouble, NotReady):
        if not _waits_for_its_decision(parts, incident_id):
            raise
        return None
    if state is not None:
        parts.marks.seen_decided(incident_id)
    return state


def _waits_for_its_decision(parts: Services, incident_id: str) -> bool:
    """By the workers' committed lag, which is known without Redis: no older command waits than the oldest."""
    taken = parts.marks.taken(incident_id)
    if taken is None:
        return False
    last, age_s = parts.monitor.last, parts.monitor.age_s()
    if last is None or age_s is None or clock.now_ms() - age_s * 1000 < taken.at_ms + CLOCKS_DIFFER_MS:
        return True
    return last.oldest_ms is not None and last.oldest_ms <= taken.at_ms + CLOCKS_DIFFER_MS


async def _read_reported(parts: Services, incident_id: str, role: Role) -> Response:
    report = await parts.marks.reported(incident_id) if role is not Role.VOLUNTEER else None
    if report is None:
        raise ProblemResponse("not_found", "there is no incident of this id")
    command = wire.decode_command(report)
    assert isinstance(command, ReportIncident)
    return shown(incidents.reported(command, parts.plans), headers={"ETag": '"0"'})


@router.patch("/{incident_id}", **ACCEPTED, responses=problems(400, 404, 409, 412, 413, 415))
async def change(
    incident_id: IncidentId,
    body: IncidentPatch,
    caller: Operator,
    once: OnceOnly,
    parts: PartsDep,
    if_match: Annotated[str | None, Header(description='the ETag that was read, like "3"', max_length=64)] = None,
) -> Response:
    """Changes what is given and nothing else (RFC 7396). Without a precondition the last writer of a field wins.

    With `If-Match`, `edit_version` or `expected` the decision is waited for, a second at the most: who lost gets 412 (If-Match)
    or 409 with the present values, by whom and when. 202: it counts, or `links.outcome` will say whether it did.
    """
    if body.type:
        _known_type(body.type, parts)
    if not edits.changes_of(body):
        raise invalid("", "at least one field to change")
    version = _version(if_match)
    if repeated := await once.repeated():
        return repeated
    command_id = once.command_id(f"update:{incident_id}")
    is_conditional = edits.is_conditional(body, version)
    decision = await edits.decision_of(parts, incident_id, command_id, within_s=0) if is_conditional else None
    if decision is None:
        await _check_open(parts, incident_id)
        command = await _update(parts, incident_id, body, once, version)
        await _send(
            parts, command, command.private_ref or "", commands.private_of(body) if command.private_ref else None
        )
        decision = await edits.decision_of(parts, incident_id, command_id) if is_conditional else None
    if decision is not None:
        await edits.refuse_lost(parts, caller, decision, body, is_if_match=version is not None)
    return once.accepted(incident_id, "accepted", incidents.order_links(incident_id, command_id))


async def _update(
    parts: Services, incident_id: str, body: IncidentPatch, once: IdempotentRequest, if_match: int | None
) -> UpdateIncident:
    """The command of a PATCH, with what the caller expects in terms of the edits that the picture shows.

    Raises:
        StoreTrouble, NotReady: something is expected, and nobody can say at the moment what there is.
    """
    versions = [version for version in (if_match, body.edit_version) if version is not None]
    expected: dict[str, int] = {}
    present: edits.Present | None = None
    if body.expected is not None:
        present = await edits.expecting(parts, incident_id, body.expected)
        expected = edits.expected_edits(present, body.expected)
    elif edits.changes_of(body) & set(PRIVATE_FIELDS):
        with suppress(StoreTrouble, NotReady):  # then it counts as a change, even if it is none
            present = await parts.marks.glance(edits.present_values(parts, incident_id))
    return commands.update(
        incident_id,
        body,
        once,
        expected_version=min(versions, default=None),
        expected_edits=expected,
        same_as=edits.same_as(present, body),
    )


@router.post("/{incident_id}/cancel", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415))
async def cancel(incident_id: IncidentId, once: OnceOnly, parts: PartsDep, body: Reason | None = None) -> Response:
    """It was nothing, or somebody else's: everybody is told not to go."""
    return await _end(CancelIncident, "cancel", incident_id, once, parts, body)


@router.post("/{incident_id}/close", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415))
async def close(incident_id: IncidentId, once: OnceOnly, parts: PartsDep, body: Reason | None = None) -> Response:
    """It is over."""
    return await _end(CloseIncident, "close", incident_id, once, parts, body)


@router.post("/{incident_id}/reopen", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415))
async def reopen(incident_id: IncidentId, once: OnceOnly, parts: PartsDep, body: Reason | None = None) -> Response:
    """It was not over: open again, with its field places counted anew. One that was merged is taken out by `unmerge`."""
    if repeated := await once.repeated():
        return repeated
    state = await _check_known(parts, incident_id)
    if state is not None and state.merged_into is not None:
        detail = f"the incident was merged into {state.merged_into}; unmerge takes it out"
        raise ProblemResponse("conflict", detail, state="merged", merged_into=state.merged_into)
    if state is not None and state.is_open:
        raise ProblemResponse("conflict", "the incident is open", state=state.status)
    order, text = _order(once, "reopen", incident_id, body.reason if body else None)
    command = ReopenIncident(**order)
    await _send(parts, command, command.private_ref or "", text)
    return _accepted(once, incident_id)


@router.post(
    "/{incident_id}/escalate", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415)
)
async def escalate(
    incident_id: IncidentId, once: OnceOnly, parts: PartsDep, body: Escalation | None = None
) -> Response:
    """The next alarm level, and the next step of every need that lacks people.

    The order is given at a level: the one it states, else the one that the picture shows. Two orders given at one level, like a
    double click under two keys, raise it once.
    """
    if repeated := await once.repeated():
        return repeated
    state = await _check_open(parts, incident_id)
    given = body or Escalation()
    known = state.alarm_level if state else None
    if given.level is not None and known is not None and given.level < known:
        raise ProblemResponse("already_escalated", f"the alarm level is {known} already", alarm_level=known)
    order, text = _order(once, "escalate", incident_id, given.reason)
    command = EscalateIncident(**order, level=given.level or known)
    await _send(parts, command, command.private_ref or "", text)
    return _accepted(once, incident_id)


@router.post("/{incident_id}/offers", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415))
async def assign(incident_id: IncidentId, body: Assignment, once: OnceOnly, parts: PartsDep) -> Response:
    """Asks a person whom the operator names. Rules that speak against them are told (`rules`), and set aside with `force` and a
    reason; nobody is taken from other work, and nobody is asked who is off duty."""
    volunteer_id = checked_volunteer_id(body.volunteer_id)
    if repeated := await once.repeated():
        return repeated
    state = await _check_open(parts, incident_id)
    order, text = _order(once, "assign", incident_id, body.reason)
    command = AssignVolunteer(**order, volunteer_id=volunteer_id, requirement_id=body.requirement_id, force=body.force)
    await refuse_hopeless(parts, state, command)
    await _send(parts, command, command.private_ref or "", text)
    offer = offer_id(incident_id, command.id, body.requirement_id, volunteer_id)
    return once.accepted(offer, "accepted", incidents.offer_links(offer, incident_id))


@router.post("/{incident_id}/merge", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415))
async def merge(incident_id: IncidentId, body: Merge, once: OnceOnly, parts: PartsDep) -> Response:
    """This incident is a further report of the event that another is about: it ends, its report stays with the other one."""
    if zone_of_known_cell(body.into) is None or body.into == incident_id:
        raise invalid("into", "the id of another incident", "text")
    if repeated := await once.repeated():
        return repeated
    await _check_open(parts, incident_id)
    await _check_takes_reports(parts, body.into)
    order, text = _order(once, "merge", incident_id, body.reason)
    command = MergeIncident(**order, into=body.into)
    await _send(parts, command, command.private_ref or "", text)
    return _accepted(once, incident_id)


@router.post("/{incident_id}/split", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415))
async def split(incident_id: IncidentId, body: Split, once: OnceOnly, parts: PartsDep) -> Response:
    """A part of this incident is another event: it becomes an incident of its own, whose id is the answer's.

    Its report stands in the body. People stay where they are unless their offers are named; they are let go (`split`) and asked
    by name there. What this incident needs from now on is for its operator to say.
    """
    _known_type(body.type, parts)
    if repeated := await once.repeated():
        return repeated
    _refuse_strangers(await _check_open(parts, incident_id), body)
    text_print = fingerprint(body.description, parts.settings.require_data_key())
    report = replace(commands.report(body, once, incident_id), text_print=text_print)
    order, reason = _order(once, "split", incident_id, body.reason)
    command = SplitIncident(
        **order, report=commands.new_report(report), offers=tuple(body.offers), reports=tuple(body.reports)
    )
    of_report = [(report.private_ref, commands.private_of(body))] if report.private_ref is not None else []
    await _send(parts, command, command.private_ref or "", reason, *of_report)
    announced = replace(report, split_from=incident_id)
    await parts.marks.expect_reported(report.incident_id, wire.encode_command(announced))
    return once.accepted(report.incident_id, "accepted", incidents.incident_links(report.incident_id))


@router.post(
    "/{incident_id}/unmerge", **ACCEPTED, dependencies=[operators], responses=problems(400, 404, 409, 413, 415)
)
async def unmerge(incident_id: IncidentId, once: OnceOnly, parts: PartsDep, body: Reason | None = None) -> Response:
    """It was another event after all: the incident is open again and its needs are looked at anew."""
    if repeated := await once.repeated():
        return repeated
    state = await _check_known(parts, incident_id)
    if state is not None and state.merged_into is None and state.merging is None:
        raise ProblemResponse("conflict", "the incident is not merged", state=state.status)
    order, text = _order(once, "unmerge", incident_id, body.reason if body else None)
    command = UnmergeIncident(**order)
    await _send(parts, command, command.private_ref or "", text)
    return _accepted(once, incident_id)


@router.post("/{incident_id}/attention", **ACCEPTED, responses=problems(400, 404, 409, 413, 415))
async def settle_attention(
    incident_id: IncidentId, body: Look, caller: Operator, once: OnceOnly, parts: PartsDep
) -> Response:
    """An operator has looked at what asked for attention; nothing else changes. Distress can be settled after the end, too."""
    if repeated := await once.repeated():
        return repeated
    await _check_known(parts, incident_id)
    command_id = once.command_id(f"attention:{incident_id}")
    command = SettleAttention(
        id=command_id, incident_id=incident_id, by=caller.id, sent_ms=clock.now_ms(), reason=body.reason
    )
    await _send(parts, command, "", None)
    return _accepted(once, incident_id)


@router.post("/{incident_id}/notes", **ACCEPTED, responses=problems(400, 404, 413, 415))
async def add_note(incident_id: IncidentId, body: Note, caller: Operator, once: OnceOnly, parts: PartsDep) -> Response:
    """A note for the timeline. Notes are added, never changed."""
    if repeated := await once.repeated():
        return repeated
    await _check_known(parts, incident_id)
    command_id = once.command_id(f"note:{incident_id}")
    ref = text_ref(incident_id, "note", command_id)
    command = AddNote(id=command_id, incident_id=incident_id, by=caller.id, sent_ms=clock.now_ms(), private_ref=ref)
    await _send(parts, command, ref, IncidentPrivate(text=body.text))
    return _accepted(once, incident_id)


async def _end(
    kind: type[CancelIncident] | type[CloseIncident],
    verb: str,
    incident_id: str,
    once: IdempotentRequest,
    parts: Services,
    body: Reason | None,
) -> Response:
    if repeated := await once.repeated():
        return repeated
    await _check_open(parts, incident_id)
    command_id = once.command_id(f"{verb}:{incident_id}")
    ref = text_ref(incident_id, "reason", command_id) if body and body.reason else None
    command = kind(id=command_id, incident_id=incident_id, by=once.caller.id, sent_ms=clock.now_ms(), private_ref=ref)
    text = IncidentPrivate(text=body.reason) if body and body.reason else None
    await _send(parts, command, ref or "", text)
    return _accepted(once, incident_id)


def _refuse_strangers(state: Incident | None, body: Split) -> None:
    """Raises Problem (422): an offer or a report that this incident does not have."""
    if state is None:
        return
    for number, offer in enumerate(body.offers):
        if state.offer(offer) is None:
            raise invalid(f"offers[{number}]", "an offer of this incident", "text")
    for number, report in enumerate(body.reports):
        if report not in state.reports:
            raise invalid(f"reports[{number}]", "a report that was merged into this incident", "text")


def _order(
    once: IdempotentRequest, verb: str, incident_id: str, reason: str | None
) -> tuple[dict[str, Any], IncidentPrivate | None]:
    """The fields every order has, and the private text that goes with it."""
    command_id = once.command_id(f"{verb}:{incident_id}")
    order = {
        "id": command_id,
        "incident_id": incident_id,
        "by": once.caller.id,
        "sent_ms": clock.now_ms(),
        "private_ref": text_ref(incident_id, "reason", command_id) if reason else None,
    }
    return order, IncidentPrivate(text=reason) if reason else None


async def _check_takes_reports(parts: Services, into: str) -> None:
    """Raises Problem when the picture says that the other incident cannot take a report in."""
    try:
        target = await parts.marks.glance(parts.picture.incident(into))
    except (StoreTrouble, NotReady):
        return
    if target is None:
        raise invalid("into", "an incident that is known", "text")
    if not target.is_open or target.merging is not None:
        state = "merging" if target.is_open else "merged" if target.merged_into else target.status
        raise ProblemResponse("conflict", f"the other incident is {state}", state=state, merged_into=target.merged_into)


def _accepted(once: IdempotentRequest, incident_id: str) -> Response:
    return once.accepted(incident_id, "accepted", incidents.incident_links(incident_id))


async def _send(
    parts: Services, command: Command, ref: str, private: IncidentPrivate | None, *more: tuple[str, IncidentPrivate]
) -> None:
    """The private records first: whoever sees the command can open them."""
    records = [*([] if private is None else [(ref, private)]), *more]
    messages = [parts.intake.private_message(name, record) for name, record in records]

    def confirmed(message: Message, position: Position) -> None:
        """So that it is in the picture when the decision is that names it."""
        if message in messages:
            name, _ = records[messages.index(message)]
            write = PrivateWrite(ref=name, offset=position.offset, sealed=message.value)
            parts.marks.tell(parts.people.put_private([write]))

    await parts.intake.send_in_order([*messages, parts.intake.command_message(command)], confirmed)


async def _check_known(parts: Services, incident_id: str) -> Incident | None:
    """The state if it is known; None while it is only reported or Redis is down: the dispatcher then judges.

    Raises Problem (404) when Redis is up and has never heard of it.
    """
    try:
        state = await parts.marks.glance(parts.picture.incident(incident_id))
    except (StoreTrouble, NotReady):
        return None
    if state is None and await parts.marks.reported(incident_id) is None:
        raise ProblemResponse("not_found", "there is no incident of this id")
    return state


async def _check_open(parts: Services, incident_id: str) -> Incident | None:
    state = await _check_known(parts, incident_id)
    if state is not None and not state.is_open:
        if state.merged_into is not None:
            detail = f"the incident was merged into {state.merged_into}"
            raise ProblemResponse("incident_ended", detail, state="merged", merged_into=state.merged_into)
        raise ProblemResponse("incident_ended", f"the incident is {state.status}", state=state.status)
    return state


def _known_type(name: str, parts: Services) -> None:
    if name not in parts.plans.plans:
        raise invalid("type", "one of " + ", ".join(sorted(parts.plans.plans)), "text")


def _plausible(reported_at_ms: int | None) -> None:
    """A clock that is off by hours must not cost anybody help; one that was never set says nothing about the report."""
    if reported_at_ms is None:
        return
    if reported_at_ms > clock.now_ms() + AHEAD_AT_MOST_MS:
        raise invalid("reported_at", "a time at most a day in the future", "text")
    if reported_at_ms < EARLIEST_MS:
        raise invalid("reported_at", "a time from the year 2000 on", "text")


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdecimal()) or len(text) > 12:
        raise invalid("If-Match", 'an ETag like "3"')
    return int(text)
