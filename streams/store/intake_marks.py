"""Intake marks in Redis: the best-effort cache of what was reported and of requests by idempotency key."""

from dataclasses import dataclass, field

from streams import redis_keys
from streams.store.redis_client import RedisClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """What was first sent with an Idempotency-Key, and what was answered (b"" until it was)."""

    digest: str
    answer: bytes = field(default=b"")


class RedisIntakeMarks:
    """Marks of intake: a help for repeats and for reading a report back before its decision, never a guard."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put_reported(self, incident_id: str, report: bytes, ttl_s: int = 86400) -> None:
        await self._link.run([("SET", redis_keys.reported(incident_id), report, "EX", ttl_s)])

    async def reported(self, incident_id: str) -> bytes | None:
        """What was reported while no decision stands."""
        report: bytes | None = (await self._link.run([("GET", redis_keys.reported(incident_id))]))[0]
        return report

    async def put_answering(self, offer_id: str, command_id: str, ttl_s: int = 120) -> None:
        await self._link.run([("SET", redis_keys.answering(offer_id), command_id, "EX", ttl_s)])

    async def answer_waits(self, offer_id: str, command_id: str | None = None) -> bool:
        """Whether that command, or else the newest one marked for the offer, has no decision yet."""
        if command_id is None:
            marked: bytes | None = (await self._link.run([("GET", redis_keys.answering(offer_id))]))[0]
            if marked is None:
                return False
            command_id = marked.decode()
        return not (await self._link.run([("EXISTS", redis_keys.command(command_id))]))[0]

    async def first_use(self, key_digest: str, body_digest: str, ttl_s: int = 86400) -> Repeat | None:
        """None when the key is new (it is noted now), else what it was first used for."""
        name = redis_keys.repeat(key_digest)
        was_set, stored = await self._link.run([("SET", name, body_digest + "|", "NX", "EX", ttl_s), ("GET", name)])
        if was_set or stored is None:
            return None
        digest, _, answer = stored.partition(b"|")
        return Repeat(digest=digest.decode(), answer=answer)

    async def put_answer(self, key_digest: str, body_digest: str, answer: bytes, ttl_s: int = 86400) -> None:
        value = body_digest.encode() + b"|" + answer
        await self._link.run([("SET", redis_keys.repeat(key_digest), value, "EX", ttl_s)])
