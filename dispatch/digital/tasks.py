"""Entry point of the room: checks answers to digital work and adds the events that follow from them.

`results.py` states what a result contains, `leases.py` limits how long work is held, `consensus.py` compares answers,
`steering.py` applies them.
"""

from dispatch.context_query import located
from dispatch.digital import leases
from dispatch.digital.results import fields_of
from dispatch.digital.steering import steer
from dispatch.incidents.duplicates import candidates, neighbour_of
from dispatch.incidents.relocation import replanned
from dispatch.model.answer_commands import GiveResult
from dispatch.model.commands import Command, PassDeadline, SettleAttention
from dispatch.model.context import DecisionContext
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, IncidentMoved, IncidentUpdated
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import MergeProposed
from dispatch.model.offers import Offer
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import DeadlineKind
from dispatch.plans.book import PlanBook
from dispatch.state.derived_facts import Unfolding
from dispatch.state.moment import Moment


def rule(incident: Incident | None, command: Command, now_ms: int) -> Ruling | None:
    """The ruling; None when the command is no digital work, or is an answer without a fault that this room checks."""
    if incident is None:
        return None
    if isinstance(command, SettleAttention):
        return _settle(incident, command)
    if isinstance(command, PassDeadline) and command.deadline is DeadlineKind.LEASE:
        return leases.passed(incident, command, now_ms)
    if isinstance(command, GiveResult):
        offer = incident.offer(command.offer_id)
        return _contradiction(offer, command) if offer and command.speaks_for(offer.volunteer_id) else None
    return None


def _settle(incident: Incident, command: SettleAttention) -> Ruling:
    ended: list[Event] = [
        AttentionEnded(reason=entry.reason, requirement_id=entry.requirement_id, offer_id=entry.offer_id)
        for entry in incident.attention
        if entry.reason == command.reason
    ]
    return applied("settle_attention", *ended) if ended else unchanged("settle_attention", "nothing_to_settle")


def _contradiction(offer: Offer, command: GiveResult) -> Ruling | None:
    """A refusal when the answer lacks what its outcome requires; `offers.rule` checks that the outcome fits the task.

    Fields that the outcome forbids are ignored here: the API refuses them, and commands of older versions may have them.
    """
    fields = fields_of(command.outcome, offer.task) if offer.task is not None else None
    if fields is None:
        return None
    if "location" in fields.required and located(command.location) is None:
        return refused("result", "location_missing")
    if "incident_id" in fields.required:
        if command.other_incident_id is None:
            return refused("result", "incident_missing")
        if command.other_incident_id == command.incident_id:
            return refused("result", "duplicate_of_itself")
    if "text" in fields.required and command.private_ref is None:
        return refused("result", "text_missing")
    return None


def consequences(
    before: Incident | None,
    after: Incident,
    facts: tuple[Event, ...],
    plans: PlanBook,
    around: DecisionContext,
    moment: Moment,
) -> tuple[Event, ...]:
    """Events that follow from `facts`, which led from `before` to `after`: leases, effects of results, proposed merges."""
    unfolding = Unfolding(after, moment)
    unfolding.add(*leases.held(after, facts, moment.at_ms))
    steer(unfolding, facts, plans, around)
    for fact in facts:
        # A place that an operator states or accepts; that of a result which acts by itself is handled where it does.
        if isinstance(fact, IncidentUpdated | IncidentMoved) and before is not None and before.area != fact.area:
            unfolding.add(*replanned(unfolding.state, before.area, around))
    state = unfolding.state
    if before is None or (before.area, before.type) != (state.area, state.type):
        _propose(unfolding, around)
    return tuple(unfolding.facts)


def _propose(unfolding: Unfolding, around: DecisionContext) -> None:
    state = unfolding.state
    own = neighbour_of(state)
    # A report that is being merged into this incident is open until it hears of it.
    parted = {state.split_from, *state.split_into, *state.reports}
    others = tuple(other for other in around.neighbours if other.incident_id not in parted)
    likely = candidates(own, others) if own else ()
    if likely != unfolding.state.merge_candidates:
        unfolding.add(MergeProposed(candidates=likely))
