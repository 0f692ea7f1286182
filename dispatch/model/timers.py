"""dispatch.model.timers."""

from dataclasses import dataclass

from dispatch.model.vocabulary import DeadlineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """`ref` is the offer id for `offer_expiry`, empty for `retry`."""

    kind: DeadlineKind
    incident_id: str
    ref: str
    due_ms: int
