"""What the operator's alarms need of the picture: one round trip, a few rows each, whatever the picture holds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.apply import timer_of
from streams.store.attention import AttentionRequest, asking_of
from streams.store.redis_client import RedisClient, ScriptCall

TIMERS_LOOKED_AT = 256
"""Those due next. Of timers that were put off again and again (`take_due`), some may stand behind these: then commands wait."""
VOID_KEPT_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFacts:
    """`late`: incidents with a timer that is overdue, and since when. `applied`: offset in `decisions` by partition.

    `void`: what was made void in the last day, as `decision|<command>` or `offer|<offer>`, and when it was noted.
    """

    now_ms: int
    late: Mapping[str, int] = field(default_factory=dict)
    applied: Mapping[int, int] = field(default_factory=dict)
    void: Mapping[str, int] = field(default_factory=dict)
    asking: Sequence[AttentionRequest] = ()


class PulseReader:
    def __init__(self, link: RedisClient, late_ms: int) -> None:
        """`late_ms`: by how much a timer is overdue before it counts as late."""
        self._link = link
        self._late_ms = late_ms

    async def read(self, partitions: Iterable[int]) -> AlarmFacts:
        """
        Raises:
            NotReady: the picture is not rebuilt.
            StoreTrouble: Redis gives no answer.
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
            raise NotReady("the picture has not been rebuilt from the log")
        now_ms = int(time[0]) * 1000 + int(time[1]) // 1000
        return AlarmFacts(
            now_ms=now_ms,
            late=_late(timers, now_ms - self._late_ms),
            applied={
                number: int(offset) if offset is not None else -1
                for number, offset in zip(numbers, applied, strict=True)
            },
            void={member: at_ms for member, at_ms in _scored(void) if at_ms > now_ms - VOID_KEPT_MS},
            asking=asking_of(attention),
        )


def _late(members: Iterable[bytes], before_ms: int) -> dict[str, int]:
    """By the time each was made for: one that is in somebody's hands has been put off, and is late all the same."""
    late: dict[str, int] = {}
    for timer in map(timer_of, members):
        if timer.due_ms <= before_ms:
            late[timer.incident_id] = min(timer.due_ms, late.get(timer.incident_id, timer.due_ms))
    return late


def _scored(answer: Sequence[Any]) -> list[tuple[str, int]]:
    """Members with scores: flat under RESP 2, pairs under RESP 3."""
    flat = [value for entry in answer for value in (entry if isinstance(entry, list | tuple) else [entry])]
    return [(member.decode(), int(float(score))) for member, score in zip(flat[::2], flat[1::2], strict=True)]
