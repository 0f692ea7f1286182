"""What the decision on a report would ask for, by its own steps, for somebody who has not sent the report yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from dispatch.decide.filling import choices
from dispatch.decide.settled import Settled
from dispatch.model.decisions import RequirementWhy
from dispatch.model.people import Found
from dispatch.model.recorded_way import recorded_band
from dispatch.model.vocabulary import Capability
from dispatch.plans.book import PlanBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseenPeople:
    """The people whom a search found for one requirement. Nothing here tells an exact place or an exact number."""

    free_at_least: int
    free_at_most: int
    """Bounds of the people who may be asked, without those chosen for the requirements before."""
    is_complete: bool
    """False: the search stopped with enough people, and more may be free than `free_at_most`."""
    nearest_eta_s: float | None
    """Travel time between cells, of the nearest among those who would be asked first; None: nobody, or digital work."""
    chance: float
    """Probability that the people of the first wave fill the places within their window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseenNeed:
    """A requirement of the report. `people` None: nobody is searched for it yet, because the report has no place."""

    skill: str
    capability: Capability
    count: int
    people: ForeseenPeople | None


def foreseen_needs(settled: Settled, plans: PlanBook, found: Mapping[str, Found]) -> tuple[ForeseenNeed, ...]:
    """The requirements of a settled report, in its order. `found`: what the search found, by requirement id."""
    made = {choice.why.requirement_id: choice.why for choice in choices(settled, plans, found)}
    return tuple(
        ForeseenNeed(
            skill=entry.skill,
            capability=entry.capability,
            count=entry.count,
            people=_people(made[entry.id], found[entry.id]) if entry.id in made and entry.id in found else None,
        )
        for entry in (settled.incident.requirements if settled.incident else ())
    )


def _people(why: RequirementWhy, found: Found) -> ForeseenPeople:
    assert why.wave is not None  # every choice sizes a wave
    at_least, at_most = recorded_band(why.wave.free)
    times = [entry["eta_s"] for entry in (*why.chosen, *why.passed_over)]
    return ForeseenPeople(
        free_at_least=at_least,
        free_at_most=at_most,
        is_complete=found.complete,
        # As the decision would record them: between cells, in half minutes (DESIGN 116).
        nearest_eta_s=min((time for time in times if isinstance(time, float)), default=None),
        chance=round(why.wave.reached, 2),
    )
