"""Events of merging and splitting incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.distress_links import SentTo
from dispatch.model.merges import MergeCandidate, MovedPerson, NewReport, NotMoved, RefusedBefore, ReportNumber
from dispatch.model.places import Area
from dispatch.model.proposals import Proposal
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed:
    # Proposed only: nothing is merged without an operator or agreeing digital work (DESIGN 21).
    candidates: tuple[MergeCandidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeBegun:
    into: str
    by: str
    # An incident that is merging adopts no other, so merges cannot end each other in a cycle (DESIGN 20).
    due_ms: int
    # Sent along, because `into` may belong to another worker and cannot read this incident (DESIGN 20).
    refused: tuple[RefusedBefore, ...] = ()
    """Who declined which work: `into` must not ask them for it again."""
    numbers: tuple[ReportNumber, ...] = ()
    priority: Priority | None = None
    """`into` takes it over if it is more urgent than its own; None in older logs."""
    area: Area | None = None
    """`into` takes it over if it has no place."""
    requirements: tuple[RequirementSpec, ...] = ()
    """Stated, not of the plan: `into` takes over what they ask for beyond its own."""
    proposals: tuple[Proposal, ...] = ()
    """`into` takes over those of a kind of which it has none."""
    in_distress: tuple[str, ...] = ()
    """People whose danger this incident is (DESIGN 202)."""
    sent_to: tuple[SentTo, ...] = ()
    """Where these people were sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEnded:
    """The merge failed: `not_taken` in time, `withdrawn`, `crossed` by one the other way, or `out_of_bounds` of what a result of
    digital work may do alone."""

    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMerged:
    into: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUnmerged:
    was_in: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDeclined:
    """`into` adopted this incident after the merge had been withdrawn."""

    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAdopted:
    other: str
    refused: tuple[RefusedBefore, ...] = ()
    moved_from: str | None = None
    numbers: tuple[ReportNumber, ...] = ()
    in_distress: tuple[str, ...] = ()
    """People whose danger `other` is."""
    sent_to: tuple[SentTo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReleased:
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSplit:
    """A part has become the incident `into`, which starts with `report`; `moved` and `reports` are transferred to it."""

    into: str
    by: str
    # Complete: the shell publishes the report from this event, at least once, with a fixed id (DESIGN 104).
    report: NewReport
    moved: tuple[MovedPerson, ...] = ()
    reports: tuple[str, ...] = ()
    numbers: Mapping[str, tuple[ReportNumber, ...]] = field(default_factory=dict)
    """External numbers of those of `reports` that have any."""
    not_moved: tuple[NotMoved, ...] = ()
    """What the order named and was gone already."""
    report_distress: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """People in danger of those of `reports` that are about any."""
    report_sent_to: Mapping[str, tuple[SentTo, ...]] = field(default_factory=dict)
    """Where these people were sent."""
