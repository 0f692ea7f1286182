"""Audit entries of requests: who saw or did what (DESIGN 130, 131).

Reads are recorded by route, after the response is built and before any of it is sent. Private records are recorded where they are
decrypted as well (`api/reads/disclosure.py`), and acts where they are done.
"""

import contextlib
from collections.abc import Mapping, Sequence

from fastapi import Request

from api.caller import Caller
from api.process.services import Services
from streams import clock
from streams.audit.audit_log import AuditUnavailable
from streams.wire import MOST_SUBJECTS, AuditRecord

READS: Mapping[str, str] = {
    "/v1/incidents": "incidents.list",
    "/v1/incidents/{incident_id}": "incident.read",
    "/v1/incidents/{incident_id}/timeline": "incident.timeline.read",
    "/v1/incidents/{incident_id}/decisions": "incident.decisions.read",
    "/v1/incidents/{incident_id}/why": "incident.why.read",
    "/v1/incidents/{incident_id}/hints": "incident.hints.read",
    "/v1/incidents/{incident_id}/report": "incident.report.read",
    "/v1/incidents/{incident_id}/eido": "incident.eido.read",
    "/v1/incidents/{incident_id}/summary": "incident.summary.read",
    "/v1/incidents/{incident_id}/positions": "incident.positions.read",
    "/v1/gis/collections/{collection_id}/items": "gis.items.read",
    "/v1/gis/collections/{collection_id}/items/{feature_id}": "gis.item.read",
    "/v1/conversations": "conversations.list",
    "/v1/conversations/{conversation_id}": "conversation.read",
    "/v1/conversations/{conversation_id}/messages": "conversation.read",
    "/v1/people/cells": "people.cells.read",
    "/v1/reports/summary/notes": "handover.list",
    "/v1/tasks": "tasks.list",
    "/v1/search": "search.read",
    "/v1/volunteers": "volunteers.list",
    "/v1/volunteers/{volunteer_id}": "volunteer.read",
    "/v1/volunteers/{volunteer_id}/offers": "volunteer.offers.read",
    "/v1/volunteers/{volunteer_id}/audit": "audit.read",
    "/v1/volunteers/{volunteer_id}/consents": "volunteer.consents.read",
    "/v1/volunteers/{volunteer_id}/channels": "volunteer.channels.read",
    "/v1/volunteers/{volunteer_id}/notices": "volunteer.notices.read",
    "/v1/places/at": "place.read",
    "/v1/events": "events.open",
    "/v1/sessions": "sessions.list",
    "/v1/verifications": "verifications.list",
    "/v1/audit": "audit.read",
}
"""Path of a GET route to the action of its entry. A test compares it with all routes."""
_SUBJECTS = ("incident_id", "volunteer_id")


def disclosed(request: Request, subjects: Sequence[str], *, about: str = "") -> None:
    """States what the response is about, for its audit entry. `about`: what was looked at, where no path names it."""
    request.state.disclosed, request.state.looked_at = subjects, about


def record_read(request: Request, caller: Caller, action: str) -> None:
    """Records a read by its route. Nothing for a person who reads their own data.

    Raises AuditUnavailable: the response must not be sent.
    """
    named = next((request.path_params[name] for name in _SUBJECTS if name in request.path_params), "")
    subjects: Sequence[str] | None = getattr(request.state, "disclosed", None)
    if {named, *(subjects or ())} - {""} != {caller.id}:
        services: Services = request.app.state.services
        record_audit(services, caller, action, named or getattr(request.state, "looked_at", ""), subjects)


def record_audit(
    services: Services, caller: Caller, action: str, subject: str, subjects: Sequence[str] | None = None
) -> None:
    """Writes an audit entry before something is disclosed.

    Raises AuditUnavailable: it can be written neither to the file nor to Kafka; nothing may be disclosed then.
    """
    services.audit.record(
        AuditRecord(
            actor=caller.id,
            role=caller.role,
            action=action,
            subject=subject,
            at_ms=clock.now_ms(),
            subjects=tuple(subjects or ())[:MOST_SUBJECTS],
            count=None if subjects is None else len(subjects),
        )
    )


def record_done(
    services: Services, caller: Caller, action: str, subject: str, subjects: Sequence[str] | None = None
) -> None:
    """As `record_audit`, for what has been done already: it cannot be taken back, so a failure is only counted and alarmed."""
    with contextlib.suppress(AuditUnavailable):
        record_audit(services, caller, action, subject, subjects)
