"""How the API asks the assistant about a text and gets its answer: two lists in Redis, with everything in them sealed.

Asked and answered within `ANSWER_WITHIN_S` or not at all. Whoever can read Redis learns that somebody asked, and how long the
text is. `ready` is not needed: nothing here derives from the log.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from dispatch.ports import StoreUnavailable
from streams import clock, redis_keys, wire
from streams.errors import RetryLater
from streams.ring import KeyUse, LiveRing
from streams.store.redis_client import RedisClient

ANSWER_WITHIN_S = 0.23
"""How long the answer is waited for, within `WITHIN_S`."""
WITHIN_S = 0.28
"""Of the whole call: a Redis that stands still must not hold a caller."""
POLL_S = 0.4
"""How long the assistant waits for the next question, below the reply timeout of the client (0.5 s)."""
ALIVE_MS = 2_000
"""How long a sign of life of the assistant counts."""
MOST_WAITING = 16
"""Questions in the list; one more is refused at once."""
MOST_ASKING = 8
"""Questions of one process at once: each holds a connection to Redis until its answer."""
_LIVES_S = 5
"""TTL of both lists, so that nothing stays behind."""


class AssistantAway(RetryLater):
    """No assistant is running, or Redis does not answer."""


class AssistantBusy(RetryLater):
    """It did not answer in time."""


def sealed_call(ring: LiveRing, ref: str, value: Mapping[str, Any]) -> bytes:
    return wire.seal_plain(ring.now.active(KeyUse.DATA), ref, json.dumps(value).encode())


def opened_call(ring: LiveRing, ref: str, sealed: bytes) -> dict[str, Any]:
    """Raises wire.Unreadable."""
    plain, _ = wire.open_plain(ring.now, ref, sealed)
    value: dict[str, Any] = json.loads(plain)
    return value


class AssistantCalls:
    """The API's side."""

    def __init__(self, link: RedisClient, ring: LiveRing) -> None:
        self._link = link
        self._ring = ring
        self._asking = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The assistant's answer.

        Raises:
            AssistantAway, AssistantBusy: as their docstrings say. Nothing of the question stays behind for longer than 5 s.
        """
        if self._asking >= MOST_ASKING:
            raise AssistantBusy
        self._asking += 1
        number = clock.fresh_id()
        sealed = sealed_call(self._ring, _asked_ref(number), {**question, "asked_ms": clock.now_ms()})
        asked = number.encode() + b"|" + sealed
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await self._answered(number, asked)
        except TimeoutError:
            answer = None
        except StoreUnavailable as error:
            raise AssistantAway from error
        finally:
            self._asking -= 1
        if answer is None:
            self._take_back(asked)
            raise AssistantBusy
        try:
            return opened_call(self._ring, _answer_ref(number), answer)
        except wire.Unreadable as error:
            raise AssistantAway from error

    async def _answered(self, number: str, asked: bytes) -> bytes | None:
        await self._check()
        *_, found = await self._link.run(
            [
                ("RPUSH", redis_keys.ASSISTANT_ASKED, asked),
                ("EXPIRE", redis_keys.ASSISTANT_ASKED, _LIVES_S),
                ("BLPOP", redis_keys.assistant_answer(number), ANSWER_WITHIN_S),
            ]
        )
        return None if found is None else bytes(found[1])

    def _take_back(self, asked: bytes) -> None:
        """In the background: the caller has waited long enough."""
        task = asyncio.ensure_future(self._removed(asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _removed(self, asked: bytes) -> None:
        # Else it expires, and is too old to be answered.
        with contextlib.suppress(StoreUnavailable):
            await self._link.run([("LREM", redis_keys.ASSISTANT_ASKED, 1, asked)])

    async def _check(self) -> None:
        alive, waiting = await self._link.run(
            [("EXISTS", redis_keys.ASSISTANT_ALIVE), ("LLEN", redis_keys.ASSISTANT_ASKED)]
        )
        if not alive:
            raise AssistantAway
        if waiting >= MOST_WAITING:
            raise AssistantBusy

    async def is_alive(self) -> bool:
        """Whether an assistant gave a sign of life within the last two seconds. Raises StoreUnavailable."""
        (alive,) = await self._link.run([("EXISTS", redis_keys.ASSISTANT_ALIVE)])
        return bool(alive)


class AssistantInbox:
    """The assistant's side. All methods raise StoreUnavailable."""

    def __init__(self, link: RedisClient, ring: LiveRing) -> None:
        self._link = link
        self._ring = ring

    async def next_question(self, *, is_well: bool) -> tuple[str, dict[str, Any]] | None:
        """The next question that is not too old, with its number; None: none came. `is_well`: whether to give a sign of life."""
        beat = [("SET", redis_keys.ASSISTANT_ALIVE, 1, "PX", ALIVE_MS)] if is_well else []
        *_, found = await self._link.run([*beat, ("BLPOP", redis_keys.ASSISTANT_ASKED, POLL_S)])
        if found is None:
            return None
        number, _, sealed = found[1].partition(b"|")
        try:
            question = opened_call(self._ring, _asked_ref(number.decode("ascii", "replace")), sealed)
        except (wire.Unreadable, ValueError):
            return None
        return number.decode("ascii"), question

    async def answer(self, number: str, answer: Mapping[str, Any]) -> None:
        key = redis_keys.assistant_answer(number)
        sealed = sealed_call(self._ring, _answer_ref(number), answer)
        await self._link.run([("RPUSH", key, sealed), ("EXPIRE", key, _LIVES_S)])


def _asked_ref(number: str) -> str:
    return f"assistant:asked:{number}"


def _answer_ref(number: str) -> str:
    return f"assistant:answer:{number}"
