"""The outcome of a command with its events, before the search for new people."""

from dataclasses import dataclass

from dispatch.model.events import Event
from dispatch.model.reasons import SoftRule
from dispatch.model.vocabulary import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The result of a rule. `rule` identifies the rule in the decision record."""

    outcome: Outcome
    rule: str
    reason: str | None = None
    events: tuple[Event, ...] = ()
    conflicts: tuple[str, ...] = ()
    """Fields on which the precondition of the command failed."""
    against: tuple[SoftRule, ...] = ()
    """For a refused order to ask a certain person: the soft rules that exclude them."""
    other_incident: str | None = None
    """The incident that `reason` speaks of, where it speaks of another one."""


def applied(rule: str, *events: Event) -> Ruling:
    return Ruling(outcome=Outcome.APPLIED, rule=rule, events=events)


def unchanged(rule: str, reason: str) -> Ruling:
    return Ruling(outcome=Outcome.UNCHANGED, rule=rule, reason=reason)


def refused(rule: str, reason: str, *, other_incident: str | None = None) -> Ruling:
    return Ruling(outcome=Outcome.REFUSED, rule=rule, reason=reason, other_incident=other_incident)
