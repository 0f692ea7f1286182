"""Fold of the events about what an incident needs: shortfalls, waves, retries, ladders, added requirements.

`FOLDS` is part of the table of `lifecycle.py`. Each function takes the state before an event and returns the state after it.
"""

from collections.abc import Callable
from typing import Any

from dispatch.model import staffing_events
from dispatch.model.copying import changed
from dispatch.model.incidents import Incident
from dispatch.model.requirements import Requirement
from dispatch.state.moment import Moment
from dispatch.state.replacing import with_requirement


def shortfall_found(state: Incident, fact: staffing_events.ShortfallFound, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, shortfall=fact.shortfall))


def shortfall_ended(state: Incident, fact: staffing_events.ShortfallEnded, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, shortfall=None))


def wave_timed(state: Incident, fact: staffing_events.WaveTimed, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, look_at_ms=fact.look_at_ms))


def wave_fell_short(state: Incident, fact: staffing_events.WaveFellShort, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, short_since_ms=fact.since_ms))


def translator_lacked(state: Incident, fact: staffing_events.TranslatorLacked, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, translator_since_ms=fact.since_ms))


def retry_scheduled(state: Incident, fact: staffing_events.RetryScheduled, _: Moment) -> Incident:
    # The count lengthens the interval (`scarcity.py`). `lifecycle` resets it when the last shortfall ends.
    return changed(state, retry_at_ms=fact.at_ms, retries=state.retries + 1)


def ladder_scheduled(state: Incident, fact: staffing_events.LadderScheduled, _: Moment) -> Incident:
    def scheduled(entry: Requirement) -> Requirement:
        # Requirements of older logs are on no ladder.
        if entry.climb is None:
            return entry
        climb = changed(entry.climb, since_ms=fact.since_ms, due_ms=fact.due_ms, due_reason=fact.reason)
        return changed(entry, climb=climb)

    return with_requirement(state, fact.requirement_id, scheduled)


def ladder_stepped(state: Incident, fact: staffing_events.LadderStepped, _: Moment) -> Incident:
    return with_requirement(state, fact.requirement_id, lambda entry: changed(entry, climb=fact.climb))


def requirements_added(state: Incident, fact: staffing_events.RequirementsAdded, _: Moment) -> Incident:
    return changed(state, requirements=(*state.requirements, *fact.requirements))


def bridge_ended(state: Incident, fact: staffing_events.BridgeEnded, _: Moment) -> Incident:
    kept = changed(state, requirements=tuple(one for one in state.requirements if one.id != fact.requirement_id))
    return with_requirement(kept, fact.bridged, lambda entry: changed(entry, climb=fact.climb))


def partner_asked(state: Incident, fact: staffing_events.PartnerAsked, _: Moment) -> Incident:
    return changed(state, escalations=(*state.escalations, f"partner:{fact.partner}"))


FOLDS: dict[type, Callable[[Incident, Any, Moment], Incident]] = {
    staffing_events.ShortfallFound: shortfall_found,
    staffing_events.ShortfallEnded: shortfall_ended,
    staffing_events.RetryScheduled: retry_scheduled,
    staffing_events.WaveTimed: wave_timed,
    staffing_events.WaveFellShort: wave_fell_short,
    staffing_events.TranslatorLacked: translator_lacked,
    staffing_events.LadderScheduled: ladder_scheduled,
    staffing_events.LadderStepped: ladder_stepped,
    staffing_events.RequirementsAdded: requirements_added,
    staffing_events.BridgeEnded: bridge_ended,
    staffing_events.PartnerAsked: partner_asked,
}
