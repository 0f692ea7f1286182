"""When, where and by whom the events of a decision happened."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Time, epoch and author of the events of one decision."""

    incident_id: str
    zone: str
    version: int
    at_ms: int
    by: str = ""
