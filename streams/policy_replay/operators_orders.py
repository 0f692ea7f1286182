"""What operators ordered in the record, as it is ordered again in a replay whose course may be another one."""

from dataclasses import dataclass, replace

from dispatch.model.commands import (
    Command,
    EnterHazard,
    RemindPerson,
    ReportIncident,
    SplitIncident,
    UpdateIncident,
    WithdrawOffer,
)
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import Outcome
from streams.policy_replay.recorded_answers import RecordedAnswers
from streams.policy_replay.recorded_log import RecordedCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedAgain:
    """`skipped`: why there is no command."""

    command: Command | None = None
    skipped: str | None = None


def order_again(recorded: RecordedCommand, incident: Incident | None, answers: RecordedAnswers) -> OrderedAgain:
    """`incident`: as it is in the replay by now."""
    command = recorded.command
    if isinstance(command, ReportIncident):
        return OrderedAgain(command=command)
    if incident is None:
        return OrderedAgain(skipped="incident_not_in_the_replay")
    if isinstance(command, UpdateIncident):
        return _edit(command, recorded)
    if isinstance(command, EnterHazard):
        known = incident.hazard is not None and incident.hazard.since == command.ground
        return OrderedAgain(command=command) if known else OrderedAgain(skipped="hazard_area_of_another_version")
    if isinstance(command, WithdrawOffer | RemindPerson):
        offer_id = _offer_now(command.offer_id, incident, answers)
        if offer_id is None:
            return OrderedAgain(skipped="offer_not_made")
        return OrderedAgain(command=replace(command, offer_id=offer_id))
    if isinstance(command, SplitIncident):
        offers = tuple(now for one in command.offers if (now := _offer_now(one, incident, answers)) is not None)
        return OrderedAgain(command=replace(command, offers=offers))
    return OrderedAgain(command=command)


def _edit(command: UpdateIncident, recorded: RecordedCommand) -> OrderedAgain:
    if recorded.decision is not None and recorded.decision.outcome is Outcome.REFUSED:
        return OrderedAgain(skipped="refused_in_the_record")
    # Versions count decisions, which are others here: what the operator had seen then, they have seen now.
    return OrderedAgain(command=replace(command, expected_version=None, expected_edits={}))


def _offer_now(offer_id: str, incident: Incident, answers: RecordedAnswers) -> str | None:
    """The same offer, else the open one of the same person here."""
    if incident.offer(offer_id) is not None:
        return offer_id
    ask = answers.by_offer.get(offer_id)
    if ask is None:
        return None
    live = (one.id for one in incident.offers if one.volunteer_id == ask.volunteer_id and one.is_live)
    return next(live, None)
