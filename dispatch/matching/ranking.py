"""The soft rules: who is preferred among those who may be asked. One number in seconds, so that its terms can be read.

Field: travel time + seconds for each thing that makes a later answer likely to be worse. Digital: load instead of travel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.matching.affected_areas import price_s
from dispatch.matching.place_uncertainty import uncertainty_s
from dispatch.matching.trust import price_s as trust_s
from dispatch.model.languages import shares_language
from dispatch.model.people import Candidate, Need
from dispatch.model.travel import setting_out_s, travel_time_s
from dispatch.model.vocabulary import Capability, Skill

NO_SHARED_LANGUAGE_S = 120.0
"""Price of not speaking the caller's language when none is required: about the time to get a translator on the line."""
SCARCE_SKILL_S = 20.0
"""Price per scarce skill that this need does not use: keeps a doctor for the need that asks for one."""
SCARCE_SKILLS = frozenset({Skill.DOCTOR, Skill.NURSE, Skill.BOAT, Skill.RESCUE, Skill.FIREFIGHTING})
HOME_UNCERTAINTY = 0.25
"""Share of the travel time added when only the home is known: the person may well be elsewhere."""
SUBSTITUTE_S = 60.0
"""Price of each better skill that the person lacks, in the order of the plan: a minute nearer outweighs one place (judgement)."""
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


def rank(
    candidates: list[Candidate],
    need: Need,
    language: str | None,
    burdens: Mapping[str, Mapping[str, float]] | None = None,
) -> list[Ranked]:
    """Best first; ties fall by id, so the order of the input never matters. `burdens`: further terms of people by id."""
    more = burdens or {}
    ranked = [_ranked(candidate, need, language, more.get(candidate.volunteer_id, {})) for candidate in candidates]
    return sorted(ranked, key=lambda entry: (entry.score_s, entry.candidate.volunteer_id))


def _ranked(candidate: Candidate, need: Need, language: str | None, burdens: Mapping[str, float]) -> Ranked:
    terms: dict[str, float] = {}
    eta_s = None
    if need.requirement.capability is Capability.FIELD and candidate.distance_m is not None:
        eta_s = terms["travel"] = _travel_s(candidate, candidate.distance_m)
        if candidate.from_home:
            terms["home"] = eta_s * HOME_UNCERTAINTY
        if (unsure_s := uncertainty_s(candidate)) > 0:
            terms["place_age"] = unsure_s
        if candidate.detour_m > 0:
            terms["hazard"] = _further_s(candidate, candidate.distance_m)
            eta_s += terms["hazard"]
    if need.requirement.capability is Capability.DIGITAL:
        terms["load"] = candidate.load * LOAD_S
        if (affected_s := price_s(candidate, need)) > 0:
            terms["affected"] = affected_s
        if (unproven_s := trust_s(candidate, need)) != 0:
            terms["trust"] = unproven_s
    wanted = need.preferred_languages or ((language,) if language else ())
    if wanted and not shares_language(wanted, candidate.languages):
        terms["language"] = NO_SHARED_LANGUAGE_S
    later = next((at for at, skill in enumerate(need.requirement.skills) if skill in candidate.skills), 0)
    if later:
        terms["substitute"] = SUBSTITUTE_S * later
    spare = (candidate.skills & SCARCE_SKILLS) - set(need.requirement.skills)
    if spare:
        terms["scarce_skills"] = SCARCE_SKILL_S * len(spare)
    terms |= burdens
    return Ranked(candidate=candidate, eta_s=eta_s, terms=terms)


def _travel_s(candidate: Candidate, distance_m: float) -> float:
    if candidate.travel_s is None:
        return travel_time_s(distance_m, candidate.travel_mode)
    return setting_out_s(candidate.travel_mode) + candidate.travel_s


def _further_s(candidate: Candidate, distance_m: float) -> float:
    mode = candidate.travel_mode
    return travel_time_s(distance_m + candidate.detour_m, mode) - travel_time_s(distance_m, mode)
