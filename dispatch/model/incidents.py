"""The state of an incident: requirements, offers, ladders, hazards, merges, edits.

All types are frozen. Times are milliseconds since 1970-01-01 UTC (`_ms`), distances are metres (`_m`), durations are seconds
(`_s`), coordinates are WGS 84 degrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from dispatch.model.vocabulary import (
    ASSIGNED_STATES,
    FILLING_STATES,
    LIVE_STATES,
    Capability,
    Certainty,
    CheckInState,
    ConfirmationState,
    Exclusion,
    IncidentStatus,
    LanguageRule,
    OfferSource,
    OfferState,
    OnFalse,
    Priority,
    ShortfallReason,
    SoftRule,
    StepReason,
    Task,
)

Geometry: TypeAlias = Mapping[str, object]
"""A GeoJSON geometry (Point, Polygon or MultiPolygon), checked and repaired at intake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where an incident is. `centre`: a point inside the geometry, from which the search starts. `reach_m`: distance from it to
    the farthest vertex (0 for a point)."""

    geometry: Geometry
    centre: Place
    reach_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A fixed rule for how many people are asked, instead of a certainty. Exactly one of `nearest`, `within_m`, `greedy` and
    `offers_per_place` is set; they serve for comparison with other systems."""

    nearest: int | None = None
    """Ask this many of the nearest people at a time."""
    within_m: int | None = None
    """Ask everybody within this distance at once."""
    greedy: bool = False
    """Ask the nearest person for each open place, by travel time alone."""
    offers_per_place: float | None = None
    window_s: int | None = None
    """Replaces the window of every requirement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSpec:
    """A requirement as a response plan or an operator states it. Unset values come from the defaults of the plans."""

    capability: Capability
    skill: str
    count: int = 1
    languages: tuple[str, ...] = ()
    task: Task | None = None
    max_distance_m: int | None = None
    window_s: int | None = None
    any_of: tuple[str, ...] = ()
    """Alternative skills, the better first."""
    language: LanguageRule | None = None
    max_eta_s: int | None = None
    ladder: str | None = None
    role: str = ""
    lease_s: int | None = None
    answers_wanted: int = 1
    agree: int = 1
    validated: bool = False
    on_false: OnFalse = OnFalse.STAND_DOWN
    certainty: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """The unfilled part of a requirement. `final`: the ladder has ended; only new people or an operator can change it."""

    missing: int
    reason: ShortfallReason
    since_ms: int
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class Climb:
    """Progress of a requirement on its escalation ladder, and what the steps taken allow.

    `since_ms`: start of its clock (the report, or when a place became open again); None while all places are filled.
    """

    ladder: str
    taken: int = 0
    """Number of consecutive steps taken, from the first on."""
    ahead: tuple[int, ...] = ()
    """Numbers of later steps that were taken early, ahead of steps that still wait."""
    since_ms: int | None = None
    due_ms: int | None = None
    due_reason: StepReason | None = None
    ring: int = 1
    """Factor by which the plan's limits of distance and time are widened."""
    substitutes: tuple[str, ...] = ()
    bridged: bool = False
    """A translator is assigned to the incident, so a shared language is no longer required."""
    ended: bool = False

    @property
    def steps_taken(self) -> int:
        return self.taken + len(self.ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """A reason why an operator should look at the incident; `reason` is a stable identifier (`AttentionReason`)."""

    reason: str
    requirement_id: str | None = None
    since_ms: int = 0
    detail: str | None = None
    """An identifier, never free text."""
    offer_id: str | None = None
    """Set if the reason concerns one person: each person has an entry of their own."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One line of what an incident needs. `languages`: speaking one of them suffices; empty: no language is required."""

    id: str
    capability: Capability
    skill: str
    count: int
    languages: tuple[str, ...] = ()
    task: Task | None = None
    max_distance_m: int
    window_s: int
    certainty: float = 0.95
    """Required probability that enough of the people asked accept within the window."""
    policy: Policy | None = None
    """Fixed rule that replaces the certainty."""
    heavy: bool = False
    """Heavy work: people rest longer afterwards."""
    look_at_ms: int | None = None
    """When to check the present wave if nobody answers; None: an answer or the end of the window comes first."""
    shortfall: Shortfall | None = None
    short_since_ms: int | None = None
    """Since when its wave is smaller than the certainty needs, because people are scarce; None: it is large enough."""
    role: str = ""
    any_of: tuple[str, ...] = ()
    """Alternative skills, the better first."""
    language: LanguageRule | None = None
    max_eta_s: int | None = None
    climb: Climb | None = None
    bridges: str | None = None
    """For a translator: id of the requirement whose people they help; None for all other requirements."""
    translator_since_ms: int | None = None
    """Since when a needed translator is missing; None: none is needed, or one is assigned to the incident."""
    lease_s: int | None = None
    """Digital work: how long an acceptance holds without a sign of life; None: no limit."""
    answers_wanted: int = 1
    """How many people do the same digital work in parallel; `agree` equal answers settle it."""
    agree: int = 1
    validated: bool = False
    """A second person repeats the work after the first has answered."""
    on_false: OnFalse = OnFalse.STAND_DOWN
    settled: str | None = None
    """The outcome on which enough answers agree; nobody else is asked."""
    helped: int = 0
    """Places added by requests from people on scene."""

    @property
    def is_repeated(self) -> bool:
        """Whether several people do the same digital work, so that their answers can be compared."""
        return self.answers_wanted > 1 or self.validated

    @property
    def skills(self) -> tuple[str, ...]:
        """All accepted skills, the preferred one first."""
        return (self.skill, *self.any_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    outcome: str
    at_ms: int
    location: Geometry | None = None
    incident_id: str | None = None
    private_ref: str | None = None
    language: str | None = None
    """Language of the text under `private_ref`, as stated by its author."""


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
    external_id: bool = False
    """Both have the same external id."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClock:
    """Check-in timer of a person on scene. `due_ms`: when the next step follows without an answer; None after the operator was
    alerted."""

    state: CheckInState
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distress:
    """The latest distress signal of a person who was sent, and the incident that it opened."""

    incident_id: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Observations of a person on their way: their smallest distance so far, since when they are clearly further away, and
    whether positions are received at all. Distances are rounded to 100 m; positions are not stored."""

    due_ms: int
    closest_m: float | None = None
    away_since_ms: int | None = None
    is_tracked: bool = False
    asked_ms: int | None = None
    """When they were asked whether they are still coming; None: not asked, or answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """The polygon of the incident is a hazard area. `equipped`: people with one of these skills may enter. `since`: the epoch
    that defined the present area; 0 if another incident warns the people in it."""

    equipped: tuple[str, ...] = ()
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Epoch, author and time of the last change of one field."""

    version: int
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedBefore:
    """People who declined work of this kind at an incident that was merged into this one."""

    capability: Capability
    skill: str
    task: Task | None = None
    volunteer_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    """A kind of work, independent of a requirement: two requirements with equal kinds ask for the same work."""

    capability: Capability
    skill: str
    task: Task | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPerson:
    """A person who is transferred to an incident that was split off, with their kind of work."""

    volunteer_id: str
    work: WorkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """The report of an incident that is split off: the fields of `commands.ReportIncident`; its command id is `command_id`."""

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
    text_print: str | None = None
    private_ref: str | None = None
    private_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """A merge that waits for the answer of the other incident until `due_ms`."""

    into: str
    due_ms: int


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


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A request to one person for one requirement. `epoch`: the version of the incident in which the offer was made."""

    id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    state: OfferState
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
    lease_expires_ms: int | None = None
    chance: float | None = None
    """Probability of an acceptance within the window, estimated when the offer was made."""
    shares_language: bool | None = None
    """Whether the person speaks one of the requested languages; None if none is requested."""
    staging: Place | None = None
    """Staging point at the edge of a hazard area; it depends only on the area, so it reveals nothing about the person."""
    check_in: CheckInClock | None = None
    watch: Watch | None = None
    distress: Distress | None = None
    source: OfferSource = OfferSource.SEARCH
    set_aside: tuple[SoftRule, ...] = ()
    """Soft rules that the operator overrode when selecting the person; an acceptance is not checked against them either."""
    before_reopening: bool = False
    """Field work that was done before the incident was reopened; it no longer counts towards the requirement."""
    unconfirmed: Unconfirmed | None = None
    """Only set while the person is assigned."""
    confirmed: Confirmed | None = None
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


@dataclass(frozen=True, kw_only=True)
class Times:
    reported_ms: int  # stated by the caller, else `logged_ms`
    logged_ms: int
    decided_ms: int
    first_offer_ms: int | None = None
    first_accept_ms: int | None = None
    staffed_ms: int | None = None
    closed_ms: int | None = None
    reopened_ms: int | None = None
    """When it was last reopened."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """The state of an incident after a decision. `version` is its epoch: each decision that changes the incident adds one."""

    id: str
    zone: str
    version: int
    type: str
    priority: Priority
    status: IncidentStatus
    area: Area | None
    language: str | None
    requirements: tuple[Requirement, ...]
    offers: tuple[Offer, ...] = ()
    times: Times
    plan_version: str
    reported_by: str
    external_id: str | None = None
    body_digest: str
    retry_at_ms: int | None = None
    retries: int = 0
    alarm_level: int = 1
    escalations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    certainty: Certainty = Certainty.UNCONFIRMED
    text_print: str | None = None
    merge_candidates: tuple[MergeCandidate, ...] = ()
    merging: Merging | None = None
    merged_into: str | None = None
    reports: tuple[str, ...] = ()
    """Incidents merged into this one."""
    split_from: str | None = None
    """The incident from which this one was split."""
    split_into: tuple[str, ...] = ()
    hazard: Hazard | None = None
    warned: Mapping[str, int] = field(default_factory=dict)
    """People found inside the hazard area, with the epoch in which they were warned."""
    parent_id: str | None = None
    """For the incident of a person in distress: the incident to which that person was sent."""
    distress_of: str | None = None
    attention: tuple[Attention, ...] = ()
    declined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Requirement id to people who may not be asked for it again, from ended offers that were pruned."""
    refused: tuple[RefusedBefore, ...] = ()
    """Who declined which work at incidents that were merged into this one."""
    forgotten_offers: int = 0
    """Number of ended offers that were pruned from the state; the log keeps them."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Private field (`description`, `address`, `caller`) to the reference of the encrypted record that holds it. An absent
    field is held by the record of the report."""
    edits: Mapping[str, Edit] = field(default_factory=dict)
    """Field, named as in the HTTP body, to its last edit since the report."""

    @property
    def is_open(self) -> bool:
        return self.status not in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)

    def offer(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.id == offer_id), None)

    def offers_for(self, requirement_id: str) -> tuple[Offer, ...]:
        return tuple([offer for offer in self.offers if offer.requirement_id == requirement_id])

    def open_places(self, requirement: Requirement) -> int:
        """People still missing: the count minus those assigned or done; at least 0; 0 for settled work."""
        if requirement.settled is not None:
            return 0
        wanted = requirement.id
        filled = [1 for offer in self.offers if offer.requirement_id == wanted and offer.is_filling]
        return max(0, requirement.count - len(filled))

    def waits_for_people(self, requirement: Requirement) -> bool:
        """Whether a person who becomes available should be asked: the requirement has a shortfall, lacks a translator, or has a
        wave too small for its certainty."""
        if requirement.shortfall is not None or requirement.translator_since_ms is not None:
            return True
        return requirement.short_since_ms is not None and self.open_places(requirement) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMark:
    """Position at which a search stopped and can continue."""

    judged: frozenset[str]
    """Ids of all people examined so far, candidates or not."""
    radius_m: float | None
    around: Mapping[Exclusion, int] = field(default_factory=dict)
    """Part of `Found.excluded`: nearby people who were counted without being examined; the next page counts them again."""
