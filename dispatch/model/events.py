"""Events: facts about one incident, recorded in a decision. `lifecycle.evolve` folds them into the state of the incident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from dispatch.model.incidents import (
    Area,
    Climb,
    Hazard,
    MergeCandidate,
    MovedPerson,
    NewReport,
    Place,
    RefusedBefore,
    Requirement,
    Shortfall,
    TaskResult,
    Watch,
)
from dispatch.model.vocabulary import (
    Capability,
    Certainty,
    CheckInState,
    ConfirmationState,
    OfferSource,
    OfferState,
    Priority,
    SoftRule,
    StepAction,
    StepReason,
    Task,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReported:
    type: str
    priority: Priority
    area: Area | None
    language: str | None
    requirements: tuple[Requirement, ...]
    plan_version: str
    reported_by: str
    reported_ms: int
    logged_ms: int
    external_id: str | None
    body_digest: str
    text_print: str | None = None
    parent_id: str | None = None
    distress_of: str | None = None
    hazard: Hazard | None = None
    split_from: str | None = None
    moved: tuple[MovedPerson, ...] = ()
    """People transferred from the incident from which it was split; the dispatcher asks them next."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Private field to the reference of the encrypted record that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdated:
    """All values after the update, including the unchanged ones, so the event is self-contained."""

    type: str
    priority: Priority
    area: Area | None
    language: str | None
    requirements: tuple[Requirement, ...]
    plan_version: str
    changed: tuple[str, ...] = ()
    """Fields that the command set and that really changed, named as in the HTTP body: `type`, `priority`, `location`,
    `language`, `requirements`, `description`, `address`, `caller`. `requirements` is absent if they changed only because of
    another type or priority."""
    by: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    """For each private field among `changed`: the reference of the encrypted record that now holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCancelled:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed:
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened:
    """Open again with these requirements; field work done before no longer counts towards them."""

    by: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEscalated:
    alarm_level: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    by: str
    private_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade:
    offer_id: str
    requirement_id: str
    volunteer_id: str
    capability: Capability
    skill: str
    expires_ms: int
    distance_m: float | None
    eta_s: float | None
    task: Task | None
    chance: float | None = None
    """Estimated probability of an acceptance within the window."""
    shares_language: bool | None = None
    staging: Place | None = None
    source: OfferSource = OfferSource.SEARCH
    by: str | None = None
    """The operator who selected the person."""
    set_aside: tuple[SoftRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMoved:
    """An offer entered another state; `reason` is set where several causes lead to it."""

    offer_id: str
    volunteer_id: str
    state: OfferState
    reason: str | None = None
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGiven:
    offer_id: str
    volunteer_id: str
    result: TaskResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedIn:
    offer_id: str
    volunteer_id: str
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortfallFound:
    requirement_id: str
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
    look_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFellShort:
    """Since when fewer people are asked than the certainty of the requirement needs, because people are scarce; None: enough."""

    requirement_id: str
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
    skipped: str | None = None
    forecast: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsAdded:
    """Requirements added after the report: by a higher alarm level, or for a translator."""

    requirements: tuple[Requirement, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsked:
    """The operator should ask a partner organisation."""

    partner: str
    requirement_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRaised:
    """An operator should look at the incident. Raised once for each combination of reason, requirement and offer."""

    reason: str
    requirement_id: str | None = None
    detail: str | None = None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionEnded:
    reason: str
    requirement_id: str | None = None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardDeclared:
    """The polygon of the incident is a hazard area from now on; people with one of the skills `equipped` may enter it."""

    equipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardEnded:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardWarned:
    """People inside the hazard area who were not warned of it before; `beyond`: lower bound of how many more there are."""

    volunteer_ids: tuple[str, ...]
    beyond: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingMoved:
    """New staging point of a person after the hazard area changed; None: they go to the scene itself."""

    offer_id: str
    volunteer_id: str
    staging: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClockSet:
    """A person on scene is asked to check in at `due_ms`, unless they check in before."""

    offer_id: str
    volunteer_id: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInAsked:
    """A person on scene was asked to check in, then warned, then overdue; `due_ms`: when the next of these follows."""

    offer_id: str
    volunteer_id: str
    state: CheckInState
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSet:
    """Observations of a person on their way, and when to check again."""

    offer_id: str
    volunteer_id: str
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanged:
    """The job of a person with a live offer has changed, whoever caused it. `changes`: names of fields (`JobField`), never
    values. `to_confirm`: those of them that the person must confirm by `due_ms` before they are reminded; empty if the offer
    is not answered yet."""

    offer_id: str
    volunteer_id: str
    changes: tuple[str, ...]
    to_confirm: tuple[str, ...] = ()
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysToCheck:
    """Incidents whose people may cross the hazard area that the decision creates, moves or ends; each is sent `CheckWay`."""

    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardOnWay:
    """The hazard area of another incident lies on the way of this person, or where they work. Carries no positions."""

    offer_id: str
    volunteer_id: str
    hazard_incident_id: str
    ground: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCleared:
    """The hazards that this person was told of have ended or no longer concern them."""

    offer_id: str
    volunteer_id: str
    hazard_incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationMissed:
    """Changes were not confirmed in time: the person is reminded, then the operator is alerted. `due_ms`: when the next of these
    follows. `changes`: the unconfirmed fields."""

    offer_id: str
    volunteer_id: str
    state: ConfirmationState
    due_ms: int | None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesConfirmed:
    """The person confirmed all changes up to this epoch. `due_ms`: deadline of the changes still unconfirmed; None: none are."""

    offer_id: str
    volunteer_id: str
    version: int
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingAsked:
    """A person on their way is asked whether they are still coming, because of `reason` (`AbsenceReason`)."""

    offer_id: str
    volunteer_id: str
    reason: str
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked:
    """A person on scene requests more people. `requirement`: the state after it, new or with a higher count."""

    offer_id: str
    volunteer_id: str
    requirement: Requirement
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressRaised:
    """A person who was sent is in danger; `child_id` is the incident that is opened for them.

    `area` is that of the incident to which they were sent: positions of people never enter `decisions`.
    """

    offer_id: str
    volunteer_id: str
    child_id: str
    area: Area | None
    hazard: Hazard | None = None
    language: str | None = None
    private_ref: str | None = None


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
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSettled:
    """Enough answers agree on this outcome; `offer_ids` are the offers that gave it."""

    requirement_id: str
    outcome: str
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyChanged:
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMoved:
    """Digital work found the actual location."""

    area: Area


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRemeasured:
    """New distance and travel time of a person after the incident moved."""

    offer_id: str
    volunteer_id: str
    distance_m: float
    eta_s: float


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


Event: TypeAlias = (
    IncidentReported
    | IncidentUpdated
    | IncidentCancelled
    | IncidentClosed
    | IncidentReopened
    | IncidentEscalated
    | NoteAdded
    | OfferMade
    | OfferMoved
    | ResultGiven
    | CheckedIn
    | ShortfallFound
    | ShortfallEnded
    | RetryScheduled
    | WaveTimed
    | WaveFellShort
    | TranslatorLacked
    | LeaseHeld
    | AnswerWanted
    | WorkSettled
    | CertaintyChanged
    | IncidentMoved
    | OfferRemeasured
    | MergeProposed
    | MergeBegun
    | MergeEnded
    | IncidentMerged
    | IncidentUnmerged
    | MergeDeclined
    | ReportAdopted
    | ReportReleased
    | IncidentSplit
    | LadderScheduled
    | LadderStepped
    | RequirementsAdded
    | PartnerAsked
    | AttentionRaised
    | AttentionEnded
    | HazardDeclared
    | HazardEnded
    | HazardWarned
    | StagingMoved
    | CheckInClockSet
    | CheckInAsked
    | WatchSet
    | ComingAsked
    | JobChanged
    | WaysToCheck
    | HazardOnWay
    | WayCleared
    | ConfirmationMissed
    | ChangesConfirmed
    | HelpAsked
    | DistressRaised
)

EVENTS: dict[str, type] = {
    "incident_reported": IncidentReported,
    "incident_updated": IncidentUpdated,
    "incident_cancelled": IncidentCancelled,
    "incident_closed": IncidentClosed,
    "incident_reopened": IncidentReopened,
    "incident_escalated": IncidentEscalated,
    "note_added": NoteAdded,
    "offer_made": OfferMade,
    "offer_moved": OfferMoved,
    "result_given": ResultGiven,
    "checked_in": CheckedIn,
    "shortfall_found": ShortfallFound,
    "shortfall_ended": ShortfallEnded,
    "retry_scheduled": RetryScheduled,
    "wave_timed": WaveTimed,
    "wave_fell_short": WaveFellShort,
    "translator_lacked": TranslatorLacked,
    "lease_held": LeaseHeld,
    "answer_wanted": AnswerWanted,
    "work_settled": WorkSettled,
    "certainty_changed": CertaintyChanged,
    "incident_moved": IncidentMoved,
    "offer_remeasured": OfferRemeasured,
    "merge_proposed": MergeProposed,
    "merge_begun": MergeBegun,
    "merge_ended": MergeEnded,
    "incident_merged": IncidentMerged,
    "incident_unmerged": IncidentUnmerged,
    "merge_declined": MergeDeclined,
    "report_adopted": ReportAdopted,
    "report_released": ReportReleased,
    "incident_split": IncidentSplit,
    "ladder_scheduled": LadderScheduled,
    "ladder_stepped": LadderStepped,
    "requirements_added": RequirementsAdded,
    "partner_asked": PartnerAsked,
    "attention_raised": AttentionRaised,
    "attention_ended": AttentionEnded,
    "hazard_declared": HazardDeclared,
    "hazard_ended": HazardEnded,
    "hazard_warned": HazardWarned,
    "staging_moved": StagingMoved,
    "check_in_clock_set": CheckInClockSet,
    "check_in_asked": CheckInAsked,
    "watch_set": WatchSet,
    "coming_asked": ComingAsked,
    "job_changed": JobChanged,
    "ways_to_check": WaysToCheck,
    "hazard_on_way": HazardOnWay,
    "way_cleared": WayCleared,
    "confirmation_missed": ConfirmationMissed,
    "changes_confirmed": ChangesConfirmed,
    "help_asked": HelpAsked,
    "distress_raised": DistressRaised,
}
