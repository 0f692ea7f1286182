"""What a person who accepted may see of an incident: private fields and material, by `dispatch/matching/disclosure.py`."""

from collections.abc import Sequence, Set
from dataclasses import replace

from api.caller import Caller
from api.process.services import Services
from api.reads.disclosure import opened_material, opened_or_none
from api.reads.hints import hints_after_answer, hints_of_work
from api.reads.places import surroundings
from api.views.opened import NOTHING, Opened
from api.views.values import View
from dispatch.matching.disclosed_fields import PRIVATE, Disclosed, disclosed_by, is_at_work
from dispatch.matching.disclosure import WITHOUT_DETAILS, disclosed_to, may_see_details
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.vocabulary import Details, Task
from dispatch.ports import NotReady, StoreUnavailable
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Role

BY_LINK = WITHOUT_DETAILS - {Disclosed.PERSON}


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
    services: Services, caller: Caller, state: Incident, own: Sequence[Offer], *, verified: frozenset[str]
) -> Opened:
    """What is seen of the incident by the offers `own`, all of one person: `verified` are the skills of a volunteer.

    Operators read what the work gives; that nobody has verified the person hides nothing from them.
    """
    if not any(is_at_work(state, offer) for offer in own):
        may_read = may_see_details(state, services.plans, verified)
        return replace(NOTHING, hints=await hints_after_answer(services, caller, state, own)) if may_read else NOTHING
    if caller.role is Role.VOLUNTEER:
        disclosed = disclosed_to(state, own, services.plans, verified)
        details = Details.ALL if may_see_details(state, services.plans, verified) else Details.VERIFIED_ONLY
    else:
        disclosed, details = disclosed_by(state, own), Details.ALL
    if caller.link is not None:
        # A link may have been forwarded: it shows how to get there, and nobody who called or is in danger.
        disclosed, details = disclosed & BY_LINK, Details.VERIFIED_ONLY
    # Nothing is opened, and the audit has no entry, where the work needs none of it.
    private = await opened_or_none(services, caller, state) if disclosed & PRIVATE else None
    material = await _material(services, caller, state, disclosed)
    hints, follow = await hints_of_work(services, caller, state, own, disclosed)
    return Opened(
        private=private, material=material, details=details, disclosed=disclosed, hints=hints, hints_follow=follow
    )


def near_of(services: Services, state: Incident) -> View | None:
    """The name of the surroundings of an incident, derived from its coarse place alone (DESIGN 175)."""
    return None if state.area is None else surroundings(services.gazetteer(), coarse_centre(state.area))


async def _material(services: Services, caller: Caller, state: Incident, disclosed: Set[Disclosed]) -> list[View]:
    if not disclosed & {Disclosed.MATERIAL, Disclosed.DESCRIPTION}:
        return []
    found = await opened_material(services, caller, state)
    if Disclosed.MATERIAL in disclosed:
        return found
    # A translation says what the description says, to those who do not speak its language.
    return [{**entry, "location": None} for entry in found if entry["kind"] == Task.TRANSLATE]
