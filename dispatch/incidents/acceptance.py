"""Checks at acceptance: whether the person may still be sent to what the incident needs now.

The rules are those of the search (`eligibility.exclusion`), applied to the person's present state in the store: duty, skill and
substitutes, the languages required now, the limits as widened by the ladder, the present place of the incident, and hazard areas.
A person who no longer fits is stood down with the reason, and the place stays open.

A person who accepts is never stood down because of:

- missing data: no position, one that is too old, or a person the store does not know. Without any fix the home counts, as it did
  when the person was asked;
- the accuracy of a fix (`place_uncertainty.uncertainty_m`): the nearest point of its circle counts;
- budget, rest and quiet hours: these decide whether to wake a person, and this one is awake;
- rules that an operator who named the person overrode (`Offer.set_aside`);
- a distance within `TOLERANCE` of the limit, while the offer is pending: the person has moved since they were asked;
- a distance that the order of an operator could not see: named people are judged from the middle of their wide cell.
"""

from dataclasses import replace

from dispatch.incidents.relocation import CLEARLY_BEYOND
from dispatch.matching.approach import approach
from dispatch.matching.approximate_place import at_wide_cell
from dispatch.matching.eligibility import exclusions
from dispatch.matching.limits import effective, wanted_languages
from dispatch.matching.place_uncertainty import uncertainty_m
from dispatch.matching.presence import candidate_of
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.people import Candidate, Need, Presence
from dispatch.model.reasons import Exclusion, SoftRule
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import OfferSource, OfferState

TOLERANCE = CLEARLY_BEYOND
"""Factor on the distance limits while the offer is pending; the same as for people travelling to a place that moves."""
_COUNTS = frozenset(
    {Exclusion.SKILL, Exclusion.NOT_VERIFIED, Exclusion.LANGUAGE, Exclusion.IN_HAZARD, Exclusion.TOO_FAR}
)
"""Not `asked_before`, and not `stale_place`: an unknown place never counts against an acceptance (DESIGN 85)."""


def unfit(
    incident: Incident, offer: Offer, requirement: Requirement, seen: Presence | None, now_ms: int
) -> Exclusion | None:
    """Why this person is stood down although they accept; None when the acceptance counts.

    `seen` is None for a person unknown to the store.
    """
    if seen is None:
        return None
    # Before all others, and by no order to override: whoever is in danger helps nobody (DESIGN 222).
    if seen.in_distress:
        return Exclusion.IN_DISTRESS
    if not seen.on_duty and SoftRule.OFF_DUTY not in offer.set_aside:
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
    # A person with a fix is not judged by their home: if the fix is too old, nothing is known, which never counts.
    seen_from_fix = replace(seen, home=None) if seen.place is not None else seen
    candidate = candidate_of(offer.volunteer_id, seen_from_fix, incident.area, now_ms)
    # Without the areas of other incidents: a detour makes nobody unfit.
    near = approach(candidate, need, ground_of(incident), ())
    if offer.source is OfferSource.OPERATOR:
        near = _no_further_than(near, at_wide_cell(candidate, incident.area).distance_m)
    candidate = _nearest(near, offer)
    counting = (reason for reason in exclusions(candidate, need) if reason in _COUNTS)
    return next((reason for reason in counting if str(reason) not in offer.set_aside), None)


def _no_further_than(candidate: Candidate, told_m: float | None) -> Candidate:
    if candidate.distance_m is None or told_m is None:
        return candidate
    return replace(candidate, distance_m=min(candidate.distance_m, told_m))


def _nearest(candidate: Candidate, offer: Offer) -> Candidate:
    """With the distance from the nearest point of the fix's circle, divided by the tolerance."""
    if candidate.distance_m is None:
        return candidate
    tolerance = TOLERANCE if offer.state is OfferState.OFFERED else 1.0
    nearest_m = max(0.0, candidate.distance_m - uncertainty_m(candidate)) / tolerance
    # The nearest point accounts for the accuracy; kept, a coarse fix would turn `too_far` into `stale_place`.
    return replace(candidate, distance_m=nearest_m, accuracy_m=None)
