"""Proposals: results of digital work that would change the field response, and wait for the decision of an operator."""

from dataclasses import dataclass

from dispatch.model.offers import TrustFigures
from dispatch.model.places import Area
from dispatch.model.reasons import ProposalCause
from dispatch.model.vocabulary import ResultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One person's answer that a proposal rests on. `right`: as known when the person was asked; None: not known."""

    offer_id: str
    volunteer_id: str
    at_ms: int
    right: TrustFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A result that does not act by itself. `said`: the answers it rests on, the newest last; never empty.

    An incident has at most one proposal of each kind; a newer one takes the place of an older one.
    """

    id: str
    kind: ResultKind
    requirement_id: str
    at_ms: int
    said: tuple[Statement, ...]
    because: tuple[ProposalCause, ...]
    """The bounds that it exceeds; never empty."""
    area: Area | None = None
    """`located`: the place that was found."""
    incident_id: str | None = None
    """`duplicate`: the other incident."""

    @property
    def newest(self) -> Statement:
        return self.said[-1]

    def is_same(self, other: "Proposal") -> bool:
        """Whether both propose the same change."""
        return (self.kind, self.area, self.incident_id) == (other.kind, other.area, other.incident_id)
