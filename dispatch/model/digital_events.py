"""Events of digital work: leases, results, agreement, certainty of the report, proposals to the operator."""

from dataclasses import dataclass

from dispatch.model.offers import TaskResult
from dispatch.model.proposals import Proposal
from dispatch.model.vocabulary import Certainty, ResultKind


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
    """One more person does the same work: `validation` of a first answer, `disagreement` among several, or `hint_disagrees`: a
    hint that the person had not seen says otherwise. `count`: the new count of the requirement."""

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
    hint_id: str | None = None
    """The hint that stood for one of the answers, where the plan allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyChanged:
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMade:
    """A result waits for an operator. It takes the place of an older proposal of its kind."""

    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAccepted:
    """An operator carries the proposal out. `people`: those whose answers it rests on; they count as upheld."""

    proposal_id: str
    result: ResultKind
    by: str
    # Their ids, not their offers: a proposal may come from an incident that was merged into this one.
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRejected:
    """An operator keeps things as they are. `people`: those whose answers it rests on; they count as overruled."""

    proposal_id: str
    result: ResultKind
    by: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEnded:
    """A proposal ended without a decision on it: `superseded`, `edited`, `incident_ended`, `merged` or `unmerged`."""

    proposal_id: str
    result: ResultKind
    reason: str
