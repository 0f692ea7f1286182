"""Claims: hold people before their decision is in the log, release them, find claims that a crash left behind."""

from collections.abc import Callable, Sequence

from dispatch.model.ids import parts_of_offer
from dispatch.model.people import Hold
from dispatch.ports import Claim, ClaimAnswer
from streams import redis_keys
from streams.store.redis_client import RedisClient, ScriptCall


def member_of(volunteer_id: str, offer_id: str) -> str:
    return f"{volunteer_id}|{offer_id}"


def hold_of(member: bytes) -> Hold:
    # From the right: an offer id has no `|`, a volunteer id might.
    volunteer_id, _, offer_id = member.decode().rpartition("|")
    return Hold(volunteer_id=volunteer_id, offer_id=offer_id)


async def claim(link: RedisClient, claims: Sequence[Claim]) -> list[ClaimAnswer]:
    if not claims:
        return []
    # Register first: a claim that the sweep cannot find would hold its person for ever.
    noted = ScriptCall("pending", (), [member_of(claim.volunteer_id, claim.offer_id) for claim in claims])
    answers = await link.run([noted, *map(_call_of, claims)])
    return [ClaimAnswer(answer.decode()) for answer in answers[1:]]


def _call_of(claim: Claim) -> ScriptCall:
    key = redis_keys.volunteer(claim.volunteer_id)
    stated = (claim.offer_id, claim.incident_id, claim.epoch, claim.command_id, "1" if claim.despite_duty else "")
    return ScriptCall("claim", (key,), stated)


async def release(link: RedisClient, holds: Sequence[Hold]) -> None:
    await link.run(
        [
            ScriptCall("release", (redis_keys.volunteer(hold.volunteer_id),), (hold.volunteer_id, hold.offer_id))
            for hold in holds
        ]
    )


async def pending_older_than(link: RedisClient, age_ms: int, owned: Callable[[str], bool], limit: int) -> list[Hold]:
    members = await link.call("sweep_pending", age_ms, limit)
    return [hold for hold in map(hold_of, members) if _zone_is(owned, hold)]


def _zone_is(owned: Callable[[str], bool], hold: Hold) -> bool:
    # Without a readable zone no worker owns it, so it is left alone.
    parts = parts_of_offer(hold.offer_id)
    return parts is not None and owned(parts.zone)
