"""Events of merging and splitting incidents."""

from dataclasses import dataclass

from dispatch.model.merges import MergeCandidate, MovedPerson, NewReport, RefusedBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed:
    candidates: tuple[MergeCandidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeBegun:
    into: str
    by: str
    due_ms: int
    refused: tuple[RefusedBefore, ...] = ()
    """Who declined which work: `into` must not ask them for it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEnded:
    """The merge failed: `not_taken` in time, or `withdrawn`."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReleased:
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSplit:
    """A part has become the incident `into`, which starts with `report`; `moved` and `reports` are transferred to it."""

    into: str
    by: str
    report: NewReport
    moved: tuple[MovedPerson, ...] = ()
    reports: tuple[str, ...] = ()
