"""Manual assignment: an operator names the person to ask.

The person gets an ordinary offer with the requirement's window, held by the same claim. If the claim fails the order is refused,
so nobody is taken from other work. No order overrides that a person is engaged, unknown or in danger themself, or that the
place is filled.
Every other rule against the person (`SoftRule`), also that they are off duty, refuses the order by name; with `force` it is
overridden, recorded in the offer and in the decision, and not applied to their acceptance either.

The wave of the requirement counts this offer like any other pending one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dispatch.matching.approach import approach
from dispatch.matching.approximate_place import at_wide_cell, may_be_inside
from dispatch.matching.budget import held_back
from dispatch.matching.declines import who_refused
from dispatch.matching.eligibility import exclusions
from dispatch.matching.estimates import Priors, chance_within, estimates
from dispatch.matching.limits import effective, wanted_languages
from dispatch.matching.presence import candidate_of, with_past
from dispatch.matching.ranking import rank
from dispatch.model.commands import AssignVolunteer
from dispatch.model.context import DecisionContext
from dispatch.model.copying import changed
from dispatch.model.decisions import RequirementWhy
from dispatch.model.hazard_areas import HazardArea, ground_of
from dispatch.model.incidents import Incident
from dispatch.model.offer_ends import SILENCE_REST_S, is_withdrawn_by_hand
from dispatch.model.offer_events import OfferMade
from dispatch.model.offers import Offer
from dispatch.model.people import Candidate, Need, Presence
from dispatch.model.reasons import SoftRule
from dispatch.model.requirements import Requirement, WorkKind
from dispatch.model.rulings import Ruling, applied, refused, unchanged
from dispatch.model.vocabulary import Capability, OfferSource, OfferState
from dispatch.plans.budget_table import Budget
from dispatch.safety.absence import rests
from dispatch.staffing.offering import offer_made

RULES_AGAINST = "rules_against"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Input to the checks of a manual assignment."""

    around: DecisionContext
    budget: Budget
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The person an operator named, as a search would find them, with the need and the rules against it."""

    need: Need
    requirement: Requirement
    candidate: Candidate
    against: tuple[SoftRule, ...]


def ruled(incident: Incident, command: AssignVolunteer, known: Known, priors: Priors) -> Ruling:
    """The ruling on a manual assignment; `incident` is open. A refusal because of soft rules lists them in `against`."""
    if command.like is not None:
        # An order that follows from a split names the kind of work, not a requirement (DESIGN 104).
        if _is_asked(incident, command.volunteer_id):
            # Its first wave has found them: what the order wants is done.
            return unchanged("assign", "already_offered")
        meant = _asking_for(incident, command.like)
        command = replace(command, requirement_id=meant.id if meant else "")
    obstacle = obstacle_to(incident, command, known.around)
    if obstacle is not None:
        return refused("assign", obstacle)
    named = named_for(incident, command, known)
    if named.against and not command.force:
        return replace(refused("assign", RULES_AGAINST), against=named.against)
    return applied("assign", _asked(named, command, priors, known.now_ms))


def _asking_for(incident: Incident, work: WorkKind) -> Requirement | None:
    """The best match among requirements with open places: same skill and task, else same skill, else same capability."""
    open_ = [
        entry
        for entry in incident.requirements
        if entry.capability is work.capability and incident.open_places(entry) and entry.bridges is None
    ]
    open_.sort(key=lambda entry: ((entry.skill, entry.task) != (work.skill, work.task), work.skill not in entry.skills))
    return next(iter(open_), None)


def obstacle_to(incident: Incident, command: AssignVolunteer, around: DecisionContext) -> str | None:
    """Why this order cannot assign its person, as far as the store knows; None when only the claim remains to decide."""
    requirement = incident.requirement(command.requirement_id)
    if requirement is None:
        return "unknown_requirement"
    seen = around.presence.get(command.volunteer_id)
    if seen is None:
        return "unknown_volunteer"
    # Whoever has talked to them and knows them safe closes their incident: that is also what ends the search for them.
    if seen.in_distress:
        return "in_distress"
    # An order that follows from a split is forced by the dispatcher: nobody has talked to the person.
    if not seen.on_duty and (not command.force or command.like is not None):
        return "off_duty"
    # Only offers of this incident; the claim decides about other ones.
    if _is_asked(incident, command.volunteer_id):
        return "engaged"
    return "filled" if incident.open_places(requirement) == 0 else None


def _is_asked(incident: Incident, volunteer_id: str) -> bool:
    return any(offer.volunteer_id == volunteer_id and offer.is_live for offer in incident.offers)


def named_for(incident: Incident, command: AssignVolunteer, known: Known) -> Named:
    """The named person, judged by all rules. Call `obstacle_to` first.

    Raises:
        KeyError: the store does not know the person.
        StopIteration: the incident has no such requirement.
    """
    requirement = next(entry for entry in incident.requirements if entry.id == command.requirement_id)
    seen = known.around.presence[command.volunteer_id]
    need = Need(
        incident_id=incident.id,
        command_id=command.id,
        requirement=effective(requirement, incident),
        area=incident.area,
        priority=incident.priority,
        want=1,
        preferred_languages=wanted_languages(requirement, incident),
    )
    candidate = candidate_of(command.volunteer_id, seen, incident.area, known.now_ms)
    candidate = with_past(candidate, known.around.past.get(command.volunteer_id), known.now_ms)
    candidate = approach(candidate, need, ground_of(incident), known.around.hazards)
    named = Named(need=need, requirement=requirement, candidate=candidate, against=())
    return replace(named, against=tuple(_against(incident, named, seen, known)))


def _against(incident: Incident, named: Named, seen: Presence, known: Known) -> Iterator[SoftRule]:
    requirement, person = named.requirement, named.candidate.volunteer_id
    if not seen.on_duty:
        yield SoftRule.OFF_DUTY
    if requirement.capability not in seen.capabilities:
        yield SoftRule.CAPABILITY
    for reason in exclusions(_as_told(named, ground_of(incident)), named.need):
        # All reasons, not only the first: the operator overrides them one by one.
        yield SoftRule(reason)
    # Of this requirement only: silence elsewhere is no objection here.
    earlier = [offer for offer in incident.offers_for(requirement.id) if offer.volunteer_id == person]
    if person in who_refused(incident, requirement) and not any(map(is_withdrawn_by_hand, earlier)):
        yield SoftRule.DECLINED
    yield from dict.fromkeys(rule for offer in earlier if (rule := _of_earlier(offer, known.now_ms)))
    held = held_back(named.candidate, named.need, known.budget, known.now_ms)
    if held is not None:
        yield SoftRule(held)


def _as_told(named: Named, ground: HazardArea | None) -> Candidate:
    """The person as the answer may judge them: a refused order asks nobody, so orders could be repeated to measure."""
    candidate, area = named.candidate, named.need.area
    if named.requirement.capability is not Capability.FIELD or area is None or candidate.place is None:
        return candidate
    told = at_wide_cell(candidate, area)
    return changed(told, in_hazard=may_be_inside(candidate, named.need.requirement, ground))


def _of_earlier(offer: Offer, now_ms: int) -> SoftRule | None:
    """The rule that an earlier offer for the same requirement puts against another one."""
    if is_withdrawn_by_hand(offer):
        return SoftRule.WITHDRAWN
    if offer.state is OfferState.EXPIRED and offer.changed_ms > now_ms - SILENCE_REST_S * 1000:
        return SoftRule.SILENT
    if rests(offer, now_ms):
        return SoftRule.LOST
    return SoftRule.DONE if offer.state is OfferState.DONE and not offer.before_reopening else None


def _asked(named: Named, command: AssignVolunteer, priors: Priors, now_ms: int) -> OfferMade:
    # For its ETA and terms; there is nobody to compare with.
    (entry,) = rank([named.candidate], named.need, None)
    known = estimates([named.candidate], named.requirement.capability, now_ms, priors)
    chance = chance_within(known[named.candidate.volunteer_id], named.need.requirement.window_s)
    made = offer_made(named.need, entry, chance, now_ms)
    return replace(made, source=OfferSource.OPERATOR, by=command.by, set_aside=named.against)


def why_of(incident: Incident, made: OfferMade) -> RequirementWhy:
    """The reasons of a manual offer for the record. `complete` is false, since no search ran."""
    requirement = next(entry for entry in incident.requirements if entry.id == made.requirement_id)
    shown = {
        "volunteer_id": made.volunteer_id,
        "named_by": made.by,
        "set_aside": list(made.set_aside),
        "eta_s": made.eta_s,
        "chance": made.chance,
    }
    return RequirementWhy(
        requirement_id=requirement.id,
        skill=requirement.skill,
        places_open=incident.open_places(requirement),
        asked=1,
        searched_m=None,
        considered=1,
        chosen=(shown,),
        # Otherwise `ladder_clock` would take it for a search that found nobody else.
        complete=False,
    )
