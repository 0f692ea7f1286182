"""Consensus between the answers to one piece of digital work.

Consensus is `agree` equal answers; it ends the work early. If the plan requires validation, a second person does the same work
after the first answer. If the people disagree, one more is asked; after that attention is raised and the operator decides. A hint
of the assistant may stand for one of two equal answers only where the plan says so (`hint_weight.py`).
"""

from dataclasses import dataclass
from enum import Enum, auto

from dispatch.context_query import located
from dispatch.digital.hint_weight import EQUAL_ANSWERS, standing_hint
from dispatch.model.geo import distance_m
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import OfferState, Task

AGREE_WITHIN_M = 300.0
"""Two answers give the same place when their centres are at most this far apart: a city block, the error of matching a
photograph to a map."""
VALIDATION_VOTES = 2


class ConsensusVerdict(Enum):
    """What to do with the answers so far."""

    SETTLED = auto()
    WAIT = auto()  # people are still working or being asked
    VALIDATE = auto()  # a second person does the same work
    ASK_ANOTHER = auto()  # the answers disagree, one more person is asked
    DISAGREE = auto()  # they still disagree


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """`supporters` are the offers of the largest group of equal answers, the newest last. `hint_id`: the hint that stood for one
    more."""

    verdict: ConsensusVerdict
    supporters: tuple[Offer, ...] = ()
    hint_id: str | None = None


def finding(incident: Incident, requirement: Requirement) -> Consensus:
    """Compares the answers given so far to this requirement."""
    offers = incident.offers_for(requirement.id)
    answered = sorted((one for one in offers if one.result), key=lambda one: (one.changed_ms, one.id))
    group = _largest_group(answered)
    if len(group) >= votes_needed(requirement):
        return Consensus(verdict=ConsensusVerdict.SETTLED, supporters=group)
    hint = standing_hint(incident, requirement, answered) if votes_needed(requirement) == EQUAL_ANSWERS else None
    if hint is not None:
        return Consensus(verdict=ConsensusVerdict.SETTLED, supporters=group, hint_id=hint.hint_id)
    done = sum(one.state is OfferState.DONE for one in offers)
    if done < requirement.count:
        return Consensus(verdict=ConsensusVerdict.WAIT)
    if requirement.count >= most_people(requirement):
        return Consensus(verdict=ConsensusVerdict.DISAGREE)
    lone = requirement.validated and len(answered) < VALIDATION_VOTES
    return Consensus(verdict=ConsensusVerdict.VALIDATE if lone else ConsensusVerdict.ASK_ANOTHER)


def votes_needed(requirement: Requirement) -> int:
    """Number of equal answers that settle the work."""
    return max(requirement.agree, VALIDATION_VOTES) if requirement.validated else requirement.agree


def most_people(requirement: Requirement) -> int:
    """Most people asked: one more than planned, to decide between answers that disagree."""
    planned = max(requirement.answers_wanted, votes_needed(requirement))
    return planned + 1


def _largest_group(answered: list[Offer]) -> tuple[Offer, ...]:
    groups = [tuple(other for other in answered if is_same(one, other)) for one in answered]
    return max(groups, key=len, default=())


def is_same(one: Offer, other: Offer) -> bool:
    """Whether two answers to the same work say the same."""
    a, b = one.result, other.result
    if a is None or b is None or a.outcome != b.outcome:
        return False
    if one.task is Task.GEOLOCATE:
        return _is_same_place(a, b)
    return a.incident_id == b.incident_id


def _is_same_place(a: TaskResult, b: TaskResult) -> bool:
    here, there = located(a.location), located(b.location)
    if here is None or there is None:
        return here is there
    return distance_m(here.centre, there.centre) <= AGREE_WITHIN_M
