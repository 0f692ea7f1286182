"""Events of digital work: leases, results, agreement, certainty of the report."""

from dataclasses import dataclass

from dispatch.model.offers import TaskResult
from dispatch.model.vocabulary import Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGiven:
    offer_id: str
    volunteer_id: str
    result: TaskResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseHeld:
    """A person holds digital work until then; a sign of life extends the lease."""

    offer_id: str
    volunteer_id: str
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWanted:
    """One more person does the same work: `validation` of a first answer, or `disagreement` among several; `count`: the new count
    of the requirement."""

    requirement_id: str
    # The new count, not a difference: waves, ladders and shortfalls need no special case (DESIGN 17).
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSettled:
    """Enough answers agree on this outcome; `offer_ids` are the offers that gave it."""

    requirement_id: str
    outcome: str
    # The others were overruled; trust is computed from both (DESIGN 53).
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyChanged:
    certainty: Certainty
