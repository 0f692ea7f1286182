"""The soft rules: who is preferred among those who may be asked. One number in seconds, so that its terms can be read.

Field: travel time + seconds for each thing that makes a later answer likely to be worse. Digital: load instead of travel.
"""

from dataclasses import dataclass

from dispatch.eligibility import shares_language
from dispatch.model import Candidate, Need
from dispatch.travel import travel_time_s
from dispatch.vocabulary import Capability, Skill

NO_SHARED_LANGUAGE_S = 120.0
"""Price of not speaking the caller's language when none is required: about the time to get a translator on the line."""
SCARCE_SKILL_S = 20.0
"""Price per scarce skill that this need does not use: keeps a doctor for the need that asks for one."""
SCARCE_SKILLS = frozenset({Skill.DOCTOR, Skill.NURSE, Skill.BOAT, Skill.RESCUE, Skill.FIREFIGHTING})
HOME_UNCERTAINTY = 0.25
"""Share of the travel time added when only the home is known: the person may well be elsewhere."""
LOAD_S = 60.0
"""Price of one recent task for digital work: evens it out over people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    candidate: Candidate
    eta_s: float | None
    terms: dict[str, float]

    @property
    def score_s(self) -> float:
        return sum(self.terms.values())


def rank(candidates: list[Candidate], need: Need, language: str | None) -> list[Ranked]:
    """Best first; ties fall by id, so the order of the input never matters."""
    ranked = [_ranked(candidate, need, language) for candidate in candidates]
    return sorted(ranked, key=lambda entry: (entry.score_s, entry.candidate.volunteer_id))


def _ranked(candidate: Candidate, need: Need, language: str | None) -> Ranked:
    terms: dict[str, float] = {}
    eta_s = None
    if need.requirement.capability is Capability.FIELD and candidate.distance_m is not None:
        eta_s = travel_time_s(candidate.distance_m, candidate.travel_mode)
        terms["travel"] = eta_s
        if candidate.from_home:
            terms["home"] = eta_s * HOME_UNCERTAINTY
    if need.requirement.capability is Capability.DIGITAL:
        terms["load"] = candidate.load * LOAD_S
    if language and not shares_language((language,), candidate.languages):
        terms["language"] = NO_SHARED_LANGUAGE_S
    spare = (candidate.skills & SCARCE_SKILLS) - {need.requirement.skill}
    if spare:
        terms["scarce_skills"] = SCARCE_SKILL_S * len(spare)
    return Ranked(candidate=candidate, eta_s=eta_s, terms=terms)
