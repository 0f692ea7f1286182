"""The shortfall of a requirement: open places for which nobody can be asked, with the reason."""

from collections.abc import Iterator

from dispatch.decide.choice import Choice
from dispatch.decide.needs import asked_before, places_unasked
from dispatch.model.decisions import RequirementWhy
from dispatch.model.events import Event
from dispatch.model.incident_events import AttentionEnded, AttentionRaised
from dispatch.model.incidents import Incident
from dispatch.model.reasons import AttentionReason, Exclusion, ShortfallReason
from dispatch.model.requirements import Requirement, Shortfall
from dispatch.model.staffing_events import ShortfallEnded, ShortfallFound
from dispatch.staffing import interpreters

_REASONS = (
    (Exclusion.ENGAGED, ShortfallReason.ALL_ENGAGED),
    # Time will mend it as well; who is in danger is told by the counts beside it.
    (Exclusion.IN_DISTRESS, ShortfallReason.ALL_ENGAGED),
    (Exclusion.LANGUAGE, ShortfallReason.NO_SHARED_LANGUAGE),
    (Exclusion.NOT_VERIFIED, ShortfallReason.NOT_VERIFIED),
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
    # A translator whom nobody needs at present is not missed, so the incident is not `unfilled` for lack of one.
    if missing <= 0 or not interpreters.is_needed(incident, current):
        if current.shortfall:
            yield ShortfallEnded(requirement_id=current.id)
        return
    is_final = current.climb is not None and current.climb.ended
    yield from _found(current, missing, _reason(incident, current, choice.why, now_ms), now_ms, is_final=is_final)


def of_work_without_place(incident: Incident, now_ms: int) -> Iterator[Event]:
    """Shortfalls of field work while the incident has no place, with the attention that asks an operator for one.

    With a place the attention ends; the search of the same decision then restates or ends the shortfalls.
    """
    if not incident.is_open:
        return
    waits = begins = False
    for requirement in incident.requirements:
        missing = places_unasked(incident, requirement)
        if missing > 0 and incident.lacks_place(requirement):
            waits = True
            known = requirement.shortfall
            begins = begins or known is None or known.reason is not ShortfallReason.NO_PLACE
            yield from _found(requirement, missing, ShortfallReason.NO_PLACE, now_ms, is_final=False)
    is_raised = any(entry.reason == AttentionReason.NO_PLACE for entry in incident.attention)
    # Only when the wait begins: an operator who has settled it is not asked again by every decision.
    if begins and not is_raised:
        yield AttentionRaised(reason=AttentionReason.NO_PLACE)
    if is_raised and not waits:
        yield AttentionEnded(reason=AttentionReason.NO_PLACE)


def _found(
    requirement: Requirement, missing: int, reason: ShortfallReason, now_ms: int, *, is_final: bool
) -> Iterator[Event]:
    # A shortfall that grows keeps its age, which is its urgency (DESIGN 34).
    since_ms = requirement.shortfall.since_ms if requirement.shortfall else now_ms
    shortfall = Shortfall(missing=missing, reason=reason, since_ms=since_ms, final=is_final)
    # An unchanged shortfall is not recorded again with every retry.
    if shortfall != requirement.shortfall:
        yield ShortfallFound(requirement_id=requirement.id, shortfall=shortfall)


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
    # People who work for this very requirement are no reason; only those who declined or did not answer are.
    if asked_before(incident, requirement, now_ms):
        return ShortfallReason.ALL_ASKED
    # The search counts everybody with an offer here as asked before, also for other requirements: those are engaged.
    live = [offer.requirement_id == requirement.id for offer in incident.offers if offer.is_live]
    is_held = not all(live) and why.excluded.get(Exclusion.ASKED_BEFORE, 0) > sum(live)
    return ShortfallReason.ALL_ENGAGED if is_held else ShortfallReason.NOBODY_FOUND
