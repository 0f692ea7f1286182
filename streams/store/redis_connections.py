"""Connections to Redis: what is sent as one, answered as one.

By redis-py's connections, not by its client: its pipeline costs more than all our scripts, turns answers into other types, and
repeats commands by rules of its own. An exchange that does not end well ends its connection, so that no answer is ever left
for the next one.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

AT_MOST = 64
"""Connections of one process; more exchanges wait for one."""
PROGRESS_EVERY = 8


def client_of(url: str) -> "Redis":
    """A client without timeouts and repeats of its own: `Connections` and `Link` set both."""
    return Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        health_check_interval=0,
    )


class Connections:
    def __init__(self, redis: "Redis") -> None:
        self._pool: Any = redis.connection_pool
        self._idle: list[Any] = []
        self._room = asyncio.Semaphore(AT_MOST)

    async def exchange(self, commands: Sequence[Sequence[Any]], patience_s: float, until_s: float) -> list[Any]:
        """Sends all, reads all; Redis' own errors stand among the answers.

        Given up when nothing more has come for `patience_s`, or at `until_s` of the event loop's clock.

        Raises:
            TimeoutError, OSError, redis.ConnectionError, redis.TimeoutError: the effect is unknown.
        """
        async with self._room:
            connection = self._idle.pop() if self._idle else self._pool.make_connection()
            try:
                answers = await _exchanged(connection, commands, patience_s, until_s)
            except BaseException:
                await connection.disconnect(nowait=True)
                raise
            self._idle.append(connection)
            return answers

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().disconnect()


async def _exchanged(
    connection: Any, commands: Sequence[Sequence[Any]], patience_s: float, until_s: float
) -> list[Any]:
    now_s = asyncio.get_running_loop().time
    answers: list[Any] = []
    async with asyncio.timeout_at(min(now_s() + patience_s, until_s)) as limit:
        await connection.send_packed_command(connection.pack_commands(commands))
        for number in range(len(commands)):
            answers.append(await _answer_on(connection))
            if number % PROGRESS_EVERY == 0:
                limit.reschedule(min(now_s() + patience_s, until_s))
    return answers


async def _answer_on(connection: Any) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
