"""Queries of the API, each one round trip.

All methods of `Reads` raise `StoreUnavailable` when Redis does not reply, and `NotReady` until Redis has been rebuilt from the
log: an empty result would be wrong then. `RedisIntakeMarks` (`intake_marks.py`) works during a rebuild, because intake does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dispatch.model.ids import parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.people import AskedLately, Presence
from dispatch.model.vocabulary import IncidentStatus, Priority
from dispatch.ports import NotReady
from streams import clock, redis_keys, wire
from streams.store import hazards, people_cells, verifications
from streams.store.people_cells import Cell, CellCount
from streams.store.redis_client import NOT_REBUILT, Command, RedisClient, ScriptCall
from streams.store.verifications import Ending
from streams.store.volunteer_view import FIELDS, VolunteerView, view_of

DRILL = "exercise:"
"""As in incident.lua."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    ids: tuple[str, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """`by_priority` and `shortfalls` count open incidents only."""

    by_status: Mapping[IncidentStatus, int]
    by_priority: Mapping[Priority, int]
    exercises: Mapping[IncidentStatus, int]
    """Drills by status; they are in no other count but the shortfalls."""
    shortfalls: int
    volunteers: int
    on_duty: int
    oldest_shortfall_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildState:
    is_ready: bool
    owner: str | None = None
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOf:
    incident: Incident
    offer: Offer


class Listed(NamedTuple):
    """An incident in a list, by the time (ms) at which its report arrived in the log."""

    logged_ms: int
    id: str


class Reads:
    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def _ask(self, commands: Sequence[Command]) -> list[Any]:
        # In the same round trip: a restart breaks the connection, so a reply of another run cannot follow this one.
        ready, *answers = await self._link.run([ScriptCall("ready"), *commands])
        if not ready:
            raise NotReady(NOT_REBUILT)
        return answers

    async def incident(self, incident_id: str) -> Incident | None:
        return (await self.incidents([incident_id]))[0]

    async def incidents(self, incident_ids: Sequence[str]) -> list[Incident | None]:
        """The incidents in the order of `incident_ids`; None for an unknown one."""
        if not incident_ids:
            return []
        states = (await self._ask([("MGET", *map(redis_keys.incident, incident_ids))]))[0]
        return [wire.decode_incident(state) if state is not None else None for state in states]

    async def page(self, statuses: Sequence[IncidentStatus] = (), *, limit: int, cursor: str | None = None) -> Page:
        """Ids of incidents in any of `statuses` (all incidents when empty), newest report first.

        Raises:
            ValueError: `cursor` was not returned by an earlier call.
        """
        names = [redis_keys.by_status(status) for status in statuses] or [redis_keys.ALL_INCIDENTS]
        top, after = _parsed_cursor(cursor)
        fetch = limit + 1
        while True:
            answers = await self._ask(
                [("ZREVRANGEBYSCORE", name, top, "-inf", "WITHSCORES", "LIMIT", 0, fetch) for name in names]
            )
            lists = [_rows_after(answer, after) for answer in answers]
            # The range starts at the cursor's own millisecond, so entries already returned are read again. Fetch more when
            # they fill the page.
            if all(len(rows) > limit or len(answer) < fetch for rows, answer in zip(lists, answers, strict=True)):
                break
            fetch *= 4
        # A set: an incident whose status changes between two of the reads is in two lists.
        rows = sorted({row for rows in lists for row in rows}, reverse=True)
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(ids=tuple(id_ for _, id_ in shown), next=f"{shown[-1][0]}|{shown[-1][1]}" if more else None)

    async def open_of(self, priority: Priority, *, after: Listed | None = None, limit: int) -> list[Listed]:
        """Up to `limit` open incidents of a priority behind `after`, the oldest arrival first."""
        fetch = limit + 1
        while True:
            bottom = after.logged_ms if after else "-inf"
            name = redis_keys.by_priority(priority)
            answer = (await self._ask([("ZRANGEBYSCORE", name, bottom, "+inf", "WITHSCORES", "LIMIT", 0, fetch)]))[0]
            pairs = _pairs(answer)
            listed = [Listed(int(float(score)), member.decode()) for member, score in pairs]
            rows = [entry for entry in listed if after is None or entry > after]
            # As `page`: entries of the first millisecond may have been given before.
            if len(rows) >= limit or len(pairs) < fetch:
                return rows[:limit]
            fetch *= 4

    async def offers_of(self, volunteer_id: str, *, limit: int = 50) -> list[OfferOf]:
        """The last `limit` offers made to a person, newest first, each with its incident."""
        ids = (await self._ask([("ZREVRANGE", redis_keys.offers_of(volunteer_id), 0, limit - 1)]))[0]
        pairs = [(offer_id.decode(), parts_of_offer(offer_id.decode())) for offer_id in ids]
        known = [(offer_id, parts.incident_id) for offer_id, parts in pairs if parts]
        incidents = await self.incidents([incident_id for _, incident_id in known])
        found = []
        for (offer_id, _), incident in zip(known, incidents, strict=True):
            offer = incident.offer(offer_id) if incident else None
            if incident and offer:
                found.append(OfferOf(incident=incident, offer=offer))
        return found

    async def distress_incidents(self, volunteer_id: str, *, limit: int) -> list[Incident]:
        """The newest incidents of a person's own danger, open or ended, the newest report first."""
        ids = (await self._ask([("ZREVRANGE", redis_keys.distress_incidents(volunteer_id), 0, limit - 1)]))[0]
        states = await self.incidents([incident_id.decode() for incident_id in ids])
        return [state for state in states if state is not None]

    async def volunteer(self, volunteer_id: str, *, with_places: bool = False) -> VolunteerView | None:
        """The person, or None when unknown or erased. Coordinates are set only with `with_places`."""
        return (await self.volunteers_by_id([volunteer_id], with_places=with_places))[0]

    async def volunteers_by_id(
        self, volunteer_ids: Sequence[str], *, with_places: bool = False
    ) -> list[VolunteerView | None]:
        """The people in the order of their ids, as `volunteer`."""
        if not volunteer_ids:
            return []
        rows: list[Command] = [("HMGET", redis_keys.volunteer(one), *FIELDS) for one in volunteer_ids]
        verified: list[Command] = [("HGETALL", redis_keys.verified(one)) for one in volunteer_ids]
        time, *answers = await self._ask([("TIME",), *rows, *verified])
        now_ms = int(time[0]) * 1000 + int(time[1]) // 1000
        half = len(volunteer_ids)
        return [
            _person(one, dict(zip(FIELDS, values, strict=True)), stored, now_ms, with_places)
            for one, values, stored in zip(volunteer_ids, answers[:half], answers[half:], strict=True)
        ]

    async def are_known(self, volunteer_ids: Sequence[str], organisation: str | None = None) -> list[bool]:
        return await verifications.are_known(self._link, volunteer_ids, organisation)

    async def verifications_before(self, before_ms: int) -> list[Ending]:
        return await verifications.ending_before(self._link, before_ms)

    async def presence(self, volunteer_id: str) -> Presence | None:
        """The person's duty, place and skills, or None when unknown or erased. For rules only; its places are never shown."""
        return (await hazards.presence(self._link, [volunteer_id])).get(volunteer_id)

    async def asked_lately(self, volunteer_id: str) -> AskedLately | None:
        return (await hazards.asked_lately(self._link, [volunteer_id])).get(volunteer_id)

    async def decision_place(self, incident_id: str, command_id: str) -> tuple[int, int] | None:
        """(partition, offset) in `decisions` of the decision on this command; None until it is applied."""
        offset, newest = await self._ask(
            [("GET", redis_keys.command(command_id)), ("LINDEX", redis_keys.timeline(incident_id), -1)]
        )
        if offset is None or newest is None:
            return None
        # All commands about one incident are in one partition, so its timeline names the partition of every decision.
        return int(newest.partition(b":")[0]), int(offset)

    async def timeline(self, incident_id: str) -> list[tuple[int, int]]:
        """(partition, offset) in `decisions` of each decision about the incident, oldest first."""
        entries = (await self._ask([("LRANGE", redis_keys.timeline(incident_id), 0, -1)]))[0]
        pairs = [entry.decode().split(":") for entry in entries]
        return [(int(partition), int(offset)) for partition, offset in pairs]

    async def hazards(self) -> list[str]:
        """Ids of the open incidents that have a hazard area."""
        ids = (await self._ask([("HKEYS", redis_keys.HAZARDS)]))[0]
        return sorted(incident_id.decode() for incident_id in ids)

    async def counts(self) -> Counts:
        statuses, priorities = list(IncidentStatus), list(Priority)
        names = [*map(redis_keys.by_status, statuses), *map(redis_keys.by_priority, priorities)]
        drills = [redis_keys.by_status(f"{DRILL}{status}") for status in statuses]
        drills += [redis_keys.by_priority(f"{DRILL}{priority}") for priority in priorities]
        *sizes, shortfalls, volunteers, on_duty, over, oldest = await self._ask(
            [
                *[("ZCARD", name) for name in (*names, *drills)],
                ("ZCARD", redis_keys.SHORTFALLS),
                ("SCARD", redis_keys.VOLUNTEERS),
                ("SCARD", redis_keys.ON_DUTY),
                # Without a worker nobody takes them off the list.
                ("ZCOUNT", redis_keys.DUTY_ENDS, "-inf", clock.now_ms()),
                ("ZRANGE", redis_keys.SHORTFALLS, 0, 0, "WITHSCORES"),
            ]
        )
        of_drills = sizes[len(names) :]
        # All incidents without the drills; never below 0, as the lists are not read at one moment.
        real = [max(0, size - drill) for size, drill in zip(sizes, of_drills, strict=False)]
        return Counts(
            # `strict=False`: the answers have more entries than each list.
            by_status=dict(zip(statuses, real, strict=False)),
            by_priority=dict(zip(priorities, real[len(statuses) :], strict=False)),
            exercises=dict(zip(statuses, of_drills, strict=False)),
            shortfalls=shortfalls,
            volunteers=volunteers,
            on_duty=max(0, on_duty - over),
            oldest_shortfall_ms=next((int(float(score)) for _, score in _pairs(oldest)), None),
        )

    async def people_cells(self, cells: Sequence[Cell], skill: str | None = None) -> list[CellCount]:
        """As `people_cells.count`."""
        return await people_cells.count(self._link, cells, skill)

    async def private(self, ref: str) -> bytes | None:
        """The encrypted record, or None when there is none or it was erased."""
        return (await self.privates([ref]))[0]

    async def privates(self, refs: Sequence[str]) -> list[bytes | None]:
        if not refs:
            return []
        stored = (await self._ask([("MGET", *map(redis_keys.private, refs))]))[0]
        return [_sealed(value) for value in stored]

    async def rebuild_state(self) -> RebuildState:
        """Whether Redis is rebuilt, or how far the rebuild is. Never raises `NotReady`."""
        ready, lock = await self._link.run([ScriptCall("ready"), ("GET", redis_keys.REBUILD_LOCK)])
        if lock is None:
            return RebuildState(is_ready=bool(ready))
        # From the right: only the owner is free text, and `Restore` refuses a `|` in it.
        owner, done, total = lock.decode().rsplit("|", 2)
        return RebuildState(is_ready=bool(ready), owner=owner, done=int(done), total=int(total))


def _person(
    volunteer_id: str, row: Mapping[str, Any], stored: Any, now_ms: int, with_places: bool
) -> VolunteerView | None:
    view = view_of(volunteer_id, row, now_ms, with_places)
    if view is None:
        return None
    known, organisation = verifications.decoded(stored)
    return replace(view, verified=known, organisation=organisation)


def _pairs(answer: Sequence[Any]) -> list[tuple[bytes, bytes]]:
    """Members with scores: RESP 2 replies with a flat list, RESP 3 with pairs."""
    if answer and isinstance(answer[0], list | tuple):
        return [(member, score) for member, score in answer]
    return list(zip(answer[::2], answer[1::2], strict=True))


def _rows_after(answer: Sequence[Any], after: tuple[int, str] | None) -> list[tuple[int, str]]:
    rows = [(int(float(score)), member.decode()) for member, score in _pairs(answer)]
    return [row for row in rows if after is None or row < after]


def _parsed_cursor(cursor: str | None) -> tuple[str, tuple[int, str] | None]:
    if cursor is None:
        return "+inf", None
    score, bar, member = cursor.partition("|")
    # `isdecimal` also accepts digits of other scripts, which Redis refuses as a score. 15 digits are milliseconds until the
    # year 33658.
    if not bar or not score.isascii() or not score.isdecimal() or len(score) > 15:
        raise ValueError("cursor: expected a cursor returned by an earlier page")
    return score, (int(score), member)


def _sealed(stored: bytes | None) -> bytes | None:
    # `offset|` without ciphertext is an erased record.
    return (stored.partition(b"|")[2] or None) if stored is not None else None
