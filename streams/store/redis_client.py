"""The Redis client of the store: one pipeline per call, with a deadline, shielded from cancellation.

A command is either a script (`ScriptCall("claim", keys, args)`) or a plain command (`("GET", key)`). `RedisClient.run` sends all
commands in one round trip and returns the replies in order.

Raises:
    StoreUnavailable: no reply, or Redis cannot serve at the moment (loading, read-only replica, out of memory). Retry.
    NotReady: a script found that Redis has not been rebuilt from the log.
    LockLost: another rebuild holds the lock.
    redis.ResponseError: any other error reply; it indicates a bug.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeVar

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dispatch.matching.eligibility import FIX_AGE_LIMIT_S
from dispatch.model.plain_reason import root_reason
from dispatch.ports import NotReady, StoreUnavailable
from streams.errors import RetryLater
from streams.store.redis_connections import Connections, client_of
from streams.store.redis_target import RedisTarget, target_of_url
from streams.store.scripts import all_scripts

DEADLINE_S = 2.0
"""Deadline of one call, over all its attempts."""
REPLY_TIMEOUT_S = 0.5
"""An attempt fails when no further reply arrives within this time."""
ATTEMPTS = 3
"""All attempts share one deadline. redis-py's own retries are off (`client_of`): its default of 10 ran one INCR twice in a pause
of 14 s."""
FIX_AGE_LIMIT_MS = round(FIX_AGE_LIMIT_S * 1000)
"""A position fix older than this is stale: the home place is used instead."""

NOT_REBUILT = "Redis has not been rebuilt from the log"

_TRANSIENT = ("LOADING", "READONLY", "MASTERDOWN", "OOM", "MISCONF", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS")
"""Error codes of transient states. When a script raises one, the code is not at the start of the message."""

Value: TypeAlias = str | bytes | int | float
T = TypeVar("T")


class LockLost(RetryLater):
    """The rebuild lock has expired or another owner holds it. Stop writing."""


class ScriptCall(NamedTuple):
    script: str
    keys: Sequence[str] = ()
    args: Sequence[Value] = ()


Command: TypeAlias = ScriptCall | tuple[Value, ...]


class RedisClient:
    """Shared by `RedisStore`, `PeopleStore`, `Reads` and `Restore`. Closes the redis-py client only when it created it."""

    def __init__(self, redis: "Redis | RedisTarget | str", *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS) -> None:
        target = target_of_url(redis) if isinstance(redis, str) else redis
        self._own = isinstance(target, RedisTarget)
        self._redis: Redis = client_of(target) if isinstance(target, RedisTarget) else target
        self._connections = Connections(self._redis)
        self._scripts = all_scripts(fix_age_limit_ms)
        self._abandoned: set[asyncio.Task[Any]] = set()
        self.fix_age_limit_ms = fix_age_limit_ms

    async def close(self) -> None:
        """Waits up to `DEADLINE_S` for calls whose callers were cancelled, then closes the connections."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=DEADLINE_S)
        await self._connections.close()
        if self._own:
            await self._redis.aclose()

    async def run(self, commands: Sequence[Command], *, deadline_s: float = DEADLINE_S) -> list[Any]:
        """Sends all commands in one round trip and returns their replies in order.

        Raises the errors of the module docstring when any reply is an error. Commands may have taken effect even then; every
        script is idempotent, so the caller may repeat the call.
        """
        return await self._shielded(self._all_answered(commands, deadline_s)) if commands else []

    async def call(self, script: str, *args: Value, keys: Sequence[str] = (), deadline_s: float = DEADLINE_S) -> Any:
        return (await self.run([ScriptCall(script, keys, args)], deadline_s=deadline_s))[0]

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        # A cancelled caller must not abort an exchange midway. The exchange finishes on its own, bounded by its deadline.
        # The set keeps a reference: the event loop holds tasks only weakly.
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
            task.exception()  # retrieved, or asyncio logs "Task exception was never retrieved"

    async def _all_answered(self, commands: Sequence[Command], deadline_s: float) -> list[Any]:
        until_s = asyncio.get_running_loop().time() + deadline_s
        answers = await self._exchange(commands, until_s)
        missing = next((i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)), None)
        # A restarted Redis has no scripts. Loaded on demand, because a check at start would not see a later restart.
        if missing is not None:
            # Resend from the first command that did not run: the commands before it took effect and keep their replies.
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
                return await self._connections.exchange(packed, REPLY_TIMEOUT_S, until_s)
            except (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError) as error:
                trouble = error
        raise StoreUnavailable(f"no reply from Redis: {_reason(trouble)}") from trouble

    def _wire_form(self, command: Command) -> tuple[Value, ...]:
        if isinstance(command, ScriptCall):
            return ("EVALSHA", self._scripts[command.script].sha, len(command.keys), *command.keys, *command.args)
        return command


def _reason(trouble: Exception | None) -> str:
    if trouble is None or type(trouble) in (RedisConnectionError, RedisTimeoutError) or isinstance(trouble, OSError):
        return root_reason(trouble) if trouble else "no time was left"
    # Of an error about Sentinels only the first words: the rest are all settings of each client.
    return str(trouble).partition(" : <")[0] or type(trouble).__name__


def _raise_first(answers: Sequence[Any]) -> None:
    for answer in answers:
        if isinstance(answer, Exception):
            raise_as_own(answer)


def raise_as_own(error: Exception) -> NoReturn:
    """Raises an error reply as the error of the module docstring that it is; else the same error."""
    own = _translated(error)
    if own is error:
        # Not from itself: its chain of causes would have no end.
        raise error
    raise own from error


def _translated(error: Exception) -> Exception:
    text = str(error)
    if isinstance(error, RedisConnectionError | ReadOnlyError | OutOfMemoryError):
        return StoreUnavailable(text)
    if "NOTREADY" in text:
        return NotReady(NOT_REBUILT)
    if "LOCKLOST" in text:
        return LockLost("another rebuild holds the lock")
    if any(code in text for code in _TRANSIENT):
        return StoreUnavailable(text)
    return error


def fields_of_hash(row: object) -> dict[str, str]:
    """The reply to HGETALL: a map or a flat list, depending on the protocol (RESP3, RESP2)."""
    if isinstance(row, Mapping):
        return {name.decode(): value.decode() for name, value in row.items()}
    assert isinstance(row, Sequence)
    return {name.decode(): value.decode() for name, value in zip(row[::2], row[1::2], strict=True)}
