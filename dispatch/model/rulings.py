"""What a command by itself amounts to: a verdict with its facts, before anybody new is looked for."""

from dataclasses import dataclass

from dispatch.model.events import Event
from dispatch.model.vocabulary import Outcome, SoftRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`rule` is a short name of the rule that spoke, for the decision record."""

    outcome: Outcome
    rule: str
    reason: str | None = None
    events: tuple[Event, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Fields on which the order's precondition does not hold."""
    against: tuple[SoftRule, ...] = ()
    """Of an order that names a person and was refused: what speaks against them."""


def applied(rule: str, *events: Event) -> Ruling:
    return Ruling(outcome=Outcome.APPLIED, rule=rule, events=events)


def unchanged(rule: str, reason: str) -> Ruling:
    return Ruling(outcome=Outcome.UNCHANGED, rule=rule, reason=reason)


def refused(rule: str, reason: str) -> Ruling:
    return Ruling(outcome=Outcome.REFUSED, rule=rule, reason=reason)
