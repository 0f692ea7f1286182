"""The choice for one need: which of the people found are asked, and the reasons for the decision record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.decide.needs import places_unasked
from dispatch.decide.settled import Settled, View
from dispatch.matching.budget import first_free_ms, prices, quiet_until_ms
from dispatch.matching.estimates import chance_within, estimates
from dispatch.matching.ranking import Ranked, rank
from dispatch.matching.screening import Rules, Screened, screened
from dispatch.model.decisions import RequirementWhy
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.reasons import Exclusion
from dispatch.plans.book import PlanBook
from dispatch.staffing import waves
from dispatch.staffing.offering import offer_made
from dispatch.staffing.waves import Wave

SHOWN_CANDIDATES = 5
"""People who were passed over, per requirement, that a decision record lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The offers for one need, and why these people and no others."""

    offers: tuple[OfferMade, ...]
    why: RequirementWhy

    @property
    def engaged(self) -> Mapping[str, Exclusion]:
        """The people chosen, as `taken` of the needs that follow."""
        return {offer.volunteer_id: Exclusion.ENGAGED for offer in self.offers}


def choose(settled: Settled, plans: PlanBook, need: Need, found: Found, taken: Mapping[str, Exclusion]) -> Choice:
    """Sizes the wave of one need and picks its people. `taken`: people who may not be chosen any more, and why."""
    incident, now_ms = settled.incident, settled.view.now_ms
    assert incident is not None  # a need has an incident
    passed = screened(found, need, rules_of(settled, plans), taken)
    # Before the ranking, so that people called on despite their rest are ranked with the others.
    _call_on_spare(passed, _places_without_people(incident, need, found, passed))
    ranked = _ranked(passed, need, incident, plans)
    chances = _chances(ranked, need, settled.view)
    wave = waves.wave(ranked, chances, need, found, incident, now_ms)
    chosen = _as_recorded(wave.chosen)
    return Choice(
        offers=tuple(offer_made(need, entry, chances[entry.candidate.volunteer_id], now_ms) for entry in chosen),
        why=RequirementWhy(
            requirement_id=need.requirement.id,
            skill=need.requirement.skill,
            places_open=incident.open_places(need.requirement),
            asked=len(wave.chosen),
            searched_m=_searched_m(need, found),
            considered=len(found.candidates) + sum(found.excluded.values()),
            complete=found.complete,
            bounded=found.bounded,
            excluded={str(reason): count for reason, count in sorted(passed.excluded.items())},
            chosen=tuple(_shown(entry, chances) for entry in chosen),
            passed_over=tuple(_shown(entry, chances) for entry in _as_recorded(_passed_over(ranked, wave))),
            wave=wave.why,
            travel=found.travel,
            free_again_ms=_first_free_ms(passed, plans, now_ms),
        ),
    )


def rules_of(settled: Settled, plans: PlanBook) -> Rules:
    """The rules by which everybody a search has found is screened."""
    return Rules(
        own=ground_of(settled.incident),
        others=settled.view.around.hazards,
        budget=plans.budget,
        now_ms=settled.view.now_ms,
    )


def _places_without_people(incident: Incident, need: Need, found: Found, passed: Screened) -> int:
    """Places that stay empty unless somebody held back is asked; 0 while the search can still find others."""
    # Rest is overridden only when nobody else is left to find (DESIGN 90).
    can_go_on = not found.complete and not found.bounded
    return 0 if can_go_on else places_unasked(incident, need.requirement) - len(passed.eligible)


def _call_on_spare(passed: Screened, places: int) -> None:
    """Makes as many of the spare people eligible as there are `places`, the least tired first; the others are excluded."""
    for number, (candidate, held) in enumerate(_least_tired(passed.spare)):
        if number < places:
            passed.eligible.append((candidate, held))
        else:
            passed.leave_out(held)
            passed.deferred.append((candidate, held))


def _least_tired(spare: Sequence[tuple[Candidate, Exclusion]]) -> list[tuple[Candidate, Exclusion]]:
    """By: not resting after heavy work, longest rested, fewest offers of the last day."""
    return sorted(
        spare,
        key=lambda entry: (
            entry[1] is Exclusion.RESTING and entry[0].worked_heavy,
            -(entry[0].rested_s if entry[0].rested_s is not None else float("inf")),
            entry[0].offers_last_day,
            # Last, so that the order of the search does not matter.
            entry[0].volunteer_id,
        ),
    )


def _ranked(passed: Screened, need: Need, incident: Incident, plans: PlanBook) -> list[Ranked]:
    """The eligible people, best first, each once with their better entry.

    A search may find a person twice: by two languages, or at a fix and at home.
    """
    burdens = {one.volunteer_id: prices(one, need, plans.budget, held) for one, held in passed.eligible}
    best: dict[str, Ranked] = {}
    for entry in rank([one for one, _ in passed.eligible], need, incident.language, burdens):
        # A search may name a person twice; two offers of one decision would have one id.
        best.setdefault(entry.candidate.volunteer_id, entry)
    return list(best.values())


def _chances(ranked: Sequence[Ranked], need: Need, view: View) -> dict[str, float]:
    """Person id → probability that they accept within the requirement's window."""
    requirement = need.requirement
    known = estimates((one.candidate for one in ranked), requirement.capability, view.now_ms, view.priors)
    return {volunteer_id: chance_within(chance, requirement.window_s) for volunteer_id, chance in known.items()}


def _passed_over(ranked: Sequence[Ranked], wave: Wave) -> list[Ranked]:
    asked = {entry.candidate.volunteer_id for entry in wave.chosen}
    return [entry for entry in ranked if entry.candidate.volunteer_id not in asked][:SHOWN_CANDIDATES]


def _searched_m(need: Need, found: Found) -> float | None:
    # The radius at which a search has found enough follows from where people are.
    return float(need.requirement.max_distance_m) if found.complete and found.searched_m is not None else None


def _as_recorded(entries: Sequence[Ranked]) -> list[Ranked]:
    """In the order of their recorded scores: the exact order would compare distances of people in one cell."""
    return sorted(entries, key=lambda entry: (entry.recorded.score_s, entry.candidate.volunteer_id))


def _first_free_ms(passed: Screened, plans: PlanBook, now_ms: int) -> int | None:
    """When the first of the people who rest, sleep or have spent their budget may be asked; None: unknown, or nobody does."""
    first = first_free_ms(passed.deferred, plans.budget, now_ms)
    # The search itself may have left out people who sleep; they are only counted, and all wake at the same time.
    if Exclusion.QUIET_HOURS not in passed.excluded:
        return first
    morning = quiet_until_ms(plans.budget, now_ms)
    return morning if first is None else min(first, morning)


def _shown(entry: Ranked, chances: Mapping[str, float]) -> Mapping[str, object]:
    """A person as the decision record lists them: id, seconds of travel, score with its terms, chance to accept within the
    window. Never a coordinate and never an exact distance: the log keeps decisions for a year."""
    recorded = entry.recorded
    return {
        "volunteer_id": entry.candidate.volunteer_id,
        "eta_s": recorded.eta_s,
        "score_s": recorded.score_s,
        "terms": recorded.terms,
        "chance": round(chances[entry.candidate.volunteer_id], 3),
    }
