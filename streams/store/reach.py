"""What became of people's notices: how each channel of a person does, and whom the notices of an offer reached.

A cache in Redis with a TTL beside the topic `notices`, which is the record. After Redis was emptied it begins empty: a device
that is gone gets one more notice, whose refusal marks it again.

All methods raise `StoreUnavailable` when Redis does not reply. None needs Redis to be rebuilt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dispatch.notices.rules import NoticeOutcome
from streams import redis_keys
from streams.retention.classes import DAY_S, ENDED_S, HOUR_S
from streams.store import ways
from streams.store.redis_client import Command, RedisClient, fields_of_hash
from streams.store.ways import WayHealth

LINK_S = 600
WAYS_S = 7 * DAY_S
assert LINK_S <= HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """`ok_ms`: when its service last took a notice. `heard_ms`: when the device itself last said that it had shown one.
    `gone_ms`: when the service said that it exists no more."""

    ok_ms: int | None = None
    heard_ms: int | None = None
    failed_ms: int | None = None
    code: str | None = None
    gone_ms: int | None = None

    @property
    def is_gone(self) -> bool:
        return self.gone_ms is not None

    def is_gone_since(self, added_ms: int) -> bool:
        """Whether the device that was added then is gone; one that was added again is another."""
        return self.gone_ms is not None and self.gone_ms >= added_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One outcome. `device`: id of the channel, or None for what concerns an offer alone; `offer_id` None: a test."""

    volunteer_id: str
    kind: str
    outcome: NoticeOutcome
    at_ms: int
    device: str | None = None
    offer_id: str | None = None
    code: str | None = None
    is_gone: bool = False
    way: str | None = None
    """Which way to people it counts for (`ways.py`); None: the outcome says nothing about the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The last outcome of a kind of channel for an offer."""

    kind: str
    outcome: NoticeOutcome
    code: str | None
    at_ms: int


class ReachPort(Protocol):
    """`ReachStore` and `streams.store.memory.reach.MemoryReach`."""

    async def put(self, told: Told) -> None: ...
    async def devices(self, volunteer_id: str) -> Mapping[str, DeviceState]: ...
    async def of_offers(self, offer_ids: Sequence[str]) -> list[tuple[Reached, ...]]: ...
    async def ways(self, now_ms: int) -> list[WayHealth]: ...
    async def forget(self, volunteer_id: str) -> None: ...
    async def await_reply(self, address: str, volunteer_id: str, offer_id: str) -> None: ...
    async def replied(self, address: str) -> tuple[str, str] | None: ...
    async def put_link(self, code: str, volunteer_id: str, channel_id: str) -> None: ...
    async def linked(self, code: str) -> tuple[str, str] | None: ...
    async def put_offer_link(self, name: str, volunteer_id: str, offer_id: str) -> None: ...
    async def offer_linked(self, name: str) -> tuple[str, str] | None: ...


class ReachStore:
    """`ReachPort` in Redis."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put(self, told: Told) -> None:
        """Writes an outcome; a repeat changes nothing but the time."""
        commands: list[Command] = []
        if told.device is not None:
            devices = redis_keys.devices_of(told.volunteer_id)
            commands += [("HSET", devices, *fields_of(told)), ("EXPIRE", devices, ENDED_S)]
        if told.offer_id:
            reach = redis_keys.reach_of(told.offer_id)
            commands += [("HSET", reach, told.kind, reach_text(told)), ("EXPIRE", reach, DAY_S)]
        if told.way is not None:
            commands += _way_commands(told.way, told)
        if commands:
            await self._link.run(commands)

    async def devices(self, volunteer_id: str) -> Mapping[str, DeviceState]:
        """State by channel id; a channel without any notice is absent."""
        (row,) = await self._link.run([("HGETALL", redis_keys.devices_of(volunteer_id))])
        return device_states(fields_of_hash(row))

    async def of_offers(self, offer_ids: Sequence[str]) -> list[tuple[Reached, ...]]:
        """The outcomes of each offer, in the order of the ids."""
        rows = await self._link.run([("HGETALL", redis_keys.reach_of(offer_id)) for offer_id in offer_ids])
        return [tuple(reached(kind, text) for kind, text in fields_of_hash(row).items()) for row in rows]

    async def ways(self, now_ms: int) -> list[WayHealth]:
        """How every way does that was used within the last week."""
        periods = [ways.NOW, *(str(ways.minute_of(now_ms) - ago) for ago in range(ways.WINDOW_MINUTES + 1))]
        rows = await self._link.run([("HGETALL", redis_keys.ways(period)) for period in periods])
        state, *minutes = map(fields_of_hash, rows)
        return ways.healths(state, minutes)

    async def forget(self, volunteer_id: str) -> None:
        """Removes what is known of a person's channels."""
        await self._link.run([("DEL", redis_keys.devices_of(volunteer_id))])

    async def await_reply(self, address: str, volunteer_id: str, offer_id: str) -> None:
        """A reply from this address (its keyed digest) answers this offer from now on."""
        await self._link.run([("SET", redis_keys.replying(address), f"{volunteer_id}|{offer_id}", "EX", DAY_S)])

    async def replied(self, address: str) -> tuple[str, str] | None:
        """Person and offer that a reply from this address answers; None: none is known."""
        return await self._pair(redis_keys.replying(address))

    async def put_link(self, code: str, volunteer_id: str, channel_id: str) -> None:
        await self._link.run([("SET", redis_keys.linking(code), f"{volunteer_id}|{channel_id}", "EX", LINK_S)])

    async def linked(self, code: str) -> tuple[str, str] | None:
        return await self._pair(redis_keys.linking(code))

    async def put_offer_link(self, name: str, volunteer_id: str, offer_id: str) -> None:
        """The link of this name (`wire.offer_links`) belongs to an offer of this person; a repeat prolongs it."""
        await self._link.run([("SET", redis_keys.offer_link(name), f"{volunteer_id}|{offer_id}", "EX", DAY_S)])

    async def offer_linked(self, name: str) -> tuple[str, str] | None:
        return await self._pair(redis_keys.offer_link(name))

    async def _pair(self, key: str) -> tuple[str, str] | None:
        (value,) = await self._link.run([("GET", key)])
        if not value:
            return None
        first, _, second = value.decode().partition("|")
        return first, second


def _way_commands(way: str, told: Told) -> list[Command]:
    state, minute = redis_keys.ways(ways.NOW), redis_keys.ways(str(ways.minute_of(told.at_ms)))
    # Additions commute: several notifiers count the same ways.
    return [
        ("HSET", state, *ways.state_fields(way, told.code, told.at_ms)),
        *([("HINCRBY", state, f"{way}|run", 1)] if told.code else []),
        ("EXPIRE", state, WAYS_S),
        ("HINCRBY", minute, ways.count_field(way, told.code), 1),
        ("EXPIRE", minute, HOUR_S),
    ]


def fields_of(told: Told) -> list[str]:
    """The fields of the hash of a person's channels that an outcome writes, with their values."""
    if told.is_gone:
        return [f"{told.device}:gone", str(told.at_ms), f"{told.device}:failed", f"{told.at_ms}|{told.code or ''}"]
    if told.outcome is NoticeOutcome.FAILED:
        return [f"{told.device}:failed", f"{told.at_ms}|{told.code or ''}"]
    if told.outcome in (NoticeOutcome.DELIVERED, NoticeOutcome.SEEN):
        return [f"{told.device}:heard", str(told.at_ms)]
    return [f"{told.device}:ok", str(told.at_ms)]


def reach_text(told: Told) -> str:
    return f"{told.outcome}|{told.code or ''}|{told.at_ms}"


def reached(kind: str, text: str) -> Reached:
    outcome, code, at_ms = text.split("|")
    return Reached(kind=kind, outcome=NoticeOutcome(outcome), code=code or None, at_ms=int(at_ms))


def device_states(fields: Mapping[str, str]) -> dict[str, DeviceState]:
    """The states by channel id, from the fields of the hash."""
    found = {}
    for device in dict.fromkeys(name.rpartition(":")[0] for name in fields):
        failed_ms, _, code = fields.get(f"{device}:failed", "").partition("|")
        found[device] = DeviceState(
            ok_ms=_number(fields.get(f"{device}:ok")),
            heard_ms=_number(fields.get(f"{device}:heard")),
            failed_ms=_number(failed_ms),
            code=code or None,
            gone_ms=_number(fields.get(f"{device}:gone")),
        )
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text else None
