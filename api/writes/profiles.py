"""Profiles of volunteers: complete records for the log, written through to Redis so that they can be read at once.

Within one process, changes of a person run one after another (`PersonLocks`). Between processes the order of `private` decides:
its record contains the whole profile, and if a public record of another change follows it, the profile service writes the right
one again.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from api.caller import Caller
from api.process.services import Services
from api.schemas.volunteers import Contact, VolunteerIn, VolunteerPatch
from api.views.values import point, time, unreadable_fields
from api.views.verifications import verified_of
from dispatch.model.private_refs import volunteer_ref
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Role
from streams.wire import VolunteerPrivate, VolunteerRecord

Profile: TypeAlias = VolunteerIn | VolunteerView | VolunteerRecord


async def write_through(
    services: Services, record: VolunteerRecord, offset: int, private: PrivateWrite | None = None
) -> bool:
    """False if Redis does not answer: the profile service then writes the profile from the log."""
    try:
        if private is not None:
            # Before the profile: who finds the profile finds its home and contact.
            await services.people.put_private([private])
        write = ProfileWrite(volunteer_id=record.id, offset=offset, record=record, logged_ms=record.changed_ms)
        await services.people.put_profiles([write])
    except (StoreUnavailable, NotReady):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A profile that is in the log. `is_shown`: Redis shows it."""

    record: VolunteerRecord
    private: VolunteerPrivate
    is_shown: bool


async def put(services: Services, record: VolunteerRecord, body: VolunteerIn) -> Written:
    """Writes the profile to the log and through to Redis. Within the lock of the person. Raises IntakeError."""
    # Without nulls, so that the record contains no more than was given.
    contact = body.contact.model_dump(exclude_none=True) if body.contact else None
    private = VolunteerPrivate(home=body.home, contact=contact, profile=record, label=body.label)
    ref = volunteer_ref(record.id)
    # The encrypted record first: the public one names its offset, which joins the two for every reader (DESIGN 81).
    position, sealed = await services.intake.send_private(ref, private)
    record = replace(record, private_at=position.offset)
    at = await services.intake.send_volunteer(record)
    services.newcomers.add(record.id)
    write = PrivateWrite(ref=ref, offset=position.offset, sealed=sealed, home=body.home)
    # Written through under the offsets, so that the profile service neither repeats nor undoes it.
    is_shown = await write_through(services, record, at.offset, write)
    return Written(record=record, private=private, is_shown=is_shown)


def patched(body: VolunteerPatch, known: VolunteerView, private: VolunteerPrivate | None) -> VolunteerIn:
    """The stored profile with the fields that the patch states. `on_duty` and `organisation` stay unset unless it states them."""
    stated = body.model_fields_set
    values: dict[str, Any] = {
        "capabilities": known.capabilities,
        "skills": known.skills,
        "languages": known.languages,
        "travel_mode": known.travel_mode,
        "max_distance_m": known.max_distance_m,
        "home": private.home if private else None,
        "label": private.label if private else None,
        **{name: getattr(body, name) for name in stated - {"contact"}},
    }
    contact: dict[str, Any] = dict(private.contact or {}) if private else {}
    if "contact" in stated:
        changes = (
            body.contact.model_dump(include=body.contact.model_fields_set) if body.contact else dict.fromkeys(contact)
        )
        contact.update(changes)
    given = {name: value for name, value in contact.items() if value is not None}
    # Not validated again: what is stored may be older than a rule that new values must keep.
    return VolunteerIn.model_construct(
        stated | values.keys(), **values, contact=Contact.model_construct(**given) if given else None
    )


def heard_ms(caller: Caller, known: VolunteerView | None) -> int | None:
    """The last sign of life: now if the person writes the profile themselves, else the stored one (DESIGN 76)."""
    if caller.role is Role.VOLUNTEER:
        return clock.now_ms()
    return known.heard_ms if known else None


def record_of(
    volunteer_id: str, profile: Profile, on_duty: bool, *, heard_ms: int | None, until_ms: int | None = None
) -> VolunteerRecord:
    """`on_duty` is a copy of the stored duty if the body states none: the log then decides the duty (DESIGN 81).

    `until_ms`: when the duty ends by itself. `heard_ms`: the last sign of life of the person (DESIGN 76).
    """
    return VolunteerRecord(
        id=volunteer_id,
        capabilities=tuple(dict.fromkeys(profile.capabilities)),
        skills=tuple(dict.fromkeys(map(str, profile.skills))),
        languages=tuple(dict.fromkeys(profile.languages)),
        travel_mode=profile.travel_mode,
        max_distance_m=profile.max_distance_m,
        on_duty=on_duty,
        duty_until_ms=until_ms if on_duty else None,
        changed_ms=clock.now_ms(),
        # The route sets it once the offset of the encrypted record is known; a duty change repeats that of the stored profile.
        private_at=None if isinstance(profile, VolunteerIn) else profile.private_at,
        heard_ms=heard_ms,
        keeps_duty=isinstance(profile, VolunteerIn) and profile.on_duty is None,
    )


def profile_view(
    profile: VolunteerRecord | VolunteerView, private: VolunteerPrivate | None, known: VolunteerView | None
) -> dict[str, Any]:
    """`schemas.volunteers.ProfileShown`. `known`: the person in Redis, for what others say about them."""
    return {
        "id": profile.id,
        "capabilities": profile.capabilities,
        "skills": profile.skills,
        "languages": profile.languages,
        "travel_mode": profile.travel_mode,
        "max_distance_m": profile.max_distance_m,
        "on_duty": profile.on_duty,
        "duty_until": time(profile.duty_until_ms),
        "home": point(private.home) if private and private.home else None,
        "contact": private.contact if private else None,
        "label": private.label if private else None,
        "verified": verified_of(known),
        "organisation": known.organisation if known else None,
        **unreadable_fields(private),
    }
