"""Positions of the people engaged in one incident. Nobody else's are shown, and each reading is in the audit."""

from api.process.services import Services
from api.reads.disclosure import labels_of
from api.views import positions
from api.views.values import View
from dispatch.model.incidents import Incident


async def positions_of(services: Services, state: Incident) -> list[View]:
    """`schemas.positions.PersonUnderWay` of each person. The caller writes the audit entry. Raises StoreUnavailable, NotReady."""
    held = positions.engaged(state)
    ids = [offer.volunteer_id for offer in held]
    known = await services.reads.volunteers_by_id(ids, with_places=True)
    labels = await labels_of(services, ids)
    return [
        positions.person(state, offer, person, labels.get(offer.volunteer_id))
        for offer, person in zip(held, known, strict=True)
    ]
