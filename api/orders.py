"""From bodies to commands of the core and to private records: a translation, without rules."""

from collections.abc import Sequence

from api.once import Once
from api.schemas import IncidentPatch, IncidentReport, RequirementIn
from dispatch import geo, ids
from dispatch.commands import ReportIncident, UpdateIncident
from dispatch.model import RequirementSpec
from streams import clock
from streams.wire import IncidentPrivate


def incident_ref(incident_id: str) -> str:
    return f"incident:{incident_id}"


def text_ref(incident_id: str, kind: str, command_id: str) -> str:
    """Reference of a text that came with one command."""
    return f"incident:{incident_id}:{kind}:{command_id}"


def volunteer_ref(volunteer_id: str) -> str:
    return f"volunteer:{volunteer_id}"


def specs(requirements: Sequence[RequirementIn]) -> tuple[RequirementSpec, ...]:
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
            on_false=entry.on_false,
            any_of=tuple(map(str, entry.any_of)),
            language=entry.language,
            max_eta_s=entry.max_eta_s,
            role=entry.role,
        )
        for entry in requirements
    )


def report(body: IncidentReport, once: Once) -> ReportIncident:
    actor, key = once.caller.id, once.key
    zone = geo.zone_of(body.location.centre) if body.location else ids.placeless_zone(actor, key)
    return ReportIncident(
        id=once.command_id("report"),
        incident_id=ids.incident_id(zone, actor, key),
        by=actor,
        sent_ms=clock.now_ms(),
        type=body.type,
        body_digest=once.body_digest,
        priority=body.priority,
        area=body.location,
        language=body.language,
        requirements=specs(body.requirements) if body.requirements else None,
        reported_ms=body.reported_at,
        external_id=body.external_id,
    )


def private_of(body: IncidentReport) -> IncidentPrivate | None:
    """None when the report says nothing private."""
    if body.description is None and body.address is None and body.caller is None:
        return None
    return IncidentPrivate(
        description=body.description,
        address=body.address,
        caller=body.caller.model_dump(exclude_none=True) if body.caller else None,
    )


PRIVATE_FIELDS = frozenset({"description", "address", "caller"})


def patched(known: IncidentPrivate, patch: IncidentPatch) -> IncidentPrivate:
    """What is private of an incident after a patch; null takes away."""
    given = patch.model_fields_set
    caller = patch.caller.model_dump(exclude_none=True) if patch.caller else None
    return IncidentPrivate(
        description=patch.description if "description" in given else known.description,
        address=patch.address if "address" in given else known.address,
        caller=caller if "caller" in given else known.caller,
        text=known.text,
    )


def update(incident_id: str, patch: IncidentPatch, once: Once, expected_version: int | None) -> UpdateIncident:
    given = patch.model_fields_set
    return UpdateIncident(
        id=once.command_id(f"update:{incident_id}"),
        incident_id=incident_id,
        by=once.caller.id,
        sent_ms=clock.now_ms(),
        type=patch.type if "type" in given else None,
        priority=patch.priority if "priority" in given else None,
        area=patch.location if "location" in given else None,
        language=patch.language if "language" in given else None,
        requirements=specs(patch.requirements) if "requirements" in given else None,
        expected_version=expected_version,
    )
