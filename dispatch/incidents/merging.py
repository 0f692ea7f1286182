"""Merging: one incident becomes a further report of another, and can be taken out again.

The two may lie in different zones and be decided by different workers, and no decision changes more than one incident. So a merge
is a sequence of commands through the log (`follow_ups.py` sends them):

    MergeIncident at A   A is merging; its people go on        -> AdoptReport at B
    AdoptReport at B     B lists A among its reports           -> FinishMerge at A
    FinishMerge at A     A ends, its people are released

An incident that is merging itself adopts no report, so a cycle of merges cannot end every incident in it; of two that are merged
into each other the one with the smaller id stays. Where B has ended or is merging, its refusal sends EndMerge to A at once;
without any answer within 15 s A ends the merge itself. Either way A continues alone and raises attention.

Pending offers of A are withdrawn, its people on scene are done, the others are stood down, all with the reason `merged`. They are
free at that moment, and wake the requirements that B still lacks people for.

B takes over what concerns the event rather than the report: a more urgent priority, with the requirements that the plan adds for
it, the place where B has none, and stated requirements that ask for more than B's (`brought_requirements.py`). `unmerge` reverses
none of them. External numbers of A lead to B until A is taken out.
"""

from collections.abc import Iterator

from dispatch.incidents import exceeded_bounds, releases
from dispatch.incidents.brought_requirements import brought, with_brought
from dispatch.incidents.duplicates import numbers_of
from dispatch.incidents.orders import NOT_NEEDED
from dispatch.incidents.reprioritising import reprioritised
from dispatch.matching.declines import to_bring
from dispatch.model.commands import (
    DISPATCHER,
    AdoptReport,
    Command,
    EndMerge,
    FinishMerge,
    MergeIncident,
    PassDeadline,
    ReleaseReport,
    ReportIncident,
    UnmergeIncident,
)
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionRaised, IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import (
    IncidentMerged,
    IncidentUnmerged,
    MergeBegun,
    MergeDeclined,
    MergeEnded,
    ReportAdopted,
    ReportReleased,
)
from dispatch.model.merges import MERGED
from dispatch.model.reasons import AttentionReason
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import DeadlineKind, ResultKind
from dispatch.plans.book import PlanBook
from dispatch.state.edits import in_order

ANSWER_WITHIN_MS = 15_000
"""Time for the two commands of a merge, which takes some 100 ms (DESIGN 20)."""


def rule(
    incident: Incident | None, command: Command, plans: PlanBook, around: DecisionContext, now_ms: int
) -> Ruling | None:
    """The ruling; None when the command is not about merging."""
    if incident is None:
        # `orders.rule` refuses the other commands about an unknown incident.
        return _refused(command, "unknown_incident") if isinstance(command, AdoptReport) else None
    if isinstance(command, MergeIncident):
        return _merge(incident, command, around, now_ms)
    if isinstance(command, UnmergeIncident):
        return _unmerge(incident, command)
    if isinstance(command, AdoptReport):
        return _adopt(incident, command, plans)
    if isinstance(command, FinishMerge):
        return _finish(incident, command, plans)
    if isinstance(command, EndMerge):
        return _end(incident, command)
    if isinstance(command, ReleaseReport):
        return _release(incident, command)
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.MERGE:
        return _overdue(incident, now_ms)
    return None


def obstacle(incident: Incident, into: str, target: Incident | None) -> str | None:
    """Why this incident cannot be merged into `into`, as far as the store knows; None when it can."""
    if into == incident.id:
        return "into_itself"
    if target is None or target.id != into:
        return "target_unknown"
    if not target.is_open:
        return "target_merged" if target.merged_into else f"target_{target.status}"
    if target.exercise is not incident.exercise:
        # A real call that is merged into a drill would end in it.
        return "exercise_and_real"
    return "target_merging" if target.merging else None


def begun(incident: Incident, into: str, *, by: str, now_ms: int) -> MergeBegun:
    """The event that starts a merge; it carries what the other incident takes over, because it cannot read this one."""
    return MergeBegun(
        into=into,
        by=by,
        due_ms=now_ms + ANSWER_WITHIN_MS,
        refused=to_bring(incident),
        numbers=numbers_of(incident),
        priority=incident.priority,
        area=incident.area,
        requirements=brought(incident),
        # The merge itself answers what it was said to be a duplicate of.
        proposals=tuple(one for one in incident.proposals if one.kind is not ResultKind.DUPLICATE),
        in_distress=incident.people_in_distress,
        sent_to=incident.sent_to,
    )


def joined(state: Incident, command: Command, around: DecisionContext, now_ms: int) -> Iterator[Event]:
    """The merge that a report asks for itself. A report is never refused for it: one that cannot be merged is an incident of its
    own, with attention. `state`: after the report."""
    if not isinstance(command, ReportIncident) or command.into is None:
        return
    if obstacle(state, command.into, around.target) is None:
        yield begun(state, command.into, by=command.by, now_ms=now_ms)
    else:
        yield AttentionRaised(reason=AttentionReason.MERGE_FAILED, detail=command.into)


def asks_nobody_yet(incident: Incident) -> bool:
    """Whether it is about to become a report of another incident and nobody has been asked: they would be called for nothing. A
    merge that fails ends this within `ANSWER_WITHIN_MS`."""
    return incident.merging is not None and not incident.offers


def ended_as(incident: Incident) -> str:
    """Reason of a refusal because the incident has ended."""
    return "incident_merged" if incident.merged_into else f"incident_{incident.status}"


def _merge(incident: Incident, command: MergeIncident, around: DecisionContext, now_ms: int) -> Ruling:
    # A repeated order first: it succeeds although the incident has ended by now.
    if incident.merged_into == command.into or (incident.merging and incident.merging.into == command.into):
        return unchanged("merge", "already_merged" if incident.merged_into else "already_merging")
    if not incident.is_open:
        return refused("merge", ended_as(incident))
    if incident.merging is not None:
        return refused("merge", "already_merging")
    reason = obstacle(incident, command.into, around.target)
    if reason is not None:
        return refused("merge", reason)
    return applied("merge", begun(incident, command.into, by=command.by, now_ms=now_ms))


def _unmerge(incident: Incident, command: UnmergeIncident) -> Ruling:
    if incident.merging is not None and incident.is_open:
        return applied("unmerge", MergeEnded(reason="withdrawn", by=command.by))
    if incident.merged_into is None:
        return refused("unmerge", "not_merged")
    return applied("unmerge", IncidentUnmerged(was_in=incident.merged_into, by=command.by))


def _adopt(incident: Incident, command: AdoptReport, plans: PlanBook) -> Ruling:
    if not incident.is_open:
        return _refused(command, ended_as(incident))
    adopted = ReportAdopted(
        other=command.other,
        refused=command.refused,
        moved_from=command.moved_from,
        numbers=command.numbers,
        in_distress=command.in_distress,
        sent_to=command.sent_to,
    )
    facts = (adopted, *_taken_over(incident, command, plans))
    if incident.merging is None:
        return applied("adopt", *facts)
    if incident.merging.into != command.other:
        return _refused(command, "merging_itself")
    # Merged into each other: the smaller id stays, so both workers decide alike without asking.
    if incident.id < command.other:
        return applied("adopt", MergeEnded(reason="crossed", by=DISPATCHER), *facts)
    # Not told to the other one: it stays, and adopts this one.
    return refused("adopt", "merging_itself")


def _refused(command: AdoptReport, reason: str) -> Ruling:
    """Names the report, so that it is told at once that it stays alone (`follow_ups.py`)."""
    return refused("adopt", reason, other_incident=command.other)


def _taken_over(incident: Incident, command: AdoptReport, plans: PlanBook) -> Iterator[Event]:
    """An update to the report's priority where it is more urgent, to its place where the incident has none, and with its stated
    requirements where they ask for more.

    An update like any other: people on their way must confirm it, and an operator's older value conflicts with it.
    """
    is_raised = command.priority is not None and command.priority.order < incident.priority.order
    is_placed = incident.area is None and command.area is not None
    priority = command.priority if is_raised and command.priority is not None else incident.priority
    planned = reprioritised(incident, priority, plans.plan(incident.type)) if is_raised else incident.requirements
    requirements = with_brought(incident, planned, command.requirements, plans)
    changes = {"priority": is_raised, "location": is_placed, "requirements": requirements != planned}
    if not any(changes.values()):
        return
    kept = {entry.id for entry in requirements}
    # The ends of offers first: afterwards their requirements are gone.
    for entry in incident.requirements:
        if entry.id not in kept:
            yield from releases.released(incident.offers_for(entry.id), NOT_NEEDED)
    yield IncidentUpdated(
        type=incident.type,
        priority=priority,
        area=incident.area or command.area,
        language=incident.language,
        requirements=requirements,
        plan_version=plans.version,
        changed=in_order(name for name, is_changed in changes.items() if is_changed),
        by=command.by,
    )


def _finish(incident: Incident, command: FinishMerge, plans: PlanBook) -> Ruling:
    if incident.merged_into == command.into:
        return unchanged("finish_merge", "already_merged")
    # A split has moved this report on; its people were released when it ended.
    if command.moved_from is not None and incident.merged_into == command.moved_from:
        return applied("finish_merge", IncidentMerged(into=command.into, by=command.by))
    if not incident.is_open or incident.merging is None or incident.merging.into != command.into:
        # Applied, so that the follow-up takes this incident off the list of the other one.
        return applied("finish_merge", MergeDeclined(into=command.into))
    # A merge that a result began alone: somebody may have accepted since, whom no stranger stands down.
    if incident.merging.by == DISPATCHER and exceeded_bounds.of_started_merge(incident, plans):
        return applied(
            "finish_merge",
            MergeEnded(reason="out_of_bounds", by=DISPATCHER),
            MergeDeclined(into=command.into),
            AttentionRaised(reason=AttentionReason.MERGE_FAILED, detail=command.into),
        )
    return applied(
        "finish_merge", *releases.finished(incident.offers, MERGED), IncidentMerged(into=command.into, by=command.by)
    )


def _release(incident: Incident, command: ReleaseReport) -> Ruling:
    if command.other not in incident.reports:
        return unchanged("release_report", "no_such_report")
    return applied("release_report", ReportReleased(other=command.other))


def _end(incident: Incident, command: EndMerge) -> Ruling:
    # By the other incident too: the operator may have named another one since.
    if not incident.is_open or incident.merging is None or incident.merging.into != command.into:
        return unchanged("end_merge", "not_merging")
    return _left_alone("end_merge", incident.merging.into)


def _left_alone(rule_name: str, into: str) -> Ruling:
    return applied(
        rule_name,
        MergeEnded(reason="not_taken", by=DISPATCHER),
        AttentionRaised(reason=AttentionReason.MERGE_FAILED, detail=into),
    )


def _overdue(incident: Incident, now_ms: int) -> Ruling:
    if incident.merging is None or not incident.is_open:
        return unchanged("merge_overdue", "not_merging")
    if now_ms < incident.merging.due_ms:
        # The timer of an earlier merge may fire during the next one.
        return unchanged("merge_overdue", "not_yet_due")
    return _left_alone("merge_overdue", incident.merging.into)
