"""What the alarms read from Redis: one round trip with a bounded number of rows, however much Redis holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.apply import timer_of
from streams.store.attention import AttentionRequest, asking_of
from streams.store.redis_client import NOT_REBUILT, RedisClient, ScriptCall

TIMERS_LOOKED_AT = 256
"""The timers that are due next. Overdue timers that `take_due` postponed repeatedly may rank behind them and are missed; then
commands wait as well, which has an alarm of its own."""
VOID_KEPT_MS = 86_400_000
"""The alarm about void records covers a day (DESIGN 49); incident.lua deletes them after seven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFacts:
    """`now_ms`: Redis' clock. `late`: incidents with an overdue timer, and since when. `applied`: applied offset by partition.

    `void`: decisions and offers that became void in the last day, as `decision|<command>` or `offer|<offer>`, and when that was
    recorded. `asking`: reasons why an operator must look at an incident.
    """

    now_ms: int
    late: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[int, int] = field(default_factory=dict)
    void: Mapping[str, int] = field(default_factory=dict)
    asking: Sequence[AttentionRequest] = ()


class AlarmFactsReader:
    def __init__(self, link: RedisClient, late_ms: int) -> None:
        """`late_ms`: a timer overdue by more than this is late."""
        self._link = link
        self._late_ms = late_ms

    async def read(self, partitions: Iterable[int]) -> AlarmFacts:
        """Reads everything in one round trip. `partitions`: partitions of `decisions` whose applied offset is read.

        Raises:
            NotReady: Redis has not been rebuilt from the log.
            StoreUnavailable: Redis does not reply.
        """
        numbers = list(partitions)
        ready, time, timers, void, attention, *applied = await self._link.run(
            [
                ScriptCall("ready"),
                ("TIME",),
                ("ZRANGE", redis_keys.TIMERS, 0, TIMERS_LOOKED_AT - 1),
                ("ZRANGE", redis_keys.VOIDS, 0, -1, "WITHSCORES"),
                ("HGETALL", redis_keys.ATTENTION),
                *[("HGET", redis_keys.progress(number), "applied") for number in numbers],
            ]
        )
        if not ready:
            raise NotReady(NOT_REBUILT)
        now_ms = int(time[0]) * 1000 + int(time[1]) // 1000
        return AlarmFacts(
            now_ms=now_ms,
            late=_late(timers, now_ms - self._late_ms),
            applied={
                number: int(offset) if offset is not None else -1
                for number, offset in zip(numbers, applied, strict=True)
            },
            # The script deletes old members only when a new one is added, so they are filtered here.
            void={member: at_ms for member, at_ms in _scored(void) if at_ms > now_ms - VOID_KEPT_MS},
            asking=asking_of(attention),
        )


def _late(members: Iterable[bytes], before_ms: int) -> dict[str, int]:
    """Overdue by the time each timer was set for, not by its score: `take_due` postpones the score of timers it hands out."""
    late: dict[str, int] = {}
    for timer in map(timer_of, members):
        if timer.due_ms <= before_ms:
            late[timer.incident_id] = min(timer.due_ms, late.get(timer.incident_id, timer.due_ms))
    return late


def _scored(answer: Sequence[Any]) -> list[tuple[str, int]]:
    """Members with scores: RESP 2 replies with a flat list, RESP 3 with pairs."""
    flat = [value for entry in answer for value in (entry if isinstance(entry, list | tuple) else [entry])]
    return [(member.decode(), int(float(score))) for member, score in zip(flat[::2], flat[1::2], strict=True)]
