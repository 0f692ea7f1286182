"""Events: facts about one incident, recorded in a decision. `lifecycle.evolve` folds them into the state of the incident."""

from typing import TypeAlias

from dispatch.model.digital_events import (
    AnswerWanted,
    CertaintyChanged,
    LeaseHeld,
    ProposalAccepted,
    ProposalEnded,
    ProposalMade,
    ProposalRejected,
    ResultGiven,
    WorkSettled,
)
from dispatch.model.incident_events import (
    AttentionEnded,
    AttentionRaised,
    IncidentCancelled,
    IncidentClosed,
    IncidentEscalated,
    IncidentMoved,
    IncidentReopened,
    IncidentReported,
    IncidentUpdated,
    NoteAdded,
)
from dispatch.model.merge_events import (
    IncidentMerged,
    IncidentSplit,
    IncidentUnmerged,
    MergeBegun,
    MergeDeclined,
    MergeEnded,
    MergeProposed,
    ReportAdopted,
    ReportReleased,
)
from dispatch.model.offer_events import (
    ChangesConfirmed,
    ConfirmationMissed,
    JobChanged,
    OfferMade,
    OfferMoved,
    OfferRemeasured,
    PersonReminded,
)
from dispatch.model.safety_events import (
    CheckedIn,
    CheckInAsked,
    CheckInClockSet,
    ComingAsked,
    DistressAgain,
    DistressLinked,
    DistressMarked,
    DistressRaised,
    DistressTold,
    HazardDeclared,
    HazardEnded,
    HazardOnWay,
    HazardWarned,
    HelpAsked,
    OfferYielded,
    SafetyStated,
    StagingMoved,
    WatchSet,
    WayCleared,
    WaysToCheck,
)
from dispatch.model.staffing_events import (
    BridgeEnded,
    LadderScheduled,
    LadderStepped,
    PartnerAsked,
    RequirementsAdded,
    RetryScheduled,
    ShortfallEnded,
    ShortfallFound,
    TranslatorLacked,
    WaveFellShort,
    WaveTimed,
)

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
    | ProposalMade
    | ProposalAccepted
    | ProposalRejected
    | ProposalEnded
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
    | BridgeEnded
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
    | DistressAgain
    | PersonReminded
    | DistressLinked
    | DistressTold
    | DistressMarked
    | OfferYielded
    | SafetyStated
)

# Names on the wire (`kind`). `decisions` is kept for a year: names are added, never changed.
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
    "proposal_made": ProposalMade,
    "proposal_accepted": ProposalAccepted,
    "proposal_rejected": ProposalRejected,
    "proposal_ended": ProposalEnded,
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
    "bridge_ended": BridgeEnded,
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
    "distress_again": DistressAgain,
    "person_reminded": PersonReminded,
    "distress_linked": DistressLinked,
    "distress_told": DistressTold,
    "distress_marked": DistressMarked,
    "offer_yielded": OfferYielded,
    "safety_stated": SafetyStated,
}
