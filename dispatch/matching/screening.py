"""Applies the rules to the result of a search: who may be asked, who only if nobody else can be, and who may not, and why.

A search stops after some people and does not know all rules. Its result is screened, and the search continues where it stopped
until enough people pass or everybody within the limits was examined (`streams/worker/dispatcher.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dispatch.matching.approach import approach
from dispatch.matching.budget import held_back, may_go_beyond, yields_to_need
from dispatch.matching.eligibility import exclusion
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.reasons import Exclusion
from dispatch.plans.budget_table import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Inputs of the rules besides candidate and need. `own`: hazard area of the incident itself; `others`: of other incidents."""

    own: HazardArea | None
    others: Sequence[HazardArea]
    budget: Budget
    now_ms: int


@dataclass(slots=True, kw_only=True)
class Screened:
    """The screened people, each with the way they would be sent and the limit they have reached."""

    eligible: list[tuple[Candidate, Exclusion | None]] = field(default_factory=list)
    """May be asked; with the limit that the need exceeds, if any."""
    spare: list[tuple[Candidate, Exclusion]] = field(default_factory=list)
    """Asked only if a place would otherwise stay empty; with the limit that would be exceeded."""
    deferred: list[tuple[Candidate, Exclusion]] = field(default_factory=list)
    """Not asked because of a limit; also counted in `excluded`."""
    excluded: dict[Exclusion, int] = field(default_factory=dict)
    """Counts of all people in neither `eligible` nor `spare`, including those that the search excluded."""

    def leave_out(self, reason: Exclusion) -> None:
        self.excluded[reason] = self.excluded.get(reason, 0) + 1


def screened(found: Found, need: Need, rules: Rules, taken: Mapping[str, Exclusion]) -> Screened:
    """Applies all rules to the candidates of a search. `taken`: people who may no longer be chosen, and why."""
    result = Screened(excluded=dict(found.excluded))
    for seen in found.candidates:
        candidate = approach(seen, need, rules.own, rules.others)
        # `taken` first: a person claimed elsewhere is counted as such, whatever else excludes them.
        reason = taken.get(candidate.volunteer_id) or exclusion(candidate, need)
        if reason is not None:
            result.leave_out(reason)
            continue
        held = held_back(candidate, need, rules.budget, rules.now_ms)
        # The limits on people come last: whoever the rules exclude anyway is counted by that rule.
        if held is None or may_go_beyond(candidate, need, held):
            result.eligible.append((candidate, held))
        elif yields_to_need(held):
            result.spare.append((candidate, held))
        else:
            result.leave_out(held)
            result.deferred.append((candidate, held))
    return result


def sifted(found: Found, need: Need, rules: Rules) -> Found:
    """The search result without the people who are excluded in any case; they are counted in `excluded` instead."""
    # Nobody is `taken` here: a claim of this moment excludes nobody for good.
    passed = screened(found, need, rules, {})
    kept = {candidate.volunteer_id for candidate, _ in (*passed.eligible, *passed.spare)}
    return replace(
        found,
        candidates=tuple(one for one in found.candidates if one.volunteer_id in kept),
        excluded=passed.excluded,
    )
