"""Orders about one incident, in the order of the log. Everything that can change an incident is one of these.

`id` is deterministic (`ids.py`), `by` is who gave the order (an opaque subject, or `dispatcher`), `sent_ms` is the sender's
clock, kept as claimed and used for nothing. Free text never stands here: it lies in the `private` topic under `private_ref`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from dispatch.model.incidents import (
    Area,
    Geometry,
    Hazard,
    MovedPerson,
    NewReport,
    RefusedBefore,
    RequirementSpec,
    WorkKind,
)
from dispatch.model.vocabulary import DeadlineKind, DeclineReason, HeardBy, OfferState, Priority

DISPATCHER = "dispatcher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    id: str
    incident_id: str
    by: str
    sent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIncident(Command):
    type: str
    body_digest: str
    """SHA-256 of the canonical report, so that the same key with another body is refused even if the API could not know."""
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    reported_ms: int | None = None
    external_id: str | None = None
    text_print: str | None = None
    """Fingerprint of the description (`streams/intake/text_fingerprint.py`): says how alike two texts are, not what they say."""
    parent_id: str | None = None
    """The dispatcher's own report of a person in distress names the incident they were sent to …"""
    distress_of: str | None = None
    """… and the person, by their opaque id …"""
    hazard: Hazard | None = None
    """… and whether the ground there is dangerous."""
    split_from: str | None = None
    """The incident it was split off …"""
    moved: tuple[MovedPerson, ...] = ()
    """… and who goes over with it."""
    private_ref: str | None = None
    """Where description, address and caller lie; None: there are none, or they lie under `incident:<id>` as before."""
    private_fields: tuple[str, ...] = ()
    """Which of them the report states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncident(Command):
    """Only what is given changes."""

    type: str | None = None
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    private_ref: str | None = None
    """The sealed record of this very command with the new values of `private_fields` and nothing else."""
    private_fields: tuple[str, ...] = ()
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Private field to the record in which the sender saw the very value that it gives: no change while that record holds."""
    expected_version: int | None = None
    """Refused if a field that it changes was edited in a later epoch than this."""
    expected_edits: Mapping[str, int] = field(default_factory=dict)
    """Refused if one of these fields was edited in a later epoch than the one stated for it: the sender compared values as they
    stood then. Below 0: the value was another one already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelIncident(Command):
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIncident(Command):
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIncident(Command):
    """It was not over, or it has begun again."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateIncident(Command):
    """`level`: the alarm level at which it was given. An order that was given twice finds the level raised by its twin."""

    private_ref: str | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    private_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignVolunteer(Command):
    """An operator names the person who is to be asked. `force`: soft rules are set aside, for the reason behind `private_ref`."""

    volunteer_id: str
    requirement_id: str
    force: bool = False
    like: WorkKind | None = None
    """For whichever requirement asks for such work, instead of `requirement_id`."""
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer(Command):
    """An operator takes an offer back, or stands the person down. `replace`: the place is filled anew."""

    offer_id: str
    replace: bool = True
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCommand(Command):
    """An order about one offer by the person who holds it; the dispatcher checks whose offer it is.

    `heard_by`: an operator (`by`) enters what the person told them; `volunteer_id` may then be empty, if nobody could look it up.
    """

    offer_id: str
    volunteer_id: str
    heard_by: HeardBy | None = None

    def speaks_for(self, volunteer_id: str) -> bool:
        """Whether it is the word of the person who holds the offer."""
        return self.heard_by is not None or self.volunteer_id == volunteer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(AnswerCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer(AnswerCommand):
    reason: DeclineReason = DeclineReason.OTHER
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProgress(AnswerCommand):
    state: OfferState


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn(AnswerCommand):
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmChanges(AnswerCommand):
    """I have seen what changed of my job, up to this version of the incident."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseDistress(AnswerCommand):
    """I am in danger myself."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForHelp(AnswerCommand):
    """More people are needed here; without a skill, of the same kind."""

    skill: str | None = None
    count: int = 1
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDuty(AnswerCommand):
    """The person went off duty while they held this offer; sent by the service that reads profiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveResult(AnswerCommand):
    """What digital work found."""

    outcome: str
    location: Geometry | None = None
    other_incident_id: str | None = None
    private_ref: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeIncident(Command):
    """This incident is a further report of the event that `into` is about."""

    into: str
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmergeIncident(Command):
    """It was another event after all."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitIncident(Command):
    """A part of this incident is another event: `report` says which. `offers` and further `reports` go over to it."""

    report: NewReport
    offers: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptReport(Command):
    """Asks this incident to take `other` in as a further report. `refused`: who said no to what there. `moved_from`: the incident
    it was a report of until that was split."""

    other: str
    refused: tuple[RefusedBefore, ...] = ()
    moved_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishMerge(Command):
    """`into` has taken this incident in. `moved_from`: the incident it had been merged into before."""

    into: str
    moved_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport(Command):
    """`other` is no further report of this incident any more."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAttention(Command):
    """The operator has looked at it; `reason` as it stands in `Incident.attention`."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterHazard(Command):
    """People were seen on the incident's dangerous ground, as it is since the epoch `ground`. Where on it stands nowhere."""

    volunteer_ids: tuple[str, ...]
    ground: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWay(Command):
    """Look whether dangerous ground of another incident concerns the people who are sent to this one."""

    hazard_incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDeadline(Command):
    """A timer proposes; the dispatcher decides whether the deadline still matters."""

    deadline: DeadlineKind
    due_ms: int
    offer_id: str | None = None
    requirement_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidOffer(Command):
    """The log showed that the person was already taken when this offer's decision was applied."""

    offer_id: str


AnyCommand: TypeAlias = (
    ReportIncident
    | UpdateIncident
    | CancelIncident
    | CloseIncident
    | ReopenIncident
    | EscalateIncident
    | AddNote
    | AssignVolunteer
    | WithdrawOffer
    | AcceptOffer
    | DeclineOffer
    | ReportProgress
    | CheckIn
    | ConfirmChanges
    | RaiseDistress
    | AskForHelp
    | LeaveDuty
    | GiveResult
    | MergeIncident
    | SplitIncident
    | UnmergeIncident
    | AdoptReport
    | FinishMerge
    | ReleaseReport
    | SettleAttention
    | EnterHazard
    | CheckWay
    | PassDeadline
    | VoidOffer
)

COMMANDS: dict[str, type[Command]] = {
    "report_incident": ReportIncident,
    "update_incident": UpdateIncident,
    "cancel_incident": CancelIncident,
    "close_incident": CloseIncident,
    "reopen_incident": ReopenIncident,
    "escalate_incident": EscalateIncident,
    "add_note": AddNote,
    "assign_volunteer": AssignVolunteer,
    "withdraw_offer": WithdrawOffer,
    "accept_offer": AcceptOffer,
    "decline_offer": DeclineOffer,
    "report_progress": ReportProgress,
    "check_in": CheckIn,
    "confirm_changes": ConfirmChanges,
    "raise_distress": RaiseDistress,
    "ask_for_help": AskForHelp,
    "leave_duty": LeaveDuty,
    "give_result": GiveResult,
    "merge_incident": MergeIncident,
    "split_incident": SplitIncident,
    "unmerge_incident": UnmergeIncident,
    "adopt_report": AdoptReport,
    "finish_merge": FinishMerge,
    "release_report": ReleaseReport,
    "settle_attention": SettleAttention,
    "enter_hazard": EnterHazard,
    "check_way": CheckWay,
    "pass_deadline": PassDeadline,
    "void_offer": VoidOffer,
}
"""Name on the wire (`kind`, and `ce_type` as `komek.command.<name>`) of each command."""
