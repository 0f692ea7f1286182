"""Events of the search for people: shortfalls, retries, waves, ladder steps, added requirements."""

from dataclasses import dataclass

from dispatch.model.reasons import StepReason
from dispatch.model.requirements import Climb, Requirement, Shortfall
from dispatch.model.vocabulary import StepAction


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallFound:
    requirement_id: str
    shortfall: Shortfall


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallEnded:
    requirement_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryScheduled:
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveTimed:
    """When to check the wave of a requirement if nobody answers; None: an answer or the end of the window comes first."""

    requirement_id: str
    look_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFellShort:
    """Since when fewer people are asked than the certainty of the requirement needs, because people are scarce; None: enough."""

    requirement_id: str
    since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatorLacked:
    """Since when the requirement lacks a translator that it needs; None: it lacks none."""

    requirement_id: str
    since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderScheduled:
    """When the next ladder step of a requirement is due, and why then; the ladder's clock started at `since_ms`."""

    requirement_id: str
    since_ms: int
    due_ms: int | None
    reason: StepReason


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStepped:
    """A ladder step was taken, or `skipped` because it would have reached nobody new; `climb`: the progress on the ladder after
    it."""

    requirement_id: str
    action: StepAction
    reason: StepReason
    climb: Climb
    skipped: str | None = None
    forecast: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsAdded:
    """Requirements added after the report: by a higher alarm level, or for a translator."""

    requirements: tuple[Requirement, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsked:
    """The operator should ask a partner organisation."""

    partner: str
    requirement_id: str
