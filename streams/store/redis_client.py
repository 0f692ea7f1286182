"""The way to Redis: one pipeline per call, with a deadline, shielded from cancellation, and errors the ports know.

A call is either a script (`ScriptCall("claim", keys, args)`) or a plain command (`("GET", key)`); `RedisClient.run` sends all in
one round trip and gives the answers in order.

Errors: `StoreTrouble` no answer, or Redis cannot serve for now (loading, replica, out of memory): try again;
`NotReady` a script found the picture not rebuilt; `LockLost` another rebuild took over; anything else is a bug and stays a
`redis.ResponseError`.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.ports import NotReady, StoreTrouble
from streams.store.redis_connections import Connections, client_of
from streams.store.scripts import all_scripts

DEADLINE_S = 2.0
"""Of a call with all its attempts."""
PATIENCE_S = 0.5
"""Of an attempt, for the next answers to come."""
ATTEMPTS = 3
FIX_AGE_LIMIT_MS = round(FIX_AGE_LIMIT_S * 1000)
"""A fix older than this is not believed: the home place counts instead."""

_PASSING = ("LOADING", "READONLY", "MASTERDOWN", "OOM", "MISCONF", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS")
"""Answers that say: not now. Inside a script they stand somewhere in the middle of the message."""

Value: TypeAlias = str | bytes | int | float
T = TypeVar("T")


class LockLost(Exception):
    """The rebuild lock is gone or another's; stop writing."""


class ScriptCall(NamedTuple):
    script: str
    keys: Sequence[str] = ()
    args: Sequence[Value] = ()


Command: TypeAlias = ScriptCall | tuple[Value, ...]


class RedisClient:
    """Shared by the store, the people's side, the reads and the rebuild. Closes only a client it made itself."""

    def __init__(self, redis: "Redis | str", *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS) -> None:
        self._own = isinstance(redis, str)
        self._redis: Redis = client_of(redis) if isinstance(redis, str) else redis
        self._connections = Connections(self._redis)
        self._scripts = all_scripts(fix_age_limit_ms)
        self._abandoned: set[asyncio.Task[Any]] = set()
        self.fix_age_limit_ms = fix_age_limit_ms

    async def close(self) -> None:
        """Waits for calls whose callers were cancelled, then closes."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=DEADLINE_S)
        await self._connections.close()
        if self._own:
            await self._redis.aclose()

    async def run(self, commands: Sequence[Command], *, deadline_s: float = DEADLINE_S) -> list[Any]:
        """One round trip. The answers in order; raises as the module says if any of them is an error.

        What was sent may have been done even when this raises; every script of ours may be repeated.
        """
        return await self._shielded(self._all_answered(commands, deadline_s)) if commands else []

    async def call(self, script: str, *args: Value, keys: Sequence[str] = (), deadline_s: float = DEADLINE_S) -> Any:
        return (await self.run([ScriptCall(script, keys, args)], deadline_s=deadline_s))[0]

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        # A caller that is cancelled must not tear an exchange apart; it runs to its end, which its deadline bounds.
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        finally:
            if not task.done():
                self._abandoned.add(task)
                task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, so that asyncio does not report it as never retrieved

    async def _all_answered(self, commands: Sequence[Command], deadline_s: float) -> list[Any]:
        until_s = asyncio.get_running_loop().time() + deadline_s
        answers = await self._exchange(commands, until_s)
        missing = next((i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)), None)
        if missing is not None:
            # In order from the first that was not run: what stands before it has been done and must keep its answer.
            _raise_first(
                await self._exchange([("SCRIPT LOAD", each.source) for each in self._scripts.values()], until_s)
            )
            answers[missing:] = await self._exchange(commands[missing:], until_s)
        _raise_first(answers)
        return answers

    async def _exchange(self, commands: Sequence[Command], until_s: float) -> list[Any]:
        packed = [self._wire_form(command) for command in commands]
        trouble: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(0.02 * attempt)
            try:
                return await self._connections.exchange(packed, PATIENCE_S, until_s)
            except (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError) as error:
                trouble = error
        raise StoreTrouble(f"no answer from Redis: {trouble!r}") from trouble

    def _wire_form(self, command: Command) -> tuple[Value, ...]:
        if isinstance(command, ScriptCall):
            return ("EVALSHA", self._scripts[command.script].sha, len(command.keys), *command.keys, *command.args)
        return command


def _raise_first(answers: Sequence[Any]) -> None:
    for answer in answers:
        if isinstance(answer, Exception):
            raise _translated(answer) from answer


def _translated(error: Exception) -> Exception:
    text = str(error)
    if isinstance(error, RedisConnectionError | ReadOnlyError | OutOfMemoryError):
        return StoreTrouble(text)
    if "NOTREADY" in text:
        return NotReady("the picture has not been rebuilt from the log")
    if "LOCKLOST" in text:
        return LockLost("another rebuild has taken over")
    if any(word in text for word in _PASSING):
        return StoreTrouble(text)
    return error
