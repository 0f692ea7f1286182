"""The event by which a person is offered a requirement."""

from dispatch.matching.eligibility import accepted_skills
from dispatch.matching.ranking import Ranked
from dispatch.matching.trust import figures
from dispatch.model.ids import offer_id
from dispatch.model.languages import shares_language
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Candidate, Need
from dispatch.model.vocabulary import Capability


def offer_made(need: Need, entry: Ranked, chance: float, now_ms: int) -> OfferMade:
    """The offer to a ranked person. `chance`: probability that they accept within the window; distance and travel
    time are those of `ranking.recorded`."""
    requirement, volunteer = need.requirement, entry.candidate.volunteer_id
    return OfferMade(
        offer_id=offer_id(need.incident_id, need.command_id, requirement.id, volunteer),
        requirement_id=requirement.id,
        volunteer_id=volunteer,
        capability=requirement.capability,
        skill=next(iter(accepted_skills(entry.candidate, requirement)), requirement.skill),
        expires_ms=now_ms + requirement.window_s * 1000,
        distance_m=entry.recorded.distance_m,
        eta_s=entry.recorded.eta_s,
        task=requirement.task,
        chance=round(chance, 4),
        shares_language=_shares(entry.candidate, need),
        right=figures(entry.candidate) if requirement.capability is Capability.DIGITAL else None,
        staging=entry.candidate.staging,
    )


def _shares(candidate: Candidate, need: Need) -> bool | None:
    return shares_language(need.preferred_languages, candidate.languages) if need.preferred_languages else None
