"""Events of the search for people: shortfalls, retries, waves, ladder steps, added requirements."""

from dataclasses import dataclass

from dispatch.model.reasons import StepReason
from dispatch.model.requirements import Climb, Requirement, Shortfall
from dispatch.model.vocabulary import StepAction


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallFound:
    requirement_id: str
    # Has precedence over every other status: partial success must not hide what is missing (DESIGN 11).
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
    # The moment at which the certainty falls below half of the stated one (DESIGN 37).
    look_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFellShort:
    """Since when fewer people are asked than the certainty of the requirement needs, because people are scarce; None: enough."""

    requirement_id: str
    # The start of the wait decides, with the priority, who is woken first (DESIGN 34, 55).
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
    # The clock is in the state, not in a process: takeover and rebuild continue it (DESIGN 29).
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
    # A step without effect is skipped in the same decision, so nobody waits for it (DESIGN 29).
    skipped: str | None = None
    forecast: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsAdded:
    """Requirements added after the report: by a higher alarm level, or for a translator."""

    # Plans do not know which ids are free: `requirement_ids.with_ids` replaces the ids.
    requirements: tuple[Requirement, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeEnded:
    """The translator `requirement_id` is needed no more: everybody at the requirement it helps shares the language."""

    requirement_id: str
    bridged: str
    # The language is required again, so that a place that opens later is not filled without it and without a translator.
    climb: Climb | None
    """The progress of the bridged requirement, with the step to the bridge still to be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsked:
    """The operator should ask a partner organisation."""

    partner: str
    requirement_id: str
