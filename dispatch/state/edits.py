"""Edits of an incident by field: what an update changes, which edits it conflicts with, which record holds a private value.

Fields are named as in the HTTP body. The order of the log alone decides their values. Private values are in encrypted records
that are never decrypted here; each is written once under a reference of its own command, and the state maps each field to its
record. Edits of different fields never conflict.
"""

from collections.abc import Iterable, Mapping, Sequence

from dispatch.model.commands import DISPATCHER, Command, ReportIncident, SplitIncident, UpdateIncident
from dispatch.model.incidents import Edit, Incident
from dispatch.model.private_refs import report_ref
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import ResultKind
from dispatch.state.moment import Moment

PRIVATE_FIELDS = ("description", "address", "caller")
REPORTED_PRIVATE = (*PRIVATE_FIELDS, "external_id")
"""The private fields of a report. Its number in another system may identify a person, and cannot be edited."""
FIELDS = ("type", "priority", "location", "language", "requirements", *PRIVATE_FIELDS)


def details_of(incident: Incident) -> Mapping[str, str]:
    """Each private field to the reference of the record that holds it."""
    # A field without an entry is held by the record of the report, as in logs from before edits by field (DESIGN 79).
    held = {name: incident.details.get(name, report_ref(incident.id)) for name in PRIVATE_FIELDS}
    # Older reports have it in clear (`Incident.external_id`).
    return held | {name: ref for name, ref in incident.details.items() if name == "external_id"}


def edit_version(incident: Incident) -> int:
    """The epoch of the last edit; 0 if nothing was edited since the report. Offers do not change it."""
    return max((edit.version for edit in incident.edits.values()), default=0)


def edited(incident: Incident, fields: Iterable[str], moment: Moment, *, found: bool = False) -> Mapping[str, Edit]:
    """The incident's edits, updated for these fields. `found`: by digital work, without an operator."""
    edit = Edit(version=moment.version, by=moment.by, at_ms=moment.at_ms, found=found)
    return {**incident.edits, **dict.fromkeys(fields, edit)}


def is_stated_by_operator(incident: Incident, field: str) -> bool:
    """Whether an operator has set the present value since the report."""
    edit = incident.edits.get(field)
    return edit is not None and not edit.found and edit.by != DISPATCHER


def overruling(incident: Incident, kind: ResultKind) -> tuple[ResultKind, ...]:
    """`Incident.overruled` after an operator has decided against a result of this kind."""
    return incident.overruled if kind in incident.overruled else (*incident.overruled, kind)


def edited_since(incident: Incident, field: str, version: int | None) -> bool:
    """Whether the field was edited in a later epoch than `version`; false if `version` is None."""
    edit = incident.edits.get(field)
    return version is not None and (edit.version if edit else 0) > version


def changed_fields(incident: Incident, command: UpdateIncident, requirements: Sequence[Requirement]) -> tuple[str, ...]:
    """Fields that the update sets to another value; `requirements`: those after it."""
    held = details_of(incident)
    # Without a record nothing holds the new values, so the named fields cannot have changed.
    private = command.private_fields if command.private_ref is not None else ()
    really = {
        "type": command.type is not None and command.type != incident.type,
        "priority": command.priority is not None and command.priority is not incident.priority,
        "location": command.area is not None and command.area != incident.area,
        "language": command.language is not None and command.language != incident.language,
        "requirements": command.requirements is not None and tuple(requirements) != incident.requirements,
        **{name: command.same_as.get(name) != held[name] for name in PRIVATE_FIELDS if name in private},
    }
    return in_order(name for name in really if really[name])


def in_order(fields: Iterable[str]) -> tuple[str, ...]:
    """The fields in the order of `FIELDS`."""
    named = set(fields)
    return tuple(name for name in FIELDS if name in named)


def conflicts(incident: Incident, command: UpdateIncident, changes: Sequence[str]) -> tuple[str, ...]:
    """Fields on which the precondition of the update fails. A field set to its present value never conflicts.

    If `expected_version` is higher than the incident's version, nobody can have read it: every change conflicts.
    """
    version = command.expected_version
    invented = version is not None and version > incident.version
    missed = {name for name in changes if invented or edited_since(incident, name, version)}
    named = _named(command)
    for name, edit in command.expected_edits.items():
        # A field that is set to its present value never conflicts; one that is only expected does.
        if edited_since(incident, name, edit) and (name in changes or name not in named):
            missed.add(name)
    return in_order(missed)


def held_from_now_on(command: UpdateIncident, changes: Sequence[str]) -> Mapping[str, str]:
    """The private fields among the changes, mapped to the record of the command."""
    private = [name for name in changes if name in PRIVATE_FIELDS]
    return dict.fromkeys(private, command.private_ref) if command.private_ref is not None else {}


def unused_refs(command: Command, after: Incident | None) -> tuple[str, ...]:
    """References of records to erase: those of a report, update or split to which no field refers after the decision.

    `after` None: the command was not applied. The record of a split belongs to the new incident, so it is unused only if the
    split was not applied. Only a record of the command itself is returned: other commands may use any other record.
    """
    if isinstance(command, SplitIncident):
        made = command.report
        return _own(made.private_ref, made.incident_id, made.command_id) if after is None else ()
    if not isinstance(command, ReportIncident | UpdateIncident) or command.private_ref is None:
        return ()
    is_used = after is not None and command.private_ref in after.details.values()
    return () if is_used else _own(command.private_ref, command.incident_id, command.id)


def _own(ref: str | None, incident_id: str, command_id: str) -> tuple[str, ...]:
    # Both ends are checked: a command from Kafka may name the record of another incident or command.
    if ref is None or not (ref.startswith(f"{report_ref(incident_id)}:") and ref.endswith(f":{command_id}")):
        return ()
    return (ref,)


def _named(command: UpdateIncident) -> frozenset[str]:
    given = {
        "type": command.type,
        "priority": command.priority,
        "location": command.area,
        "language": command.language,
        "requirements": command.requirements,
    }
    return frozenset(name for name, value in given.items() if value is not None) | frozenset(command.private_fields)
