"""Commands: records of the `incidents` topic, each an order about one incident. Nothing else changes an incident.

`id` is deterministic (`ids.py`). `by` is the author: an opaque subject, or `dispatcher`. `sent_ms` is the clock of the sender;
it is recorded and never used. Commands carry no free text: it is stored in the `private` topic under `private_ref`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.model.distress_links import SentTo
from dispatch.model.incidents import Hazard
from dispatch.model.merges import MovedPerson, NewReport, RefusedBefore, ReportNumber
from dispatch.model.places import Area
from dispatch.model.proposals import Proposal
from dispatch.model.reasons import EndCode
from dispatch.model.requirements import RequirementSpec, WorkKind
from dispatch.model.vocabulary import AnswerWay, DeadlineKind, Priority

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
    """Keyed digest of the canonical report, `<scheme>:<64 hex digits>` (`streams/wire/client_digests.py`). The dispatcher refuses
    a second report with the same idempotency key and another digest of the same scheme, even if the API did not detect it (Redis
    was down)."""
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    reported_ms: int | None = None
    external_id: str | None = None
    """Only in records from before it was encrypted (`private_fields`)."""
    external_digest: str | None = None
    """Keyed digest of the external id, by which duplicates are found; None: there is no id, or an older record (`digests.py`)."""
    text_print: str | None = None
    """Fingerprint of the description (`streams/intake/text_fingerprint.py`): measures similarity without revealing the text."""
    parent_id: str | None = None
    """Set in reports that the dispatcher makes about a person in distress: the incident to which that person was sent."""
    # The position of that person stays in Redis; the report has the area of the parent (DESIGN 26).
    distress_of: str | None = None
    """Opaque id of the person in distress."""
    hazard: Hazard | None = None
    """The hazard at the incident of the person in distress; None: none."""
    # Marks the pair, so the two are never proposed as duplicates (DESIGN 104).
    split_from: str | None = None
    """The incident from which this one was split."""
    moved: tuple[MovedPerson, ...] = ()
    """People who are transferred with the split."""
    private_ref: str | None = None
    """Record that holds description, address, caller and external id; None: there are none, or an older report stored them under
    `incident:<id>`."""
    private_fields: tuple[str, ...] = ()
    """The private fields that the report states."""
    exercise: bool = False
    """The incident is a drill: people are asked as for a real one, and every text says so."""
    into: str | None = None
    """The incident of the same event: this report is merged into it before anybody is asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateIncident(Command):
    """Changes only the fields that are set."""

    type: str | None = None
    priority: Priority | None = None
    area: Area | None = None
    language: str | None = None
    requirements: tuple[RequirementSpec, ...] | None = None
    # One record per edit: a shared one lost an operator's change in 9 to 11 of 12 races (DESIGN 79).
    private_ref: str | None = None
    """Encrypted record of this command; it holds the new values of `private_fields` and nothing else."""
    private_fields: tuple[str, ...] = ()
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Private field to the record in which the sender read the value that it now sends: not a change while that record is the
    current one."""
    # Per field, not per incident: automatic decisions raise the version too (DESIGN 27, 79).
    expected_version: int | None = None
    """Precondition: no field that the command changes was edited in a later epoch."""
    expected_edits: Mapping[str, int] = field(default_factory=dict)
    """Precondition by field: not edited in a later epoch than the one stated. The API compares expected values at that epoch; it
    states a number below 0 if the value already differed, so the command is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelIncident(Command):
    private_ref: str | None = None
    code: EndCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIncident(Command):
    private_ref: str | None = None
    code: EndCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIncident(Command):
    """Opens an incident that was closed or cancelled too early, or that has started again."""

    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateIncident(Command):
    """Raises the alarm level. `level`: the level when the order was given; a duplicate finds a higher one and has no effect."""

    private_ref: str | None = None
    # A double click under two idempotency keys must raise the level once (DESIGN 103).
    level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    """`way`: the person `by` wrote it as a message; None: an operator did."""

    private_ref: str
    way: AnswerWay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignVolunteer(Command):
    """An operator selects the person to be asked. `force` overrides the soft rules; `private_ref` holds the operator's reason."""

    volunteer_id: str
    requirement_id: str
    force: bool = False
    # For people who move with a split: the new incident numbers its requirements anew (DESIGN 104).
    like: WorkKind | None = None
    """Selects the requirement by its kind of work, instead of by `requirement_id`."""
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer(Command):
    """An operator withdraws an offer, or stands the person down. `replace`: search for somebody else."""

    offer_id: str
    # False gives the place up, which is an edit of the requirements (DESIGN 101).
    replace: bool = True
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindPerson(Command):
    """An operator has the notice of a live offer sent once more."""

    offer_id: str
    private_ref: str | None = None


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

    # The ids in it follow from the order, so a redelivery cannot open two incidents (DESIGN 104).
    report: NewReport
    offers: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptReport(Command):
    """Makes `other` a merged report of this incident. `refused`: who declined which work there. `moved_from`: the incident of
    which it was a report until that was split. `numbers`: its external numbers. `priority`, `area`: its own; None: not known."""

    other: str
    # Who said no at the merged incident is not asked again for the same work here (DESIGN 56).
    refused: tuple[RefusedBefore, ...] = ()
    moved_from: str | None = None
    numbers: tuple[ReportNumber, ...] = ()
    priority: Priority | None = None
    area: Area | None = None
    proposals: tuple[Proposal, ...] = ()
    """Its results that wait for an operator."""
    in_distress: tuple[str, ...] = ()
    """People whose danger it is."""
    sent_to: tuple[SentTo, ...] = ()
    """Where these people were sent."""
    requirements: tuple[RequirementSpec, ...] = ()
    """Those stated there that are not met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishMerge(Command):
    """Confirms that `into` has adopted this incident. `moved_from`: the incident into which it was merged before."""

    into: str
    moved_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMerge(Command):
    """`into` has refused to adopt this incident: it continues alone."""

    # Without it a new report asked nobody until its deadline, 15 s later (DESIGN 207).
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReport(Command):
    """Removes `other` from the merged reports of this incident."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAttention(Command):
    """An operator has handled an entry of `Incident.attention`; `reason` names it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptProposal(Command):
    """An operator carries out a proposal of digital work. Refused if another one has taken its place, or it has ended."""

    proposal_id: str
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectProposal(Command):
    """An operator decides against a proposal of digital work; refused as `AcceptProposal` is."""

    proposal_id: str
    private_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterHazard(Command):
    """Positions of people were received inside the hazard area that is valid since the epoch `ground`. Carries no positions."""

    volunteer_ids: tuple[str, ...]
    # `Hazard.since`: after a change of the area everybody is searched for again, so an older one is ignored (DESIGN 54).
    ground: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWay(Command):
    """Checks whether the hazard area of another incident lies on the way of people who are sent to this one."""

    hazard_incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDeadline(Command):
    """A timer has expired; the dispatcher decides whether the deadline still applies."""

    deadline: DeadlineKind
    # Part of the id: a timer that is set anew makes a new command (`deadlines.py`).
    due_ms: int
    offer_id: str | None = None
    requirement_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidOffer(Command):
    """Voids an offer: when its decision was applied, the log showed that the person already held another one."""

    offer_id: str
