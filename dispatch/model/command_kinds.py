"""All commands, with their names on the wire."""

from typing import TypeAlias

from dispatch.model.answer_commands import (
    AcceptOffer,
    AskForHelp,
    CheckIn,
    ConfirmChanges,
    DeclineOffer,
    GiveResult,
    LeaveDuty,
    LoseVerification,
    RaiseDistress,
    ReportProgress,
)
from dispatch.model.commands import (
    AcceptProposal,
    AddNote,
    AdoptReport,
    AssignVolunteer,
    CancelIncident,
    CheckWay,
    CloseIncident,
    Command,
    EndMerge,
    EnterHazard,
    EscalateIncident,
    FinishMerge,
    MergeIncident,
    PassDeadline,
    RejectProposal,
    ReleaseReport,
    RemindPerson,
    ReopenIncident,
    ReportIncident,
    SettleAttention,
    SplitIncident,
    UnmergeIncident,
    UpdateIncident,
    VoidOffer,
    WithdrawOffer,
)
from dispatch.model.distress_commands import MarkDistress, StateSafety, YieldOffer

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
    | RemindPerson
    | AcceptOffer
    | DeclineOffer
    | ReportProgress
    | CheckIn
    | ConfirmChanges
    | RaiseDistress
    | AskForHelp
    | LeaveDuty
    | LoseVerification
    | GiveResult
    | MergeIncident
    | SplitIncident
    | UnmergeIncident
    | AdoptReport
    | FinishMerge
    | EndMerge
    | ReleaseReport
    | SettleAttention
    | AcceptProposal
    | RejectProposal
    | EnterHazard
    | CheckWay
    | PassDeadline
    | VoidOffer
    | MarkDistress
    | YieldOffer
    | StateSafety
)

# Names are added, never changed: stored records carry them. `tests/streams/wire` compares table and union.
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
    "remind_person": RemindPerson,
    "accept_offer": AcceptOffer,
    "decline_offer": DeclineOffer,
    "report_progress": ReportProgress,
    "check_in": CheckIn,
    "confirm_changes": ConfirmChanges,
    "raise_distress": RaiseDistress,
    "ask_for_help": AskForHelp,
    "leave_duty": LeaveDuty,
    "lose_verification": LoseVerification,
    "give_result": GiveResult,
    "merge_incident": MergeIncident,
    "split_incident": SplitIncident,
    "unmerge_incident": UnmergeIncident,
    "adopt_report": AdoptReport,
    "finish_merge": FinishMerge,
    "end_merge": EndMerge,
    "release_report": ReleaseReport,
    "settle_attention": SettleAttention,
    "accept_proposal": AcceptProposal,
    "reject_proposal": RejectProposal,
    "enter_hazard": EnterHazard,
    "check_way": CheckWay,
    "pass_deadline": PassDeadline,
    "void_offer": VoidOffer,
    "mark_distress": MarkDistress,
    "yield_offer": YieldOffer,
    "state_safety": StateSafety,
}
"""Name on the wire (`kind`, and `ce_type` as `komek.command.<name>`) of each command."""
