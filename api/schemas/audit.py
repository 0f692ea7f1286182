"""Entries of the audit log as they are shown."""

from api.schemas.base import Shown, Time


class AuditEntry(Shown):
    """`actor` performed `action` on `subject`, or on `count` of them, of which `subjects` are named. All three are opaque ids."""

    at: Time
    actor: str
    role: str
    action: str
    subject: str
    subjects: list[str]
    count: int | None


class AuditEntries(Shown):
    """Newest first. A page may be shorter than its limit and still have a next one: a request examines 100,000 entries."""

    items: list[AuditEntry]
    next: str | None
