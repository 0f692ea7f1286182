"""Step 1 of a decision: the ruling on the command, the events that follow from it, and the needs that are still open."""

from dispatch.decide.needs import needs_of, surplus
from dispatch.decide.settled import Settled, View, moment_of
from dispatch.decide.shortfalls import of_work_without_place
from dispatch.digital import tasks
from dispatch.incidents import job_changes, manual_orders, merging, offers, orders, proposals, releases, splitting
from dispatch.incidents.assignment import Known
from dispatch.model import service_area
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import Command
from dispatch.model.copying import changed
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.rulings import Ruling
from dispatch.model.vocabulary import Outcome
from dispatch.plans.book import PlanBook
from dispatch.safety import confirmations, distress_links, hazard_crossings, safeguards, staging
from dispatch.staffing import escalation, interpreters, waves
from dispatch.state.derived_facts import Unfolding
from dispatch.state.lifecycle import evolve
from dispatch.state.moment import Moment


def settle(view: View, command: Command, plans: PlanBook) -> Settled:
    """Applies `command` to the incident of `view`, without offers to new people.

    Raises:
        TypeError: no rule handles this type of command.
    """
    return _settled(view, command, plans, _ruling(view, command, plans))


def settle_without_claim(settled: Settled, plans: PlanBook, reason: str) -> Settled:
    """Settles a late acceptance again after the claim of its person was refused; `reason`: `engaged_elsewhere`, `off_duty` or
    `in_distress`.

    The needs are among those of `settled`, for which people were searched. The place that stays open is left to its timers:
    without a search this decision would report that nobody was found for it.
    """
    view, command = settled.view, settled.command
    assert isinstance(command, AcceptOffer)
    again = _settled(view, command, plans, offers.claim_refused(view.incident, command, reason))
    # The rivals were counted for the whole batch; settling again does not repeat that.
    rivals = {need.requirement.id: need.rivals for need in settled.needs}
    needs = (need for need in again.needs if need.requirement.id in rivals)
    return changed(again, needs=tuple(changed(need, rivals=rivals[need.requirement.id]) for need in needs))


def _settled(view: View, command: Command, plans: PlanBook, ruling: Ruling) -> Settled:
    if ruling.outcome is not Outcome.APPLIED:
        return Settled(view=view, command=command, ruling=ruling, incident=view.incident, needs=())
    incident, ruling = _with_consequences(view, command, plans, ruling)
    needs = needs_of(incident, view, command, ruling, plans)
    return Settled(view=view, command=command, ruling=ruling, incident=incident, needs=needs)


def _ruling(view: View, command: Command, plans: PlanBook) -> Ruling:
    """The ruling of the first rule that handles the command; `offers.rule` comes last and handles the rest."""
    incident, now_ms = view.incident, view.now_ms
    known = Known(around=view.around, budget=plans.budget, now_ms=now_ms)
    # Every ruling is truthy, so `or` stops at the first rule that handles the command.
    return (
        # First, because distress counts after the end of the incident as well, which `orders.rule` refuses.
        safeguards.rule(incident, command, plans, view.around, now_ms)
        # Before `orders.rule`, which refuses ended incidents: `unmerge` and a repeated finish are about those.
        or merging.rule(incident, command, plans, view.around, now_ms)
        or orders.rule(incident, command, plans, view.logged_ms, view.call_number)
        # From here on the incident exists; it is open except for an operator who settles attention.
        or splitting.rule(incident, command)
        or (proposals.rule(incident, command, view.around, now_ms) if incident else None)
        or manual_orders.rule(incident, command, known, view.priors)
        or tasks.rule(incident, command, now_ms)
        or escalation.rule(incident, command, plans, view.around, now_ms)
        or waves.rule(incident, command, now_ms)
        or offers.rule(incident, command, now_ms, view.around)
    )


class _Consequences:
    """The events of a ruling and what follows from them; each rule sees the state after the one before."""

    def __init__(self, incident: Incident, ruling: Ruling, moment: Moment) -> None:
        self.facts: tuple[Event, ...] = ruling.events
        self._unfolding = Unfolding(incident, moment)

    @property
    def state(self) -> Incident:
        return self._unfolding.state

    def add(self, *facts: Event) -> None:
        if facts:  # most commands have no consequences, and folding none still rebuilds the state
            self._unfolding.add(*facts)
            self.facts += facts


def _with_consequences(view: View, command: Command, plans: PlanBook, ruling: Ruling) -> tuple[Incident, Ruling]:
    """The incident after an applied ruling, and the ruling with the events that follow from its own."""
    before, around, now_ms, moment = view.incident, view.around, view.now_ms, moment_of(view, command)
    incident = evolve(before, ruling.events, moment)
    assert incident is not None  # a ruling that is applied has an incident
    then = _Consequences(incident, ruling, moment)
    # First: it may move, merge or close the incident, and the rules below judge the result.
    then.add(*merging.joined(then.state, command, around, now_ms))
    then.add(*tasks.consequences(before, then.state, then.facts, plans, around, moment))
    then.add(*proposals.consequences(then.state, then.facts, command))
    then.add(*safeguards.consequences(then.state, then.facts, plans, now_ms))
    # Before the crossings: the way of a person ends at their staging point.
    then.add(*staging.moves(before, then.state, around), *service_area.judged(before, then.state, around.served))
    # After every rule that fills or opens places.
    for bridge in interpreters.needless(then.state, plans):
        then.add(*releases.released(then.state.offers_for(bridge.requirement_id), orders.NOT_NEEDED), bridge)
    then.add(*surplus(then.state))
    then.add(*of_work_without_place(then.state, now_ms))
    then.add(*hazard_crossings.news(then.state, command, around))
    then.add(*distress_links.told(before, then.state), *distress_links.yielded(then.state, then.facts, around))
    # Last: people who are released by this decision are not told that their job has changed.
    then.add(*job_changes.changes(before, then.state, now_ms), *confirmations.ended_alarms(then.state))
    return then.state, changed(ruling, events=then.facts)
