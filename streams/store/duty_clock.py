"""The ends of duties that end by themselves: which have passed, and who is to be told that theirs will."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.store.redis_client import RedisClient

AT_ONCE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEnd:
    """`at_ms`: when the duty ended, or when the person was to be told."""

    volunteer_id: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyClock:
    """Duties that have ended, whose people have left the search and have no position any more, and people to be told."""

    ended: tuple[DutyEnd, ...] = ()
    to_warn: tuple[DutyEnd, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ended or self.to_warn)


def is_on_duty(duty: bytes | None, ends: bytes | None, now_ms: int) -> bool:
    """As `is_on_duty` of prelude.lua, for the fields `du` and `un` of a person."""
    return duty == b"1" and not (ends and int(ends) <= now_ms)


async def turned(link: RedisClient, done: DutyClock | None = None, *, limit: int = AT_ONCE) -> DutyClock:
    """What the clock of Redis has passed. `done` was acted on and is not returned again, unless a duty was stated anew."""
    acted, told = (done.ended, done.to_warn) if done is not None else ((), ())
    people = [one.volunteer_id for one in (*acted, *told)]
    ended, to_warn = await link.call("duty_clock", limit, len(acted), *people)
    return DutyClock(ended=_ends(ended), to_warn=_ends(to_warn))


def _ends(rows: Sequence[bytes]) -> tuple[DutyEnd, ...]:
    return tuple(
        DutyEnd(volunteer_id=volunteer_id.decode(), at_ms=int(float(at_ms)))
        for volunteer_id, at_ms in zip(rows[::2], rows[1::2], strict=True)
    )
