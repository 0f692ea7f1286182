"""What the core talks about: incidents, what they require, offers, and people as the search found them.

All frozen. Times are milliseconds since 1970 UTC (`_ms`), distances metres, durations seconds, coordinates WGS 84.
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
    """Where an incident is: its geometry, a point inside it to search from, and how far the geometry reaches from there."""

    geometry: Geometry
    centre: Place
    reach_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A fixed rule for how many are asked, instead of a certainty: one of the four, for comparison with other systems."""

    nearest: int | None = None
    """So many of the nearest at a time."""
    within_m: int | None = None
    """Everybody within this distance at once."""
    greedy: bool = False
    """The nearest for each open place, by travel time alone."""
    offers_per_place: float | None = None
    window_s: int | None = None
    """Replaces every window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementSpec:
    """What is needed, as a response plan or an operator states it. Unset values come from the plan's defaults."""

    capability: Capability
    skill: str
    count: int = 1
    languages: tuple[str, ...] = ()
    task: Task | None = None
    max_distance_m: int | None = None
    window_s: int | None = None
    any_of: tuple[str, ...] = ()
    """Skills that will do as well, the better first."""
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
    """`final`: the ladder has ended, nothing but new people or an operator will change it."""

    missing: int
    reason: ShortfallReason
    since_ms: int
    final: bool = False


@dataclass(frozen=True, kw_only=True)
class Climb:
    """How far a requirement has come on its escalation ladder, and what the steps taken have opened.

    `since_ms` is when its clock began (the report, or the moment a place opened again), None while every place is filled.
    """

    ladder: str
    taken: int = 0
    """Steps behind it, from the first on …"""
    ahead: tuple[int, ...] = ()
    """… and numbers of later ones that were taken before their time, past steps that had to wait."""
    since_ms: int | None = None
    due_ms: int | None = None
    due_reason: StepReason | None = None
    ring: int = 1
    """By how much the plan's limits of distance and time are widened."""
    substitutes: tuple[str, ...] = ()
    bridged: bool = False
    """A translator is bound to the incident, so no shared language is required any more."""
    ended: bool = False

    @property
    def steps_taken(self) -> int:
        return self.taken + len(self.ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Something an operator should look at; `reason` is a stable word."""

    reason: str
    requirement_id: str | None = None
    since_ms: int = 0
    detail: str | None = None
    """A word or an id, never free text."""
    offer_id: str | None = None
    """Set where the reason concerns one person: each of them stands in an entry of their own."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One line of an incident's needs. `languages`: any one of them suffices; empty means no language is required."""

    id: str
    capability: Capability
    skill: str
    count: int
    languages: tuple[str, ...] = ()
    task: Task | None = None
    max_distance_m: int
    window_s: int
    certainty: float = 0.95
    """How sure it shall be that enough of those asked accept within the window."""
    policy: Policy | None = None
    """A fixed rule instead of the certainty."""
    heavy: bool = False
    """Work that asks for a longer rest afterwards."""
    look_at_ms: int | None = None
    """When silence alone will have made the present wave doubtful; None: its answers and its end are soon enough."""
    shortfall: Shortfall | None = None
    short_since_ms: int | None = None
    """Since when its wave is smaller than its certainty asks for, because people are scarce; None: it is sure enough."""
    role: str = ""
    any_of: tuple[str, ...] = ()
    """Skills that will do as well, the better first."""
    language: LanguageRule | None = None
    max_eta_s: int | None = None
    climb: Climb | None = None
    bridges: str | None = None
    """Id of the requirement whose people this translator helps; None for everything else."""
    translator_since_ms: int | None = None
    """Since when a translator is wanted who is not there; None: none is wanted, or one is bound to the incident."""
    lease_s: int | None = None
    """Digital work: how long an acceptance holds without a sign of life. None: for ever."""
    answers_wanted: int = 1
    """How many people do the same digital work at once; `agree` equal answers settle it."""
    agree: int = 1
    validated: bool = False
    """A second person does the same work after the first has answered."""
    on_false: OnFalse = OnFalse.STAND_DOWN
    settled: str | None = None
    """The outcome that enough answers agree on: nobody is asked any more."""
    helped: int = 0
    """Places that people on scene have asked for beyond the plan."""

    @property
    def is_repeated(self) -> bool:
        """Whether the same digital work is done by several people, so that their answers can be compared."""
        return self.answers_wanted > 1 or self.validated

    @property
    def skills(self) -> tuple[str, ...]:
        """All that will do, the preferred first."""
        return (self.skill, *self.any_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    outcome: str
    at_ms: int
    location: Geometry | None = None
    incident_id: str | None = None
    private_ref: str | None = None
    language: str | None = None
    """Of the text behind `private_ref`, as its writer said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCandidate:
    """An open incident that may be the same event, and what speaks for it. `score` 0 to 1: how certain it is. `text` None: the
    texts were not comparable; `distance_m` None: one of them has no place. `reasons`: what speaks for it, the strongest first."""

    incident_id: str
    score: float
    distance_m: float | None
    apart_s: float
    type: float
    text: float | None = None
    external_id: bool = False
    """Both have the same number in another system."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClock:
    """Of a person on scene. `due_ms`: when the next step is taken unless they answer; None once the operator is alarmed."""

    state: CheckInState
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distress:
    """The last signal of a person who was sent, and the incident it opened."""

    incident_id: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What was seen of somebody on their way: how near they have been, since when they are clearly further, and whether
    their positions come in at all. Distances are rounded to 100 m; no place stands here."""

    due_ms: int
    closest_m: float | None = None
    away_since_ms: int | None = None
    is_tracked: bool = False
    asked_ms: int | None = None
    """Since when the question whether they are still coming is unanswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """The incident's polygon is dangerous ground; `equipped`: skills with which a person may enter it. `since`: the epoch in
    which the ground became what it is; 0 for ground on which another incident warns people."""

    equipped: tuple[str, ...] = ()
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The last change of one field of an incident: in which epoch, by whom, when."""

    version: int
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedBefore:
    """People who said no to work of this kind, at an incident that was merged into this one."""

    capability: Capability
    skill: str
    task: Task | None = None
    volunteer_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    capability: Capability
    skill: str
    task: Task | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPerson:
    """Somebody who goes over to an incident that was split off, with the kind of work they had."""

    volunteer_id: str
    work: WorkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """What becomes an incident of its own when another is split: the fields of `commands.ReportIncident`, whose id is
    `command_id`."""

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
    """A merge that waits for the other incident's answer."""

    into: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    """Fields of a person's job (`JobField`) that became others in the incident's epoch `version`."""

    fields: tuple[str, ...]
    version: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Changes of an assigned person's job that they have not confirmed, oldest first; never empty. `due_ms`: when they are
    reminded, or the operator is alarmed; None once that has been done."""

    changes: tuple[JobChange, ...]
    state: ConfirmationState
    due_ms: int | None

    @property
    def version(self) -> int:
        """What has to be confirmed so that nothing is open any more."""
        return self.changes[-1].version

    @property
    def since_ms(self) -> int:
        return self.changes[0].at_ms

    @property
    def fields(self) -> tuple[str, ...]:
        """All that changed, each once, in the order in which it first did."""
        return tuple(dict.fromkeys(name for change in self.changes for name in change.fields))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The newest version that the person said they have seen, and when they said so."""

    version: int
    at_ms: int


@dataclass(frozen=True, kw_only=True)
class Offer:
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
    """Of an acceptance within the window, as estimated when the person was asked."""
    shares_language: bool | None = None
    """Whether the person speaks a language that is wanted; None where none is."""
    staging: Place | None = None
    """Where to gather at the edge of a hazard area; one of a few points that depend on the area alone."""
    check_in: CheckInClock | None = None
    watch: Watch | None = None
    distress: Distress | None = None
    source: OfferSource = OfferSource.SEARCH
    set_aside: tuple[SoftRule, ...] = ()
    """Rules that an operator who named the person set aside: they do not speak against a yes either."""
    before_reopening: bool = False
    """Field work that was done before the incident ended and was opened again: it fills no place any more."""
    unconfirmed: Unconfirmed | None = None
    """Of assigned people only; what is over needs no confirmation."""
    confirmed: Confirmed | None = None
    hazards_on_way: Mapping[str, int] = field(default_factory=dict)
    """Incidents whose dangerous ground lies across this person's way or where they work, and the state of the ground
    (`Hazard.since`) of which they were told. Of assigned people only."""

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
    reported_ms: int  # as claimed by the caller, else as logged
    logged_ms: int
    decided_ms: int
    first_offer_ms: int | None = None
    first_accept_ms: int | None = None
    staffed_ms: int | None = None
    closed_ms: int | None = None
    reopened_ms: int | None = None
    """When it was last opened again after its end."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """The state of an incident after a decision. `version` is its epoch: it grows by one with each decision that changes it."""

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
    """Incidents merged into this one: further reports of the same event."""
    split_from: str | None = None
    """The incident of which this one was a part until it was split off."""
    split_into: tuple[str, ...] = ()
    hazard: Hazard | None = None
    warned: Mapping[str, int] = field(default_factory=dict)
    """People who were found inside the hazard area, and the epoch in which they were warned."""
    parent_id: str | None = None
    """The incident at which the person in distress works."""
    distress_of: str | None = None
    attention: tuple[Attention, ...] = ()
    declined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Requirement id to the people who declined it (or were lost to it) in offers that have left the state."""
    refused: tuple[RefusedBefore, ...] = ()
    """What was declined at incidents that were merged into this one."""
    forgotten_offers: int = 0
    """Ended offers that have left the state; the log has them."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Private field (`description`, `address`, `caller`) to the reference of the sealed record that holds it. One that is not
    here was never changed by a record of this kind: the report's own record holds it."""
    edits: Mapping[str, Edit] = field(default_factory=dict)
    """Field, named as in the HTTP body, to its last change since the report."""

    @property
    def is_open(self) -> bool:
        return self.status not in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)

    def offer(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.id == offer_id), None)

    def offers_for(self, requirement_id: str) -> tuple[Offer, ...]:
        return tuple([offer for offer in self.offers if offer.requirement_id == requirement_id])

    def open_places(self, requirement: Requirement) -> int:
        """People still missing: the count less those assigned or done; never below 0, none for work that is settled."""
        if requirement.settled is not None:
            return 0
        wanted = requirement.id
        filled = [1 for offer in self.offers if offer.requirement_id == wanted and offer.is_filling]
        return max(0, requirement.count - len(filled))

    def waits_for_people(self, requirement: Requirement) -> bool:
        """Whether somebody who becomes available is to be asked: nobody is for some place, too few for its certainty, or nobody
        translates for it."""
        if requirement.shortfall is not None or requirement.translator_since_ms is not None:
            return True
        return requirement.short_since_ms is not None and self.open_places(requirement) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMark:
    """Where a search stopped, so that it can go on behind it."""

    judged: frozenset[str]
    """Everybody it has looked at, whatever became of them."""
    radius_m: float | None
    around: Mapping[Exclusion, int] = field(default_factory=dict)
    """Part of `Found.excluded`: people near who were counted without being looked at. A later page counts them anew."""
