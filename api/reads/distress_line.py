"""The incident that hears a person in danger."""

from api.process.services import Services
from api.reads.own_distress import LOOKED_AT, own_incidents_of_distress
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.safety import distress


async def present_distress(services: Services, volunteer_id: str, now_ms: int) -> str:
    """The id of the open incident that the person's danger is now, also after a merge; of none known, that of the next signal: it
    may have been accepted a moment ago and not be decided yet."""
    try:
        own = await services.marks.read_promptly(own_incidents_of_distress(services.reads, volunteer_id))
    except (StoreUnavailable, NotReady):
        own = []
    present = (one.present.id for one in own if one.ended_ms is None)
    return next(present, None) or await heard_by(services, volunteer_id, now_ms)


async def heard_by(services: Services, volunteer_id: str, now_ms: int) -> str:
    """The id of the incident that hears a signal of the person now, which may have to be opened.

    Waits for Redis no longer than any write: without it the first one of their line, which passes the signal on if it has ended.
    """
    ids = distress.lines_to_look_at(volunteer_id, now_ms)
    promptly, reads = services.marks.read_promptly, services.reads
    try:
        states = [state for state in await promptly(reads.incidents(ids)) if state is not None]
        # Those that an earlier version has opened have other ids.
        states += await promptly(reads.distress_incidents(volunteer_id, limit=LOOKED_AT))
    except (StoreUnavailable, NotReady):
        states = []
    return distress.heard_by(volunteer_id, states, now_ms)
