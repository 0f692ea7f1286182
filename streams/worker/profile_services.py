"""People come in: positions (the firehose) and profiles, read in batches by groups of their own, outside Faust's agents.

A batch is written to Redis, then committed: at least once, and every write is guarded (by offset, positions by their time),
so a repeat or a late writer changes nothing. Trouble with Redis or with the dead letters: wait with jitter, then the same batch
again. A record that cannot be read becomes a dead letter and the rest goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import structlog
from aiokafka import ConsumerRecord
from mode import Service

from dispatch.matching.position_checks import is_vague
from dispatch.model.commands import EnterHazard, LeaveDuty
from dispatch.ports import NotReady, StoreTrouble
from dispatch.safety.absence import leave_duty_command
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka import groups
from streams.kafka.batch_consumer import BatchReading
from streams.kafka.records import Consumed
from streams.settings import Settings
from streams.store.people import FixWrite, PeopleStore, PrivateWrite, ProfileWrite, Unjoined
from streams.store.record_decoders import (
    Rejected,
    fix_of,
    newest_fixes,
    newest_privates,
    newest_profiles,
    private_of,
    profile_of,
    readable_fixes,
    succeeding,
)
from streams.topics import LOCATIONS, PRIVATE, VOLUNTEERS
from streams.wire import Unreadable, VolunteerPrivate, VolunteerRecord
from streams.worker.hazard_entry import HazardEntries

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
FIXES_AT_ONCE = 8000
DECODED_AT_ONCE = 1000
PEOPLE_AT_ONCE = 1000
SWEEP_EVERY_S = 10.0
JOIN_EVERY_S = 5.0

DeadLetter: TypeAlias = Callable[[Consumed, str], Awaitable[None]]
"""Returns when the broker has the letter; raises `LogUnavailable` when that is not certain."""
Tell: TypeAlias = Callable[[Sequence[LeaveDuty]], Awaitable[None]]
"""Returns when the broker has the commands; raises `LogUnavailable` when that is not certain."""
Warn: TypeAlias = Callable[[Sequence[EnterHazard]], Awaitable[None]]
"""Likewise."""
PublishProfiles: TypeAlias = Callable[[Sequence[tuple[str, VolunteerRecord | None]]], Awaitable[None]]
"""Likewise, of profiles."""


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
        self._entrances = HazardEntries(people)
        self._ttl_ms = settings.position_ttl_s * 1000
        self._reading = BatchReading(settings, (LOCATIONS.name,), groups.LOCATIONS, FIXES_AT_ONCE)

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
        await _dead_letter_all(rejected, self._dead_letter)

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
        self._reading = BatchReading(settings, (VOLUNTEERS.name, PRIVATE.name), groups.PEOPLE, PEOPLE_AT_ONCE)

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
            except (StoreTrouble, NotReady, LogUnavailable) as trouble:
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
        await _dead_letter_all(of_profiles + of_privates, self._dead_letter)

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


async def _dead_letter_all(rejected: Rejected, dead_letter: DeadLetter) -> None:
    for record, reason in rejected:
        log.warning("record cannot be read", topic=record.topic, partition=record.partition, offset=record.offset)
        await dead_letter(record, reason)
