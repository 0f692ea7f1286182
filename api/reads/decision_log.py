"""The decisions of one incident, as the log has them."""

from api.http.problems import ProblemResponse
from api.process.services import Services
from dispatch.model.decisions import Decision

MOST_EXPLAINED = 500


async def decisions_of(services: Services, incident_id: str, limit: int) -> dict[tuple[int, int], Decision]:
    """The newest decisions by place in the log, the oldest first. Raises ProblemResponse (404), StoreUnavailable, NotReady."""
    # The newest are last in the timeline.
    places = (await services.reads.timeline(incident_id))[-limit:]
    if not places:
        await check_known(services, incident_id)
        return {}
    found = await services.explanations.read(places)
    return {place: found[place] for place in sorted(found)}


async def check_known(services: Services, incident_id: str) -> None:
    """Raises ProblemResponse (404) if the incident was never reported."""
    if await services.reads.incident(incident_id) is None and await services.marks.reported(incident_id) is None:
        raise ProblemResponse("not_found", "there is no incident with this id")
