"""Requirements that wait for people, and when their incident retries.

Two kinds of requirements wait. A shortfall has places for which nobody is asked. A wave that fell short has an offer pending for
every place, but its certainty is lower than stated because people were scarce. A fitting person who becomes available wakes both
(`streams/store/lua/wake.lua`), shortfalls first; a wave that fell short at most every 1.5 s, so that many newcomers cause one
retry.

Both also retry by timer: a shortfall soon, then with growing intervals; a wave that fell short after five minutes, when its
window has mostly ended. Where people were left out because they rest or sleep, the first end of a rest or of the quiet hours
comes before that. When a spent budget has room again is not known in advance; a retry finds it, five minutes late at most. Field
work without a place does not wait for people: nothing wakes it or retries it until a place arrives.
"""

from collections.abc import Sequence

from dispatch.model.decisions import RequirementWhy
from dispatch.model.events import Event
from dispatch.model.incidents import Incident
from dispatch.model.reasons import Exclusion
from dispatch.model.requirements import Requirement
from dispatch.model.staffing_events import RetryScheduled, WaveFellShort
from dispatch.model.vocabulary import WaveRule
from dispatch.plans.book import PlanBook
from dispatch.staffing import escalation
from dispatch.staffing.forecast import at_least
from dispatch.staffing.waves import chances_left

FIRST_RETRY_S = 2.0
"""Soon, because a person who became free after the search and before the shortfall was stored wakes nothing."""
MAX_RETRY_S = 300
"""Longest interval between two retries (DESIGN 10)."""
LEAST_WAIT_MS = 1_000
"""No retry sooner, also when a rest ends at this moment."""
_SCARCE = frozenset({WaveRule.SHORT, WaveRule.SHARED})
"""People were too few: the search ran out of them, or others wait for them. A wave cut at its cap lacks nobody."""


def fell_short(state: Incident | None, whys: Sequence[RequirementWhy], now_ms: int) -> list[Event]:
    """Waves that begin or cease to fall short of their certainty; `state` is the incident after the decision."""
    if state is None or not state.is_open:
        return []
    by_id = {why.requirement_id: why for why in whys}
    found = [(entry, _short_since(state, entry, by_id.get(entry.id), now_ms)) for entry in state.requirements]
    return [
        WaveFellShort(requirement_id=entry.id, since_ms=since_ms)
        for entry, since_ms in found
        if since_ms != entry.short_since_ms
    ]


def _short_since(state: Incident, entry: Requirement, why: RequirementWhy | None, now_ms: int) -> int | None:
    places = state.open_places(entry)
    if places == 0 or entry.shortfall is not None:
        return None
    if why is not None and why.wave is not None:
        is_short = why.wave.rule in _SCARCE and why.wave.reached < (why.wave.stated or 0.0)
    elif entry.short_since_ms is not None:
        # No search in this decision: judged by the pending offers alone.
        is_short = at_least(places, chances_left(state, entry, now_ms)) < entry.certainty
    else:
        return None
    return (entry.short_since_ms or now_ms) if is_short else None


def retry_scheduled(
    state: Incident | None, rule: str, plans: PlanBook, whys: Sequence[RequirementWhy], now_ms: int
) -> list[Event]:
    """The next retry after an applied decision by `rule`; nothing when the scheduled one stays."""
    if state is None or not state.is_open:
        return []
    rested_ms = min((why.free_again_ms for why in whys if why.free_again_ms is not None), default=None)
    if any(map(state.is_short_of_people, state.requirements)):
        if rule in escalation.RULES and (state.retry_at_ms or 0) > now_ms:
            return []  # a ladder step does not postpone a retry that is already scheduled
        return [_at(now_ms + _wait_ms(state, plans, whys), rested_ms, now_ms)]
    if not any(map(state.waits_for_people, state.requirements)):
        return []
    look = _at(now_ms + MAX_RETRY_S * 1000, rested_ms, now_ms)
    # After a retry always a new time: one that was woken early has used up the id of its command, and a timer with the same time
    # would count as a repeat.
    waits = state.retry_at_ms is not None and now_ms < state.retry_at_ms <= look.at_ms
    return [] if waits and rule != "retry" else [look]


def _at(at_ms: int, rested_ms: int | None, now_ms: int) -> RetryScheduled:
    if rested_ms is not None:
        at_ms = min(at_ms, max(rested_ms, now_ms + LEAST_WAIT_MS))
    return RetryScheduled(at_ms=at_ms)


def _wait_ms(state: Incident, plans: PlanBook, whys: Sequence[RequirementWhy]) -> int:
    contended = any(Exclusion.TAKEN_NOW in why.excluded for why in whys)
    # Contended people are there and may be free in a moment.
    if not state.retries or contended:
        return round(FIRST_RETRY_S * 1000)
    # The exponent is bounded because retries are not: a float overflows after 1,024 doublings.
    return round(min(MAX_RETRY_S, plans.defaults.retry_s * 2.0 ** min(state.retries - 1, 6)) * 1000)
