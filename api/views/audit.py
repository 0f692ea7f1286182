"""Entries of the audit log as they are shown."""

from api.views.values import View, time
from streams.wire import AuditRecord


def entry_view(entry: AuditRecord) -> View:
    """`schemas.audit.AuditEntry`."""
    return {
        "at": time(entry.at_ms),
        "actor": entry.actor,
        "role": entry.role,
        "action": entry.action,
        "subject": entry.subject,
        "subjects": entry.subjects,
        "count": entry.count,
    }
