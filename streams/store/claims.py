"""Claims: hold people before their decision is in the log, release them, find claims that a crash left behind."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from dispatch.model.ids import parts_of_offer
from dispatch.model.people import Hold
from dispatch.ports import Claim, ClaimAnswer
from streams import redis_keys
from streams.store.redis_client import RedisClient, ScriptCall, Value

T = TypeVar("T")
AT_ONCE = 100
"""So many people are claimed or released by one call of a script. Each call checks that Redis is ready, which takes as long as
several claims; everybody else waits while one runs."""


def member_of(volunteer_id: str, offer_id: str) -> str:
    return f"{volunteer_id}|{offer_id}"


def hold_of(member: bytes) -> Hold:
    # From the right: an offer id has no `|`, a volunteer id might.
    volunteer_id, _, offer_id = member.decode().rpartition("|")
    return Hold(volunteer_id=volunteer_id, offer_id=offer_id)


async def claim(link: RedisClient, claims: Sequence[Claim]) -> list[ClaimAnswer]:
    calls = [
        ScriptCall("claim", _people_of(part), [value for one in part for value in _stated(one)])
        for part in _parts(claims)
    ]
    return [ClaimAnswer(answer.decode()) for answers in await link.run(calls) for answer in answers]


async def release(link: RedisClient, holds: Sequence[Hold]) -> None:
    await link.run(
        [
            ScriptCall(
                "release", _people_of(part), [value for one in part for value in (one.volunteer_id, one.offer_id)]
            )
            for part in _parts(holds)
        ]
    )


def _parts(of: Sequence[T]) -> Iterator[Sequence[T]]:
    return (of[begin : begin + AT_ONCE] for begin in range(0, len(of), AT_ONCE))


def _people_of(part: Sequence[Claim] | Sequence[Hold]) -> list[str]:
    return [redis_keys.volunteer(one.volunteer_id) for one in part]


def _stated(one: Claim) -> tuple[Value, ...]:
    member = member_of(one.volunteer_id, one.offer_id)
    return member, one.offer_id, one.incident_id, one.epoch, one.command_id, "1" if one.despite_duty else ""


async def pending_older_than(link: RedisClient, age_ms: int, owned: Callable[[str], bool], limit: int) -> list[Hold]:
    members = await link.call("sweep_pending", age_ms, limit)
    return [hold for hold in map(hold_of, members) if _zone_is(owned, hold)]


def _zone_is(owned: Callable[[str], bool], hold: Hold) -> bool:
    # Without a readable zone no worker owns it, so it is left alone.
    parts = parts_of_offer(hold.offer_id)
    return parts is not None and owned(parts.zone)
