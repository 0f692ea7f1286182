"""A yes is judged when it is said: whether the person who accepts may be sent to what the incident needs by now.

The rules are those of the search (`eligibility.exclusion`), asked of the person as the picture shows them at this moment: duty,
skill and substitutes, languages as they are required now, the limits as the ladder has widened them, the place as the incident
has it now, and dangerous ground. A person who no longer fits is stood down with the reason, and the place stays open.

What never counts against a yes:

- what is unknown: no position, one too old to be believed, or a person whom the picture does not show. Where no fix is kept at
  all, home counts, as it did when they were asked.
- the circle in which a fix places them (`places.uncertainty_m`): they are judged by its nearest point.
- budget, rest and quiet hours: those are about whom to wake, and this person is awake.
- what an operator who named the person set aside (`Offer.set_aside`).
- `TOLERANCE`, while their offer is still open: they were asked, and moved about since.
"""

from dataclasses import replace

from dispatch.incidents.relocation import CLEARLY_BEYOND
from dispatch.matching.approach import approach
from dispatch.matching.eligibility import exclusions
from dispatch.matching.limits import effective, wanted_languages
from dispatch.matching.place_uncertainty import uncertainty_m
from dispatch.matching.presence import candidate_of
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Incident, Offer, Requirement
from dispatch.model.people import Candidate, Need, Presence
from dispatch.model.vocabulary import Exclusion, OfferState, SoftRule

TOLERANCE = CLEARLY_BEYOND
"""By how much the limits are stretched for somebody whose offer is open: as for people on their way to a place that moves."""
_COUNTS = frozenset({Exclusion.SKILL, Exclusion.LANGUAGE, Exclusion.IN_HAZARD, Exclusion.TOO_FAR})


def unfit(
    incident: Incident, offer: Offer, requirement: Requirement, seen: Presence | None, now_ms: int
) -> Exclusion | None:
    """Why this person's yes cannot be taken now; None when it can. `seen` None: the picture does not show them."""
    if seen is None:
        return None
    if not seen.on_duty:
        return Exclusion.OFF_DUTY
    if requirement.capability not in seen.capabilities and SoftRule.CAPABILITY not in offer.set_aside:
        return Exclusion.SKILL
    need = Need(
        incident_id=incident.id,
        command_id="",
        requirement=effective(requirement, incident),
        area=incident.area,
        priority=incident.priority,
        want=1,
        preferred_languages=wanted_languages(requirement, incident),
    )
    seen_from_fix = replace(seen, home=None) if seen.place is not None else seen
    candidate = candidate_of(offer.volunteer_id, seen_from_fix, incident.area, now_ms)
    candidate = _nearest(approach(candidate, need, ground_of(incident), ()), offer)
    counting = (reason for reason in exclusions(candidate, need) if reason in _COUNTS)
    return next((reason for reason in counting if str(reason) not in offer.set_aside), None)


def _nearest(candidate: Candidate, offer: Offer) -> Candidate:
    """At the point of their circle that is nearest to the work, with the tolerance in their favour."""
    if candidate.distance_m is None:
        return candidate
    tolerance = TOLERANCE if offer.state is OfferState.OFFERED else 1.0
    nearest_m = max(0.0, candidate.distance_m - uncertainty_m(candidate)) / tolerance
    return replace(candidate, distance_m=nearest_m, accuracy_m=None)
