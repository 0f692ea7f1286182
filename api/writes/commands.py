"""Translates request bodies into commands and private records. Contains no rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Protocol

from api.caller import Caller
from api.schemas.edits import IncidentPatch
from api.schemas.reports import IncidentReport, RequirementIn, StatedIncident
from api.writes.idempotency import IdempotentRequest
from api.writes.send import PrivateRecord
from dispatch.model import geo, ids
from dispatch.model.commands import ReportIncident, UpdateIncident
from dispatch.model.merges import NewReport
from dispatch.model.private_refs import text_ref
from dispatch.model.requirements import RequirementSpec
from dispatch.state.edits import PRIVATE_FIELDS, REPORTED_PRIVATE
from streams import clock
from streams.intake.text_fingerprint import fingerprint
from streams.wire import IncidentPrivate
from streams.wire.client_digests import ClientDigests


def specs(requirements: Sequence[RequirementIn]) -> tuple[RequirementSpec, ...]:
    """The requirements as a response plan states them."""
    return tuple(
        RequirementSpec(
            capability=entry.capability,
            skill=str(entry.skill),
            count=entry.count,
            languages=tuple(entry.languages),
            task=entry.task,
            max_distance_m=entry.max_distance_m,
            window_s=entry.window_s,
            lease_s=entry.lease_s,
            answers_wanted=entry.answers_wanted,
            agree=entry.agree,
            validated=entry.validated,
            assistant_counts=entry.assistant_counts,
            on_false=entry.on_false,
            any_of=tuple(map(str, entry.any_of)),
            language=entry.language,
            max_eta_s=entry.max_eta_s,
            role=entry.role,
        )
        for entry in requirements
    )


class ReportSource(Protocol):
    """Who reports, under which key: an `IdempotentRequest`, or a `Preview`."""

    caller: Caller
    key: str
    body_digest: str

    def command_id(self, what: str) -> str: ...


class Preview:
    """Of a report that is not sent: its ids name nothing, because no client can send this key."""

    key = " preview"
    body_digest = ""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def command_id(self, what: str) -> str:
        return ids.command_id(self.caller.id, self.key, what)


def report(
    body: StatedIncident,
    once: ReportSource,
    digests: ClientDigests,
    split_from: str = "",
    *,
    is_drill: bool = False,
) -> tuple[ReportIncident, list[PrivateRecord]]:
    """The command, and the private record to send before it.

    `split_from`: the incident from which it is split; it is part of the id, because the same key may also have been used for a
    report. `is_drill`: whatever the body says, as in a deployment that is an exercise.
    """
    actor, key = once.caller.id, f"split {split_from} {once.key}" if split_from else once.key
    # Derived from caller and key: a repeat gets the same id, whatever process it reaches.
    zone = geo.zone_of(body.location.centre) if body.location else ids.placeless_zone(actor, key)
    incident_id = ids.incident_id(zone, actor, key)
    command_id = once.command_id(f"report:{split_from}" if split_from else "report")
    private = tuple(name for name in REPORTED_PRIVATE if getattr(body, name) is not None)
    command = ReportIncident(
        id=command_id,
        incident_id=incident_id,
        by=actor,
        sent_ms=clock.now_ms(),
        type=body.type,
        body_digest=once.body_digest,
        priority=body.priority,
        area=body.location,
        language=body.language,
        requirements=specs(body.requirements) if body.requirements else None,
        reported_ms=body.reported_at,
        external_digest=digests.external_digest(body.external_id),
        # Keyed, so that the log shows how similar two texts are and not what they say (DESIGN 21).
        text_print=fingerprint(body.description, digests),
        private_ref=text_ref(incident_id, "report", command_id) if private else None,
        private_fields=private,
        exercise=is_drill or body.exercise,
        into=body.into if isinstance(body, IncidentReport) else None,
    )
    return command, private_records(command, body)


def new_report(command: ReportIncident) -> NewReport:
    """The same report as part of a `SplitIncident`."""
    names = [entry.name for entry in fields(NewReport) if entry.name != "command_id"]
    return NewReport(command_id=command.id, **{name: getattr(command, name) for name in names})


def private_records(
    command: ReportIncident | UpdateIncident, body: StatedIncident | IncidentPatch
) -> list[PrivateRecord]:
    """The record under the command's `private_ref`; none if the body has no private field."""
    return [(command.private_ref, private_of(body))] if command.private_ref is not None else []


def private_of(body: StatedIncident | IncidentPatch) -> IncidentPrivate:
    """The private fields of the body."""
    return IncidentPrivate(
        description=body.description,
        address=body.address,
        caller=body.caller.model_dump(exclude_none=True) if body.caller else None,
        external_id=body.external_id if isinstance(body, StatedIncident) else None,
    )


def update(
    incident_id: str,
    patch: IncidentPatch,
    once: IdempotentRequest,
    *,
    expected_version: int | None = None,
    expected_edits: Mapping[str, int] | None = None,
    same_as: Mapping[str, str] | None = None,
    unchanged: Collection[str] = (),
) -> UpdateIncident:
    """`same_as`: private fields whose value is unchanged, with the reference of the record that holds it. `unchanged`: other
    fields to leave out of the command."""
    given = patch.model_fields_set - set(unchanged)
    command_id = once.command_id(f"update:{incident_id}")
    # Fields set to null as well: the new record holds null for them.
    private = tuple(name for name in PRIVATE_FIELDS if name in given)
    return UpdateIncident(
        id=command_id,
        incident_id=incident_id,
        by=once.caller.id,
        sent_ms=clock.now_ms(),
        type=patch.type if "type" in given else None,
        priority=patch.priority if "priority" in given else None,
        area=patch.location if "location" in given else None,
        language=patch.language if "language" in given else None,
        requirements=specs(patch.requirements) if "requirements" in given else None,
        private_ref=text_ref(incident_id, "update", command_id) if private else None,
        private_fields=private,
        same_as=same_as or {},
        expected_version=expected_version,
        expected_edits=expected_edits or {},
    )
