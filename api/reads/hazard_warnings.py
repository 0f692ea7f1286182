"""Hazard areas as warnings in CAP: read from the decisions of their incidents, without texts of people."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from streams.readers.decisions import LogPosition

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
    messages = (await _chains(services, [incident_id]))[incident_id]
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
    chains = await _chains(services, list(dict.fromkeys(ids)))
    found = [(one, chain[-1]) for one, chain in chains.items() if chain]
    return sorted(found, key=lambda entry: (-entry[1].sent_ms, entry[0]))


def _ended_lately(state: Incident, now_ms: int) -> bool:
    closed_ms = state.times.closed_ms
    return state.hazard is not None and closed_ms is not None and now_ms - closed_ms < ENDED_SHOWN_MS


@dataclass(slots=True)
class _Story:
    """One incident: what of its decisions is folded, and the places of the others in the log."""

    incident_id: str
    places: Sequence[LogPosition]
    known: Known

    @property
    def fresh(self) -> Sequence[LogPosition]:
        return self.places[self.known.count :]


async def _chains(services: Services, incident_ids: Sequence[str]) -> dict[str, list[Alert]]:
    """The messages about each area, the oldest first. Decisions of many incidents are read together: to find a place in the log
    costs about as much as reading two hundred decisions, and a feed may be about hundreds of incidents."""
    stories = [
        story
        for one in range(0, len(incident_ids), AT_ONCE)
        for story in await _begun(services, incident_ids[one:][:AT_ONCE])
    ]
    for batch in _batches([story for story in stories if story.fresh]):
        await _read_on(services, batch)
        # Other requests get their turn, and what is folded is kept: a request that fails later is gone on with by the next.
        await asyncio.sleep(0)
    publisher = Publisher(
        sender=services.settings.cap_sender,
        names=names_of(services.settings),
        titles={plan.type: plan.title for plan in services.plans.plans.values()},
    )
    now_ms = clock.now_ms()
    return {one.incident_id: chain_of(one.incident_id, _shown(one.known), publisher, now_ms) for one in stories}


async def _begun(services: Services, incident_ids: Sequence[str]) -> list[_Story]:
    timelines = await asyncio.gather(*map(services.reads.timeline, incident_ids))
    stories = []
    for incident_id, places in zip(incident_ids, timelines, strict=True):
        known = services.warning_log.get(incident_id)
        # A rebuild gives the same timeline; anything else is read from its beginning.
        if known is None or known.count > len(places) or (known.count and places[known.count - 1] != known.last):
            known = Known(count=0, last=(-1, -1), state=None, grounds=())
        stories.append(_Story(incident_id=incident_id, places=places, known=known))
    return stories


def _batches(stories: Sequence[_Story]) -> Iterator[list[_Story]]:
    """Neighbours in the log together, some `AT_ONCE` decisions each."""
    batch: list[_Story] = []
    size = 0
    for story in sorted(stories, key=lambda one: one.fresh[0]):
        batch.append(story)
        size += len(story.fresh)
        if size >= AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


async def _read_on(services: Services, stories: Sequence[_Story]) -> None:
    """Reads and folds what is new of these incidents. Raises as `newest_warning`."""
    wanted = [place for story in stories for place in story.fresh]
    found: dict[LogPosition, Decision] = {}
    for start in range(0, len(wanted), AT_ONCE):
        found |= await services.explanations.read(wanted[start : start + AT_ONCE])
    for story in stories:
        if not found.keys() >= set(story.fresh):
            # Retention has taken some of it: what the area was cannot be told, and others can.
            story.known = Known(count=0, last=(-1, -1), state=None, grounds=())
            continue
        state, grounds = story.known.state, list(story.known.grounds)
        for place in story.fresh:
            state = _folded(state, found[place])
            ground = _ground(state, found[place])
            # Before the first area there is nothing to end.
            if ground is not None and (_differs(ground, grounds[-1]) if grounds else ground.area is not None):
                grounds.append(ground)
        story.known = Known(count=len(story.places), last=story.places[-1], state=state, grounds=tuple(grounds))
        services.warning_log.put(story.incident_id, story.known)


def _shown(known: Known) -> Sequence[Ground]:
    return [] if known.state is None or is_kept_back(known.state) else known.grounds


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
        certainty=state.certainty,
    )


def _differs(now: Ground, before: Ground) -> bool:
    if now.area is None or before.area is None:
        return now.area is not before.area
    return _said(now) != _said(before)


def _said(ground: Ground) -> tuple[object, ...]:
    return ground.area and ground.area.geometry, ground.type, ground.priority, ground.certainty
