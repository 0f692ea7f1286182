"""Writes about people: profiles, home places, positions. Callers are `streams/worker/profile_service.py`, `location_service.py`,
the API once Kafka has confirmed the record (so that a PUT can be read back at once), and the rebuild.

Each write carries the offset of its record (positions: their time). A write older than the stored one has no effect, so writes
may be repeated and may arrive late.

All methods raise `StoreUnavailable` when Redis does not reply and `NotReady` until Redis has been rebuilt. Writes take at most 4
s per 2,000 people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from redis.asyncio import Redis

from dispatch.matching.position_checks import Fix
from dispatch.model.geo import cell
from dispatch.model.hazard_areas import HazardArea
from dispatch.model.languages import canonicals
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability
from streams import redis_keys
from streams.store import duty_clock, hazards, verifications
from streams.store.duty_clock import DutyClock, is_on_duty
from streams.store.redis_client import FIX_AGE_LIMIT_MS, RedisClient, ScriptCall
from streams.store.verifications import Ending, VerificationWrite
from streams.wire import VolunteerRecord

AT_ONCE = 250
"""People per script call: about 3 ms of Redis' time, the longest that a search waits behind one call of a batch."""

_pack = msgspec.msgpack.Encoder().encode
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileWrite:
    """A record of `volunteers` at its offset; `record` None is the tombstone of an erased person."""

    volunteer_id: str
    offset: int
    record: VolunteerRecord | None
    logged_ms: int | None = None
    """Time of the record; None if unknown. No position from long before the duty began, or from before an erasure, counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateWrite:
    """A record of `private`; `sealed` None is a tombstone. `home` is set only for `volunteer:<id>`; stores keep the
    centre of its cell (`kept_home`).

    `offset`: its place in the log. A record that repeats an earlier one under another key (`is_resealed`) has the offset of that
    one, so it is never newer than what was written in between (DESIGN 125).
    """

    ref: str
    offset: int
    sealed: bytes | None
    home: Place | None = None
    positions: bool = True
    """Of `consents:<id>` only: False when the person has withdrawn the consent to positions."""
    is_resealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjoined:
    """A person whose profile does not belong to their newest record in `private`, or contains an outdated copy of their duty.

    `sealed` None: the newest record in `private` is a tombstone. `on_duty` None: the person is unknown. `heard_ms`: last sign of
    life.
    """

    volunteer_id: str
    offset: int
    sealed: bytes | None
    on_duty: bool | None
    heard_ms: int | None = None
    duty_until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixWrite:
    volunteer_id: str
    lon: float
    lat: float
    accuracy_m: float | None
    at_ms: int
    continues: bool = True
    """False: the device announced that no further fixes follow for a while."""


def kept_home(write: PrivateWrite) -> Place | None:
    """The home as stores keep it: the centre of its cell tells the neighbourhood, not the house (DESIGN 123)."""
    return None if write.home is None else cell(write.home)


def fix_in(write: FixWrite) -> Fix:
    """The fix with its numbers rounded to the digits that are stored, so that both stores compare equal values."""
    return Fix(
        place=Place(lon=round(write.lon, 6), lat=round(write.lat, 6)),
        at_ms=write.at_ms,
        accuracy_m=None if write.accuracy_m is None else float(f"{write.accuracy_m:.0f}"),
        continues=write.continues,
    )


class PeopleStore:
    """Writes of people. `rebuild`: the owner of the rebuild lock; its writes work before Redis is ready and raise `LockLost`."""

    def __init__(
        self, redis: "Redis | str | RedisClient", *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS, rebuild: str = ""
    ) -> None:
        self.link = redis if isinstance(redis, RedisClient) else RedisClient(redis, fix_age_limit_ms=fix_age_limit_ms)
        self._owner = rebuild

    async def close(self) -> None:
        await self.link.close()

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int:
        """Returns how many of the writes changed anything: they were newer than the stored record, or stated a duty that the
        stored record only copied (`VolunteerRecord.keeps_duty`)."""
        return await self._put("people", [_packed_profile(write) for write in writes])

    async def put_private(self, writes: Sequence[PrivateWrite]) -> int:
        """Returns how many of the writes were newer than the stored records, or replaced their ciphertext."""
        changed = 0
        for part in _parts(writes, AT_ONCE):
            sealed = [write.sealed or b"" for write in part]
            packed = _pack([_packed_private(write) for write in part])
            changed += int(await self.link.call("private", self._owner, packed, *sealed))
        return changed

    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> int:
        """Returns how many of the writes were newer than the stored records. Those of erased people have no effect."""
        return await verifications.put(self.link, writes, self._owner)

    async def ended_verifications(self, done: Sequence[Ending] = ()) -> list[Ending]:
        """As `verifications.ended`."""
        return await verifications.ended(self.link, done)

    async def unjoined(self, done: Sequence[Unjoined] = (), *, limit: int = AT_ONCE) -> list[Unjoined]:
        """People whose profile has needed a repair (see `Unjoined`) for more than `scripts.JOIN_AFTER_MS`.

        `done` are handled and are not returned again, unless a newer private record or another outdated profile arrives.
        """
        told = [value for one in done for value in (one.volunteer_id, str(one.offset))]
        rows = await self.link.call("unjoined", limit, *told)
        return [_unjoined(*row) for row in rows]

    async def engaged(self, volunteer_ids: Sequence[str]) -> dict[str, str]:
        """Maps each engaged person to the offer that a decision engages them with. Free people are absent."""
        rows = [("HMGET", redis_keys.volunteer(volunteer_id), "co", "cs") for volunteer_id in volunteer_ids]
        answers = await self.link.run(rows)
        return {
            volunteer_id: offer.decode()
            for volunteer_id, (offer, state) in zip(volunteer_ids, answers, strict=True)
            # A pending claim is not counted: its decision may not exist.
            if offer and state == b"c"
        }

    async def in_the_field(self, volunteer_ids: Sequence[str]) -> frozenset[str]:
        """Those of `volunteer_ids` who are on duty for field work. Erased people are not."""
        rows = [("HMGET", redis_keys.volunteer(volunteer_id), "du", "un", "cap") for volunteer_id in volunteer_ids]
        time, *answers = await self.link.run([("TIME",), *rows])
        now_ms = int(time[0]) * 1000 + int(time[1]) // 1000
        return frozenset(
            volunteer_id
            for volunteer_id, (duty, ends, capabilities) in zip(volunteer_ids, answers, strict=True)
            if is_on_duty(duty, ends, now_ms) and Capability.FIELD in (capabilities or b"").decode().split(",")
        )

    async def duty_clock(self, done: DutyClock | None = None) -> DutyClock:
        """As `duty_clock.turned`."""
        return await duty_clock.turned(self.link, done)

    async def hazards(self, known: str) -> tuple[str, tuple[HazardArea, ...] | None]:
        """As `dispatch.ports.Store.hazards`."""
        return await hazards.hazards(self.link, known)

    async def put_fixes(self, fixes: Sequence[FixWrite]) -> frozenset[FixWrite]:
        """Checks each fix in order by the rules of `dispatch/matching/position_checks.py` and stores those that pass.

        Only of people on duty. The newest fix of anybody else waits for five minutes, in case their duty begins; of an erased
        person nothing is kept.

        Returns the fixes that are newer than the stored one but do not place the person: vague fixes, leaps that no second fix
        confirms, and those of people who are not on duty.
        """
        doubted: set[FixWrite] = set()
        # Calls of one round trip run in order, so the fixes of a person keep the order of the log.
        for batch in _parts(fixes, AT_ONCE * 8):
            parts = list(_parts(batch, AT_ONCE))
            calls = [ScriptCall("fixes", (), (self._owner, _pack([packed_fix(fix) for fix in part]))) for part in parts]
            answers = await self.link.run(calls, deadline_s=4.0)
            # Lua counts from 1.
            doubted.update(part[int(at) - 1] for part, numbers in zip(parts, answers, strict=True) for at in numbers)
        return frozenset(doubted)

    async def erase(self, volunteer_id: str, *, profile_offset: int, private_offset: int | None = None) -> None:
        """Deletes a person whose tombstones are in the log. A live claim remains until its decision ends it."""
        gone = ProfileWrite(volunteer_id=volunteer_id, offset=profile_offset, record=None)
        await self.put_profiles([gone])
        if private_offset is not None:
            ref = f"volunteer:{volunteer_id}"
            await self.put_private([PrivateWrite(ref=ref, offset=private_offset, sealed=None)])

    async def sweep_fixes(self, ttl_ms: int, *, limit: int = AT_ONCE) -> int:
        """Processes fixes that have become old: a stale fix is replaced by the home place, one older than `ttl_ms` is deleted.

        Returns how many were examined. A return value of `limit` means that there may be more.
        """
        return int(await self.link.call("sweep_fixes", ttl_ms, limit))

    async def _put(self, script: str, items: Sequence[object]) -> int:
        changed = 0
        for batch in _parts(items, AT_ONCE * 8):
            calls = [ScriptCall(script, (), (self._owner, _pack(part))) for part in _parts(batch, AT_ONCE)]
            changed += sum(await self.link.run(calls, deadline_s=4.0))
        return changed


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))


def _packed_profile(write: ProfileWrite) -> dict[str, object]:
    record = write.record
    head = {"id": write.volunteer_id, "logged": write.logged_ms}
    if record is None:
        return {**head, "gone": write.offset}
    profile = {
        "v": write.offset,
        "cap": ",".join(record.capabilities),
        "sk": ",".join(_clean(record.skills)),
        "la": ",".join(_clean(canonicals(record.languages))),
        "tm": record.travel_mode,
        "md": "" if record.max_distance_m is None else str(record.max_distance_m),
        "du": "1" if record.on_duty else "0",
        "un": str(record.duty_until_ms) if record.on_duty and record.duty_until_ms is not None else "",
        "keeps": record.keeps_duty,
        # 0: no sign of life; people.lua never moves a later one back.
        "hd": record.heard_ms or 0,
        "po": "" if record.private_at is None else str(record.private_at),
    }
    return {**head, "profile": profile}


def _clean(words: Sequence[str]) -> list[str]:
    """Removes duplicates, and replaces the separators of stored lists (`,` and `|`) by spaces."""
    return list(dict.fromkeys(word.replace(",", " ").replace("|", " ") for word in words if word))


def _unjoined(
    volunteer_id: bytes, version: bytes, on_duty: bytes, heard: bytes, stored: bytes, ends: bytes
) -> Unjoined:
    offset, _, sealed = stored.partition(b"|")
    return Unjoined(
        volunteer_id=volunteer_id.decode(),
        offset=int(offset or -1),
        sealed=sealed or None,
        on_duty=on_duty == b"1" if version else None,
        heard_ms=int(heard or 0) or None,
        duty_until_ms=int(ends) if ends else None,
    )


def _packed_private(write: PrivateWrite) -> dict[str, object]:
    packed: dict[str, object] = {"ref": write.ref, "offset": write.offset, "resealed": write.is_resealed}
    if write.ref.startswith("consents:"):
        packed |= {"consents_of": write.ref.removeprefix("consents:"), "withheld": not write.positions}
    if write.ref.startswith("channels:"):
        packed["of_person"] = True
    if write.ref.startswith("volunteer:"):
        packed["volunteer"] = write.ref.removeprefix("volunteer:")
        if (home := kept_home(write)) is not None:
            packed["home"] = (_degrees(home.lon), _degrees(home.lat))
    return packed


def packed_fix(fix: FixWrite) -> tuple[str, ...]:
    accuracy = "" if fix.accuracy_m is None else f"{fix.accuracy_m:.0f}"
    packed = (fix.volunteer_id, _degrees(fix.lon), _degrees(fix.lat), accuracy, str(fix.at_ms))
    return packed if fix.continues else (*packed, "1")


def _degrees(value: float) -> str:
    """Formats a coordinate with the stored digits. A longitude needs `index_lon` again: rounding can reach 180."""
    text = f"{value:.6f}"
    return "-180.000000" if text == "180.000000" else text
