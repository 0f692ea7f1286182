"""The shortfall of a requirement: open places for which nobody can be asked, with the reason."""

from collections.abc import Iterator

from dispatch.decide.choice import Choice
from dispatch.decide.needs import asked_before, places_unasked
from dispatch.model.decisions import RequirementWhy
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.reasons import Exclusion, ShortfallReason
from dispatch.model.requirements import Requirement, Shortfall
from dispatch.model.staffing_events import ShortfallEnded, ShortfallFound

_REASONS = (
    (Exclusion.ENGAGED, ShortfallReason.ALL_ENGAGED),
    (Exclusion.LANGUAGE, ShortfallReason.NO_SHARED_LANGUAGE),
    (Exclusion.STALE_PLACE, ShortfallReason.PLACES_STALE),
    (Exclusion.RESTING, ShortfallReason.RESTING),
    (Exclusion.QUIET_HOURS, ShortfallReason.QUIET_HOURS),
    (Exclusion.BUDGET_SPENT, ShortfallReason.BUDGET_SPENT),
)


def shortfall_facts(incident: Incident, choice: Choice, now_ms: int) -> Iterator[Event]:
    """The event by which the requirement's shortfall begins, changes or ends; none when it stays as it is."""
    current = next(entry for entry in incident.requirements if entry.id == choice.why.requirement_id)
    # Pending offers count: a place for which somebody is asked is not short.
    missing = places_unasked(incident, current) - len(choice.offers)
    if missing <= 0:
        if current.shortfall:
            yield ShortfallEnded(requirement_id=current.id)
        return
    shortfall = Shortfall(
        missing=missing,
        reason=_reason(incident, current, choice.why, now_ms),
        # A shortfall that grows keeps its age, which is its urgency (DESIGN 34).
        since_ms=current.shortfall.since_ms if current.shortfall else now_ms,
        final=current.climb is not None and current.climb.ended,
    )
    # An unchanged shortfall is not recorded again with every retry.
    if shortfall != current.shortfall:
        yield ShortfallFound(requirement_id=current.id, shortfall=shortfall)


def _reason(incident: Incident, requirement: Requirement, why: RequirementWhy, now_ms: int) -> ShortfallReason:
    """The first reason that time or an operator can change, in the order of `_REASONS`; else that nobody is left or there."""
    # People are there, only claimed at this moment; `scarcity.py` retries soon.
    if Exclusion.TAKEN_NOW in why.excluded:
        return ShortfallReason.CONTENDED
    if why.bounded:
        return ShortfallReason.SEARCH_BOUNDED
    for cause, reason in _REASONS:
        if why.excluded.get(cause):
            return reason
    # People who work for this very incident are no reason; only those who declined or did not answer are.
    return ShortfallReason.ALL_ASKED if asked_before(incident, requirement, now_ms) else ShortfallReason.NOBODY_FOUND
