"""The way to Redis: one pipeline per call, with a deadline, shielded from cancellation, and errors the ports know.

A call is either a script (`Call("claim", keys, args)`) or a plain command (`("GET", key)`); `Link.run` sends all in one
round trip and gives the answers in order.

Errors: `StoreTrouble` no answer, or Redis cannot serve for now (loading, replica, out of memory): try again;
`NotReady` a script found the picture not rebuilt; `LockLost` another rebuild took over; anything else is a bug and stays a
`redis.ResponseError`.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dispatch.ports import NotReady, StoreTrouble
from streams.store.scripts import all_scripts

DEADLINE_S = 2.0
ATTEMPTS = 3
FIX_AGE_LIMIT_MS = 30 * 60_000
"""A fix older than this is not believed: the home place counts instead."""

_PASSING = ("LOADING", "READONLY", "MASTERDOWN", "OOM", "MISCONF", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "NOREPLICAS")
"""Answers that say: not now. Inside a script they stand somewhere in the middle of the message."""

Value: TypeAlias = str | bytes | int | float
T = TypeVar("T")


class LockLost(Exception):
    """The rebuild lock is gone or another's; stop writing."""


class Call(NamedTuple):
    script: str
    keys: Sequence[str] = ()
    args: Sequence[Value] = ()


Command: TypeAlias = Call | tuple[Value, ...]


def client_of(url: str) -> "Redis":
    """A client with our own timeouts: redis-py's defaults would wait for a minute and repeat ten times."""
    return Redis.from_url(
        url,
        socket_timeout=0.5,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 0),  # `Link` repeats by itself
        protocol=2,
        health_check_interval=0,
    )


class Link:
    """Shared by the store, the people's side, the reads and the rebuild. Closes only a client it made itself."""

    def __init__(self, redis: "Redis | str", *, fix_age_limit_ms: int = FIX_AGE_LIMIT_MS) -> None:
        self._own = isinstance(redis, str)
        self._redis: Redis = client_of(redis) if isinstance(redis, str) else redis
        self._scripts = all_scripts(fix_age_limit_ms)
        self._abandoned: set[asyncio.Task[Any]] = set()
        self.fix_age_limit_ms = fix_age_limit_ms

    async def close(self) -> None:
        """Waits for calls whose callers were cancelled, then closes."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=DEADLINE_S)
        if self._own:
            await self._redis.aclose()

    async def run(self, commands: Sequence[Command], *, deadline_s: float = DEADLINE_S) -> list[Any]:
        """One round trip. The answers in order; raises as the module says if any of them is an error.

        What was sent may have been done even when this raises; every script of ours may be repeated.
        """
        return await self._shielded(self._all_answered(commands), deadline_s) if commands else []

    async def call(self, script: str, *args: Value, keys: Sequence[str] = (), deadline_s: float = DEADLINE_S) -> Any:
        return (await self.run([Call(script, keys, args)], deadline_s=deadline_s))[0]

    async def _shielded(self, work: Coroutine[Any, Any, T], deadline_s: float) -> T:
        # A cancelled exchange could leave its answer on the connection for the next caller, so it always runs to its end
        # (bounded by the socket's timeouts), whether or not anybody still waits for it.
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.wait_for(asyncio.shield(task), deadline_s)
        except TimeoutError as error:
            raise StoreTrouble(f"Redis gave no answer within {deadline_s:g} s") from error
        finally:
            if not task.done():
                self._abandoned.add(task)
                task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # asked for, so that asyncio does not report it as never retrieved

    async def _all_answered(self, commands: Sequence[Command]) -> list[Any]:
        answers = await self._exchange(commands)
        missing = next((i for i, answer in enumerate(answers) if isinstance(answer, NoScriptError)), None)
        if missing is not None:
            # In order from the first that was not run: what stands before it has been done and must keep its answer.
            await self._load_scripts()
            answers[missing:] = await self._exchange(commands[missing:])
        for answer in answers:
            if isinstance(answer, Exception):
                raise _translated(answer) from answer
        return answers

    async def _load_scripts(self) -> None:
        for answer in await self._exchange([("SCRIPT LOAD", script.source) for script in self._scripts.values()]):
            if isinstance(answer, Exception):
                raise _translated(answer) from answer

    async def _exchange(self, commands: Sequence[Command]) -> list[Any]:
        """Sends all, reads all; Redis' own errors stand among the answers."""
        packed = [self._wire_form(command) for command in commands]
        trouble: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(0.02 * attempt)
            try:
                return await self._exchange_once(packed)
            except (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError) as error:
                trouble = error
        raise StoreTrouble(str(trouble) or type(trouble).__name__) from trouble

    async def _exchange_once(self, packed: Sequence[Sequence[Value]]) -> list[Any]:
        # By the connection itself: redis-py's pipeline costs more than all our scripts, and turns answers into other types.
        pool: Any = self._redis.connection_pool
        connection = await pool.get_connection()
        try:
            await connection.send_packed_command(connection.pack_commands(packed))
            return [await _answer_on(connection) for _ in packed]
        except BaseException:
            await connection.disconnect()  # answers may still be on their way
            raise
        finally:
            await pool.release(connection)

    def _wire_form(self, command: Command) -> tuple[Value, ...]:
        if isinstance(command, Call):
            return ("EVALSHA", self._scripts[command.script].sha, len(command.keys), *command.keys, *command.args)
        return command


async def _answer_on(connection: Any) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error


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
