"""What a person has agreed to, and what that leaves for others to see."""

from dataclasses import replace

from api.caller import Caller
from api.http.problems import ProblemResponse
from api.process.services import Services
from dispatch.model.private_refs import consents_ref
from dispatch.ports import NotReady, StoreUnavailable
from streams import wire
from streams.wire import ConsentsPrivate, VolunteerPrivate

PHONE = "contact_by_phone"
"""Consent: the dispatcher may see the number."""


async def consents_of(services: Services, volunteer_id: str) -> ConsentsPrivate:
    """All answers; without any nothing was asked.

    Raises:
        ProblemResponse: 409, they cannot be decrypted: a new record would replace them.
        StoreUnavailable, NotReady: Redis does not reply.
    """
    ref = consents_ref(volunteer_id)
    sealed = await services.reads.private(ref)
    if sealed is None:
        return ConsentsPrivate()
    try:
        return wire.open_consents(services.ring.now, ref, sealed)
    except wire.Unreadable as error:
        raise ProblemResponse("private_unreadable") from error


async def as_permitted(
    services: Services, caller: Caller, volunteer_id: str, private: VolunteerPrivate | None
) -> VolunteerPrivate | None:
    """What the caller may see: others see no number of who has refused that, or whose answer cannot be read now.

    A number that nobody asked about stays visible: whoever entered it knows it, and somebody in danger must be reached.
    """
    if caller.id == volunteer_id or private is None or not private.contact or "phone" not in private.contact:
        return private
    try:
        is_refused = (await consents_of(services, volunteer_id)).now.get(PHONE) is False
    except (ProblemResponse, StoreUnavailable, NotReady):
        is_refused = True
    left = {name: value for name, value in private.contact.items() if name != "phone"}
    return replace(private, contact=left or None) if is_refused else private
