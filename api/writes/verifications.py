"""Verifications of skills: who may vouch for whom, and the records, written through to Redis so that they can be read at once.

A profile that an operator or admin writes vouches for its skills; one that the person writes never does. Each skill has a record
of its own, so two writers never undo what the other verified or withdrew.
"""

import asyncio
from collections.abc import Iterable, Sequence

from api.caller import Caller
from api.http.audit import record_done
from api.http.problems import ProblemResponse
from api.process.services import Services
from api.schemas.volunteers import VolunteerIn
from dispatch.model.verifications import DAY_MS, VOUCHED_FOR_MS
from dispatch.model.vocabulary import Skill
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.store.verifications import VerificationWrite
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Role
from streams.wire import VerificationRecord, VolunteerRecord

LONGEST_MS = 5 * 366 * DAY_MS


def may_vouch(caller: Caller, known: VolunteerView | None) -> bool:
    """An operator of an organisation vouches only for its people, and for people of no organisation."""
    if caller.role is Role.VOLUNTEER:
        return False
    own = known.organisation if known else None
    return caller.organisation is None or own in (None, caller.organisation)


def refuse_other_organisation(caller: Caller, known: VolunteerView | None, named: str | None = None) -> None:
    """Raises ProblemResponse (403) if the caller may not vouch for this person, or not in the name of `named`."""
    if not may_vouch(caller, known) or (caller.organisation and named not in (None, caller.organisation)):
        raise ProblemResponse("forbidden", "the token is valid only for people of its own organisation")


def vouched_for(
    caller: Caller, volunteer_id: str, skills: Iterable[str], known: VolunteerView | None
) -> list[VerificationRecord]:
    """The records by which the writer of a profile vouches for its skills."""
    now_ms = clock.now_ms()
    until_ms = now_ms + VOUCHED_FOR_MS
    if not may_vouch(caller, known):
        return []
    return [
        record_of(caller, volunteer_id, skill, until_ms)
        for skill in skills
        # A registry that is loaded every night need not write everybody's verifications again.
        if not _lasts(known, skill, until_ms - DAY_MS)
    ]


def _lasts(known: VolunteerView | None, skill: str, until_ms: int) -> bool:
    verification = known.verified.get(skill) if known else None
    return verification is not None and verification.until_ms >= until_ms


def record_of(
    caller: Caller, volunteer_id: str, skill: str, until_ms: int, organisation: str | None = None
) -> VerificationRecord:
    """`until_ms` 0: the verification is withdrawn."""
    return VerificationRecord(
        volunteer_id=volunteer_id,
        skill=skill,
        until_ms=until_ms,
        by=caller.id,
        at_ms=clock.now_ms(),
        organisation=organisation or caller.organisation,
    )


def membership_of(caller: Caller, volunteer_id: str, organisation: str | None) -> VerificationRecord:
    return VerificationRecord(
        volunteer_id=volunteer_id,
        skill=None,
        until_ms=0,
        by=caller.id,
        at_ms=clock.now_ms(),
        organisation=organisation,
    )


def refuse_own_organisation(caller: Caller, body: VolunteerIn) -> None:
    """Raises ProblemResponse (403) if a person states their own organisation."""
    if caller.role is Role.VOLUNTEER and "organisation" in body.model_fields_set:
        raise ProblemResponse("forbidden", "organisation: only operators and admins state it")


async def vouch(
    services: Services, caller: Caller, body: VolunteerIn, record: VolunteerRecord, known: VolunteerView | None
) -> bool:
    """Verifies the skills of a profile that somebody else wrote, and states the organisation. False while Redis is down.

    Raises:
        IntakeError: as `send`.
    """
    # A patch vouches only for skills that it states.
    records = vouched_for(caller, record.id, map(str, body.skills), known)
    if "organisation" in body.model_fields_set:
        records.append(membership_of(caller, record.id, body.organisation))
    if not records:
        return True
    record_done(services, caller, "volunteer.skills.vouch", record.id)
    return await send(services, records)


async def send(services: Services, records: Sequence[VerificationRecord]) -> bool:
    """Writes the records to Kafka, then to Redis. False if Redis does not answer: the verification service then writes them.

    Raises:
        IntakeError: some records may not be in the log; a repeat is harmless.
    """
    writes = await asyncio.gather(*(_sent(services, one.volunteer_id, one.skill or "", one) for one in records))
    try:
        await services.people.put_verifications(writes)
    except (StoreUnavailable, NotReady):
        return False
    return True


async def erase(services: Services, volunteer_id: str) -> None:
    """Writes tombstones for every skill that anybody could have verified: which ones were is known to Redis alone, which may be
    down. Raises IntakeError."""
    await asyncio.gather(*(_sent(services, volunteer_id, skill, None) for skill in ("", *Skill)))


async def _sent(
    services: Services, volunteer_id: str, skill: str, record: VerificationRecord | None
) -> VerificationWrite:
    message = services.intake.verification_message(volunteer_id, skill, record)
    (position,) = await services.intake.send_in_order([message])
    return VerificationWrite(volunteer_id=volunteer_id, skill=skill, offset=position.offset, record=record)
