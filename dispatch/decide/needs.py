"""The needs of an incident after a command: for which requirements people are searched, and how many."""

from collections.abc import Iterator

from dispatch.decide.settled import View
from dispatch.incidents import merging, releases
from dispatch.matching.budget import asleep_unless_heard_ms
from dispatch.matching.declines import who_refused
from dispatch.matching.disclosure import needs_vouched
from dispatch.matching.limits import effective, wanted_languages
from dispatch.model.commands import Command
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.offer_ends import SILENCE_REST_S, is_withdrawn_by_hand
from dispatch.model.offers import Offer
from dispatch.model.people import Need
from dispatch.model.requirements import Requirement
from dispatch.model.rulings import Ruling
from dispatch.model.staffing_events import ShortfallEnded
from dispatch.model.vocabulary import Capability, OfferState
from dispatch.plans.book import PlanBook
from dispatch.safety.absence import rests
from dispatch.staffing import waves
from dispatch.state.pruning import NEVER_AGAIN


def needs_of(incident: Incident, view: View, command: Command, ruling: Ruling, plans: PlanBook) -> tuple[Need, ...]:
    """One need per requirement for which people have to be searched after `ruling`; `incident` is the state after it.

    None for field work without a place: distance limits cannot be applied to it (`shortfalls.of_work_without_place`); none while
    a merge runs before anybody was asked.
    """
    if not incident.is_open or merging.asks_nobody_yet(incident):
        return ()
    now_ms = view.now_ms
    asleep_ms = asleep_unless_heard_ms(incident.priority, plans.budget, now_ms)
    prompted = waves.prompted_by(command, ruling.events, incident)
    # Of all requirements: a person is asked for one requirement of an incident at a time.
    engaged_here = {offer.volunteer_id for offer in incident.offers if offer.is_live}
    if incident.distress_of is not None:
        # Nobody is sent to help themselves.
        engaged_here.add(incident.distress_of)

    def want(requirement: Requirement) -> int:
        # Without a cause more people are asked only when the certainty has fallen far (`waves.DOUBT`).
        share = waves.TOP_UP if requirement.id in prompted else waves.DOUBT
        return waves.wanted(incident, requirement, now_ms=now_ms, priors=view.priors, share=share)

    return tuple(
        Need(
            incident_id=incident.id,
            command_id=command.id,
            requirement=effective(requirement, incident),
            area=incident.area,
            priority=incident.priority,
            want=wanted,
            asked_before=frozenset(engaged_here | asked_before(incident, requirement, now_ms)),
            preferred_languages=wanted_languages(requirement, incident),
            ground=incident.hazard if _is_on_hazard_area(incident, requirement) else None,
            vouched=needs_vouched(incident, requirement.capability, plans),
            asleep_unless_heard_ms=asleep_ms,
        )
        for requirement in incident.requirements
        if not incident.lacks_place(requirement) and (wanted := want(requirement))
    )


def _is_on_hazard_area(incident: Incident, requirement: Requirement) -> bool:
    # A point has no inside, so nobody can be excluded for standing in it.
    has_outline = incident.hazard is not None and incident.area is not None and incident.area.reach_m > 0
    return has_outline and requirement.capability is Capability.FIELD


def asked_before(incident: Incident, requirement: Requirement, now_ms: int) -> set[str]:
    """Ids of people whose earlier offers for this requirement forbid another one now, with those who declined it."""
    earlier = incident.offers_for(requirement.id)
    return {offer.volunteer_id for offer in earlier if _forbids_another(offer, now_ms)} | who_refused(
        incident, requirement
    )


def _forbids_another(offer: Offer, now_ms: int) -> bool:
    return (
        (offer.state in NEVER_AGAIN and not offer.before_reopening)
        or (offer.state is OfferState.EXPIRED and offer.changed_ms > now_ms - SILENCE_REST_S * 1000)
        or rests(offer, now_ms)
        or is_withdrawn_by_hand(offer)
        # Stood down by this very decision: the same decision does not ask that person again.
        or (offer.state is OfferState.STOOD_DOWN and offer.changed_ms == now_ms)
    )


def places_unasked(incident: Incident, requirement: Requirement) -> int:
    """Open places less pending offers; negative when more people are asked than places are open."""
    return incident.open_places(requirement) - waves.offers_out(incident, requirement)


def surplus(incident: Incident) -> Iterator[Event]:
    """Withdrawals of offers for requirements that are full, and ends of shortfalls that no longer exist."""
    if not incident.is_open:
        return
    for requirement in incident.requirements:
        if incident.open_places(requirement) == 0:
            yield from releases.withdrawn(incident.offers_for(requirement.id), "filled")
        # An update may have lowered the count: the requirement would stay unfilled although nobody is missing.
        if requirement.shortfall and places_unasked(incident, requirement) <= 0:
            yield ShortfallEnded(requirement_id=requirement.id)
