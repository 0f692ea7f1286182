"""Decode records about people (positions, profiles, private records) into writes to the store.

The live path and the rebuild both use these functions, so both accept and reject the same records.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias, TypeVar

from aiokafka import ConsumerRecord

from dispatch.matching.position_checks import refusal
from dispatch.model.ids import is_person_id
from streams import wire
from streams.ring import LiveRing
from streams.store.people import FixWrite, PrivateWrite, ProfileWrite
from streams.store.verifications import VerificationWrite
from streams.wire import Unreadable, VolunteerPrivate

ON_ITS_WAY_MS = 60_000
"""Added to the age limit of the intake, for the time between acceptance by the API and the append to the log."""


QUIET_KEY = "retention:quiet"
"""Key of records without meaning in compacted topics (`streams/worker/retention_service.py`)."""

POSITIONS = "positions"
"""Name of the consent to positions."""

Rejected: TypeAlias = list[tuple[ConsumerRecord, str]]
DecidingWrites: TypeAlias = tuple[ProfileWrite, ...]

Write = TypeVar("Write")
_QUIET = QUIET_KEY.encode()


def readable_fixes(records: Iterable[ConsumerRecord]) -> tuple[list[FixWrite], Rejected]:
    """Every fix in the order of the records, and the rejected records with reasons."""
    return _readable(records, fix_of)


def readable_profiles(records: Iterable[ConsumerRecord]) -> tuple[list[ProfileWrite], Rejected]:
    """Every profile and tombstone in the order of the records, and the rejected records with reasons."""
    return _readable(records, profile_of)


def newest_profiles(records: Iterable[ConsumerRecord]) -> tuple[list[ProfileWrite], Rejected]:
    """The writes that decide the profile of each person (see `succeeding`), and the rejected records with reasons.

    `records`: in the order of the log.
    """
    writes, rejected = readable_profiles(records)
    newest: dict[str, DecidingWrites] = {}
    for write in writes:
        newest[write.volunteer_id] = succeeding(newest.get(write.volunteer_id, ()), write)
    # Up to two writes of a person, in the order of the log: the one that states the duty comes first.
    return [write for deciding in newest.values() for write in deciding], rejected


def succeeding(known: DecidingWrites, write: ProfileWrite) -> DecidingWrites:
    """The writes that decide the profile of a person, in the order of the log, when `write` follows `known`.

    This is the last write, preceded by the last one that states a duty (or erases the person) if the last one states none. The
    last write gets the latest sign of life of all, because its writer may not have known of it.
    """
    record = write.record
    if not known or record is None:
        return (write,)
    before = known[-1].record
    if before is not None:
        signs = [heard_ms for heard_ms in (before.heard_ms, record.heard_ms) if heard_ms is not None]
        write = replace(write, record=replace(record, heard_ms=max(signs, default=None)))
    stated = known[0]
    return (stated, write) if record.keeps_duty and not _keeps_duty(stated) else (write,)


def _keeps_duty(write: ProfileWrite) -> bool:
    return write.record is not None and write.record.keeps_duty


def newest_privates(records: Iterable[ConsumerRecord], ring: LiveRing) -> tuple[list[PrivateWrite], Rejected]:
    """The newest private record or tombstone of each reference, and the rejected records with reasons."""
    newest: dict[str, PrivateWrite] = {}
    rejected = fold_privates(newest, records, ring)
    return list(newest.values()), rejected


def fold_privates(newest: dict[str, PrivateWrite], records: Iterable[ConsumerRecord], ring: LiveRing) -> Rejected:
    """Adds records, in the order of the log, to the newest ones by reference; returns the rejected records with reasons."""
    writes, rejected = _readable(records, lambda record: private_of(record, ring))
    for write in writes:
        # All records of a reference are in one partition. A record that was sealed again stands at the place of its original:
        # what was written in between is newer, and of two with the same place the later one counts.
        if write.ref not in newest or write.offset >= newest[write.ref].offset:
            newest[write.ref] = write
    return rejected


def newest_verifications(records: Iterable[ConsumerRecord]) -> tuple[list[VerificationWrite], Rejected]:
    """The last record or tombstone of each person and skill, and the rejected records with reasons."""
    writes, rejected = _readable(records, verification_of)
    # All records of a key are in one partition, so the last one is the newest.
    return list({(write.volunteer_id, write.skill): write for write in writes}.values()), rejected


def _readable(
    records: Iterable[ConsumerRecord], decode: Callable[[ConsumerRecord], Write]
) -> tuple[list[Write], Rejected]:
    """The decoded records in the same order, and the rejected ones with reasons."""
    writes: list[Write] = []
    rejected: Rejected = []
    for record in records:
        if record.key == _QUIET:
            continue
        try:
            writes.append(decode(record))
        except Unreadable as error:
            rejected.append((record, str(error)))
    return writes, rejected


def fix_of(record: ConsumerRecord) -> FixWrite:
    """Decodes a record of `locations`. The time of the fix is when it was recorded, at most the record's timestamp.

    Raises:
        Unreadable: not a fix, or one that the intake refuses too (`dispatch.matching.position_checks.refusal`).
    """
    fix = wire.decode_fix(record.value)
    logged_ms: int = record.timestamp
    reason = refusal(
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        recorded_ms=fix.recorded_ms,
        now_ms=logged_ms,
        grace_ms=ON_ITS_WAY_MS,
    )
    if reason is not None:
        raise Unreadable(f"the fix cannot be used: {reason}")
    return FixWrite(
        volunteer_id=fix.volunteer_id,
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        # A device's clock may be ahead; the append time of the log bounds it (DESIGN 8).
        at_ms=logged_ms if fix.recorded_ms is None else min(fix.recorded_ms, logged_ms),
        continues=fix.continues,
    )


def profile_of(record: ConsumerRecord) -> ProfileWrite:
    """Decodes a record of `volunteers` or a tombstone.

    Raises:
        Unreadable: not a profile, or its id differs from the record's key.
    """
    volunteer_id = _key_of(record)
    if record.value is None:
        return ProfileWrite(volunteer_id=volunteer_id, offset=record.offset, record=None, logged_ms=record.timestamp)
    profile = wire.decode_volunteer(record.value)
    if profile.id != volunteer_id:
        raise Unreadable("id: expected the key of the record")
    return ProfileWrite(volunteer_id=volunteer_id, offset=record.offset, record=profile, logged_ms=record.timestamp)


def verification_of(record: ConsumerRecord) -> VerificationWrite:
    """Decodes a record of `verifications` or a tombstone.

    Raises:
        Unreadable: not a verification, or its key does not name the same person and skill.
    """
    key = _key_of(record)
    volunteer_id, bar, skill = key.partition("|")
    # The texts become fields with separators in Redis.
    if not bar or not is_person_id(volunteer_id) or not (skill == "" or is_person_id(skill)):
        raise Unreadable("key: expected an id of a person, a bar and a skill")
    if record.value is None:
        return VerificationWrite(volunteer_id=volunteer_id, skill=skill, offset=record.offset, record=None)
    known = wire.decode_verification(record.value)
    if (known.volunteer_id, known.skill or "") != (volunteer_id, skill):
        raise Unreadable("volunteer_id, skill: expected those of the key")
    if not is_person_id(known.by) or not (known.organisation is None or is_person_id(known.organisation)):
        raise Unreadable("by, organisation: expected opaque ids")
    return VerificationWrite(volunteer_id=volunteer_id, skill=skill, offset=record.offset, record=known)


def private_of(record: ConsumerRecord, ring: LiveRing) -> PrivateWrite:
    """Decodes a record of `private` or a tombstone. Only records of people are decrypted, for the home place.

    A record under a key that the deployment has declared and this ring lacks is stored without its home: it opens once the ring
    holds the key.

    Raises:
        Unreadable: a person's record is damaged, or the ring lacks its key and nothing has declared one.
    """
    ref = _key_of(record)
    sealed: bytes | None = record.value
    original = wire.resealed_from(record.headers)
    # An offset from the future would win against everything written until then.
    is_resealed = original is not None and original < record.offset
    offset = original if original is not None and is_resealed else record.offset
    write = PrivateWrite(ref=ref, offset=offset, sealed=sealed, is_resealed=is_resealed)
    if sealed is None or not ref.startswith(("volunteer:", "consents:")):
        return write
    try:
        if ref.startswith("consents:"):
            return replace(write, positions=wire.open_consents(ring.now, ref, sealed).now.get(POSITIONS, True))
        # Decrypted here although only the home is used: what cannot be decrypted is dead-lettered, not stored (DESIGN 75).
        private = wire.open_sealed(ring.now, ref, sealed)
    except wire.UnknownKey as error:
        if error.key_id is not None:
            ring.met(error.key_id)
        if not ring.is_declared(error.key_id):
            raise
        return write
    return replace(write, home=private.home if isinstance(private, VolunteerPrivate) else None)


def _key_of(record: ConsumerRecord) -> str:
    try:
        key = (record.key or b"").decode()
    except UnicodeDecodeError as error:
        raise Unreadable("key: expected UTF-8") from error
    if not key:
        raise Unreadable("key: expected one")
    return key
