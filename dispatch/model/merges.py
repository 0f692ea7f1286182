"""Data that incidents exchange when they are merged or split, and candidates for a merge."""

from dataclasses import dataclass

from dispatch.model.places import Area
from dispatch.model.requirements import RequirementSpec, WorkKind
from dispatch.model.vocabulary import Capability, OfferState, Priority, Task

MERGED = "merged"
"""The reason of offers that a merge ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCandidate:
    """An open incident that may be the same event. `score`: from 0 to 1. `text`: similarity of the texts, None if they are not
    comparable. `distance_m` None: one of the incidents has no place. `reasons`: evidence for a duplicate, strongest first."""

    incident_id: str
    score: float
    distance_m: float | None
    apart_s: float
    type: float
    text: float | None = None
    # Weighs more than place, time, type and text together, in every zone (DESIGN 95).
    external_id: bool = False
    """Both have the same external id."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedBefore:
    """People who declined work with this skill, at an incident that was merged into this one or in offers that were pruned."""

    capability: Capability
    skill: str
    task: Task | None = None
    volunteer_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNumber:
    """The number of a report in another system: `digest` of its external id (`digests.external_digest`), and who reported it."""

    digest: str
    reported_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPerson:
    """A person who is transferred to an incident that was split off, with their kind of work."""

    volunteer_id: str
    # The kind of work, because the new incident numbers its requirements anew.
    work: WorkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMoved:
    """An offer or merged report that an order to split names and that was not there any more when it was decided."""

    # Who sent the order must read it: they count on these people at the new incident (DESIGN 205).
    id: str
    volunteer_id: str | None = None
    """Of an offer; None: it is a report."""
    state: OfferState | None = None
    """How the offer ended."""
    into: str | None = None
    """The incident into which an earlier split moved it; None: none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """The report of an incident that is split off: the fields of `commands.ReportIncident`; its command id is `command_id`."""

    # Derived from the order to split, so a repeat sends the same report (DESIGN 104).

    command_id: str
    incident_id: str
    type: str
    body_digest: str
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    reported_ms: int | None = None
    external_id: str | None = None
    external_digest: str | None = None
    text_print: str | None = None
    private_ref: str | None = None
    private_fields: tuple[str, ...] = ()
    exercise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """A merge that waits for the answer of the other incident until `due_ms`."""

    # Without an answer by then the incident continues alone (DESIGN 20).

    into: str
    due_ms: int
    # Only a merge that no operator ordered is judged again when it is completed (DESIGN 120).
    by: str = ""
    """Who began it; empty in older logs."""
