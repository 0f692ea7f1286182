"""Facts about one incident, the effects inside a decision. `lifecycle.evolve` folds them into the incident's state."""

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
    """Who is asked by name next: they come over from the incident it was split off."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Private field to the reference of the sealed record that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUpdated:
    """The values after the update; what did not change is repeated, so the event stands on its own."""

    type: str
    priority: Priority
    area: Area | None
    language: str | None
    requirements: tuple[Requirement, ...]
    plan_version: str
    changed: tuple[str, ...] = ()
    """What the order named and really changed, by the names of the HTTP body: `type`, `priority`, `location`, `language`,
    `requirements`, `description`, `address`, `caller`. Requirements that only follow from another type or priority are not
    among them."""
    by: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    """Of the private fields among them: the reference of the sealed record that holds each from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCancelled:
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed:
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened:
    """Open again, with these needs; field work that was done before fills no place any more."""

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
    """Of an acceptance within the window, as estimated at this moment."""
    shares_language: bool | None = None
    staging: Place | None = None
    source: OfferSource = OfferSource.SEARCH
    by: str | None = None
    """Who named the person."""
    set_aside: tuple[SoftRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMoved:
    """An offer took a step of its life; `reason` says why where the step has several causes."""

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
    """When silence alone will have made the requirement's wave doubtful; None: an answer or the window's end comes first."""

    requirement_id: str
    look_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFellShort:
    """Fewer are asked than the stated certainty asks for, because people are scarce, since then; None: it is sure enough."""

    requirement_id: str
    since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslatorLacked:
    """A translator is wanted for this requirement since then and none is there; None: it is over."""

    requirement_id: str
    since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderScheduled:
    """When the next step of a requirement's ladder is due, on the clock that began at `since_ms`; `reason` says why then."""

    requirement_id: str
    since_ms: int
    due_ms: int | None
    reason: StepReason


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStepped:
    """A step of a requirement's ladder was taken, or `skipped` because it would have reached nobody new; `climb` is the place
    on the ladder after it."""

    requirement_id: str
    action: StepAction
    reason: StepReason
    climb: Climb
    skipped: str | None = None
    forecast: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsAdded:
    """Needs that came after the report: of a higher alarm level, or a translator that bridges languages."""

    requirements: tuple[Requirement, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAsked:
    """A partner organisation is to be asked; the operator sees it and does it."""

    partner: str
    requirement_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRaised:
    """An operator should look at the incident; the same reason for the same requirement (and offer, where one is named) is
    raised once."""

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
    """The incident's polygon is dangerous ground from now on; people with one of these skills may enter it."""

    equipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardEnded:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardWarned:
    """People found inside the hazard area, who have not been warned of it before; `beyond`: how many more there are at least."""

    volunteer_ids: tuple[str, ...]
    beyond: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingMoved:
    """Where this person is to gather now that the dangerous ground is another; None: at the scene itself."""

    offer_id: str
    volunteer_id: str
    staging: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInClockSet:
    """A person on scene is asked for a sign of life at `due_ms`, unless they give one before."""

    offer_id: str
    volunteer_id: str
    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInAsked:
    """A person on scene is asked, then warned, then missed; `due_ms`: when the next of these follows."""

    offer_id: str
    volunteer_id: str
    state: CheckInState
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSet:
    """What was seen of somebody on their way, and when to look again."""

    offer_id: str
    volunteer_id: str
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChanged:
    """What a person with a live offer acts on has become something else, whoever caused it. `changes`: names of fields
    (`JobField`), never values. `to_confirm`: those of them that the person has to confirm, until `due_ms` without being
    reminded; empty for who has not answered yet."""

    offer_id: str
    volunteer_id: str
    changes: tuple[str, ...]
    to_confirm: tuple[str, ...] = ()
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysToCheck:
    """Incidents whose people may meet the ground that this decision makes dangerous, moves or ends; each is sent `CheckWay`."""

    incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardOnWay:
    """Dangerous ground of another incident lies across this person's way, or where they work. Where exactly stands nowhere."""

    offer_id: str
    volunteer_id: str
    hazard_incident_id: str
    ground: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCleared:
    """What this person was told of is dangerous no more, or lies elsewhere."""

    offer_id: str
    volunteer_id: str
    hazard_incident_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationMissed:
    """Changes were not confirmed in time: the person is reminded, then the operator alarmed; `due_ms`: when the next of these
    follows. `changes`: the fields that are open."""

    offer_id: str
    volunteer_id: str
    state: ConfirmationState
    due_ms: int | None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesConfirmed:
    """The person has seen every change up to this epoch. `due_ms`: the clock of what is still open, None when nothing is."""

    offer_id: str
    volunteer_id: str
    version: int
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingAsked:
    """Somebody on their way is asked whether they are still coming, because of `reason` (`AbsenceReason`)."""

    offer_id: str
    volunteer_id: str
    reason: str
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked:
    """A person on scene asks for more people: `requirement` as it stands after it, new or with more places."""

    offer_id: str
    volunteer_id: str
    requirement: Requirement
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DistressRaised:
    """A person who was sent is in danger; `child_id` is the incident that is opened for them.

    Its area is that of the incident they were sent to: nothing that places a person enters the log of decisions.
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
    """Digital work is in somebody's hands until then, unless they are heard of again."""

    offer_id: str
    volunteer_id: str
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWanted:
    """One more person does the same work: `validation` of a first answer, or `disagreement` among several."""

    requirement_id: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSettled:
    """Enough answers agree on this outcome; `offer_ids` are theirs."""

    requirement_id: str
    outcome: str
    offer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertaintyChanged:
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMoved:
    """Digital work found where it really is."""

    area: Area


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRemeasured:
    """How far the person of this offer is from the place the incident moved to."""

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
    """Who said no to what: `into` must not ask them for it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEnded:
    """The merge did not come about: `not_taken` in time, or `withdrawn`."""

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
    """`into` took this incident in when the merge was no longer wanted."""

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
    """A part has become the incident `into`, which `report` begins; the further `reports` go over to it."""

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
