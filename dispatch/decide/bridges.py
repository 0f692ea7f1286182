"""Language bridges of a decision: each is kept only if a translator can be asked by the same decision."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dispatch.decide.choice import choose
from dispatch.decide.settled import Settled
from dispatch.model.decisions import RequirementWhy
from dispatch.model.people import Found, Need
from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import Requirement
from dispatch.plans.book import PlanBook
from dispatch.staffing import interpreters
from dispatch.state.lifecycle import evolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridged:
    """`settled` without the bridges for which no translator can be asked."""

    settled: Settled
    whys: tuple[RequirementWhy, ...] = ()
    """What the searches for those translators found."""
    in_vain: tuple[str | None, ...] = ()
    """Ids of the requirements that still lack a translator."""


def with_translators(
    settled: Settled, plans: PlanBook, found: Mapping[str, Found], taken: Mapping[str, Exclusion]
) -> Bridged:
    """Looks ahead whether a translator can be asked for each bridge that the ruling adds, and drops the other bridges.

    It makes no offers: `fill` does, after it knows which needs remain.
    """
    bridged = Bridged(settled=settled)
    chosen = dict(taken)
    for translator in interpreters.translators_in(settled.ruling.events):
        need = next((need for need in bridged.settled.needs if need.requirement.id == translator.id), None)
        whys = bridged.whys
        # Without a need the translator is not searched for, so nobody can be asked.
        if need is not None:
            choice = choose(bridged.settled, plans, need, found.get(translator.id, Found()), chosen)
            # Two bridges of one decision must not count on the same translator.
            chosen.update(choice.engaged)
            if choice.offers:
                continue
            whys = (*whys, choice.why)
        bridged = Bridged(
            settled=_without_bridge(bridged.settled, translator),
            whys=whys,
            in_vain=(*bridged.in_vain, translator.bridges),
        )
    return bridged


def _without_bridge(settled: Settled, translator: Requirement) -> Settled:
    """The language is required again, so the need that was searched without it is dropped too."""
    events = tuple(interpreters.without_bridge(settled.ruling.events, translator))
    relaxed = any(interpreters.is_step_to(fact, translator) for fact in settled.ruling.events)
    gone = {translator.id, translator.bridges} if relaxed else {translator.id}
    return replace(
        settled,
        ruling=replace(settled.ruling, events=events),
        # From the state before the command: a folded event cannot be taken out again.
        incident=evolve(settled.view.incident, events, settled.moment),
        needs=tuple(need for need in settled.needs if need.requirement.id not in gone),
    )


def translators_first(settled: Settled) -> list[Need]:
    """The needs with translators of new bridges first, so that no other need takes the only translator."""
    first = {translator.id for translator in interpreters.translators_in(settled.ruling.events)}
    return sorted(settled.needs, key=lambda need: need.requirement.id not in first)
