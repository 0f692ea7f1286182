"""What another book of plans decides on the candidates of a decision that was made, and how that differs. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from dispatch.decide import fill, settle
from dispatch.model.decisions import Decision
from dispatch.model.offer_events import OfferMade
from dispatch.model.people import Found, Need
from dispatch.model.vocabulary import OfferSource
from dispatch.plans.book import PlanBook
from streams.wire.shadow_records import ShadowCode, ShadowRequirement
from streams.worker.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowResult:
    """`differences`: empty when both books ask the same people."""

    differences: tuple[ShadowRequirement, ...]
    asked: int
    shadow_asked: int


def searches(draft: Draft) -> bool:
    """Whether the decision of the draft has looked for people: others have nothing to compare."""
    return bool(draft.settled.needs) and draft.decision is not None


def shadow_of(draft: Draft, book: PlanBook) -> ShadowResult:
    """The comparison of a draft that is decided; `searches` holds for it. Changes nothing."""
    assert draft.decision is not None
    settled = settle(draft.settled.view, draft.command, book)
    searched = {need.requirement.id: need for need in draft.settled.needs}
    same = [need for need in settled.needs if _is_searched(need, searched)]
    needs = tuple(replace(need, rivals=searched[need.requirement.id].rivals) for need in same)
    decision = fill(
        replace(settled, needs=needs, inside=draft.settled.inside, ways=draft.settled.ways),
        book,
        draft.found,
        draft.taken,
    )
    real, shadow = _asked(draft.decision), _asked(decision)
    unsearched = {need.requirement.id: need for need in settled.needs if need not in same}
    short = _short(decision, draft.found)
    names = {one: need.requirement.skill for one, need in searched.items()}
    names |= {need.requirement.id: need.requirement.skill for need in settled.needs}
    found = []
    for requirement_id, skill in names.items():
        asked, others = real.get(requirement_id, frozenset()), shadow.get(requirement_id, frozenset())
        code = _code(asked, others)
        if requirement_id in unsearched:
            code = ShadowCode.ONLY_SHADOW
        elif requirement_id in searched and not any(need.requirement.id == requirement_id for need in settled.needs):
            code = ShadowCode.ONLY_REAL
        elif requirement_id in short:
            code = ShadowCode.TOO_FEW_FOUND
        if code is not None:
            found.append(
                ShadowRequirement(
                    requirement_id=requirement_id,
                    skill=skill,
                    code=code,
                    asked=len(asked),
                    shadow_asked=len(others),
                    in_common=len(asked & others),
                )
            )
    return ShadowResult(
        differences=tuple(found), asked=sum(map(len, real.values())), shadow_asked=sum(map(len, shadow.values()))
    )


def _is_searched(need: Need, searched: Mapping[str, Need]) -> bool:
    """Whether the candidates of the decision are those of this need: the same work, no further away."""
    real = searched.get(need.requirement.id)
    if real is None or set(need.requirement.skills) - set(real.requirement.skills):
        return False
    return need.requirement.capability is real.requirement.capability and (
        need.requirement.max_distance_m <= real.requirement.max_distance_m
    )


def _asked(decision: Decision) -> dict[str, frozenset[str]]:
    """By requirement: whom the search found and the decision asks."""
    found: dict[str, set[str]] = defaultdict(set)
    for fact in decision.events:
        if isinstance(fact, OfferMade) and fact.source is OfferSource.SEARCH:
            found[fact.requirement_id].add(fact.volunteer_id)
    return {requirement: frozenset(people) for requirement, people in found.items()}


def _short(decision: Decision, found: Mapping[str, Found]) -> frozenset[str]:
    """Requirements whose wave wants more people than a search found that had not ended."""
    short = (one.requirement_id for one in decision.why.requirements if one.wave is not None and one.wave.is_short)
    return frozenset(one for one in short if (seen := found.get(one)) is not None and not seen.complete)


def _code(asked: frozenset[str], others: frozenset[str]) -> ShadowCode | None:
    if asked == others:
        return None
    if len(asked) == len(others):
        return ShadowCode.OTHERS
    return ShadowCode.MORE if len(others) > len(asked) else ShadowCode.FEWER
