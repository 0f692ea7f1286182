"""Intake marks in Redis: recent reports, offer answers and requests by idempotency key.

All keys have a TTL. The marks work while Redis is being rebuilt. All methods raise `StoreUnavailable` when Redis does not reply.
"""

from dataclasses import dataclass, field

from streams import redis_keys
from streams.store.redis_client import RedisClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The first request with an Idempotency-Key: the digest of its body, and the response (b"" until there is one)."""

    digest: str
    answer: bytes = field(default=b"")


class RedisIntakeMarks:
    """Best-effort cache for repeated requests and for reading a report before its decision; correctness never depends on it."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put_reported(self, incident_id: str, report: bytes, ttl_s: int = 86400) -> None:
        await self._link.run([("SET", redis_keys.reported(incident_id), report, "EX", ttl_s)])

    async def reported(self, incident_id: str) -> bytes | None:
        """The report, until its first decision is applied; None afterwards or when it is unknown."""
        report: bytes | None = (await self._link.run([("GET", redis_keys.reported(incident_id))]))[0]
        return report

    async def put_answering(self, offer_id: str, command_id: str, ttl_s: int = 120) -> None:
        await self._link.run([("SET", redis_keys.answering(offer_id), command_id, "EX", ttl_s)])

    async def answer_waits(self, offer_id: str, command_id: str | None = None) -> bool:
        """Whether `command_id`, or by default the newest command marked for the offer, has no decision yet."""
        if command_id is None:
            marked: bytes | None = (await self._link.run([("GET", redis_keys.answering(offer_id))]))[0]
            if marked is None:
                return False
            command_id = marked.decode()
        return not (await self._link.run([("EXISTS", redis_keys.command(command_id))]))[0]

    async def first_use(
        self, key_digest: str, body_digest: str, ttl_s: int = 86400, *, earlier_key: str | None = None
    ) -> Repeat | None:
        """Marks the key as used. Returns None when it is new, else the first request with it.

        `earlier_key`: the digest under which a process of an earlier version marks the same key. A mark under it precedes.
        """
        # SET NX decides which of two simultaneous requests is the first; GET gives the other one its digest.
        name = redis_keys.repeat(key_digest)
        earlier_name = redis_keys.repeat(earlier_key) if earlier_key is not None else name
        commands = [("SET", name, body_digest + "|", "NX", "EX", ttl_s), ("GET", name), ("GET", earlier_name)]
        was_set, stored, earlier = await self._link.run(commands)
        if earlier_key is not None and earlier is not None:
            return _repeat(earlier)
        # None: the key expired between the two commands, which is the same as a new one.
        return None if was_set or stored is None else _repeat(stored)

    async def put_answer(self, key_digest: str, body_digest: str, answer: bytes, ttl_s: int = 86400) -> None:
        value = body_digest.encode() + b"|" + answer
        await self._link.run([("SET", redis_keys.repeat(key_digest), value, "EX", ttl_s)])


def _repeat(stored: bytes) -> Repeat:
    digest, _, answer = stored.partition(b"|")
    return Repeat(digest=digest.decode(), answer=answer)
