"""The soft rules: who is preferred among the people who may be asked. The score is in seconds, so its terms are comparable.

Field work: travel time plus a penalty in seconds for each disadvantage. Digital work: load instead of travel time.

The ranking uses exact places. What is recorded of it is computed once more, from cells (`Ranked.recorded`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dispatch.matching.affected_areas import price_s
from dispatch.matching.eligibility import accepted_skills
from dispatch.matching.place_uncertainty import uncertainty_s
from dispatch.matching.trust import price_s as trust_s
from dispatch.model.copying import changed
from dispatch.model.languages import shares_language
from dispatch.model.people import Candidate, Need
from dispatch.model.recorded_way import RecordedM, RecordedS, rounded_s
from dispatch.model.travel import setting_out_s, travel_time_s
from dispatch.model.vocabulary import Capability, Skill

NO_SHARED_LANGUAGE_S = 120.0
"""Penalty for not speaking the caller's language if none is required: about the time to reach a translator by phone."""
SCARCE_SKILL_S = 20.0
"""Penalty per scarce skill that the need does not use: keeps a doctor for the need that asks for one."""
SCARCE_SKILLS = frozenset({Skill.DOCTOR, Skill.NURSE, Skill.BOAT, Skill.RESCUE, Skill.FIREFIGHTING})
HOME_UNCERTAINTY = 0.25
"""Share of the travel time added if only the home is known: the person may be elsewhere."""
SUBSTITUTE_S = 60.0
"""Penalty per preferred skill that the person lacks, in the order of the plan: a minute of travel per rank (judgement)."""
LOAD_S = 60.0
"""Penalty per recent task of digital work: distributes the work evenly."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A candidate with estimated travel time and the terms of their score; a lower score is better.

    From the exact place: `eta_s`, `terms` and `score_s` never leave the memory of the worker; `recorded` may.
    """

    candidate: Candidate
    eta_s: float | None
    terms: dict[str, float]

    @property
    def score_s(self) -> float:
        return sum(self.terms.values())

    # Asked for several times of each person who is considered; without slots, because the value is kept in the instance.
    @cached_property
    def recorded(self) -> "Recorded":
        return _recorded(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A ranked candidate as records and responses may show them. Every number about a place comes from cells."""

    distance_m: RecordedM | None
    eta_s: RecordedS | None
    terms: dict[str, float]

    @property
    def score_s(self) -> float:
        return round(sum(self.terms.values()), 1)


def rank(
    candidates: list[Candidate],
    need: Need,
    language: str | None,
    burdens: Mapping[str, Mapping[str, float]] | None = None,
) -> list[Ranked]:
    """Candidates sorted by score, best first; ties are broken by id, so the input order does not matter.

    `language`: the caller's. `burdens`: additional terms in seconds by volunteer id.
    """
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
    # By the best skill the person has, in the order of the plan.
    best = next(iter(accepted_skills(candidate, need.requirement)), need.requirement.skill)
    later = need.requirement.skills.index(best)
    if later:
        terms["substitute"] = SUBSTITUTE_S * later
    spare = (candidate.skills & SCARCE_SKILLS) - set(need.requirement.skills)
    if spare:
        terms["scarce_skills"] = SCARCE_SKILL_S * len(spare)
    # Prices of fairness and of an exceeded budget (`budget.prices`).
    terms |= burdens
    return Ranked(candidate=candidate, eta_s=eta_s, terms=terms)


_OF_PLACE = ("travel", "home", "place_age", "hazard")
"""The terms that follow from the place of a person; `_recorded` computes each of them again."""


def _recorded(entry: Ranked) -> Recorded:
    candidate, terms = entry.candidate, dict(entry.terms)
    if "travel" not in terms:
        return Recorded(distance_m=None, eta_s=None, terms=_rounded(terms))
    away_m = candidate.recorded_m
    if away_m is None:
        # No cell, so nothing about the place is recorded.
        return Recorded(
            distance_m=None, eta_s=None, terms=_rounded({name: terms[name] for name in terms if name not in _OF_PLACE})
        )
    mode, detour_m = candidate.travel_mode, candidate.recorded_detour_m
    base_s = whole_s = terms["travel"] = travel_time_s(away_m, mode)
    if "home" in terms:
        terms["home"] = base_s * HOME_UNCERTAINTY
    if "place_age" in terms:
        # Without the distance between fix and home, which is exact.
        seen = changed(candidate, distance_m=away_m, home_m=None)
        terms["place_age"] = uncertainty_s(seen, base_s)
    # By the recorded way alone: whether the exact one crosses an area tells a place too.
    terms.pop("hazard", None)
    if detour_m > 0:
        whole_s = travel_time_s(away_m + detour_m, mode)
        terms["hazard"] = whole_s - base_s
    return Recorded(distance_m=away_m, eta_s=rounded_s(whole_s), terms=_rounded(terms))


def _rounded(terms: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in terms.items()}


def _travel_s(candidate: Candidate, distance_m: float) -> float:
    if candidate.travel_s is None:
        return travel_time_s(distance_m, candidate.travel_mode)
    return setting_out_s(candidate.travel_mode) + candidate.travel_s


def _further_s(candidate: Candidate, distance_m: float) -> float:
    mode = candidate.travel_mode
    # By the built-in model, also beside a router's time: no router knows the areas (DESIGN 23).
    return travel_time_s(distance_m + candidate.detour_m, mode) - travel_time_s(distance_m, mode)
