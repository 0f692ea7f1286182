"""People come in: positions (the firehose) and profiles, read in batches by groups of their own, outside Faust's agents.

A batch is written to Redis, then committed: at least once, and every write is guarded (by offset, positions by their time),
so a repeat or a late writer changes nothing. Trouble with Redis or with the dead letters: wait with jitter, then the same batch
again. A record that cannot be read becomes a dead letter and the rest goes on.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from dispatch.absence import leave_duty_command
from dispatch.commands import EnterHazard, LeaveDuty
from dispatch.fixes import is_vague, refusal
from dispatch.ports import NotReady, StoreTrouble
from streams import clock, wire
from streams.dead_letters import Consumed
from streams.entrances import Entrances
from streams.kafka import clients
from streams.publisher import LogTrouble
from streams.settings import Settings
from streams.store.people import FixWrite, PeopleStore, PrivateWrite, ProfileWrite, Unjoined
from streams.topics import LOCATIONS, PRIVATE, VOLUNTEERS
from streams.wire import Unreadable, VolunteerPrivate, VolunteerRecord

__all__ = [
    "FixWrite",
    "LocationService",
    "PeopleStore",
    "PrivateWrite",
    "ProfileService",
    "ProfileWrite",
    "fix_of",
    "newest_fixes",
    "newest_privates",
    "newest_profiles",
    "private_of",
    "profile_of",
    "readable_fixes",
    "succeeding",
]

log = structlog.get_logger()
LOCATIONS_GROUP = "komek-locations"
PEOPLE_GROUP = "komek-people"
FIXES_AT_ONCE = 8000
DECODED_AT_ONCE = 1000
PEOPLE_AT_ONCE = 1000
SWEEP_EVERY_S = 10.0
JOIN_EVERY_S = 5.0
COMMIT_EVERY_S = 0.25
ON_ITS_WAY_MS = 60_000
"""What the intake took is not refused here for the time it needed to come into the log."""

DeadLetter: TypeAlias = Callable[[Consumed, str], Awaitable[None]]
"""Returns when the broker has the letter; raises `LogTrouble` when that is not certain."""
Tell: TypeAlias = Callable[[Sequence[LeaveDuty]], Awaitable[None]]
"""Returns when the broker has the commands; raises `LogTrouble` when that is not certain."""
Warn: TypeAlias = Callable[[Sequence[EnterHazard]], Awaitable[None]]
"""Likewise."""
PublishProfiles: TypeAlias = Callable[[Sequence[tuple[str, VolunteerRecord | None]]], Awaitable[None]]
"""Likewise, of profiles."""
Take: TypeAlias = Callable[[Sequence[ConsumerRecord]], Awaitable[None]]
Rejected: TypeAlias = list[tuple[ConsumerRecord, str]]
Write = TypeVar("Write")


class LocationService(Service):
    """Newest fix of each person in a batch to Redis; forgets those that are older than KOMEK_POSITION_TTL_S."""

    def __init__(
        self,
        settings: Settings,
        people: PeopleStore,
        *,
        dead_letter: DeadLetter,
        warn: Warn | None = None,
        **kwargs: Any,
    ) -> None:
        """`warn` sends what is to be told of people on dangerous ground; None: nobody is told."""
        super().__init__(**kwargs)
        self._people = people
        self._dead_letter = dead_letter
        self._warn = warn
        self._entrances = Entrances(people)
        self._ttl_ms = settings.position_ttl_s * 1000
        self._reading = BatchReading(settings, (LOCATIONS.name,), LOCATIONS_GROUP, FIXES_AT_ONCE)

    @Service.task
    async def _follow(self) -> None:
        await self._reading.follow(self._take, lambda: self.should_stop)

    @Service.task
    async def _sweep(self) -> None:
        while True:
            await self.sleep(SWEEP_EVERY_S)
            if self.should_stop:
                return
            try:
                await self.sweep_once()
            except (StoreTrouble, NotReady) as trouble:
                log.info("old positions are swept later", cause=type(trouble).__name__)

    async def sweep_once(self) -> int:
        """Judges every fix that has grown old; returns how many."""
        swept = 0
        while part := await self._people.sweep_fixes(self._ttl_ms):
            swept += part
        return swept

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        rejected: Rejected = []
        writes, taken = [], []
        for at in range(0, len(records), DECODED_AT_ONCE):
            fixes, unreadable = newest_fixes(records[at : at + DECODED_AT_ONCE])
            rejected += unreadable
            taken += fixes
            writes.append(asyncio.ensure_future(self._people.put_fixes(fixes)))
            # So that the write leaves now, and Redis works on it while the next part is decoded here.
            await asyncio.sleep(0.0005)
        doubted: set[FixWrite] = set()
        for outcome in await asyncio.gather(*writes, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
            doubted |= outcome
        # A leap onto dangerous ground may be true, and a warning too many costs nothing.
        await self._warn_who_enters([fix for fix in taken if fix not in doubted or not is_vague(fix.accuracy_m)])
        await _bury(rejected, self._dead_letter)

    async def _warn_who_enters(self, fixes: Sequence[FixWrite]) -> None:
        """Before the batch is committed, so that nobody goes without a warning because a worker died."""
        if self._warn is None:
            return
        if commands := await self._entrances.commands(fixes):
            await self._warn(commands)
            self._entrances.remember(commands)


class ProfileService(Service):
    """Profiles and sealed private records to Redis; the home place is opened with the data key."""

    def __init__(
        self,
        settings: Settings,
        people: PeopleStore,
        *,
        dead_letter: DeadLetter,
        tell: Tell | None = None,
        publish: PublishProfiles | None = None,
        **kwargs: Any,
    ) -> None:
        """`tell` sends the commands that follow from a changed duty; None: nobody is told. `publish` writes profiles to the log;
        None: halves are not joined."""
        super().__init__(**kwargs)
        self._people = people
        self._dead_letter = dead_letter
        self._tell = tell
        self._publish = publish
        self._key = settings.require_data_key()
        self._reading = BatchReading(settings, (VOLUNTEERS.name, PRIVATE.name), PEOPLE_GROUP, PEOPLE_AT_ONCE)

    @Service.task
    async def _follow(self) -> None:
        await self._reading.follow(self._take, lambda: self.should_stop)

    @Service.task
    async def _join(self) -> None:
        while self._publish is not None:
            await self.sleep(JOIN_EVERY_S)
            if self.should_stop:
                return
            try:
                await self.join_once()
            except (StoreTrouble, NotReady, LogTrouble) as trouble:
                log.info("halves of profiles are joined later", cause=type(trouble).__name__)

    async def join_once(self) -> int:
        """Writes the profile that belongs to the newest sealed record of everybody who has another one; returns how many."""
        assert self._publish is not None
        count = 0
        found = await self._people.unjoined()
        while found:
            whole = [profile for one in found if (profile := joined(one, self._key)) is not None]
            await self._publish(whole)
            count += len(whole)
            found = await self._people.unjoined(found)
        if count:
            log.warning("profiles whose halves did not belong together", count=count)
        return count

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        profiles, of_profiles = newest_profiles(record for record in records if record.topic == VOLUNTEERS.name)
        privates, of_privates = newest_privates(
            (record for record in records if record.topic == PRIVATE.name), self._key
        )
        await self._people.put_profiles(profiles)
        await self._people.put_private(privates)
        await self._tell_who_left(profiles)
        await _bury(of_profiles + of_privates, self._dead_letter)

    async def _tell_who_left(self, writes: Sequence[ProfileWrite]) -> None:
        """Before the batch is committed, so that nobody who went off duty is waited for because a worker died."""
        if self._tell is None:
            return
        if commands := await leave_duty_commands(self._people, writes):
            await self._tell(commands)


def joined(found: Unjoined, data_key: bytes) -> tuple[str, VolunteerRecord | None] | None:
    """What `volunteers` must say of a person, so that it belongs to their newest sealed record; None: nothing can be said.

    That record decides, for all of a person lie in one partition in one order. Duty is what was last said of it.
    """
    if found.sealed is None:
        return (found.volunteer_id, None) if found.on_duty is not None else None
    try:
        private = wire.open_sealed(data_key, f"volunteer:{found.volunteer_id}", found.sealed)
    except Unreadable:
        return None
    if not isinstance(private, VolunteerPrivate) or private.profile is None:
        return None
    on_duty = private.profile.on_duty if found.on_duty is None else found.on_duty
    return found.volunteer_id, replace(private.profile, private_at=found.offset, on_duty=on_duty)


async def leave_duty_commands(people: PeopleStore, writes: Iterable[ProfileWrite]) -> list[LeaveDuty]:
    """For those who are off duty (or erased) now and still hold an offer."""
    left = {write.volunteer_id: write for write in writes if write.record is None or not write.record.on_duty}
    held = await people.engaged(list(left)) if left else {}
    commands = [
        leave_duty_command(
            volunteer_id,
            offer_id,
            profile_offset=left[volunteer_id].offset,
            sent_ms=record.changed_ms if (record := left[volunteer_id].record) else 0,
        )
        for volunteer_id, offer_id in held.items()
    ]
    return [command for command in commands if command is not None]


def newest_fixes(records: Iterable[ConsumerRecord]) -> tuple[list[FixWrite], Rejected]:
    """The newest fix of each person with the one before it, which may bear it out or be what it leaps from; and the records that
    are none."""
    fixes, rejected = readable_fixes(records)
    newest: dict[str, FixWrite] = {}
    before: dict[str, FixWrite] = {}
    for fix in fixes:
        known = newest.setdefault(fix.volunteer_id, fix)
        if fix.at_ms > known.at_ms:
            newest[fix.volunteer_id], before[fix.volunteer_id] = fix, known
        elif fix.at_ms < known.at_ms and fix.at_ms >= before.get(fix.volunteer_id, fix).at_ms:
            before[fix.volunteer_id] = fix
    return [*before.values(), *newest.values()], rejected


def readable_fixes(records: Iterable[ConsumerRecord]) -> tuple[list[FixWrite], Rejected]:
    """Every fix in the order of the records, and the records that are none."""
    return _readable(records, fix_of)


def newest_profiles(records: Iterable[ConsumerRecord]) -> tuple[list[ProfileWrite], Rejected]:
    """The last profile or tombstone of each person, of records in the order of the log, and the records that are none."""
    writes, rejected = _readable(records, profile_of)
    newest: dict[str, ProfileWrite] = {}
    for write in writes:
        newest[write.volunteer_id] = succeeding(newest.get(write.volunteer_id), write)
    return list(newest.values()), rejected


def succeeding(known: ProfileWrite | None, write: ProfileWrite) -> ProfileWrite:
    """The later of two writes of a person, with the last sign of life of both: who wrote later may not have known of it."""
    if known is None or known.record is None or write.record is None:
        return write
    signs = [record.heard_ms for record in (known.record, write.record) if record.heard_ms is not None]
    return replace(write, record=replace(write.record, heard_ms=max(signs, default=None)))


def newest_privates(records: Iterable[ConsumerRecord], data_key: bytes) -> tuple[list[PrivateWrite], Rejected]:
    """The last private record or tombstone of each reference, likewise."""
    writes, rejected = _readable(records, lambda record: private_of(record, data_key))
    return list({write.ref: write for write in writes}.values()), rejected


def _readable(
    records: Iterable[ConsumerRecord], decode: Callable[[ConsumerRecord], Write]
) -> tuple[list[Write], Rejected]:
    """In the same order. Whoever reads these topics reads them by this: the same record has one verdict everywhere."""
    writes: list[Write] = []
    rejected: Rejected = []
    for record in records:
        try:
            writes.append(decode(record))
        except Unreadable as error:
            rejected.append((record, str(error)))
    return writes, rejected


def fix_of(record: ConsumerRecord) -> FixWrite:
    """A record of `locations`. The fix counts from when it was recorded, but never from later than it was logged.

    Raises:
        Unreadable: no fix, or one that the intake refuses as well (`dispatch.fixes.refusal`).
    """
    fix = wire.decode_fix(record.value)
    logged_ms: int = record.timestamp
    reason = refusal(
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        recorded_ms=fix.recorded_ms,
        now_ms=logged_ms,
        grace_ms=ON_ITS_WAY_MS,
    )
    if reason is not None:
        raise Unreadable(f"the fix cannot be used: {reason}")
    return FixWrite(
        volunteer_id=fix.volunteer_id,
        lon=fix.lon,
        lat=fix.lat,
        accuracy_m=fix.accuracy_m,
        at_ms=logged_ms if fix.recorded_ms is None else min(fix.recorded_ms, logged_ms),
        continues=fix.continues,
    )


def profile_of(record: ConsumerRecord) -> ProfileWrite:
    """A record of `volunteers`, or its tombstone.

    Raises:
        Unreadable: no profile, or of another person than the key says.
    """
    volunteer_id = _key_of(record)
    if record.value is None:
        return ProfileWrite(volunteer_id=volunteer_id, offset=record.offset, record=None)
    profile = wire.decode_volunteer(record.value)
    if profile.id != volunteer_id:
        raise Unreadable("id: expected the key of the record")
    return ProfileWrite(volunteer_id=volunteer_id, offset=record.offset, record=profile)


def private_of(record: ConsumerRecord, data_key: bytes) -> PrivateWrite:
    """A record of `private`, or its tombstone. Only a person's record is opened, for the home place.

    Raises:
        Unreadable: a person's record that does not open with this key.
    """
    ref = _key_of(record)
    sealed: bytes | None = record.value
    if sealed is None or not ref.startswith("volunteer:"):
        return PrivateWrite(ref=ref, offset=record.offset, sealed=sealed)
    private = wire.open_sealed(data_key, ref, sealed)
    home = private.home if isinstance(private, VolunteerPrivate) else None
    return PrivateWrite(ref=ref, offset=record.offset, sealed=sealed, home=home)


def _key_of(record: ConsumerRecord) -> str:
    try:
        key = (record.key or b"").decode()
    except UnicodeDecodeError as error:
        raise Unreadable("key: expected UTF-8") from error
    if not key:
        raise Unreadable("key: expected one")
    return key


async def _bury(rejected: Rejected, dead_letter: DeadLetter) -> None:
    for record, reason in rejected:
        log.warning("record cannot be read", topic=record.topic, partition=record.partition, offset=record.offset)
        await dead_letter(record, reason)


class BatchReading:
    """One consumer group: gives batches until they are taken, and commits them after.

    `follow` returns only when told to stop. Kafka's troubles make it start its consumer again.
    """

    def __init__(self, settings: Settings, topics: Sequence[str], group: str, at_once: int) -> None:
        self._settings = settings
        self._topics = topics
        self._group = group
        self._at_once = at_once

    async def follow(self, take: Take, should_stop: Callable[[], bool]) -> None:
        attempt = 0
        while not should_stop():
            try:
                await self._follow_once(take, should_stop)
            except KafkaError as trouble:
                attempt += 1
                log.warning("reading starts again", group=self._group, cause=repr(trouble))
                await _jittered(attempt)

    async def _follow_once(self, take: Take, should_stop: Callable[[], bool]) -> None:
        consumer = self._consumer()
        taken: dict[TopicPartition, int] = {}
        committed_s = clock.monotonic_s()
        try:
            await consumer.start()
            while not should_stop():
                batch = await consumer.getmany(timeout_ms=100, max_records=self._at_once)
                records = [record for part in batch.values() for record in part]
                if records and await self._until_taken(take, records, should_stop):
                    taken.update({part: read[-1].offset + 1 for part, read in batch.items()})
                if taken and (not records or clock.monotonic_s() - committed_s >= COMMIT_EVERY_S):
                    await self._commit(consumer, taken)
                    committed_s = clock.monotonic_s()
            await self._commit(consumer, taken)
        finally:
            # Also when this task is cancelled a second time: a connection left open outlives the event loop.
            await asyncio.shield(asyncio.ensure_future(consumer.stop()))

    def _consumer(self) -> AIOKafkaConsumer:
        return clients.group_member(self._settings, self._group, *self._topics)

    async def _until_taken(
        self, take: Take, records: Sequence[ConsumerRecord], should_stop: Callable[[], bool]
    ) -> bool:
        attempt = 0
        while not should_stop():
            try:
                await take(records)
            except (StoreTrouble, NotReady, LogTrouble) as trouble:
                attempt += 1
                log.info("batch is tried again", group=self._group, cause=type(trouble).__name__, attempt=attempt)
                await _jittered(attempt)
            else:
                return True
        return False

    async def _commit(self, consumer: AIOKafkaConsumer, taken: dict[TopicPartition, int]) -> None:
        """What was taken, once; partitions that went to another reader meanwhile are left to it."""
        ours = consumer.assignment()
        offsets = {part: offset for part, offset in taken.items() if part in ours}
        taken.clear()
        try:
            if offsets:
                await consumer.commit(offsets)
        except KafkaError as trouble:
            # The next reader takes these again, which is harmless.
            log.info("commit did not hold", group=self._group, cause=repr(trouble))


async def _jittered(attempt: int) -> None:
    """Those that met the same trouble must not come back at the same moment."""
    await asyncio.sleep(min(2.0, 0.05 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0))
