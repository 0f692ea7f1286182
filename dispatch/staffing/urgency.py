"""Urgency of a waiting need: priority with ageing, so that no need waits for ever behind newer ones.

Critical needs form a class of their own, the longest waiting first; no other need overtakes one. Among the others each priority
has a handicap in waiting time: a normal need precedes every high one that began to wait more than 10 minutes after it, a low one
those that began more than 40 minutes after. The order of two needs never changes while they wait, so an index can store it. The
handicaps are an estimate, of the order of the time a ladder takes to its end.
"""

from typing import NamedTuple

from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import Priority

HANDICAP_MS = {Priority.HIGH: 0, Priority.NORMAL: 10 * 60_000, Priority.LOW: 40 * 60_000}


class Urgency(NamedTuple):
    """Sorts the most urgent first. `rank`: 0 for critical needs, 1 for others; `moment_ms`: start of waiting plus handicap."""

    rank: int
    moment_ms: int


def urgency(priority: Priority, since_ms: int) -> Urgency:
    """Urgency of a need that has waited since `since_ms`."""
    if priority is Priority.CRITICAL:
        return Urgency(0, since_ms)
    return Urgency(1, since_ms + HANDICAP_MS[priority])


BEHIND_SHORTFALLS = 2
"""Added to the rank of a wave that fell short: each of its places has a pending offer, so shortfalls come first."""


def waiting_urgency(priority: Priority, requirement: Requirement) -> Urgency:
    """Urgency of a requirement that waits for people; a person who becomes available is offered the most urgent first."""
    if requirement.shortfall is not None:
        return urgency(priority, requirement.shortfall.since_ms)
    # 0 for a requirement that only lacks a translator: it precedes the waves of its rank.
    rank, moment_ms = urgency(priority, requirement.short_since_ms or 0)
    return Urgency(rank + BEHIND_SHORTFALLS, moment_ms)
