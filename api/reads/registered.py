"""The profile of a registered person, or the problem that says why there is none."""

from api.http.problems import ProblemResponse, retry_later
from api.process.services import Services
from streams.store.volunteer_view import VolunteerView


async def registered(services: Services, volunteer_id: str, *, with_places: bool = False) -> VolunteerView:
    """The profile in Redis.

    Raises:
        ProblemResponse: 404, nobody is registered with this id; 503, this process has accepted the profile and Redis does not
            show it yet: in the first seconds after a start, or while workers are behind.
        StoreUnavailable, NotReady: Redis cannot be read.
    """
    known = await services.reads.volunteer(volunteer_id, with_places=with_places)
    if known is not None:
        return known
    if volunteer_id in services.newcomers:
        raise retry_later("picture_unavailable", "the profile is in the log, but Redis does not show it yet")
    raise ProblemResponse("not_found", "there is no volunteer with this id: PUT the profile first")
