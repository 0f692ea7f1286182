"""Commands to other incidents that follow from a decision. A decision changes one incident; others change through the log.

Command ids are derived from the decision, so publishing a decision again yields the same commands.
"""

from collections.abc import Iterator
from typing import Any

from dispatch.incidents import splitting
from dispatch.model.commands import (
    DISPATCHER,
    AdoptReport,
    AssignVolunteer,
    CheckWay,
    Command,
    EndMerge,
    FinishMerge,
    ReleaseReport,
)
from dispatch.model.decisions import Decision
from dispatch.model.distress_commands import MarkDistress, YieldOffer
from dispatch.model.events import Event
from dispatch.model.ids import derived, parts_of_offer
from dispatch.model.incident_events import IncidentReported
from dispatch.model.merge_events import IncidentSplit, IncidentUnmerged, MergeBegun, MergeDeclined, ReportAdopted
from dispatch.model.safety_events import DistressAgain, DistressRaised, DistressTold, OfferYielded, WaysToCheck
from dispatch.model.vocabulary import Outcome
from dispatch.safety import distress


def follow_ups(decision: Decision) -> tuple[Command, ...]:
    """The commands to publish after this decision, in the order of its events."""
    refusal = () if (told := _of_refusal(decision)) is None else (told,)
    return (*refusal, *(command for fact in decision.events for command in _follow_ups(decision, fact)))


def _of_refusal(decision: Decision) -> Command | None:
    """What a report is told that another incident refuses to adopt. Other refusals concern nobody but their author."""
    report = decision.other_incident
    if decision.outcome is not Outcome.REFUSED or decision.cause.command_kind != "adopt_report" or report is None:
        return None
    return EndMerge(**_order(decision, "end", report), into=decision.incident_id)


def _follow_ups(decision: Decision, fact: Event) -> Iterator[Command]:
    if isinstance(fact, WaysToCheck):
        for incident_id in fact.incident_ids:
            yield CheckWay(**_order(decision, "check_way", incident_id), hazard_incident_id=decision.incident_id)
    elif isinstance(fact, IncidentSplit):
        yield splitting.report_of(decision, fact)
        for other in fact.reports:
            order = _order(decision, f"adopt {other}", fact.into)
            yield AdoptReport(
                **order,
                other=other,
                moved_from=decision.incident_id,
                numbers=fact.numbers.get(other, ()),
                in_distress=fact.report_distress.get(other, ()),
                sent_to=fact.report_sent_to.get(other, ()),
            )
    elif isinstance(fact, IncidentReported):
        for person in fact.moved:
            # By the operator who ordered the split: it is their order that names the person.
            order = _order(decision, f"assign {person.volunteer_id}", decision.incident_id) | {"by": decision.by}
            yield AssignVolunteer(
                **order, volunteer_id=person.volunteer_id, requirement_id="", force=True, like=person.work
            )
    command = _follow_up(decision, fact)
    if command is not None:
        yield command


def _follow_up(decision: Decision, fact: Event) -> Command | None:
    own = decision.incident_id
    if isinstance(fact, MergeBegun):
        return AdoptReport(
            **_order(decision, "adopt", fact.into),
            other=own,
            refused=fact.refused,
            numbers=fact.numbers,
            priority=fact.priority,
            area=fact.area,
            requirements=fact.requirements,
            proposals=fact.proposals,
            in_distress=fact.in_distress,
            sent_to=fact.sent_to,
        )
    if isinstance(fact, ReportAdopted):
        return FinishMerge(**_order(decision, "finish", fact.other), into=own, moved_from=fact.moved_from)
    if isinstance(fact, IncidentUnmerged):
        return ReleaseReport(**_order(decision, "release", fact.was_in), other=own)
    if isinstance(fact, MergeDeclined):
        return ReleaseReport(**_order(decision, "release", fact.into), other=own)
    if isinstance(fact, DistressRaised | DistressAgain):
        return distress.report_of(decision, fact)
    if isinstance(fact, DistressTold):
        order = _order(decision, "danger", fact.parent_id)
        return MarkDistress(
            **order, distress_id=own, distress_version=decision.version, volunteer_ids=fact.volunteer_ids
        )
    if isinstance(fact, OfferYielded):
        parts = parts_of_offer(fact.offer_id)
        order = _order(decision, f"yield {fact.offer_id}", parts.incident_id if parts else own)
        return YieldOffer(**order, offer_id=fact.offer_id) if parts else None
    return None


def _order(decision: Decision, what: str, incident_id: str) -> dict[str, Any]:
    return {
        # `what` keeps two commands of one decision to the same incident apart.
        "id": str(derived("follow-up", decision.id, what, incident_id)),
        "incident_id": incident_id,
        "by": DISPATCHER,
        "sent_ms": decision.decided_ms,
    }
