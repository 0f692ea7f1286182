"""Offers: a request to one person for one requirement, with its result, timers and unconfirmed changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.places import Geometry, Place
from dispatch.model.reasons import SoftRule
from dispatch.model.vocabulary import (
    ASSIGNED_STATES,
    FILLING_STATES,
    LIVE_STATES,
    Capability,
    CheckInState,
    ConfirmationState,
    OfferSource,
    OfferState,
    Task,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HintOpinion:
    """What a hint of the assistant says about an answer. The API states it with the answer, so that a decision follows from its
    command alone and waits for no hint.

    `was_shown`: the person had seen it, so that an agreement says nothing. `right`, `judged`, `lower_bound`: the standing of such
    hints, in this language, when the answer came.
    """

    hint_id: str
    version: str
    agrees: bool
    was_shown: bool
    right: int = 0
    judged: int = 0
    lower_bound: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    outcome: str
    at_ms: int
    location: Geometry | None = None
    incident_id: str | None = None
    private_ref: str | None = None
    language: str | None = None
    """Language of the text under `private_ref`, as stated by its author."""
    assisted_by: tuple[str, ...] | None = None
    """Hints that the person says they used; empty: none of those shown; None: not said."""
    opinion: HintOpinion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFigures:
    """How often a person's digital answers were upheld, of those that others or an operator judged: decayed sums (`trust.py`)."""

    upheld: float
    judged: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClock:
    """Check-in timer of a person on scene. `due_ms`: when the next step follows without an answer; None after the operator was
    alerted."""

    state: CheckInState
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distress:
    """The latest distress signal of a person who was sent, and the incident that it opened. `over_ms`: when their danger was
    over; None: it is not, or it ended before this was kept."""

    incident_id: str
    at_ms: int
    over_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Observations of a person on their way: their smallest distance so far, since when they are clearly further away, and
    whether positions are received at all. Distances are those of cells, rounded to 100 m; positions are not stored."""

    due_ms: int
    # A distance of a cell, not a place: no log contains positions (DESIGN 84, 116).
    closest_m: float | None = None
    away_since_ms: int | None = None
    # Silence says something only about people who shared positions on the way; many share none (DESIGN 27).
    is_tracked: bool = False
    is_announced: bool = False
    """Their phone announced that no positions follow for a while. Kept here, because the position itself is forgotten first."""
    asked_ms: int | None = None
    """When they were asked whether they are still coming; None: not asked, or answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """Fields of a person's job (`JobField`) that changed in the epoch `version` of the incident."""

    fields: tuple[str, ...]
    version: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Unconfirmed changes of the job of an assigned person, oldest first; never empty. `due_ms`: when the person is reminded, or
    the operator alerted; None after that."""

    changes: tuple[JobChange, ...]
    state: ConfirmationState
    due_ms: int | None

    @property
    def version(self) -> int:
        """The version whose confirmation covers all changes."""
        return self.changes[-1].version

    @property
    def since_ms(self) -> int:
        return self.changes[0].at_ms

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of all changed fields without repeats, in the order of their first change."""
        return tuple(dict.fromkeys(name for change in self.changes for name in change.fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The newest version that the person confirmed, and when."""

    version: int
    at_ms: int


# No slots: `copying.changed` copies `__dict__` (DESIGN 45).
@dataclass(frozen=True, kw_only=True)
class Offer:
    """A request to one person for one requirement. `epoch`: the version of the incident in which the offer was made."""

    id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    state: OfferState
    # Fences the claim of the person in Redis.
    epoch: int
    created_ms: int
    expires_ms: int
    changed_ms: int
    accepted_ms: int | None = None
    distance_m: float | None = None
    eta_s: float | None = None
    task: Task | None = None
    reason: str | None = None
    private_ref: str | None = None
    result: TaskResult | None = None
    # Absolute, because lost timers are recreated from the state alone (DESIGN 51).
    lease_expires_ms: int | None = None
    # Kept, because an open offer counts in later waves with the part of its chance that its silence has left (DESIGN 37).
    chance: float | None = None
    """Probability of an acceptance within the window, estimated when the offer was made."""
    shares_language: bool | None = None
    """Whether the person speaks one of the requested languages; None if none is requested."""
    # Kept, so that a proposal shows them without a look-up: decisions follow from the log alone.
    right: TrustFigures | None = None
    """Digital work found by the search: the person's figures when they were asked."""
    staging: Place | None = None
    """Staging point at the edge of a hazard area; it depends only on the area, so it reveals nothing about the person."""
    check_in: CheckInClock | None = None
    watch: Watch | None = None
    distress: Distress | None = None
    source: OfferSource = OfferSource.SEARCH
    # Copied from the order, because the acceptance is judged later, by the same rules as the search (DESIGN 85, 101).
    set_aside: tuple[SoftRule, ...] = ()
    """Soft rules that the operator overrode when selecting the person; an acceptance is not checked against them either."""
    # The people stay visible and may be asked again (DESIGN 100).
    before_reopening: bool = False
    """Field work that was done before the incident was reopened, or that a merge ended which was taken back; it no longer counts
    towards the requirement."""
    unconfirmed: Unconfirmed | None = None
    """Only set while the person is assigned."""
    confirmed: Confirmed | None = None
    # The version is part of the entry: a person is told once per version of an area (DESIGN 84).
    reminded_ms: int | None = None
    """When an operator last had the notice sent once more."""
    hazards_on_way: Mapping[str, int] = field(default_factory=dict)
    """Other incidents whose hazard area lies on this person's way or where they work, with the `Hazard.since` of which the person
    was told. Empty unless the person is assigned."""

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def is_assigned(self) -> bool:
        return self.state in ASSIGNED_STATES

    @property
    def is_filling(self) -> bool:
        return self.state in FILLING_STATES and not self.before_reopening
