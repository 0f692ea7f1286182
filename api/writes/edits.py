"""An operator's edit of an incident: what it expects to find, what became of it, and what it lost against.

Nothing is decided here. What the operator expects is translated into the versions of edits that the picture shows, so that the
dispatcher can judge it in the order of the log without opening what is private; its decision is waited for and told.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from api.caller import Caller
from api.http.problems import ProblemResponse
from api.process.services import Services
from api.reads.disclosure import noted, unsealed
from api.schemas import IncidentPatch, IncidentValues, RequirementIn
from api.views import incidents
from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Edit, Requirement
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.private_refs import report_ref
from dispatch.model.vocabulary import Outcome
from dispatch.ports import NotReady, StoreTrouble
from dispatch.state.edits import PRIVATE_FIELDS, details_of
from streams import clock, wire
from streams.errors import LogUnavailable

DECIDED_WITHIN_S = 1.0
SEEN_WITHIN_S = 0.25
"""A caller may expect a value of their own that was taken in a moment ago and is not in the picture yet."""
_LOOK_EVERY_S = 0.02
_STATED_OF_NEED = tuple(RequirementIn.model_fields)
_PRECONDITIONS = frozenset({"expected", "edit_version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The values of an incident that can be edited, as bodies state them, and where they come from.

    `unknown`: private fields whose record the picture does not have (yet).
    """

    version: int
    by: str
    at_ms: int
    values: Mapping[str, Any]
    held: Mapping[str, str]
    edits: Mapping[str, Edit]
    unknown: frozenset[str]

    def matches(self, body: IncidentValues, field: str) -> bool:
        """Whether the field has the value that the body states."""
        if field in self.unknown:
            return False
        stated, present = stated_value(body, field), self.values[field]
        if field == "requirements" and stated is not None:
            return _same_needs(stated, present)
        return bool(_plain(stated) == _plain(present))


def changes_of(body: IncidentPatch) -> frozenset[str]:
    """Names of the fields that the body changes."""
    return frozenset(body.model_fields_set) - _PRECONDITIONS


def is_conditional(body: IncidentPatch, if_match: int | None) -> bool:
    return if_match is not None or body.edit_version is not None or body.expected is not None


async def present_values(parts: Services, incident_id: str) -> Present | None:
    """As decided so far, else as reported; None when nothing is known of the incident.

    Raises:
        StoreTrouble, NotReady: the picture cannot be read.
    """
    state = await parts.picture.incident(incident_id)
    if state is not None:
        held = details_of(state)
        private, unknown = await _private_values(parts, held, set(state.details.values()))
        return Present(
            version=state.version,
            by=state.reported_by,
            at_ms=state.times.logged_ms,
            values={
                "type": state.type,
                "priority": state.priority,
                "location": state.area.geometry if state.area else None,
                "language": as_shown(state.language),
                "requirements": _stated_needs(state.requirements),
                **private,
            },
            held=held,
            edits=state.edits,
            unknown=unknown,
        )
    told = await parts.marks.reported(incident_id)
    report = wire.decode_command(told) if told is not None else None
    return await _as_reported(parts, report) if isinstance(report, ReportIncident) else None


async def _as_reported(parts: Services, report: ReportIncident) -> Present:
    ref = report.private_ref or report_ref(report.incident_id)
    held = dict.fromkeys(PRIVATE_FIELDS, ref)
    private, unknown = await _private_values(parts, held, {ref} if report.private_ref else set())
    priority, needs = incidents.as_reported(report, parts.plans)
    return Present(
        version=0,
        by=report.by,
        at_ms=report.sent_ms,
        values={
            "type": report.type,
            "priority": priority,
            "location": report.area.geometry if report.area else None,
            "language": as_shown(report.language),
            "requirements": _stated_needs(needs),
            **private,
        },
        held=held,
        edits={},
        unknown=unknown,
    )


async def _private_values(
    parts: Services, held: Mapping[str, str], named: set[str]
) -> tuple[dict[str, Any], frozenset[str]]:
    """Not noted in the audit: whoever shows them notes it. `named` records must be there, others only may."""
    records = await unsealed(parts, held.values())
    values = {name: getattr(records.get(ref), name, None) for name, ref in held.items()}
    return values, frozenset(name for name, ref in held.items() if ref in named and ref not in records)


async def expecting(parts: Services, incident_id: str, expected: IncidentValues) -> Present | None:
    """The present values, read again for a moment while they are not what is expected. Raises as `present_values`."""
    give_up_s = clock.monotonic_s() + SEEN_WITHIN_S
    while True:
        present = await present_values(parts, incident_id)
        if present is None or all(present.matches(expected, name) for name in expected.model_fields_set):
            return present
        if clock.monotonic_s() >= give_up_s:
            return present
        await asyncio.sleep(_LOOK_EVERY_S)


def expected_edits(present: Present | None, expected: IncidentValues) -> dict[str, int]:
    """For the command: the version of each field's last edit if the value is the expected one, else below 0."""
    return {
        name: (edit.version if (edit := present.edits.get(name)) else 0)
        if present is not None and present.matches(expected, name)
        else -1
        for name in sorted(expected.model_fields_set)
    }


def same_as(present: Present | None, body: IncidentPatch) -> dict[str, str]:
    """Private fields that the body states as they are, each with the record that says so."""
    if present is None:
        return {}
    private = [name for name in PRIVATE_FIELDS if name in changes_of(body)]
    return {name: present.held[name] for name in private if present.matches(body, name)}


async def decision_of(
    parts: Services, incident_id: str, command_id: str, within_s: float = DECIDED_WITHIN_S
) -> Decision | None:
    """The decision on a command, waited for; None when it is not known by then, or cannot be read."""
    give_up_s = clock.monotonic_s() + within_s
    while True:
        try:
            if place := await parts.marks.glance(parts.picture.decision_place(incident_id, command_id)):
                return (await parts.explanations.read([place])).get(place)
        except (StoreTrouble, NotReady, LogUnavailable):
            return None
        if clock.monotonic_s() >= give_up_s:
            return None
        await asyncio.sleep(_LOOK_EVERY_S)


async def refuse_lost(
    parts: Services, caller: Caller, decision: Decision, body: IncidentPatch, *, is_if_match: bool
) -> None:
    """Raises Problem when the decision refused this edit: 412 after If-Match, else 409, with what it lost against."""
    if decision.outcome is not Outcome.REFUSED:
        return
    if not decision.conflicts:
        state = (decision.reason or "").removeprefix("incident_")
        code = "incident_ended" if state != decision.reason else "conflict"
        raise ProblemResponse(code, f"the incident is {state}", state=state)
    present, conflicts = await conflicts_of(parts, caller, decision, body)
    raise ProblemResponse(
        "version_conflict" if is_if_match else "edit_conflict",
        f"changed by others: {', '.join(decision.conflicts)}",
        headers={"ETag": f'"{present.version if present else decision.version}"'},
        conflicts=conflicts,
    )


async def conflicts_of(
    parts: Services, caller: Caller, decision: Decision, body: IncidentPatch | None = None
) -> tuple[Present | None, list[dict[str, Any]]]:
    """Each field in conflict with its present value, by whom and since when; and what `body` states of it, if that is known.

    Raises:
        StoreTrouble, NotReady: the picture cannot be read.
    """
    present = await present_values(parts, decision.incident_id)
    if present is None:
        return None, [{"field": name} for name in decision.conflicts]
    if any(name in PRIVATE_FIELDS for name in decision.conflicts):
        noted(parts, caller, "incident.private.read", decision.incident_id)
    return present, [_conflict(present, name, body) for name in decision.conflicts]


def _conflict(present: Present, name: str, body: IncidentPatch | None) -> dict[str, Any]:
    edit = present.edits.get(name)
    mine: dict[str, Any] = {}
    if body is not None:
        states = body if name in changes_of(body) else body.expected
        mine = {"mine": stated_value(states, name) if states is not None else None}
    return {
        "field": name,
        **mine,
        "theirs": present.values[name],
        "by": edit.by if edit else present.by,
        "at": incidents.time(edit.at_ms if edit else present.at_ms),
    }


def stated_value(body: IncidentValues, field: str) -> Any:
    """A field as the body says it, in the shape of JSON."""
    value = getattr(body, field)
    if value is None:
        return None
    if field == "location":
        return value.geometry
    if field == "requirements":
        return [entry.model_dump(exclude_unset=True) for entry in value]
    return value.model_dump(exclude_none=True) if field == "caller" else value


def _stated_needs(requirements: Sequence[Requirement]) -> list[dict[str, Any]]:
    """As a body would state them; translators that come with a need are not stated."""
    return [
        {name: getattr(entry, name) for name in _STATED_OF_NEED} | {"languages": canonicals(entry.languages)}
        for entry in requirements
        if entry.bridges is None
    ]


def _same_needs(stated: Sequence[Mapping[str, Any]], present: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these are the same needs in any order; what is left out of one is not compared."""
    left = [_plain(entry) for entry in present]
    for entry in map(_plain, stated):
        twin = next((one for one in left if _is_part(entry, one)), None)
        if twin is None:
            return False
        left.remove(twin)
    return not left


def _is_part(entry: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    return all(whole.get(name) == value for name, value in entry.items())


def _plain(value: Any) -> Any:
    """As it is read back from JSON, so that a tuple equals a list."""
    return msgspec.json.decode(msgspec.json.encode(value))
