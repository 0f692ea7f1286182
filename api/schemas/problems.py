"""Problem details (RFC 9457)."""

from api.schemas.base import Shown
from api.schemas.edits import Conflict


class FieldError(Shown):
    """`field`: path of the field, empty for the body as a whole. `got`: JSON type of the value, never the value. The position is
    set if the body is not JSON."""

    field: str
    expected: str
    got: str | None = None
    line: int | None = None
    column: int | None = None
    offset: int | None = None


class ProblemShown(Shown):
    """A problem. `code` is stable; the fields after `errors` depend on it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldError] = []
    state: str | None = None
    """`conflict`, `incident_ended`, `incident_open`, `offer_ended`: the state that does not permit the request."""
    by: str | None = None
    """`conflict` about a conversation: who works on it, or has ended it."""
    merged_into: str | None = None
    version: int | None = None
    """`conflict`: the present version of the incident."""
    alarm_level: int | None = None
    """`already_escalated`: the present alarm level."""
    proposals: list[str] = []
    """`proposal_outdated`: ids of the proposals that wait now."""
    incident_id: str | None = None
    """`engaged`: the incident whose offer the person holds. `already_split`: the incident that has the people or reports now.
    `conflict` about a conversation: what it became."""
    rules: list[str] = []
    """`rules_against`: the soft rules that exclude the person."""
    conflicts: list[Conflict] = []
    """`edit_conflict`, `version_conflict`."""
    line: int | None = None
    """Position in a body that is not JSON, with `column` and `offset`."""
    column: int | None = None
    offset: int | None = None
