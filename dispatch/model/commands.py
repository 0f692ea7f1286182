"""Commands: records of the `incidents` topic, each an order about one incident. Nothing else changes an incident.

`id` is deterministic (`ids.py`). `by` is the author: an opaque subject, or `dispatcher`. `sent_ms` is the clock of the sender;
it is recorded and never used. Commands carry no free text: it is stored in the `private` topic under `private_ref`.
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
    """SHA-256 of the canonical report. The dispatcher refuses a second report with the same idempotency key and another digest,
    even if the API did not detect it (Redis was down)."""
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    reported_ms: int | None = None
    external_id: str | None = None
    text_print: str | None = None
    """Fingerprint of the description (`streams/intake/text_fingerprint.py`): measures similarity without revealing the text."""
    parent_id: str | None = None
    """Set in reports that the dispatcher makes about a person in distress: the incident to which that person was sent."""
    distress_of: str | None = None
    """Opaque id of the person in distress."""
    hazard: Hazard | None = None
    """The hazard at the incident of the person in distress; None: none."""
    split_from: str | None = None
    """The incident from which this one was split."""
    moved: tuple[MovedPerson, ...] = ()
    """People who are transferred with the split."""
    private_ref: str | None = None
    """Record that holds description, address and caller; None: there are none, or an older report stored them under
    `incident:<id>`."""
    private_fields: tuple[str, ...] = ()
    """The private fields that the report states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncident(Command):
    """Changes only the fields that are set."""

    type: str | None = None
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    private_ref: str | None = None
    """Encrypted record of this command; it holds the new values of `private_fields` and nothing else."""
    private_fields: tuple[str, ...] = ()
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Private field to the record in which the sender read the value that it now sends: not a change while that record is the
    current one."""
    expected_version: int | None = None
    """Precondition: no field that the command changes was edited in a later epoch."""
    expected_edits: Mapping[str, int] = field(default_factory=dict)
    """Precondition by field: not edited in a later epoch than the one stated. The API compares expected values at that epoch; it
    states a number below 0 if the value already differed, so the command is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelIncident(Command):
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIncident(Command):
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIncident(Command):
    """Opens an incident that was closed or cancelled too early, or that has started again."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateIncident(Command):
    """Raises the alarm level. `level`: the level when the order was given; a duplicate finds a higher one and has no effect."""

    private_ref: str | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    private_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignVolunteer(Command):
    """An operator selects the person to be asked. `force` overrides the soft rules; `private_ref` holds the operator's reason."""

    volunteer_id: str
    requirement_id: str
    force: bool = False
    like: WorkKind | None = None
    """Selects the requirement by its kind of work, instead of by `requirement_id`."""
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer(Command):
    """An operator withdraws an offer, or stands the person down. `replace`: search for somebody else."""

    offer_id: str
    replace: bool = True
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCommand(Command):
    """A command about one offer by the person who holds it; the dispatcher checks that the offer is theirs.

    `heard_by`: the operator `by` enters what the person said. `volunteer_id` is then empty if the API could not look it up.
    """

    offer_id: str
    volunteer_id: str
    heard_by: HeardBy | None = None

    def speaks_for(self, volunteer_id: str) -> bool:
        """Whether the command counts as the answer of this person, the holder of the offer."""
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
    """The person has seen the changes of their job up to this version of the incident."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseDistress(AnswerCommand):
    """The person who holds the offer is in danger."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForHelp(AnswerCommand):
    """A person on scene requests more people; without a skill, of the kind of their own requirement."""

    skill: str | None = None
    count: int = 1
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDuty(AnswerCommand):
    """The person went off duty while they held this offer; sent by the service that reads profiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveResult(AnswerCommand):
    """The result of digital work."""

    outcome: str
    location: Geometry | None = None
    other_incident_id: str | None = None
    private_ref: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeIncident(Command):
    """Merges this incident into `into`: both are reports of the same event."""

    into: str
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmergeIncident(Command):
    """Undoes a merge: the incident is a separate event."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitIncident(Command):
    """Splits off a part of this incident as the new incident `report`; `offers` and merged `reports` are transferred to it."""

    report: NewReport
    offers: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptReport(Command):
    """Makes `other` a merged report of this incident. `refused`: who declined which work there. `moved_from`: the incident of
    which it was a report until that was split."""

    other: str
    refused: tuple[RefusedBefore, ...] = ()
    moved_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishMerge(Command):
    """Confirms that `into` has adopted this incident. `moved_from`: the incident into which it was merged before."""

    into: str
    moved_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport(Command):
    """Removes `other` from the merged reports of this incident."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAttention(Command):
    """An operator has handled an entry of `Incident.attention`; `reason` names it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterHazard(Command):
    """Positions of people were received inside the hazard area that is valid since the epoch `ground`. Carries no positions."""

    volunteer_ids: tuple[str, ...]
    ground: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWay(Command):
    """Checks whether the hazard area of another incident lies on the way of people who are sent to this one."""

    hazard_incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDeadline(Command):
    """A timer has expired; the dispatcher decides whether the deadline still applies."""

    deadline: DeadlineKind
    due_ms: int
    offer_id: str | None = None
    requirement_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidOffer(Command):
    """Voids an offer: when its decision was applied, the log showed that the person already held another one."""

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
