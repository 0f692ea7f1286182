"""Records of `alarms`: which alarms operators have acknowledged or silenced."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAnswer:
    """Key `<name>|<ref>`; the last record of a key counts. It has no effect from `until_ms` on; a tombstone replaces it then, or
    earlier when the alarm has ended."""

    name: str
    ref: str
    """What the alarm is about: `-` (an alarm of the system), `<incident id>`, or `<incident id>.<ms of its cause>`."""
    by: str
    """Id of the operator."""
    at_ms: int
    until_ms: int
    shelved_until_ms: int | None = None
    """Silenced until then; None: acknowledged."""
