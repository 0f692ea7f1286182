"""The decision: what a command does to its incident, who is asked next, and why.

Three pure steps, so that a shell can do its look-ups for many commands at once between them:

1. `settle`: the effect of the command itself (`offers.py`, `orders.py`), which names the needs that are open after it;
2. the shell searches people for those needs;
3. `fill`: offers to the best of them, or an explicit shortfall.

`decide` composes the three for one command; a claim that fails is answered by deciding again without that person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dispatch.digital import tasks
from dispatch.incidents import job_changes, manual_orders, merging, offers, orders, splitting
from dispatch.incidents.assignment import Known, why_of
from dispatch.matching.budget import asleep_unless_heard_ms, first_free_ms, prices, quiet_until_ms
from dispatch.matching.declines import who_refused
from dispatch.matching.estimates import Priors, chance_within, estimates
from dispatch.matching.limits import effective, wanted_languages
from dispatch.matching.ranking import Ranked, rank
from dispatch.matching.screening import Rules, Screened, screened, sifted
from dispatch.model import service_area
from dispatch.model.commands import AnswerCommand, Command
from dispatch.model.context import NOTHING, DecisionContext
from dispatch.model.decisions import Cause, Decision, RequirementWhy, Why
from dispatch.model.events import Event, OfferMade, ShortfallEnded, ShortfallFound
from dispatch.model.hazard_areas import Inside, ground_of
from dispatch.model.ids import decision_id, zone_of_incident
from dispatch.model.incidents import Area, Incident, Offer, Requirement, Shortfall
from dispatch.model.offer_ends import SILENCE_REST_S, is_withdrawn_by_hand
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.rulings import Ruling
from dispatch.model.vocabulary import Capability, Exclusion, OfferState, Outcome, ShortfallReason
from dispatch.plans.book import PlanBook
from dispatch.safety import confirmations, hazard_crossings, hazards, safeguards, staging
from dispatch.safety.absence import rests
from dispatch.safety.hazard_crossings import WaysFound
from dispatch.staffing import escalation, interpreters, scarcity, waves
from dispatch.staffing.offering import offer_made, rounded
from dispatch.staffing.waves import offers_out
from dispatch.state.edits import unused_refs
from dispatch.state.lifecycle import Moment, evolve
from dispatch.state.pruning import NEVER_AGAIN

SHOWN_CANDIDATES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is known when a command is decided. `logged_ms` is the log's time of the command, `now_ms` the store's clock."""

    incident: Incident | None
    cause: Cause
    logged_ms: int
    now_ms: int
    around: DecisionContext = NOTHING
    priors: Priors = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The command's own effect, the state after it, and the needs that stay open."""

    view: View
    command: Command
    ruling: Ruling
    incident: Incident | None
    needs: tuple[Need, ...]
    inside: Inside | None = None
    """People on `new_ground`, once they have been looked for."""
    ways: WaysFound | None = None
    """Incidents whose people `ground_to_check` concerns, once they have been looked for."""

    @property
    def new_ground(self) -> Area | None:
        """Dangerous ground on which people have to be looked for, so that they are warned."""
        return hazards.new_ground(self.view.incident, self.incident)

    @property
    def ground_to_check(self) -> Area | None:
        """Ground, dangerous from now on or no more, around which people on their way have to be looked for."""
        return hazard_crossings.ground_to_check(self.view.incident, self.incident)


def decide(
    view: View,
    command: Command,
    plans: PlanBook,
    find: Callable[[Need], Found],
    inside: Callable[[Area], Inside] | None = None,
    ways_near: Callable[[Settled], WaysFound] | None = None,
) -> Decision:
    settled = settle(view, command, plans)
    if inside is not None and settled.new_ground is not None:
        settled = replace(settled, inside=inside(settled.new_ground))
    if ways_near is not None and settled.ground_to_check is not None:
        settled = replace(settled, ways=ways_near(settled))
    return fill(settled, plans, {need.requirement.id: find(need) for need in settled.needs})


def settle(view: View, command: Command, plans: PlanBook) -> Settled:
    ruling = (
        safeguards.rule(view.incident, command, plans, view.around, view.now_ms)
        or merging.rule(view.incident, command, view.around, view.now_ms)
        or orders.rule(view.incident, command, plans, view.logged_ms)
        or splitting.rule(view.incident, command)
        or manual_orders.rule(view.incident, command, _known(view, plans), view.priors)
        or tasks.rule(view.incident, command, view.now_ms)
        or escalation.rule(view.incident, command, plans, view.around, view.now_ms)
        or waves.rule(view.incident, command, view.now_ms)
        or offers.rule(view.incident, command, view.now_ms, view.around)
    )
    incident = view.incident
    if ruling.outcome is Outcome.APPLIED:
        incident = evolve(incident, ruling.events, _moment(view, command))
        incident, ruling = _with_consequences(view, command, incident, ruling)
        incident, ruling = _with_safeguards(view, command, plans, incident, ruling)
        surplus = _surplus(incident)
        if surplus:
            ruling = replace(ruling, events=(*ruling.events, *surplus))
            incident = evolve(incident, surplus, _moment(view, command))
        incident, ruling = _with_job_changes(view, command, incident, ruling)
    needs = _needs(incident, view, command, ruling, plans) if ruling.outcome is Outcome.APPLIED else ()
    return Settled(view=view, command=command, ruling=ruling, incident=incident, needs=needs)


def _known(view: View, plans: PlanBook) -> Known:
    return Known(around=view.around, budget=plans.budget, now_ms=view.now_ms)


def fill(
    settled: Settled,
    plans: PlanBook,
    found: Mapping[str, Found],
    taken: Mapping[str, Exclusion] | None = None,
) -> Decision:
    """The decision, given who was found for each need.

    `taken` names people who may not be chosen any more and why: chosen for an earlier command of the same batch, or refused
    by the claim. Nobody is chosen for two requirements.
    """
    chosen: dict[str, Exclusion] = dict(taken or {})
    settled, whys, in_vain = _with_translators(settled, plans, found, chosen)
    facts: list[Event] = list(settled.ruling.events)
    if settled.inside is not None and settled.incident is not None:
        facts.extend(hazards.warned(settled.incident, settled.inside.volunteer_ids, settled.inside.beyond))
    facts.extend(hazard_crossings.named(settled.ways))
    whys += [why_of(settled.incident, fact) for fact in facts if isinstance(fact, OfferMade) and settled.incident]
    for need in _translators_first(settled):
        made, why = _offers(settled, plans, need, found.get(need.requirement.id, Found()), chosen)
        facts.extend(made)
        chosen.update({fact.volunteer_id: Exclusion.ENGAGED for fact in made})
        gap = _shortfall(settled, need, len(made), why)
        facts.extend(gap)
        whys.append(why)
    state = _state(settled, facts)
    if settled.ruling.outcome is Outcome.APPLIED:
        if state is not None and (lacking := interpreters.lacked(state, in_vain, settled.view.now_ms)):
            facts.extend(lacking)
            state = evolve(state, tuple(lacking), _moment(settled.view, settled.command))
        facts.extend(waves.timed(state, facts, settled.view.now_ms))
        facts.extend(escalation.schedule(state, plans, facts, whys, settled.view.now_ms))
        whys = [escalation.explained(why, state, plans, settled.view.now_ms) for why in whys]
        thin = scarcity.fell_short(state, whys, settled.view.now_ms)
        if thin:
            facts.extend(thin)
            state = evolve(state, tuple(thin), _moment(settled.view, settled.command))
        facts.extend(scarcity.looks_again(state, settled.ruling.rule, plans, whys, settled.view.now_ms))
    return _decision(
        settled,
        tuple(facts),
        Why(
            plan_version=plans.version if settled.incident else None,
            rule=settled.ruling.rule,
            requirements=tuple(whys),
        ),
    )


def _with_translators(
    settled: Settled, plans: PlanBook, found: Mapping[str, Found], taken: Mapping[str, Exclusion]
) -> tuple[Settled, list[RequirementWhy], list[str | None]]:
    """Without the bridges for which no translator can be asked; what the searches for them saw, and whom they were to help."""
    whys: list[RequirementWhy] = []
    in_vain: list[str | None] = []
    chosen = dict(taken)
    for translator in interpreters.translators_in(settled.ruling.events):
        need = next((need for need in settled.needs if need.requirement.id == translator.id), None)
        if need is not None:
            made, why = _offers(settled, plans, need, found.get(translator.id, Found()), chosen)
            chosen.update({fact.volunteer_id: Exclusion.ENGAGED for fact in made})
            if made:
                continue
            whys.append(why)
        in_vain.append(translator.bridges)
        settled = _without_bridge(settled, translator)
    return settled, whys, in_vain


def _without_bridge(settled: Settled, translator: Requirement) -> Settled:
    """The language is required again, so who was searched for without it is not asked."""
    events = tuple(interpreters.without_bridge(settled.ruling.events, translator))
    relaxed = any(interpreters.is_step_to(fact, translator) for fact in settled.ruling.events)
    gone = {translator.id, translator.bridges} if relaxed else {translator.id}
    return replace(
        settled,
        ruling=replace(settled.ruling, events=events),
        incident=evolve(settled.view.incident, events, _moment(settled.view, settled.command)),
        needs=tuple(need for need in settled.needs if need.requirement.id not in gone),
    )


def _translators_first(settled: Settled) -> list[Need]:
    """Those of bridges that are made here: nobody they rest on is asked for something else."""
    first = {translator.id for translator in interpreters.translators_in(settled.ruling.events)}
    return sorted(settled.needs, key=lambda need: need.requirement.id not in first)


def _with_consequences(
    view: View, command: Command, incident: Incident | None, ruling: Ruling
) -> tuple[Incident | None, Ruling]:
    """What follows from the facts themselves: leases begin, results steer, reports are compared."""
    assert incident is not None  # what is applied has an incident
    moment = _moment(view, command)
    more = tasks.consequences(view.incident, incident, ruling.events, view.around, moment)
    if not more:
        return incident, ruling
    return evolve(incident, more, moment), replace(ruling, events=(*ruling.events, *more))


def _with_safeguards(
    view: View, command: Command, plans: PlanBook, incident: Incident | None, ruling: Ruling
) -> tuple[Incident | None, Ruling]:
    """Clocks, watches, hazard areas and alarms that the facts begin or end."""
    assert incident is not None  # what is applied has an incident
    moment = _moment(view, command)
    more = safeguards.consequences(incident, ruling.events, plans, view.now_ms)
    after = evolve(incident, more, moment) if more else incident
    moves = [
        *staging.moves(view.incident, after, view.around),
        *service_area.judged(view.incident, after, view.around.served),
    ]
    if not more and not moves:
        return incident, ruling
    return evolve(after, tuple(moves), moment), replace(ruling, events=(*ruling.events, *more, *moves))


def _with_job_changes(
    view: View, command: Command, incident: Incident | None, ruling: Ruling
) -> tuple[Incident | None, Ruling]:
    """Whose job has changed by all that; last, so that nobody is told who is let go in the same decision."""
    assert incident is not None  # what is applied has an incident
    moment = _moment(view, command)
    on_ways = hazard_crossings.news(incident, command, view.around)
    if on_ways:
        incident = evolve(incident, on_ways, moment)
        assert incident is not None  # there was a state before
    more: tuple[Event, ...] = (
        *on_ways,
        *(told := job_changes.changes(view.incident, incident, view.now_ms)),
        *(ended := tuple(confirmations.ended_alarms(incident))),
    )
    if not more:
        return incident, ruling
    return evolve(incident, (*told, *ended), moment), replace(ruling, events=(*ruling.events, *more))


def _moment(view: View, command: Command) -> Moment:
    version = (view.incident.version if view.incident else 0) + 1
    zone = zone_of_incident(command.incident_id) or ""
    return Moment(incident_id=command.incident_id, zone=zone, version=version, at_ms=view.now_ms, by=command.by)


def _state(settled: Settled, facts: list[Event]) -> Incident | None:
    if settled.ruling.outcome is not Outcome.APPLIED:
        return settled.view.incident
    return evolve(settled.view.incident, tuple(facts), _moment(settled.view, settled.command))


def _surplus(incident: Incident | None) -> tuple[Event, ...]:
    """Offers nobody needs any more because their requirement is full, and shortfalls that are none any more."""
    if incident is None or not incident.is_open:
        return ()
    facts: list[Event] = []
    for requirement in incident.requirements:
        if incident.open_places(requirement) == 0:
            facts.extend(orders.withdrawn(incident.offers_for(requirement.id), "filled"))
        if requirement.shortfall and _missing(incident, requirement) <= 0:
            facts.append(ShortfallEnded(requirement_id=requirement.id))
    return tuple(facts)


def _missing(incident: Incident, requirement: Requirement) -> int:
    """Open places for which nobody is asked; below 0 when more are asked than there are places."""
    return incident.open_places(requirement) - offers_out(incident, requirement)


def _needs(
    incident: Incident | None, view: View, command: Command, ruling: Ruling, plans: PlanBook
) -> tuple[Need, ...]:
    if incident is None or not incident.is_open:
        return ()
    now_ms = view.now_ms
    has_ground = incident.hazard is not None and incident.area is not None and incident.area.reach_m > 0
    asleep_ms = asleep_unless_heard_ms(incident.priority, plans.budget, now_ms)
    prompted = waves.prompted_by(command, ruling.events, incident)
    engaged_here = {offer.volunteer_id for offer in incident.offers if offer.is_live}
    return tuple(
        Need(
            incident_id=incident.id,
            command_id=command.id,
            requirement=effective(requirement, incident),
            area=incident.area,
            priority=incident.priority,
            want=want,
            asked_before=frozenset(engaged_here | _asked_before(incident, requirement, now_ms)),
            preferred_languages=wanted_languages(requirement, incident),
            ground=incident.hazard if has_ground and requirement.capability is Capability.FIELD else None,
            asleep_unless_heard_ms=asleep_ms,
        )
        for requirement in incident.requirements
        if (
            want := waves.wanted(
                incident, requirement, now_ms=now_ms, priors=view.priors, prompted=requirement.id in prompted
            )
        )
    )


def _asked_before(incident: Incident, requirement: Requirement, now_ms: int) -> set[str]:
    """Who declined or finished this requirement or was taken elsewhere, and who was silent a short while ago."""
    rests_until = now_ms - SILENCE_REST_S * 1000
    return {
        offer.volunteer_id
        for offer in incident.offers_for(requirement.id)
        if (offer.state in NEVER_AGAIN and not offer.before_reopening)
        or (offer.state is OfferState.EXPIRED and offer.changed_ms > rests_until)
        or rests(offer, now_ms)
        or is_withdrawn_by_hand(offer)
        or _is_stood_down_now(offer, now_ms)
    } | who_refused(incident, requirement)


def _is_stood_down_now(offer: Offer, now_ms: int) -> bool:
    """By this very decision: who was just told not to go is not asked in the same breath."""
    return offer.state is OfferState.STOOD_DOWN and offer.changed_ms == now_ms


def _offers(
    settled: Settled, plans: PlanBook, need: Need, found: Found, taken: Mapping[str, Exclusion]
) -> tuple[list[OfferMade], RequirementWhy]:
    incident, now_ms = settled.incident, settled.view.now_ms
    assert incident is not None  # a need has an incident
    passed = screened(found, need, _rules(settled, plans), taken)
    # Nobody is roused from a rest while people may be found who need none.
    goes_on = not found.complete and not found.bounded
    lacking = 0 if goes_on else _missing(incident, need.requirement) - len(passed.eligible)
    for number, (candidate, held) in enumerate(_least_tired(passed.spare)):
        if number < lacking:
            passed.eligible.append((candidate, held))
        else:
            passed.leave_out(held)
            passed.in_peace.append((candidate, held))
    burdens = {one.volunteer_id: prices(one, need, plans.budget, held) for one, held in passed.eligible}
    excluded = passed.excluded
    ranked = _once_each(rank([one for one, _ in passed.eligible], need, incident.language, burdens))
    chances = _chances(ranked, need, settled.view)
    wave = waves.wave(ranked, chances, need, found, incident, now_ms)
    asked = {entry.candidate.volunteer_id for entry in wave.chosen}
    rest = [entry for entry in ranked if entry.candidate.volunteer_id not in asked][:SHOWN_CANDIDATES]
    why = RequirementWhy(
        requirement_id=need.requirement.id,
        skill=need.requirement.skill,
        places_open=incident.open_places(need.requirement),
        asked=len(wave.chosen),
        searched_m=found.searched_m,
        considered=len(found.candidates) + sum(found.excluded.values()),
        complete=found.complete,
        bounded=found.bounded,
        excluded={str(reason): count for reason, count in sorted(excluded.items())},
        chosen=tuple(_shown(entry, chances) for entry in wave.chosen),
        passed_over=tuple(_shown(entry, chances) for entry in rest),
        wave=wave.why,
        travel=found.travel,
        free_again_ms=_first_free_ms(passed, plans, now_ms),
    )
    made = [offer_made(need, entry, chances[entry.candidate.volunteer_id], now_ms) for entry in wave.chosen]
    return made, why


def sift(settled: Settled, plans: PlanBook, need: Need, found: Found) -> Found:
    """What a search that goes on need not carry along: people who may not be asked are counted from now on."""
    return sifted(found, need, _rules(settled, plans))


def _rules(settled: Settled, plans: PlanBook) -> Rules:
    return Rules(
        own=ground_of(settled.incident),
        others=settled.view.around.hazards,
        budget=plans.budget,
        now_ms=settled.view.now_ms,
    )


def _first_free_ms(passed: Screened, plans: PlanBook, now_ms: int) -> int | None:
    """Sleepers may have been counted by the search alone; they all wake at the same time."""
    first = first_free_ms(passed.in_peace, plans.budget, now_ms)
    if Exclusion.QUIET_HOURS not in passed.excluded:
        return first
    morning = quiet_until_ms(plans.budget, now_ms)
    return morning if first is None else min(first, morning)


def _least_tired(spare: list[tuple[Candidate, Exclusion]]) -> list[tuple[Candidate, Exclusion]]:
    """Who is called on first when a place would stay empty: not after heavy work, longest rested, fewest offers."""
    return sorted(
        spare,
        key=lambda entry: (
            entry[1] is Exclusion.RESTING and entry[0].worked_heavy,
            -(entry[0].rested_s if entry[0].rested_s is not None else float("inf")),
            entry[0].offers_last_day,
            entry[0].volunteer_id,
        ),
    )


def _chances(ranked: list[Ranked], need: Need, view: View) -> dict[str, float]:
    """Of each person to accept within the requirement's window."""
    requirement = need.requirement
    known = estimates((one.candidate for one in ranked), requirement.capability, view.now_ms, view.priors)
    return {volunteer_id: chance_within(chance, requirement.window_s) for volunteer_id, chance in known.items()}


def _once_each(ranked: list[Ranked]) -> list[Ranked]:
    """A search may name a person twice (by two languages, at a fix and at home): the better entry counts."""
    best: dict[str, Ranked] = {}
    for entry in ranked:
        best.setdefault(entry.candidate.volunteer_id, entry)
    return list(best.values())


def _shown(entry: Ranked, chances: Mapping[str, float]) -> Mapping[str, object]:
    """A person's place in a decision record: opaque id, how far in time, the terms of the score, the chance to accept within
    the window. Never a coordinate."""
    return {
        "volunteer_id": entry.candidate.volunteer_id,
        "eta_s": rounded(entry.eta_s),
        "score_s": round(entry.score_s, 1),
        "terms": {name: round(value, 1) for name, value in entry.terms.items()},
        "chance": round(chances[entry.candidate.volunteer_id], 3),
    }


def _shortfall(settled: Settled, need: Need, made: int, why: RequirementWhy) -> list[Event]:
    incident = settled.incident
    assert incident is not None  # a need has an incident
    current = next(entry for entry in incident.requirements if entry.id == need.requirement.id)
    missing = _missing(incident, current) - made
    if missing <= 0:
        return [ShortfallEnded(requirement_id=current.id)] if current.shortfall else []
    reason = _reason(why, _asked_before(incident, current, settled.view.now_ms))
    since_ms = current.shortfall.since_ms if current.shortfall else settled.view.now_ms
    final = current.climb is not None and current.climb.ended
    shortfall = Shortfall(missing=missing, reason=reason, since_ms=since_ms, final=final)
    return [] if shortfall == current.shortfall else [ShortfallFound(requirement_id=current.id, shortfall=shortfall)]


_REASONS = (
    (Exclusion.ENGAGED, ShortfallReason.ALL_ENGAGED),
    (Exclusion.LANGUAGE, ShortfallReason.NO_SHARED_LANGUAGE),
    (Exclusion.STALE_PLACE, ShortfallReason.PLACES_STALE),
    (Exclusion.RESTING, ShortfallReason.RESTING),
    (Exclusion.QUIET_HOURS, ShortfallReason.QUIET_HOURS),
    (Exclusion.BUDGET_SPENT, ShortfallReason.BUDGET_SPENT),
)


def _reason(why: RequirementWhy, asked: set[str]) -> ShortfallReason:
    """The first cause that time or an operator can mend, else the plain truth that nobody is there.

    People left out because they work for this very incident are no reason: `asked` are those who said no or nothing.
    """
    if Exclusion.TAKEN_NOW in why.excluded:
        return ShortfallReason.CONTENDED
    if why.bounded:
        return ShortfallReason.SEARCH_BOUNDED
    for cause, reason in _REASONS:
        if why.excluded.get(cause):
            return reason
    return ShortfallReason.ALL_ASKED if asked else ShortfallReason.NOBODY_FOUND


def _decision(settled: Settled, facts: tuple[Event, ...], why: Why) -> Decision:
    view, command, ruling = settled.view, settled.command, settled.ruling
    before = view.incident.version if view.incident else 0
    applied = ruling.outcome is Outcome.APPLIED
    return Decision(
        id=decision_id(command.id),
        cause=view.cause,
        incident_id=command.incident_id,
        zone=zone_of_incident(command.incident_id) or "",
        outcome=ruling.outcome,
        reason=ruling.reason,
        by=command.by,
        heard_by=command.heard_by if isinstance(command, AnswerCommand) else None,
        version=before + 1 if applied else before,
        events=facts if applied else (),
        why=why,
        logged_ms=view.logged_ms,
        decided_ms=view.now_ms,
        conflicts=ruling.conflicts,
        against=ruling.against,
        unused_refs=unused_refs(command, settled.incident if applied else None),
    )


def chosen_people(decision: Decision) -> dict[str, Exclusion]:
    """People this decision engages anew, as `taken` for the commands after it in the same batch."""
    return {fact.volunteer_id: Exclusion.ENGAGED for fact in decision.events if isinstance(fact, OfferMade)}
