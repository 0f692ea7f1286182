"""What a person who accepted may see of an incident: private fields and material, by `dispatch/matching/disclosure.py`."""

from api.caller import Caller
from api.process.services import Services
from api.reads.disclosure import opened_material, opened_or_none
from api.views.opened import Opened
from dispatch.matching.disclosure import may_see_details
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import Details
from dispatch.ports import NotReady, StoreUnavailable
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Role


async def verified_skills(services: Services, caller: Caller) -> frozenset[str]:
    """The validly verified skills of a volunteer; none while Redis does not answer."""
    known = await known_or_none(services, caller.id) if caller.role is Role.VOLUNTEER else None
    return known.valid_skills if known else frozenset()


async def known_or_none(services: Services, volunteer_id: str) -> VolunteerView | None:
    """The person; None if they are unknown or Redis does not answer."""
    try:
        return await services.reads.volunteer(volunteer_id)
    except (StoreUnavailable, NotReady):
        return None


async def opened_for(
    services: Services, caller: Caller, state: Incident, *, is_opened: bool, verified: frozenset[str]
) -> Opened:
    """What the caller sees of the incident. `is_opened`: by the state of the offer (`views.offers.is_opened`). Operators see all
    that is opened, because they see it on the incident too."""
    if not is_opened:
        return Opened()
    private = await opened_or_none(services, caller, state)
    if caller.role is Role.VOLUNTEER and not may_see_details(state, services.plans, verified):
        # The results of others repeat what was said.
        return Opened(private=private, details=Details.VERIFIED_ONLY)
    material = await opened_material(services, caller, state)
    return Opened(private=private, material=material, details=Details.ALL)
