"""The rules put to everybody a search has found: who may be asked, who only if nobody else can be, and who not, and why.

A search stops when it has found some people, and it does not know all rules. So what it found is screened, and it goes on behind
where it stopped until enough people pass, or everybody within the limits was seen (`streams/worker/dispatcher.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dispatch.matching.approach import approach
from dispatch.matching.budget import held_back, may_go_beyond, yields_to_need
from dispatch.matching.eligibility import exclusion
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.people import Candidate, Found, Need
from dispatch.model.vocabulary import Exclusion
from dispatch.plans.budget_table import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What speaks against people besides their own picture and the need. `own`: the dangerous ground of the incident itself."""

    own: HazardArea | None
    others: Sequence[HazardArea]
    budget: Budget
    now_ms: int


@dataclass(slots=True, kw_only=True)
class Screened:
    """Each person with the way they would be sent, and with what speaks for sparing them."""

    eligible: list[tuple[Candidate, Exclusion | None]] = field(default_factory=list)
    """With the reason that the need goes beyond, if any."""
    spare: list[tuple[Candidate, Exclusion]] = field(default_factory=list)
    """To be asked only where a place would stay empty."""
    in_peace: list[tuple[Candidate, Exclusion]] = field(default_factory=list)
    excluded: dict[Exclusion, int] = field(default_factory=dict)
    """Counts of everybody who stands in neither `eligible` nor `spare`, with those the search itself left out."""

    def leave_out(self, reason: Exclusion) -> None:
        self.excluded[reason] = self.excluded.get(reason, 0) + 1


def screened(found: Found, need: Need, rules: Rules, taken: Mapping[str, Exclusion]) -> Screened:
    """`taken`: people who may not be chosen any more, and why."""
    result = Screened(excluded=dict(found.excluded))
    for seen in found.candidates:
        candidate = approach(seen, need, rules.own, rules.others)
        reason = taken.get(candidate.volunteer_id) or exclusion(candidate, need)
        if reason is not None:
            result.leave_out(reason)
            continue
        held = held_back(candidate, need, rules.budget, rules.now_ms)
        if held is None or may_go_beyond(candidate, need, held):
            result.eligible.append((candidate, held))
        elif yields_to_need(held):
            result.spare.append((candidate, held))
        else:
            result.leave_out(held)
            result.in_peace.append((candidate, held))
    return result


def sifted(found: Found, need: Need, rules: Rules) -> Found:
    """`found` without the people who may not be asked whatever else happens: they are counted instead."""
    passed = screened(found, need, rules, {})
    kept = {candidate.volunteer_id for candidate, _ in (*passed.eligible, *passed.spare)}
    return replace(
        found,
        candidates=tuple(one for one in found.candidates if one.volunteer_id in kept),
        excluded=passed.excluded,
    )
