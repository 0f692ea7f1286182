"""Timers that the worker keeps for the deadlines of incidents."""

from dataclasses import dataclass

from dispatch.model.vocabulary import DeadlineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A timer for one deadline. `ref`: id of the offer or requirement it concerns; empty for `retry` and `merge`."""

    kind: DeadlineKind
    incident_id: str
    ref: str
    # Part of the id of the command, so a timer that is set anew makes a new one (`deadlines.py`).
    due_ms: int
