"""Which operators look at an incident or edit it, or are at messages of the public, now. In Redis alone, for seconds; nothing
depends on it.

One hash per incident, which expires 15 s after the last sign of anybody. All methods raise `StoreUnavailable` when Redis does not
reply; callers show nobody then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from streams import redis_keys
from streams.retention.classes import HERE_S
from streams.store.redis_client import RedisClient, fields_of_hash

AT_CONVERSATIONS = "conversations"
"""Stands for the id of an incident: the operators at messages of the public, each at one conversation (`field`)."""


class Doing(StrEnum):
    READING = "reading"
    EDITING = "editing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorHere:
    """`field`: the one that is being edited, or the conversation."""

    id: str
    doing: Doing
    field: str | None = None


class HerePort(Protocol):
    """`OperatorsHere` and `streams.store.memory.operators_here.MemoryHere`."""

    async def put(self, incident_id: str, one: OperatorHere, now_ms: int) -> list[OperatorHere]:
        """Notes what an operator does, until 15 s have passed. Returns everybody who is here, in the order of their ids."""
        ...

    async def of(self, incident_id: str, now_ms: int) -> list[OperatorHere]: ...


class OperatorsHere:
    """`HerePort` in Redis."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put(self, incident_id: str, one: OperatorHere, now_ms: int) -> list[OperatorHere]:
        key = redis_keys.here(incident_id)
        *_, row = await self._link.run(
            [("HSET", key, one.id, text_of(one, now_ms)), ("EXPIRE", key, HERE_S), ("HGETALL", key)]
        )
        return here_now(fields_of_hash(row), now_ms)

    async def of(self, incident_id: str, now_ms: int) -> list[OperatorHere]:
        (row,) = await self._link.run([("HGETALL", redis_keys.here(incident_id))])
        return here_now(fields_of_hash(row), now_ms)


def text_of(one: OperatorHere, now_ms: int) -> str:
    return f"{one.doing}|{one.field or ''}|{now_ms}"


def here_now(texts: Mapping[str, str], now_ms: int) -> list[OperatorHere]:
    """Those of the last 15 s. The hash may hold older ones, at most one for each operator who is not here any more."""
    found = []
    for operator, text in sorted(texts.items()):
        doing, field, at_ms = text.split("|")
        if now_ms - int(at_ms) < HERE_S * 1000:
            found.append(OperatorHere(id=operator, doing=Doing(doing), field=field or None))
    return found
