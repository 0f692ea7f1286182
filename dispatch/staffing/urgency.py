"""How urgent a waiting need is: priority first, and age after that, so that nobody waits for ever behind what is newer.

Critical needs stand in a class of their own, the longest waiting first: nothing less ever overtakes one. Among the others each
priority has a handicap in waiting time: a normal need comes before every high one that began to wait more than 10 minutes after
it, a low one before those that began more than 40 minutes after. So the order of two needs never changes while they wait, and an
index can hold it. The handicaps are judgement: of the order of the time a ladder takes to its end.
"""

from typing import NamedTuple

from dispatch.model.incidents import Requirement
from dispatch.model.vocabulary import Priority

HANDICAP_MS = {Priority.HIGH: 0, Priority.NORMAL: 10 * 60_000, Priority.LOW: 40 * 60_000}


class Urgency(NamedTuple):
    """Sorts the most urgent first: `rank` 0 for critical, 1 for the rest; `moment_ms` since when it counts as waiting."""

    rank: int
    moment_ms: int


def urgency(priority: Priority, since_ms: int) -> Urgency:
    if priority is Priority.CRITICAL:
        return Urgency(0, since_ms)
    return Urgency(1, since_ms + HANDICAP_MS[priority])


BEHIND_SHORTFALLS = 2
"""Added to the rank of a wave that fell short: somebody is asked for each of its places, so every empty place comes first."""


def waiting_urgency(priority: Priority, requirement: Requirement) -> Urgency:
    """Of a requirement that waits for people, in the order in which a newcomer is offered it."""
    if requirement.shortfall is not None:
        return urgency(priority, requirement.shortfall.since_ms)
    rank, moment_ms = urgency(priority, requirement.short_since_ms or 0)
    return Urgency(rank + BEHIND_SHORTFALLS, moment_ms)
