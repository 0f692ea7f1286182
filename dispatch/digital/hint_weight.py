"""What a hint of the assistant may change in digital work: it asks for one more person, and stands for one of two equal answers
where a plan allows it. Alone it settles nothing.

The opinion comes with the answer (`HintOpinion`), so a replay decides the same, and no decision waits for a hint. An opinion that
the person had seen counts for nothing: it would be heard twice. Which answers hints have an opinion of: `opinions.py`.
"""

from collections.abc import Sequence

from dispatch.matching.trust import INCONCLUSIVE
from dispatch.model.incidents import Incident
from dispatch.model.offers import HintOpinion, Offer
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Capability, Priority
from dispatch.staffing.waves import offers_out

LEAST_BOUND = 0.95
LEAST_JUDGED = 50
EQUAL_ANSWERS = 2
"""A hint stands for one of so many; work for which three must agree is left to people."""
_ADDS = frozenset({"confirmed", "located", "reached", "done", "mapped"})
"""Outcomes for which a hint may stand. Never those that end help or join reports (`false`, `duplicate`), nor those that found
nothing."""
_LEFT_TO_PEOPLE = frozenset({Priority.CRITICAL, Priority.HIGH})


def may_ask_another(incident: Incident) -> bool:
    """Whether a hint may ask for one more person: not while field work of the incident lacks people that it could have. Somebody
    may be able to do both, and a look at a text never takes them."""
    return not any(
        entry.capability is Capability.FIELD
        and not incident.lacks_place(entry)
        and incident.open_places(entry) > offers_out(incident, entry)
        for entry in incident.requirements
    )


def is_doubted(offer: Offer) -> bool:
    """Whether a hint that the person had not seen says otherwise than their answer."""
    opinion = _unseen(offer)
    return opinion is not None and not opinion.agrees


def doubted_before(incident: Incident, offer: Offer) -> Offer | None:
    """The first doubted answer to the same work before this one; None: there is none."""
    others = [one for one in incident.offers_for(offer.requirement_id) if one.id != offer.id and is_doubted(one)]
    return min(others, key=lambda one: (one.result.at_ms if one.result else 0, one.id), default=None)


def is_conclusive(offer: Offer) -> bool:
    """Whether another answer can confirm or contradict this one."""
    return offer.result is not None and offer.result.outcome not in INCONCLUSIVE


def standing_hint(incident: Incident, requirement: Requirement, answered: Sequence[Offer]) -> HintOpinion | None:
    """The hint that stands for the second of two equal answers; None: it may not. `answered`: all answers so far."""
    if not requirement.assistant_counts or incident.priority in _LEFT_TO_PEOPLE or len(answered) != 1:
        return None
    (offer,) = answered
    opinion = _unseen(offer)
    if opinion is None or not opinion.agrees or offer.result is None or offer.result.outcome not in _ADDS:
        return None
    is_proven = opinion.lower_bound >= LEAST_BOUND and opinion.judged >= LEAST_JUDGED
    return opinion if is_proven else None


def _unseen(offer: Offer) -> HintOpinion | None:
    opinion = offer.result.opinion if offer.result else None
    return None if opinion is None or opinion.was_shown else opinion
