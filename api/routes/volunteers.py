"""Volunteers: profile, duty, offers, warnings, export and erasure. Positions and distress: `own_positions.py`."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.caller import Caller
from api.deps import ServicesDep, VolunteerId
from api.http.audit import record_done
from api.http.auth import Volunteer, VolunteerOrAdmin, VolunteerOrKeeper, VolunteerOrOperator, only_own, unauthenticated
from api.http.numbers import DIGITS
from api.http.problems import invalid, retry_later
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.consents import as_permitted
from api.reads.disclosure import (
    grounds_on_way,
    opened_volunteer,
    refuse_to_replace_unreadable,
)
from api.reads.offer_details import known_or_none, near_of, opened_for, verified_skills
from api.reads.own_offers import OFFERS_SHOWN, offers_page
from api.reads.registered import registered
from api.schemas.base import Accepted
from api.schemas.offers import OfferList
from api.schemas.safety import WarningList
from api.schemas.volunteers import Duty, VolunteerIn, VolunteerPatch, VolunteerShown
from api.views import offers
from api.views.negotiation import VARY, LanguageOfTexts
from api.views.safety import warnings_of
from api.views.values import time
from api.writes import conversation_steps, handovers, verifications
from api.writes.profiles import Written, heard_ms, patched, profile_view, put, record_of, write_through
from dispatch.model.ids import identifies_somebody
from dispatch.model.private_refs import channels_ref, consents_ref, volunteer_ref
from dispatch.model.vocabulary import OfferState
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.api_paths import path_of
from streams.store.people import PrivateWrite
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Role
from streams.wire import Revoked

router = APIRouter(prefix="/v1/volunteers", tags=["volunteers"], route_class=StrictRoute)
LONGEST_DUTY_MS = 7 * 86_400_000
ACCEPTED: dict[str, Any] = {"status_code": 202, "response_model": Accepted}


@router.put("/{volunteer_id}", response_model=VolunteerShown, responses=problems(400, 409, 413, 415))
async def put_profile(
    volunteer_id: VolunteerId, body: VolunteerIn, caller: VolunteerOrKeeper, services: ServicesDep
) -> Response:
    """Registers a person or replaces their profile. Omitted fields are removed, except `on_duty` and `organisation`. 202 while
    Redis is down.

    A profile from an operator or admin verifies its skills for 365 days; one from the person leaves verifications as they are.
    """
    only_own(caller, volunteer_id)
    verifications.refuse_own_organisation(caller, body)
    async with services.person_locks.held(volunteer_id):
        if caller.is_revoked():
            # The person was erased while the request waited: it must not register them again.
            raise unauthenticated("the token was revoked")
        await refuse_to_replace_unreadable(services, volunteer_ref(volunteer_id))
        await _check_opaque(services, volunteer_id)
        known = await _known(services, volunteer_id, caller, body)
        if "organisation" in body.model_fields_set:
            verifications.refuse_other_organisation(caller, known, body.organisation)
        on_duty = body.on_duty if body.on_duty is not None else bool(known and known.on_duty)
        until_ms = known.duty_until_ms if body.on_duty is None and known else None
        record = record_of(volunteer_id, body, on_duty, heard_ms=heard_ms(caller, known), until_ms=until_ms)
        written = await put(services, record, body)
        if caller.role is not Role.VOLUNTEER:
            shows = await verifications.vouch(services, caller, body, written.record, known)
            written = replace(written, is_shown=written.is_shown and shows)
    return await _written(services, caller, written)


@router.patch("/{volunteer_id}", response_model=VolunteerShown, responses=problems(400, 404, 409, 413, 415))
async def patch_profile(
    volunteer_id: VolunteerId, body: VolunteerPatch, caller: VolunteerOrKeeper, services: ServicesDep
) -> Response:
    """Changes only the given fields (RFC 7396), within `contact` as well; null removes one that may be absent. Two devices do not
    undo each other's fields. 503 while Redis is down; 202 if it went down in between.

    Skills that an operator or admin states here are verified as by PUT; those that are not stated are left as they are.
    """
    only_own(caller, volunteer_id)
    if not body.model_fields_set:
        raise invalid("", "at least one field to change")
    verifications.refuse_own_organisation(caller, body)
    async with services.person_locks.held(volunteer_id):
        known = await registered(services, volunteer_id)
        if "organisation" in body.model_fields_set:
            verifications.refuse_other_organisation(caller, known, body.organisation)
        await refuse_to_replace_unreadable(services, volunteer_ref(volunteer_id))
        private = await opened_volunteer(services, caller, volunteer_id)
        merged = patched(body, known, private)
        until_ms = known.duty_until_ms if body.on_duty is None else None
        on_duty = known.on_duty if body.on_duty is None else body.on_duty
        record = record_of(volunteer_id, merged, on_duty, heard_ms=heard_ms(caller, known), until_ms=until_ms)
        written = await put(services, record, merged)
        if caller.role is not Role.VOLUNTEER:
            shows = await verifications.vouch(services, caller, body, written.record, known)
            written = replace(written, is_shown=written.is_shown and shows)
    return await _written(services, caller, written)


@router.get("/{volunteer_id}", response_model=VolunteerShown, responses=problems(404))
async def read_profile(volunteer_id: VolunteerId, caller: VolunteerOrKeeper, services: ServicesDep) -> Response:
    """The present profile. Home and contact are decrypted, which is recorded in the audit topic; others see no number of a person
    who has refused `contact_by_phone`."""
    only_own(caller, volunteer_id)
    view = await registered(services, volunteer_id)
    private = await as_permitted(services, caller, volunteer_id, await opened_volunteer(services, caller, volunteer_id))
    return shown(
        {
            **profile_view(view, private, view),
            "engaged": view.offer_id is not None,
            "fix_at": time(view.fix_at_ms),
            "fix_age_s": view.fix_age_s,
        }
    )


@router.put("/{volunteer_id}/duty", **ACCEPTED, responses=problems(400, 404, 413, 415))
async def put_duty(volunteer_id: VolunteerId, body: Duty, caller: Volunteer, services: ServicesDep) -> Response:
    """Sets on or off duty; `until`: it ends by itself then, and the person is told 15 minutes before.

    Without `until` it ends when the person says so. Reads the present profile from Redis, so it responds 503 while Redis is down.
    """
    only_own(caller, volunteer_id)
    _check_until(body)
    async with services.person_locks.held(volunteer_id):
        known = await registered(services, volunteer_id)
        record = record_of(volunteer_id, known, body.on_duty, heard_ms=heard_ms(caller, known), until_ms=body.until)
        at = await services.intake.send_volunteer(record)
        if not await write_through(services, record, at.offset):
            raise retry_later("unknown_outcome", "the duty is in the log, but Redis does not show it yet")
    return _accepted(volunteer_id, "on_duty" if body.on_duty else "off_duty")


@router.get("/{volunteer_id}/offers", response_model=OfferList, responses=problems())
async def list_offers(
    volunteer_id: VolunteerId,
    caller: VolunteerOrOperator,
    services: ServicesDep,
    language: LanguageOfTexts,
    state: Annotated[str | None, Query(description="one or more states, separated by commas")] = None,
    limit: Annotated[int, Query(ge=1, le=OFFERS_SHOWN), DIGITS] = OFFERS_SHOWN,
    cursor: Annotated[str | None, Query(description="the `next` of an earlier page", max_length=80)] = None,
) -> Response:
    """The offers made to a person, newest first, in pages of at most 50; 200 are kept for each person."""
    only_own(caller, volunteer_id)
    held, following = await offers_page(services.reads, volunteer_id, _states(state), limit=limit, cursor=cursor)
    grounds = await grounds_on_way(services, [entry.offer for entry in held])
    verified = await verified_skills(services, caller)
    items = []
    for entry in held:
        opened = await opened_for(services, caller, entry.incident, [entry.offer], verified=verified)
        near = near_of(services, entry.incident)
        items.append(offers.offer(entry.incident, entry.offer, opened, language, grounds, near))
    return shown({"items": items, "next": following, "now": time(clock.now_ms())}, headers=VARY)


@router.get("/{volunteer_id}/warnings", response_model=WarningList, responses=problems())
async def list_warnings(volunteer_id: VolunteerId, caller: Volunteer, services: ServicesDep) -> Response:
    """The active hazard areas in which the person was found. The event `warning` announces them."""
    only_own(caller, volunteer_id)
    states = await services.reads.incidents(await services.reads.hazards())
    return shown({"items": warnings_of(volunteer_id, states)})


@router.delete("/{volunteer_id}", **ACCEPTED, responses=problems())
async def erase(volunteer_id: VolunteerId, caller: VolunteerOrAdmin, services: ServicesDep) -> Response:
    """Erases a person: from Redis at once, from Kafka by tombstones (compacted within a day).

    Ends all sessions and tokens that were issued to the id before, also if it is registered anew.
    """
    only_own(caller, volunteer_id)
    async with services.person_locks.held(volunteer_id):
        await verifications.erase(services, volunteer_id)
        # An operator may be registered as a volunteer under the same id.
        await handovers.erase_person(services, volunteer_id)
        await conversation_steps.erase_person(services, volunteer_id)
        # `private` first: its order decides, so if the process ends in between the profile service writes the other tombstone
        # (DESIGN 81).
        private_at = await services.intake.erase_private(volunteer_ref(volunteer_id))
        others = (consents_ref(volunteer_id), channels_ref(volunteer_id))
        gone = [
            PrivateWrite(ref=ref, offset=(await services.intake.erase_private(ref)).offset, sealed=None)
            for ref in others
        ]
        profile_at = await services.intake.erase_volunteer(volunteer_id)
        # Last of the three: until it is in the log, the person can repeat the request with the same token.
        await services.sessions.revoke(Revoked.SUBJECT, volunteer_id)
    services.newcomers.forget(volunteer_id)
    record_done(services, caller, "volunteer.erase", volunteer_id)
    try:
        await services.people.erase(volunteer_id, profile_offset=profile_at.offset, private_offset=private_at.offset)
        await services.people.put_private(gone)
        await services.reach.forget(volunteer_id)
    except (StoreUnavailable, NotReady):
        return _gone(caller, volunteer_id, "erasing")  # the profile service erases it from the tombstones
    return _gone(caller, volunteer_id, "erased")


async def _check_opaque(services: Services, volunteer_id: str) -> None:
    """Refuses to register a person under an id that identifies them; people who are registered with one stay reachable.

    Raises:
        ProblemResponse: 422.
        StoreUnavailable, NotReady: the id is of this kind, and Redis cannot tell whether it is registered.
    """
    found = identifies_somebody(volunteer_id)
    if found is not None and await services.reads.volunteer(volunteer_id) is None:
        raise invalid("volunteer_id", f"an opaque id, as ids occur in logs and links; this looks like {found}", "text")


async def _known(services: Services, volunteer_id: str, caller: Caller, body: VolunteerIn) -> VolunteerView | None:
    """The present profile, from which the new one may keep duty and sign of life.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read, and the body states no duty or the caller acts for an organisation.
    """
    if body.on_duty is not None and caller.role is Role.VOLUNTEER:
        return None
    try:
        return await services.reads.volunteer(volunteer_id)
    except (StoreUnavailable, NotReady):
        # An operator of an organisation must not vouch for people of another one.
        if body.on_duty is None or caller.organisation is not None:
            raise
        return None


async def _written(services: Services, caller: Caller, written: Written) -> Response:
    record_done(services, caller, "volunteer.put", written.record.id)
    seen = await known_or_none(services, written.record.id) if written.is_shown else None
    private = await as_permitted(services, caller, written.record.id, written.private)
    return shown(profile_view(written.record, private, seen), 200 if written.is_shown else 202)


def _check_until(body: Duty) -> None:
    """Raises ProblemResponse (422) for an end that has passed or is too far ahead."""
    if body.until is not None and not 0 < body.until - clock.now_ms() <= LONGEST_DUTY_MS:
        raise invalid("until", "a time ahead, at most seven days", "text")


def _states(given: str | None) -> frozenset[OfferState]:
    names = [part.strip() for part in (given or "").split(",") if part.strip()]
    for name in names:
        if name not in OfferState._value2member_map_:
            raise invalid("state", "one or more of " + ", ".join(OfferState), "text")
    return frozenset(OfferState(name) for name in names)


def _accepted(volunteer_id: str, status: str) -> Response:
    links = {"self": path_of("volunteers", volunteer_id), "offers": path_of("volunteers", volunteer_id, "offers")}
    return shown({"id": volunteer_id, "status": status, "links": links}, 202)


def _gone(caller: Caller, volunteer_id: str, status: str) -> Response:
    # The person's own token has ended with the erasure: there is nothing left that they could read.
    links = {"self": path_of("volunteers", volunteer_id)} if caller.role is Role.ADMIN else {}
    return shown({"id": volunteer_id, "status": status, "links": links}, 202)
