"""The keys that the deployment has declared: `komek.keys.v1`, checked at start and then followed.

A process whose ring lacks a declared key, or holds another one under its id, does not start. The first process of a deployment
declares its keys; where private records exist already, only if one of them opens with the ring.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import cast

import structlog
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from streams import clock, wire
from streams.errors import LogUnavailable
from streams.kafka import clients
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.kafka.topic_follower import PROMPT_MS, TopicFollower
from streams.ring import KeyRing, KeyUse, LiveRing
from streams.ring.declared_keys import DeclaredKeys, KeyRecord, KeyStep, record_of
from streams.settings import Settings, SettingsError
from streams.topics import KEYS, PRIVATE, Topic

log = structlog.get_logger(__name__)
START_WITHIN_S = 15.0
CONFIRM_WITHIN_S = 10.0
SAMPLE = 200
"""Records of each partition of `private` that are tried before a ring counts as the wrong one."""


class WrongRing(SettingsError):
    """The key ring is not that of the deployment; the message says which key it lacks."""


class KeyLog:
    """Reads and follows the declared keys, and tells the ring. One per process.

    `start` raises WrongRing, or LogUnavailable when the topic cannot be read to its end within 15 s.
    """

    def __init__(
        self,
        settings: Settings,
        client_id: str,
        ring: LiveRing,
        *,
        uses: Sequence[KeyUse] = (KeyUse.DATA,),
        topic: Topic = KEYS,
        private: Topic = PRIVATE,
    ) -> None:
        """`uses`: the keys that the process needs; it starts only with a ring that has all declared keys of these uses."""
        self._settings = settings
        self._client_id = client_id
        self._ring = ring
        self._uses = tuple(uses)
        self._topic = topic
        self._private = private
        self._follower = TopicFollower(settings, client_id, topic, wait_ms=PROMPT_MS)
        self.declared = DeclaredKeys()

    async def start(self) -> None:
        """Checks the ring, declares its keys where none are declared, and follows the log from then on."""
        try:
            async with asyncio.timeout(START_WITHIN_S):
                await self._checked()
        except (KafkaError, TimeoutError) as error:
            await self.stop()
            raise LogUnavailable(f"{self._topic.name}: {kafka_reason(error)}") from error
        except BaseException:
            await self.stop()
            raise
        self._follower.follow(self._take_over)

    async def stop_following(self) -> None:
        """For a command, which reads the log itself; the connection stays."""
        await self._follower.stop_following()

    async def stop(self) -> None:
        await self._follower.stop()

    async def read_to_end(self) -> DeclaredKeys:
        """The keys as they are declared now. For commands, which do not follow. Raises LogUnavailable."""
        await self._follower.read_to_end(self._take, START_WITHIN_S)
        return self.declared

    async def write(self, records: Sequence[KeyRecord]) -> DeclaredKeys:
        """Appends records and reads them back, because only the order of the log says which have an effect.

        Raises:
            LogUnavailable: Kafka did not confirm; the records may be in the log or not. A repeat is harmless.
        """
        producer = clients.async_producer(self._settings, self._client_id)
        try:
            async with asyncio.timeout(CONFIRM_WITHIN_S):
                await producer.start()
                for record in records:
                    headers = wire.headers("key", clock.fresh_id(), f"/komek/{self._client_id}")
                    await producer.send_and_wait(
                        self._topic.name,
                        wire.encode(record),
                        # A key of its own for every record, so compaction removes none: the fold needs the order of them all.
                        key=f"{record.key_id}:{record.step}:{clock.fresh_id()}".encode(),
                        partition=0,
                        headers=headers,
                    )
        except (KafkaError, TimeoutError) as error:
            raise LogUnavailable(f"{self._topic.name}: {kafka_reason(error)}") from error
        finally:
            await asyncio.shield(asyncio.ensure_future(producer.stop()))
        return await self.read_to_end()

    async def _checked(self) -> None:
        await self.read_to_end()
        ring = self._ring.now
        for use in KeyUse:
            if ring.readers(use) and not self.declared.knows(use):
                await self._found(use)
            # One use after the other: a process whose data key lost the race must not declare its digest or session key.
            if use in self._uses:
                self._require_declared(ring, use)
        self._ring.declare(self.declared.states)

    async def _found(self, use: KeyUse) -> None:
        """Declares the keys of a use in which nothing is declared yet."""
        if use is KeyUse.DATA:
            await self._require_a_record_that_opens()
        active, *others = self._ring.now.readers(use)
        at_ms, by = clock.now_ms(), self._client_id
        first = record_of(active, KeyStep.FOUNDED, by=by, at_ms=at_ms)
        await self.write([first, *(record_of(key, KeyStep.ADDED, by=by, at_ms=at_ms) for key in others)])

    def _require_declared(self, ring: KeyRing, use: KeyUse) -> None:
        """Raises WrongRing."""
        problems = self.declared.lacking(ring, [use])
        if problems:
            held = ", ".join(key.id for key in ring.keys if key.use is use) or "none"
            raise WrongRing(f"{'; '.join(problems)}. Its {use} keys: {held}")

    async def _require_a_record_that_opens(self) -> None:
        """A deployment from before the check value: its private records say whether the ring is the right one.

        Raises:
            WrongRing: there are records, and none of the first ones opens.
        """
        reader = LogReader(self._settings, f"{self._client_id}-sample")
        await reader.start()
        try:
            bounds = await reader.bounds(self._private.name, await reader.partitions(self._private.name))
            tried = 0
            for number, stretch in bounds.items():
                found = await self._opens(reader, number, stretch)
                if found is None:
                    return
                tried += found
        finally:
            await reader.stop()
        if tried:
            held = ", ".join(key.id for key in self._ring.now.readers(KeyUse.DATA))
            raise WrongRing(
                f"{self._private.name} has records, but none of the first {tried} opens with the key ring. Its data keys: {held}"
            )

    async def _opens(self, reader: LogReader, number: int, stretch: tuple[int, int]) -> int | None:
        """None: a record of the partition opens; else how many were tried."""
        tried = 0
        # Closed at once when it is left early: it holds the lock of the reader.
        chunks = cast("AsyncGenerator[list[ConsumerRecord]]", reader.read(self._private.name, {number: stretch}))
        async with contextlib.aclosing(chunks):
            async for records in chunks:
                for record in records:
                    if record.value is None:
                        continue
                    if _is_open(self._ring, record):
                        return None
                    tried += 1
                    if tried >= SAMPLE:
                        return tried
        return tried

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                self.declared = self.declared.after(wire.decode_key(record.value or b""))
            except wire.Unreadable as error:
                log.error("record of keys is unreadable", offset=record.offset, reason=str(error))

    async def _take_over(self, records: Sequence[ConsumerRecord]) -> None:
        await self._take(records)
        if records:
            self._ring.declare(self.declared.states)
            log.info("declared keys", keys={name: state.value for name, state in self.declared.states.items()})


def _is_open(ring: LiveRing, record: ConsumerRecord) -> bool:
    try:
        wire.open_plain(ring.now, (record.key or b"").decode("utf-8", "replace"), record.value)
    except wire.Unreadable:
        return False
    return True
