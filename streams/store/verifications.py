"""Verifications of skills in Redis: writes, reads, and those that have ended.

Callers are `streams/worker/verification_service.py`, the API once Kafka has confirmed the record, and the rebuild. All functions
raise `StoreUnavailable` when Redis does not reply and `NotReady` until it has been rebuilt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from dispatch.model.verifications import Verification
from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.redis_client import NOT_REBUILT, RedisClient, ScriptCall
from streams.wire import VerificationRecord

AT_ONCE = 250
LISTED_AT_MOST = 1_000

_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationWrite:
    """A record of `verifications` at its offset; `record` None is a tombstone. `skill` "": the organisation of the person."""

    volunteer_id: str
    skill: str
    offset: int
    record: VerificationRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of the verification of a skill."""

    volunteer_id: str
    skill: str
    until_ms: int


async def put(link: RedisClient, writes: Sequence[VerificationWrite], owner: str = "") -> int:
    """Returns how many were newer than the stored records. `owner`: of the rebuild lock."""
    parts = [writes[at : at + AT_ONCE] for at in range(0, len(writes), AT_ONCE)]
    calls = [ScriptCall("verifications", (), (owner, _pack([_packed(write) for write in part]))) for part in parts]
    return sum(await link.run(calls, deadline_s=4.0))


def _packed(write: VerificationWrite) -> tuple[object, ...]:
    record = write.record
    if record is None:
        return write.volunteer_id, write.skill, write.offset, -1, "", ""
    return write.volunteer_id, write.skill, write.offset, max(0, record.until_ms), record.by, record.organisation or ""


def ends_of(stored: bytes | None) -> dict[str, int]:
    """Decodes the field `vs` of a person: the end of each verified skill, also of those that have ended."""
    pairs = (part.rpartition(":") for part in (stored or b"").decode().split(",") if part)
    return {skill: int(until_ms) for skill, _, until_ms in pairs}


def decoded(row: Sequence[bytes] | Mapping[bytes, bytes]) -> tuple[dict[str, Verification], str | None]:
    """Decodes `redis_keys.verified`: the verifications that were not withdrawn, and the organisation of the person."""
    pairs = row.items() if isinstance(row, Mapping) else zip(row[::2], row[1::2], strict=True)
    verified: dict[str, Verification] = {}
    own: str | None = None
    for skill, value in pairs:
        _, until_ms, by, organisation = value.decode().split("|")
        if not skill:
            own = organisation or None
        elif int(until_ms) > 0:
            verified[skill.decode()] = Verification(until_ms=int(until_ms), by=by, organisation=organisation or None)
    return dict(sorted(verified.items())), own


async def ending_before(link: RedisClient, before_ms: int) -> list[Ending]:
    """Verifications that end before `before_ms`, the next to end first; at most `LISTED_AT_MOST`."""
    names = (
        "ZRANGEBYSCORE",
        redis_keys.VERIFIED_UNTIL,
        "-inf",
        f"({before_ms}",
        "WITHSCORES",
        "LIMIT",
        0,
        LISTED_AT_MOST,
    )
    ready, rows = await link.run([ScriptCall("ready"), names])
    if not ready:
        raise NotReady(NOT_REBUILT)
    return _endings(rows)


async def ended(link: RedisClient, done: Sequence[Ending] = (), *, limit: int = AT_ONCE) -> list[Ending]:
    """Verifications that have ended by the clock of Redis. `done` were looked at and are not returned again unless renewed."""
    members = [f"{one.volunteer_id}|{one.skill}" for one in done]
    return _endings(await link.call("ended_verifications", limit, *members))


def _endings(rows: Sequence[bytes]) -> list[Ending]:
    found = []
    for member, until_ms in zip(rows[::2], rows[1::2], strict=True):
        volunteer_id, _, skill = member.decode().partition("|")
        found.append(Ending(volunteer_id=volunteer_id, skill=skill, until_ms=int(float(until_ms))))
    return found


async def are_known(link: RedisClient, volunteer_ids: Sequence[str], organisation: str | None = None) -> list[bool]:
    """Whether each person is registered, and belongs to the organisation if one is named; one round trip for all."""
    if not volunteer_ids:
        return []
    rows = [] if organisation is None else [("HGET", redis_keys.verified(one), "") for one in volunteer_ids]
    ready, known, *values = await link.run(
        [ScriptCall("ready"), ("SMISMEMBER", redis_keys.VOLUNTEERS, *volunteer_ids), *rows]
    )
    if not ready:
        raise NotReady(NOT_REBUILT)
    if organisation is None:
        return [bool(one) for one in known]
    suffix = f"|{organisation}".encode()
    # Ids contain no `|`, so the last part is the organisation.
    return [
        bool(one) and value is not None and value.endswith(suffix) for one, value in zip(known, values, strict=True)
    ]
