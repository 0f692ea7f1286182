"""Edits of an incident: expected values, the decision on an edit, and the conflicts of a refused one.

Expected values are translated into versions of the present edits, so that the dispatcher can check them in log order without
decrypting private fields. The routes wait for its decision.
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
from api.schemas.edits import IncidentPatch, IncidentValues
from api.schemas.reports import RequirementIn
from api.views import incidents
from api.views.values import time
from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Edit
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.private_refs import report_ref
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Outcome
from dispatch.ports import NotReady, StoreTrouble
from dispatch.state.edits import PRIVATE_FIELDS, details_of
from streams import clock, wire
from streams.errors import LogUnavailable

DECIDED_WITHIN_S = 1.0
SEEN_WITHIN_S = 0.25
"""A caller may expect a value that they sent a moment ago and whose decision is not applied to Redis yet."""
_POLL_EVERY_S = 0.02
_REQUIREMENT_FIELDS = tuple(RequirementIn.model_fields)
_PRECONDITIONS = frozenset({"expected", "edit_version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The present values of the editable fields, in the form of request bodies.

    `by`, `at_ms`: author and time of the report. `held`: private field to the reference of its record. `edits`: field to its last
    edit since the report. `unknown`: private fields whose record is not in Redis (yet). `translators`: the requirements that were
    added automatically, which `values` omits and an incident shows.
    """

    version: int
    by: str
    at_ms: int
    values: Mapping[str, Any]
    held: Mapping[str, str]
    edits: Mapping[str, Edit]
    unknown: frozenset[str]
    translators: Sequence[Mapping[str, Any]] = ()

    def matches(self, body: IncidentValues, field: str) -> bool:
        """Whether the field has the value of the body; False if its value is unknown."""
        if field in self.unknown:
            return False
        stated, present = stated_value(body, field), self.values[field]
        if field == "requirements" and stated is not None:
            return _same_requirements(stated, present)
        return bool(_plain(stated) == _plain(present))

    def has_requirements(self, stated: Sequence[RequirementIn]) -> bool:
        """Whether the requirements are those of the incident as it shows them; fields that are not stated have their default.

        The dispatcher cannot see that such requirements are unchanged: a plan also sets values that no request can state.
        """
        unmatched = [_plain(entry) for entry in (*self.values["requirements"], *self.translators)]
        for entry in (_plain(entry.model_dump()) for entry in stated):
            if entry not in unmatched:
                return False
            unmatched.remove(entry)
        optional = [_plain(entry) for entry in self.translators]
        return all(entry in optional for entry in unmatched)


def changes_of(body: IncidentPatch) -> frozenset[str]:
    """Names of the fields that the body sets, without the preconditions."""
    return frozenset(body.model_fields_set) - _PRECONDITIONS


def is_conditional(body: IncidentPatch, if_match: int | None) -> bool:
    return if_match is not None or body.edit_version is not None or body.expected is not None


async def present_values(services: Services, incident_id: str) -> Present | None:
    """The decided values; before the first decision, those of the report; None if the incident is unknown.

    Raises:
        StoreTrouble, NotReady: Redis cannot be read.
    """
    state = await services.reads.incident(incident_id)
    if state is not None:
        held = details_of(state)
        private, unknown = await _private_values(services, held, set(state.details.values()))
        return Present(
            version=state.version,
            by=state.reported_by,
            at_ms=state.times.logged_ms,
            values={
                "type": state.type,
                "priority": state.priority,
                "location": state.area.geometry if state.area else None,
                "language": as_shown(state.language),
                "requirements": _stated_requirements(state.requirements),
                **private,
            },
            held=held,
            edits=state.edits,
            unknown=unknown,
            translators=[_stated(entry) for entry in state.requirements if entry.bridges is not None],
        )
    encoded = await services.marks.reported(incident_id)
    report = wire.decode_command(encoded) if encoded is not None else None
    return await _as_reported(services, report) if isinstance(report, ReportIncident) else None


async def _as_reported(services: Services, report: ReportIncident) -> Present:
    ref = report.private_ref or report_ref(report.incident_id)
    held = dict.fromkeys(PRIVATE_FIELDS, ref)
    private, unknown = await _private_values(services, held, {ref} if report.private_ref else set())
    priority, requirements = incidents.as_reported(report, services.plans)
    return Present(
        version=0,
        by=report.by,
        at_ms=report.sent_ms,
        values={
            "type": report.type,
            "priority": priority,
            "location": report.area.geometry if report.area else None,
            "language": as_shown(report.language),
            "requirements": _stated_requirements(requirements),
            **private,
        },
        held=held,
        edits={},
        unknown=unknown,
    )


async def _private_values(
    services: Services, held: Mapping[str, str], named: set[str]
) -> tuple[dict[str, Any], frozenset[str]]:
    """The private values, and the fields whose record must exist (`named`) but is not in Redis.

    Writes no audit entry: the caller does, if it shows them.
    """
    records = await unsealed(services, held.values())
    values = {name: getattr(records.get(ref), name, None) for name, ref in held.items()}
    return values, frozenset(name for name, ref in held.items() if ref in named and ref not in records)


async def expecting(services: Services, incident_id: str, expected: IncidentValues) -> Present | None:
    """The present values, polled for up to 0.25 s until they are the expected ones. Raises as `present_values`."""
    give_up_s = clock.monotonic_s() + SEEN_WITHIN_S
    while True:
        present = await present_values(services, incident_id)
        if present is None or all(present.matches(expected, name) for name in expected.model_fields_set):
            return present
        if clock.monotonic_s() >= give_up_s:
            return present
        await asyncio.sleep(_POLL_EVERY_S)


def expected_edits(present: Present | None, expected: IncidentValues) -> dict[str, int]:
    """`UpdateIncident.expected_edits`: the version of each field's last edit if it has the expected value, else -1."""
    return {
        name: (edit.version if (edit := present.edits.get(name)) else 0)
        if present is not None and present.matches(expected, name)
        else -1
        for name in sorted(expected.model_fields_set)
    }


def same_as(present: Present | None, body: IncidentPatch) -> dict[str, str]:
    """`UpdateIncident.same_as`: private fields that the body sets to their present value, each with its record."""
    if present is None:
        return {}
    private = [name for name in PRIVATE_FIELDS if name in changes_of(body)]
    return {name: present.held[name] for name in private if present.matches(body, name)}


async def decision_of(
    services: Services, incident_id: str, command_id: str, within_s: float = DECIDED_WITHIN_S
) -> Decision | None:
    """The decision on a command, polled for `within_s`; None if there is none by then or it cannot be read."""
    give_up_s = clock.monotonic_s() + within_s
    while True:
        try:
            if place := await services.marks.read_promptly(services.reads.decision_place(incident_id, command_id)):
                return (await services.explanations.read([place])).get(place)
        except (StoreTrouble, NotReady, LogUnavailable):
            return None
        if clock.monotonic_s() >= give_up_s:
            return None
        await asyncio.sleep(_POLL_EVERY_S)


async def refuse_lost(
    services: Services, caller: Caller, decision: Decision, body: IncidentPatch, *, is_if_match: bool
) -> None:
    """Returns if the decision did not refuse the edit.

    Raises:
        ProblemResponse: 412 with If-Match, else 409, with the conflicts; 409 if the incident has ended.
    """
    if decision.outcome is not Outcome.REFUSED:
        return
    if not decision.conflicts:
        state = (decision.reason or "").removeprefix("incident_")
        code = "incident_ended" if state != decision.reason else "conflict"
        raise ProblemResponse(code, f"the incident is {state}", state=state)
    present, conflicts = await conflicts_of(services, caller, decision, body)
    raise ProblemResponse(
        "version_conflict" if is_if_match else "edit_conflict",
        _lost(decision.conflicts, changes_of(body)),
        headers={"ETag": f'"{present.version if present else decision.version}"'},
        conflicts=conflicts,
    )


def _lost(conflicts: Sequence[str], changes: frozenset[str]) -> str:
    """Separates the fields that the edit changes from those that it only expects: nobody need have edited the latter."""
    edited = [name for name in conflicts if name in changes]
    expected = [name for name in conflicts if name not in changes]
    parts = [("changed by another edit", edited), ("another value than expected", expected)]
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)


async def conflicts_of(
    services: Services, caller: Caller, decision: Decision, body: IncidentPatch | None = None
) -> tuple[Present | None, list[dict[str, Any]]]:
    """The present values, and for each conflict of the decision: `schemas.edits.Conflict`, with `mine` and `expected` if the
    body is known and has them.

    Raises:
        StoreTrouble, NotReady: Redis cannot be read.
    """
    present = await present_values(services, decision.incident_id)
    if present is None:
        return None, [{"field": name} for name in decision.conflicts]
    if any(name in PRIVATE_FIELDS for name in decision.conflicts):
        noted(services, caller, "incident.private.read", decision.incident_id)
    return present, [_conflict(present, name, body) for name in decision.conflicts]


def _conflict(present: Present, name: str, body: IncidentPatch | None) -> dict[str, Any]:
    edit = present.edits.get(name)
    stated: dict[str, Any] = {}
    if body is not None and name in changes_of(body):
        stated["mine"] = stated_value(body, name)
    if body is not None and body.expected is not None and name in body.expected.model_fields_set:
        stated["expected"] = stated_value(body.expected, name)
    return {
        "field": name,
        **stated,
        "theirs": present.values[name],
        "by": edit.by if edit else present.by,
        "at": time(edit.at_ms if edit else present.at_ms),
    }


def stated_value(body: IncidentValues, field: str) -> Any:
    """The value of a field in the form of JSON."""
    value = getattr(body, field)
    if value is None:
        return None
    if field == "location":
        return value.geometry
    if field == "requirements":
        return [entry.model_dump(exclude_unset=True) for entry in value]
    return value.model_dump(exclude_none=True) if field == "caller" else value


def _stated_requirements(requirements: Sequence[Requirement]) -> list[dict[str, Any]]:
    """In the form of a request body, without translators: they are added to other requirements automatically."""
    return [_stated(entry) for entry in requirements if entry.bridges is None]


def _stated(entry: Requirement) -> dict[str, Any]:
    values = {name: getattr(entry, name) for name in _REQUIREMENT_FIELDS}
    return values | {"languages": canonicals(entry.languages), "max_distance_m": incidents.distance_limit_m(entry)}


def _same_requirements(stated: Sequence[Mapping[str, Any]], present: Sequence[Mapping[str, Any]]) -> bool:
    """Whether both lists match one to one in any order. Fields that a stated entry does not have are not compared."""
    unmatched = [_plain(entry) for entry in present]
    for entry in map(_plain, stated):
        match = next((one for one in unmatched if _is_part(entry, one)), None)
        if match is None:
            return False
        unmatched.remove(match)
    return not unmatched


def _is_part(entry: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    return all(whole.get(name) == value for name, value in entry.items())


def _plain(value: Any) -> Any:
    """Encoded to JSON and decoded again, so that a tuple equals a list."""
    return msgspec.json.decode(msgspec.json.encode(value))
