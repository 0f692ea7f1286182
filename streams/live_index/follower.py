"""Keeps the live index as Redis is: loads everybody on duty, then reads again whoever has changed.

Redis itself tells which keys of people have changed (`CLIENT TRACKING … BCAST`), whatever wrote them: no script can forget to. It
tells on the connection that reads, so no change falls between a reading and its notice. When the connection ends, or Redis was
emptied or is being rebuilt, what was missed is not known, and everybody is loaded anew; searches go to Redis meanwhile.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
import structlog
from mode import Service
from redis.exceptions import RedisError, ResponseError

from dispatch.model.plain_reason import root_reason
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock, metrics, redis_keys
from streams.live_index.live_index import LiveIndex
from streams.live_index.person_row import Sent, row_of
from streams.store.redis_client import raise_as_own
from streams.store.redis_connections import client_of
from streams.store.redis_target import RedisTarget
from streams.store.scripts import all_scripts

log = structlog.get_logger(__name__)
READ_AT_ONCE = 250
"""People per call of the script: about 2 ms of Redis' time."""
_NAMED_AT_ONCE = 8 * READ_AT_ONCE
REPLY_WITHIN_S = 2.0
PAUSE_S = 0.05
"""Between two readings. Each costs the worker as much as a search, whatever it brings."""
WORKED_MOST = 1 / 3
"""Part of the time that is spent on reading: a flood of positions must not take the worker from incidents."""
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 8.0

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(tuple[int, list[Sent | bool]]).decode
_PERSON, _OFFERS = redis_keys.volunteer(""), redis_keys.offers_of("")


class IndexFollower(Service):
    def __init__(self, target: RedisTarget, index: LiveIndex, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._target = target
        self._index = index
        self.retry_s = FIRST_RETRY_S
        self._script = all_scripts(index.fix_age_limit_ms)["people_now"]
        # Computed when it is read: an index that stands still grows old by itself.
        metrics.INDEX_BEHIND_SECONDS.set_function(index.behind_s)

    @Service.task
    async def _follow(self) -> None:
        while not self.should_stop:
            try:
                async with self.connected() as connection:
                    await self.load(connection)
                    self.retry_s = FIRST_RETRY_S
                    await self._keep_up(connection)
            except NotReady:
                # A rebuild is under way.
                self._index.lose()
                await self.sleep(FIRST_RETRY_S)
            except (StoreUnavailable, RedisError, OSError, TimeoutError) as trouble:
                self._index.lose()
                log.warning("the live index is loaded again", cause=root_reason(trouble))
                await self.sleep(self.retry_s)
                self.retry_s = min(2 * self.retry_s, LAST_RETRY_S)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        """A connection that is told of every changed person."""
        client = client_of(self._target, protocol=3)
        pool: Any = client.connection_pool
        connection = pool.make_connection()
        try:
            async with asyncio.timeout(REPLY_WITHIN_S):
                await connection.connect()
                connection._parser.set_invalidation_push_handler(self._note)
                prefixes = [word for key in (_PERSON, _OFFERS) for word in ("PREFIX", key)]
                await _answer(connection, "CLIENT", "TRACKING", "ON", "BCAST", *prefixes)
                await _answer(connection, "SCRIPT", "LOAD", self._script.source)
            yield connection
        finally:
            await connection.disconnect(nowait=True)
            await client.aclose()

    async def load(self, connection: Any) -> None:
        """Enters everybody on duty. Whoever comes or changes meanwhile is in `changed`."""
        self._index.lose()
        began_s, cursor = clock.monotonic_s(), b"0"
        with _without_collections():
            while True:
                cursor, members = await _answer(
                    connection, "SSCAN", redis_keys.ON_DUTY, cursor, "COUNT", _NAMED_AT_ONCE
                )
                await self._read(connection, [member.decode() for member in members])
                if cursor == b"0":
                    break
        self._index.as_of_s, self._index.is_loaded = began_s, True
        log.info("live index is loaded", people=len(self._index.table), seconds=round(clock.monotonic_s() - began_s, 2))

    async def catch_up(self, connection: Any) -> None:
        """Reads everybody again who has changed."""
        began_s = clock.monotonic_s()
        # The reply of a reading brings every notice of a change before it.
        await self._read(connection, ())
        if self._index.changed:
            changed, self._index.changed = self._index.changed, {}
            await self._read(connection, list(changed))
        self._index.as_of_s = began_s
        metrics.INDEX_PEOPLE.set(len(self._index.table))

    async def _keep_up(self, connection: Any) -> None:
        while not self.should_stop:
            began_s = clock.monotonic_s()
            await self.catch_up(connection)
            took_s = clock.monotonic_s() - began_s
            await asyncio.sleep(max(PAUSE_S, took_s * (1 / WORKED_MOST - 1)))

    async def _read(self, connection: Any, people: Sequence[str]) -> None:
        # Also for nobody: the reply brings the notices that came before it, and the time.
        parts = [people[begin : begin + READ_AT_ONCE] for begin in range(0, max(1, len(people)), READ_AT_ONCE)]
        await self._ask(connection, parts[0])
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            # Redis reads the next people while these are entered.
            if following is not None:
                await self._ask(connection, following)
            now_ms, rows = _unpack(await _reply(connection))
            self._index.set_time(now_ms)
            # By person: SSCAN may name one twice.
            self._index.table.put(
                {
                    person: None if isinstance(sent, bool) else row_of(sent)
                    for person, sent in zip(part, rows, strict=True)
                }
            )
            # The next reply may be there already, and whoever else works in this process waits for a turn.
            await asyncio.sleep(0)

    async def _ask(self, connection: Any, people: Sequence[str]) -> None:
        async with asyncio.timeout(REPLY_WITHIN_S):
            await connection.send_command("EVALSHA", self._script.sha, 0, _pack(people))

    async def _note(self, notice: Sequence[Any]) -> None:
        """A notice of Redis: `invalidate` and the keys that changed, or no keys when it was emptied."""
        keys = notice[1]
        if keys is None:
            self._index.lose()
            # Ends the connection's use: the next reading raises, and everybody is loaded again.
            raise ConnectionResetError("Redis was emptied")
        for key in keys:
            person = key.decode().removeprefix(_PERSON).removeprefix(_OFFERS)
            self._index.changed[person] = None


async def _answer(connection: Any, *command: Any) -> Any:
    async with asyncio.timeout(REPLY_WITHIN_S):
        await connection.send_command(*command)
    return await _reply(connection)


async def _reply(connection: Any) -> Any:
    async with asyncio.timeout(REPLY_WITHIN_S):
        try:
            return await connection.read_response()
        except ResponseError as error:
            raise_as_own(error)


@contextmanager
def _without_collections() -> Iterator[None]:
    """No search for garbage while hundreds of thousands of objects are made that stay: it takes a third of the time. Nor does any
    later one look at them again; whoever leaves is freed all the same, by the count of references."""
    # What an earlier load kept from the searches, and is garbage by now, must not stay for ever.
    gc.unfreeze()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()
