"""Hazard areas as warnings in CAP: read from the decisions of their incidents, without texts of people."""

import asyncio
from collections.abc import Sequence

from api.http.problems import ProblemResponse
from api.process.services import Services
from api.process.warning_log import Known
from api.reads.decision_log import check_known
from api.views.deployment import names_of
from dispatch.cap.messages import Alert
from dispatch.cap.warnings import IMPORTED, Ground, Publisher, chain_of
from dispatch.model.decisions import Decision
from dispatch.model.hazard_areas import ground_of
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import IncidentStatus
from dispatch.state.errors import BrokenLog
from dispatch.state.lifecycle import fold
from streams import clock

AT_ONCE = 200
"""Decisions that are read and folded before other requests get their turn."""
MOST_IN_FORCE = 500
MOST_ENDED = 500
"""The newest reports among the ended incidents, in which the feed looks for areas that have ended lately."""
ENDED_SHOWN_MS = 24 * 3_600_000
"""How long the feed names the end of an area: who asks once a day learns of it."""


async def newest_warning(services: Services, incident_id: str) -> Alert:
    """The newest message about the area of an incident.

    Raises:
        ProblemResponse: 404 if it never had an area that is published.
        StoreUnavailable, NotReady, LogUnavailable: it cannot be read now.
    """
    messages = await _chain(services, incident_id)
    if not messages:
        await check_known(services, incident_id)
        raise ProblemResponse("not_found", "the incident has no hazard area of this deployment")
    return messages[-1]


async def newest_warnings(services: Services) -> list[tuple[str, Alert]]:
    """The newest message about each area in force, and about those that ended within a day, by incident, the newest first.

    Raises as `newest_warning`.
    """
    now_ms = clock.now_ms()
    ids = (await services.reads.hazards())[:MOST_IN_FORCE]
    ended = await services.reads.page([IncidentStatus.CLOSED, IncidentStatus.CANCELLED], limit=MOST_ENDED)
    states = await services.reads.incidents(ended.ids)
    ids += [one.id for one in states if one is not None and _ended_lately(one, now_ms)]
    found = [(one, chain[-1]) for one in dict.fromkeys(ids) if (chain := await _chain(services, one))]
    return sorted(found, key=lambda entry: (-entry[1].sent_ms, entry[0]))


def _ended_lately(state: Incident, now_ms: int) -> bool:
    closed_ms = state.times.closed_ms
    return state.hazard is not None and closed_ms is not None and now_ms - closed_ms < ENDED_SHOWN_MS


async def _chain(services: Services, incident_id: str) -> list[Alert]:
    grounds = await _grounds(services, incident_id)
    publisher = Publisher(
        sender=services.settings.cap_sender,
        names=names_of(services.settings),
        titles={plan.type: plan.title for plan in services.plans.plans.values()},
    )
    return chain_of(incident_id, grounds, publisher, clock.now_ms())


async def _grounds(services: Services, incident_id: str) -> Sequence[Ground]:
    places = await services.reads.timeline(incident_id)
    known = services.warning_log.get(incident_id)
    # A rebuild gives the same timeline; anything else is read from its beginning.
    if known is None or known.count > len(places) or places[known.count - 1] != known.last:
        known = Known(count=0, last=(-1, -1), state=None, grounds=())
    state, grounds = known.state, list(known.grounds)
    for start in range(known.count, len(places), AT_ONCE):
        batch = places[start : start + AT_ONCE]
        found = await services.explanations.read(batch)
        if len(found) < len(batch):
            raise ProblemResponse("not_found", "the log no longer has all decisions about this incident")
        for place in batch:
            state = _folded(state, found[place])
            ground = _ground(state, found[place])
            # Before the first area there is nothing to end.
            if ground is not None and (_differs(ground, grounds[-1]) if grounds else ground.area is not None):
                grounds.append(ground)
        # Other requests get their turn.
        await asyncio.sleep(0)
    if places:
        services.warning_log.put(
            incident_id, Known(count=len(places), last=places[-1], state=state, grounds=tuple(grounds))
        )
    return [] if state is None or is_kept_back(state) else grounds


def is_kept_back(state: Incident) -> bool:
    """Whether the area is not published: a person in distress has that of another incident, and a warning of others is theirs to
    publish; two deployments that follow each other would warn of each other's warnings for ever."""
    return state.distress_of is not None or (state.external_id or "").startswith(IMPORTED)


def _folded(state: Incident | None, decision: Decision) -> Incident | None:
    try:
        return fold(state, decision)
    except BrokenLog:
        # As the workers, which leave such a record without effect (DESIGN 43).
        return state


def _ground(state: Incident | None, decision: Decision) -> Ground | None:
    if state is None:
        return None
    found = ground_of(state)
    return Ground(
        version=decision.version,
        since_ms=decision.decided_ms,
        type=state.type,
        priority=state.priority,
        area=found.area if found else None,
        is_drill=state.exercise,
    )


def _differs(now: Ground, before: Ground) -> bool:
    if now.area is None or before.area is None:
        return now.area is not before.area
    return (now.area.geometry, now.type, now.priority) != (before.area.geometry, before.type, before.priority)
