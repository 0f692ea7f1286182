"""The present values of an incident's editable fields, in the form of request bodies, and their comparison with a body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from api.process.services import Services
from api.reads.disclosure import unsealed
from api.schemas.edits import IncidentValues
from api.schemas.reports import RequirementIn
from api.views import incidents, reported
from dispatch.model.commands import ReportIncident
from dispatch.model.incidents import Edit
from dispatch.model.languages import as_shown, canonicals
from dispatch.model.private_refs import report_ref
from dispatch.model.requirements import Requirement
from dispatch.state.edits import PRIVATE_FIELDS, details_of
from streams import wire

_REQUIREMENT_FIELDS = tuple(RequirementIn.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The present values of the editable fields, in the form of request bodies.

    `by`, `at_ms`: author and time of the report. `held`: private field to the reference of its record. `edits`: field to its last
    edit since the report. `unknown`: private fields whose record is not in Redis (yet) or, `unreadable`, cannot be decrypted.
    `translators`: the requirements that were
    added automatically, which `values` omits and an incident shows.
    """

    version: int
    by: str
    at_ms: int
    values: Mapping[str, Any]
    held: Mapping[str, str]
    edits: Mapping[str, Edit]
    unknown: frozenset[str]
    unreadable: frozenset[str] = frozenset()
    translators: Sequence[Mapping[str, Any]] = ()

    def edit_version(self, field: str) -> int:
        """The version of the last edit of a field; 0 if it has the value of the report."""
        edit = self.edits.get(field)
        return edit.version if edit else 0

    def matches(self, body: IncidentValues, field: str) -> bool:
        """Whether the field has the value of the body; False if its value is unknown."""
        # The record may be in Kafka and not in Redis yet: unknown is not null.
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


async def present_values(services: Services, incident_id: str) -> Present | None:
    """The decided values; before the first decision, those of the report; None if the incident is unknown.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read.
    """
    state = await services.reads.incident(incident_id)
    if state is not None:
        held = details_of(state)
        private, unknown, unreadable = await _private_values(services, held, set(state.details.values()))
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
            unreadable=unreadable,
            translators=[_stated(entry) for entry in state.requirements if entry.bridges is not None],
        )
    encoded = await services.marks.reported(incident_id)
    report = wire.decode_command(encoded) if encoded is not None else None
    return await _as_reported(services, report) if isinstance(report, ReportIncident) else None


async def _as_reported(services: Services, report: ReportIncident) -> Present:
    ref = report.private_ref or report_ref(report.incident_id)
    # A report without private fields names no record; its reference is that of older logs (DESIGN 79).
    held = dict.fromkeys(PRIVATE_FIELDS, ref)
    private, unknown, unreadable = await _private_values(services, held, {ref} if report.private_ref else set())
    priority, requirements = reported.as_reported(report, services.plans)
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
        unreadable=unreadable,
    )


async def _private_values(
    services: Services, held: Mapping[str, str], named: set[str]
) -> tuple[dict[str, Any], frozenset[str], frozenset[str]]:
    """The private values, the fields whose record must exist (`named`) but is not in Redis, and those that cannot be decrypted.

    Writes no audit entry: the caller does, if it shows them.
    """
    records = await unsealed(services, held.values())
    values = {name: getattr(records.get(ref), name, None) for name, ref in held.items()}
    unreadable = frozenset(name for name, ref in held.items() if ref in records.unreadable)
    unknown = frozenset(name for name, ref in held.items() if ref in named and ref not in records)
    return values, unknown | unreadable, unreadable


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
