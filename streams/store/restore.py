"""Writes of a rebuild: fill an empty Redis from the log, under a lock, while all other scripts are refused.

Order: `acquire`, `wipe`, people (`people()`: profiles, private records), tracks, incidents, commands and progress, `mark_ready`
(which indexes all people), `release`. Each script checks the lock, so a rebuilder whose lock has expired writes nothing more and
gets `LockLost`. All methods raise `StoreUnavailable` when Redis does not reply and may be repeated.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from dispatch.matching.position_checks import Fix, Track
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from streams import redis_keys
from streams.store.apply import packed_hold, packed_incident
from streams.store.claims import hold_of, member_of
from streams.store.people import FixWrite, PeopleStore, packed_fix
from streams.store.redis_client import RedisClient, ScriptCall
from streams.store.track_record import Standings, TrackRecord

# Items per script call, and calls per round trip: a script blocks Redis for everybody else while it runs.
INCIDENTS_AT_ONCE = 100
COMMANDS_AT_ONCE = 1000
TRACKS_AT_ONCE = 500
PEOPLE_AT_ONCE = 4000
INDEXED_AT_ONCE = 500
CALLS_AT_ONCE = 8
DEADLINE_S = 5.0

_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredIncident:
    """`timeline`: (partition, offset) of its decisions, oldest first. `holds`: its live offers that are not void."""

    incident: Incident
    timeline: Sequence[tuple[int, int]] = ()
    holds: Sequence[Hold] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisRun:
    """`id`: of the process (`run_id`). `data`: of its data (`master_replid`), which changes with a promotion to master."""

    id: str
    data: str


class Restore:
    """`owner` identifies the rebuilder in the lock.

    Raises:
        ValueError: `owner` is empty or contains `|`.
    """

    def __init__(self, link: RedisClient, owner: str) -> None:
        if not owner or "|" in owner:
            raise ValueError(f"owner {owner!r}: expected a name without '|'")
        self.link = link
        self.owner = owner
        self._progress = (0, 0)

    def people(self) -> PeopleStore:
        """A store that writes profiles, private records and fixes under this lock."""
        return PeopleStore(self.link, rebuild=self.owner)

    async def this_run(self) -> RedisRun:
        """What identifies the Redis that is filled; after a change memory may be lost or old."""
        (info,) = await self.link.run([("INFO", "server", "replication")])
        named = dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
        return RedisRun(id=named["run_id"], data=named["master_replid"])

    async def is_ready(self) -> bool:
        return bool(await self.link.call("ready"))

    async def acquire(self, ttl_ms: int) -> bool:
        """Takes the lock for `ttl_ms`. False while another owner holds it; true again for the same owner."""
        return await self._lock("acquire", ttl_ms, 0, 0)

    async def renew(self, ttl_ms: int, *, done: int = 0, total: int = 0) -> bool:
        """Extends the lock and publishes the progress (`done` of `total`). False when the lock is lost."""
        self._progress = (done, total)
        return await self._lock("renew", ttl_ms, done, total)

    async def release(self) -> None:
        await self._lock("release", 0, 0, 0)

    async def _lock(self, what: str, ttl_ms: int, done: int, total: int) -> bool:
        return bool(await self.link.call("lock", what, self.owner, ttl_ms, done, total))

    async def wipe(self) -> int:
        """Deletes all keys of Komek except the lock, the ready key first, so that no script works on partial data.

        Returns the number of deleted keys. Redis frees the memory in the background (UNLINK).
        """
        await self.link.run([("UNLINK", redis_keys.ready((await self.this_run()).id))])
        count, cursor = 0, b"0"
        while True:
            scan = ("SCAN", cursor, "MATCH", redis_keys.PREFIX + "*", "COUNT", 5000)
            cursor, names = (await self.link.run([scan], deadline_s=DEADLINE_S))[0]
            # SCAN may return a key twice, or one that is gone: UNLINK ignores it.
            doomed = [name for name in names if name != redis_keys.REBUILD_LOCK.encode()]
            if doomed:
                count += (await self.link.run([("UNLINK", *doomed)], deadline_s=DEADLINE_S))[0]
            if int(cursor) == 0:
                return count

    async def restore_incidents(self, batch: Sequence[RestoredIncident]) -> list[Hold]:
        """Writes states, timelines, offers and confirmed claims. People must have been restored before.

        Returns the holds that were not written because an earlier offer holds the person. Pass them to `restore_progress` as
        `refused`.
        """
        conflicts: list[Hold] = []
        calls = [
            ScriptCall("restore_incidents", (), (self.owner, _pack([_packed(item) for item in part])))
            for part in (batch[at : at + INCIDENTS_AT_ONCE] for at in range(0, len(batch), INCIDENTS_AT_ONCE))
        ]
        for at in range(0, len(calls), CALLS_AT_ONCE):
            for answer in await self.link.run(calls[at : at + CALLS_AT_ONCE], deadline_s=DEADLINE_S):
                conflicts.extend(map(hold_of, answer))
        return conflicts

    async def restore_tracks(self, tracks: Mapping[str, Track]) -> None:
        """Writes the position track of each person, by id. `mark_ready` adds people to the indexes."""
        rows = [
            (volunteer_id, str(track.believed.at_ms), tuple(_track_fields(track)))
            for volunteer_id, track in tracks.items()
        ]
        calls = [
            ScriptCall("restore_tracks", (), (self.owner, _pack(rows[at : at + TRACKS_AT_ONCE])))
            for at in range(0, len(rows), TRACKS_AT_ONCE)
        ]
        for at in range(0, len(calls), CALLS_AT_ONCE):
            await self.link.run(calls[at : at + CALLS_AT_ONCE], deadline_s=DEADLINE_S)

    async def restore_standings(self, taught: Standings) -> None:
        """Writes the statistics of people and the prior table. People must have been restored before."""
        rows = [
            (
                one,
                *map(_sum, (known.accepted, known.refused, known.work)),
                str(known.worked_ms or ""),
                _flag(known),
                *map(_sum, (known.upheld, known.overruled)),
            )
            for one, known in taught.people.items()
        ]
        cells = [(cell, _sum(yes), _sum(no)) for cell, (yes, no) in taught.cells.items()]
        # One cell for each hour and distance band, so one call holds them all.
        packed: list[dict[str, object]] = [{"people": (), "cells": cells}]
        packed += [
            {"people": rows[at : at + PEOPLE_AT_ONCE], "cells": ()} for at in range(0, len(rows), PEOPLE_AT_ONCE)
        ]
        calls = [ScriptCall("restore_standing", (), (self.owner, _pack(item))) for item in packed]
        for at in range(0, len(calls), CALLS_AT_ONCE):
            await self.link.run(calls[at : at + CALLS_AT_ONCE], deadline_s=DEADLINE_S)

    async def restore_commands(self, commands: Sequence[tuple[str, int]]) -> None:
        """Writes pairs of a command id and the offset of its first decision, so that redelivered commands are recognised."""
        calls = [
            ScriptCall("restore_log", (), (self.owner, _pack({"commands": commands[at : at + COMMANDS_AT_ONCE]})))
            for at in range(0, len(commands), COMMANDS_AT_ONCE)
        ]
        for at in range(0, len(calls), CALLS_AT_ONCE):
            await self.link.run(calls[at : at + CALLS_AT_ONCE], deadline_s=DEADLINE_S)

    async def restore_progress(
        self,
        partition: int,
        *,
        applied: int,
        published: int,
        refused: Sequence[Hold] = (),
        ending: Sequence[tuple[Hold, int]] = (),
    ) -> None:
        """Writes the progress of a partition of `decisions`.

        `refused`: holds refused and not voided yet. `ending`: holds that `mark_published` releases when it reaches that offset.
        """
        packed = {
            "commands": (),
            "partition": partition,
            "applied": applied,
            "published": published,
            "refused": [(hold.offer_id, hold.volunteer_id) for hold in refused],
            "ending": [(member_of(hold.volunteer_id, hold.offer_id), offset) for hold, offset in ending],
        }
        await self.link.run([ScriptCall("restore_log", (), (self.owner, _pack(packed)))])

    async def mark_ready(self, run: RedisRun, *, ttl_ms: int = 10_000) -> bool:
        """Adds all people to the indexes, extends the lock meanwhile, then sets the ready key, after which scripts are accepted.

        False when Redis has been restarted, or has been a replica, since `run` was read.
        """
        # SSCAN may return a person twice; writing the same index entries again is harmless.
        cursor = b"0"
        while True:
            scan = ("SSCAN", redis_keys.VOLUNTEERS, cursor, "COUNT", PEOPLE_AT_ONCE)
            cursor, ids = (await self.link.run([scan], deadline_s=DEADLINE_S))[0]
            calls = [
                ScriptCall("restore_index", (), (self.owner, *ids[at : at + INDEXED_AT_ONCE]))
                for at in range(0, len(ids), INDEXED_AT_ONCE)
            ]
            await self.link.run(calls, deadline_s=DEADLINE_S)
            if int(cursor) == 0:
                break
            # The last check of the lock before the ready key is the one in mark_ready.lua.
            await self._lock("renew", ttl_ms, *self._progress)
        return bool(await self.link.call("mark_ready", self.owner, run.id, run.data))


def _sum(total: float) -> str:
    # Nine digits, as learn.lua writes them. 0 means no sum at all: as a logarithm it would be a weight of 1 in 1970.
    return f"{total:.9f}" if total else ""


def _track_fields(track: Track) -> Iterator[str]:
    """Field names and values of `redis_keys.volunteer`, as `fixes.lua` leaves them after the last fix of the track."""
    believed, newest = track.believed, track.newest
    yield from _placed("x", "y", "ac", believed)
    yield from ("at", str(believed.at_ms))
    yield from _placed("ax", "ay", "aa", track.anchor)
    yield from ("ab", "" if track.anchor.at_ms == believed.at_ms else str(track.anchor.at_ms))
    if track.waiting is not None:
        yield from _placed("px", "py", "pa", track.waiting)
        yield from ("pt", str(track.waiting.at_ms))
    # `ht` is the sign of life of a fix that did not place the person; `at` covers the others.
    if newest.at_ms > believed.at_ms:
        yield from ("ht", str(newest.at_ms))
    if not newest.continues:
        yield from ("qt", str(newest.at_ms))


def _placed(lon_name: str, lat_name: str, accuracy_name: str, fix: Fix) -> tuple[str, ...]:
    # By `packed_fix`, so that the stored digits are those of the live path.
    write = FixWrite(volunteer_id="", lon=fix.place.lon, lat=fix.place.lat, accuracy_m=fix.accuracy_m, at_ms=fix.at_ms)
    _, lon, lat, accuracy, *_ = packed_fix(write)
    return (lon_name, lon, lat_name, lat, accuracy_name, accuracy)


def _flag(known: TrackRecord) -> str:
    return "" if known.worked_ms is None else "1" if known.worked_heavy else "0"


def _packed(item: RestoredIncident) -> dict[str, object]:
    return {
        "incident": packed_incident(item.incident),
        "timeline": [f"{partition}:{offset}" for partition, offset in item.timeline],
        "offers": [
            {"volunteer": offer.volunteer_id, "offer": offer.id, "created": offer.created_ms}
            for offer in item.incident.offers
        ],
        "holds": [packed_hold(hold, item.incident) for hold in item.holds],
    }
