"""Step 3 of a decision: offers to the best people found for each need, or an explicit shortfall.

The steps are pure, so that a shell can do its look-ups for many commands at once between them:

1. `settle` applies the command and names the needs that are still open;
2. the shell searches people for those needs;
3. `fill` makes the offers. A claim that fails is answered by `fill` again, with that person among `taken`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dispatch.decide.bridges import Bridged, translators_first, with_translators
from dispatch.decide.choice import Choice, choose, rules_of
from dispatch.decide.record import as_recorded, decision_of
from dispatch.decide.settled import Settled, View
from dispatch.decide.settling import settle
from dispatch.decide.shortfalls import shortfall_facts
from dispatch.incidents.assignment import why_of
from dispatch.matching.screening import sifted
from dispatch.model.commands import Command
from dispatch.model.decisions import Decision, RequirementWhy, Why
from dispatch.model.events import Event
from dispatch.model.hazard_areas import Inside
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Found, Need
from dispatch.model.places import Area
from dispatch.model.reasons import Exclusion
from dispatch.model.vocabulary import Outcome
from dispatch.plans.book import PlanBook
from dispatch.safety import hazard_crossings, hazards
from dispatch.safety.hazard_crossings import WaysFound
from dispatch.staffing import interpreters, ladder_clock, scarcity, waves
from dispatch.state.lifecycle import evolve


def decide(
    view: View,
    command: Command,
    plans: PlanBook,
    find: Callable[[Need], Found],
    inside: Callable[[Area], Inside] | None = None,
    ways_near: Callable[[Settled], WaysFound] | None = None,
) -> Decision:
    """All three steps for one command, with the look-ups as callables. None looks nobody up."""
    settled = settle(view, command, plans)
    if inside is not None and settled.new_ground is not None:
        settled = replace(settled, inside=inside(settled.new_ground))
    if ways_near is not None and settled.ground_to_check is not None:
        settled = replace(settled, ways=ways_near(settled))
    return fill(settled, plans, {need.requirement.id: find(need) for need in settled.needs})


def fill(
    settled: Settled,
    plans: PlanBook,
    found: Mapping[str, Found],
    taken: Mapping[str, Exclusion] | None = None,
) -> Decision:
    """The decision, given what the search found for each need (by requirement id; a missing entry means nobody).

    `taken` names people who may not be chosen any more, and why: an earlier command of the same batch chose them, or the store
    refused their claim. No person is chosen for two requirements.
    """
    taken = taken or {}
    bridged, made = _chosen(settled, plans, found, taken)
    settled = bridged.settled
    # The events of the command come first: the fold needs a report or a changed requirement before its offers.
    facts: list[Event] = [*settled.ruling.events, *_hazard_facts(settled)]
    whys = [*bridged.whys, *_whys_of_named(settled, facts)]
    for choice in made:
        assert settled.incident is not None  # a need has an incident
        facts += [*choice.offers, *shortfall_facts(settled.incident, choice, settled.view.now_ms)]
        whys.append(choice.why)
    if settled.ruling.outcome is Outcome.APPLIED:
        facts, whys = _with_timers(settled, plans, facts, whys, bridged.in_vain)
    version = plans.version if settled.incident else None
    why = Why(plan_version=version, rule=settled.ruling.rule, requirements=tuple(map(as_recorded, whys)))
    return decision_of(settled, tuple(facts), why)


def choices(settled: Settled, plans: PlanBook, found: Mapping[str, Found]) -> list[Choice]:
    """For each need the people whom `fill` asks, given what the search found, and why."""
    return _chosen(settled, plans, found, {})[1]


def sift(settled: Settled, plans: PlanBook, need: Need, found: Found) -> Found:
    """A search result prepared for its continuation: people who can never be asked for this need are reduced to a number."""
    return sifted(found, need, rules_of(settled, plans))


def _hazard_facts(settled: Settled) -> list[Event]:
    """Warnings to people inside a new hazard area, and checks of people whose way it may cross."""
    warned: list[Event] = []
    if settled.inside is not None and settled.incident is not None:
        warned = hazards.warned(settled.incident, settled.inside.volunteer_ids, settled.inside.beyond)
    return [*warned, *hazard_crossings.named(settled.ways)]


def _whys_of_named(settled: Settled, facts: list[Event]) -> list[RequirementWhy]:
    """The reasons of offers that the command itself made: the operator named the person."""
    incident = settled.incident
    return [why_of(incident, fact) for fact in facts if isinstance(fact, OfferMade) and incident is not None]


def _chosen(
    settled: Settled, plans: PlanBook, found: Mapping[str, Found], taken: Mapping[str, Exclusion]
) -> tuple[Bridged, list[Choice]]:
    # First: a bridge without a translator changes the needs that are filled below.
    bridged = with_translators(settled, plans, found, taken)
    engaged = dict(taken)
    made = []
    for need in translators_first(bridged.settled):
        choice = choose(bridged.settled, plans, need, found.get(need.requirement.id, Found()), engaged)
        # No person is chosen for two requirements of one decision.
        engaged.update(choice.engaged)
        made.append(choice)
    return bridged, made


def _with_timers(
    settled: Settled,
    plans: PlanBook,
    facts: list[Event],
    whys: list[RequirementWhy],
    in_vain: tuple[str | None, ...],
) -> tuple[list[Event], list[RequirementWhy]]:
    """Adds the events that schedule the next checks of the incident: missing translators, waves, ladders and retries."""
    now_ms, moment = settled.view.now_ms, settled.moment
    state = evolve(settled.view.incident, tuple(facts), moment)
    assert state is not None  # a ruling that is applied has an incident
    # Folded before the clocks are set: a missing translator changes what the ladder waits for.
    lacking = interpreters.lacked(state, in_vain, now_ms)
    if lacking:
        state = evolve(state, tuple(lacking), moment)
    facts = [*facts, *lacking]
    facts += waves.timed(state, facts, now_ms)
    facts += ladder_clock.schedule(state, plans, facts, whys, now_ms)
    whys = [ladder_clock.explained(why, state, plans, now_ms) for why in whys]
    # Folded before the retry is set: a wave that fell short waits for people as well.
    thin = scarcity.fell_short(state, whys, now_ms)
    if thin:
        state = evolve(state, tuple(thin), moment)
    return [*facts, *thin, *scarcity.retry_scheduled(state, settled.ruling.rule, plans, whys, now_ms)], whys
