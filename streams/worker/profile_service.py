"""Consumer of profiles and their sealed records, in a consumer group of its own outside Faust's agents.

A batch is written to Redis, then committed: at least once. Every write is guarded by offset, so a
redelivered batch or a late writer changes nothing. When Redis or the dead letters are unavailable, the same batch is retried
after a backoff. An unreadable record is dead-lettered; the rest of its batch is processed.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import structlog
from aiokafka import ConsumerRecord
from mode import Service

from dispatch.model.answer_commands import LeaveDuty
from dispatch.ports import NotReady, StoreUnavailable
from dispatch.safety.absence import leave_duty_command
from streams import wire
from streams.errors import LogUnavailable
from streams.kafka import groups
from streams.kafka.batch_consumer import BatchReading
from streams.ring import KeyRing, LiveRing
from streams.ring.live_ring import ring_of
from streams.settings import Settings
from streams.store.people import PeopleStore, ProfileWrite, Unjoined
from streams.store.record_decoders import newest_privates, newest_profiles
from streams.topics import PRIVATE, VOLUNTEERS
from streams.wire import Unreadable, VolunteerPrivate, VolunteerRecord
from streams.worker.unreadable_records import DeadLetter, dead_letter_all

log = structlog.get_logger(__name__)
PEOPLE_AT_ONCE = 1000
JOIN_EVERY_S = 5.0

SendLeaveDuty: TypeAlias = Callable[[Sequence[LeaveDuty]], Awaitable[None]]
"""Returns after the broker confirmed the commands; raises `LogUnavailable` when that is not certain."""
PublishProfiles: TypeAlias = Callable[[Sequence[tuple[str, VolunteerRecord | None]]], Awaitable[None]]
"""As `SendLeaveDuty`, for profiles; None is a tombstone."""


class ProfileService(Service):
    """Writes profiles and sealed private records to Redis; decrypts the home place."""

    def __init__(
        self,
        settings: Settings,
        people: PeopleStore,
        *,
        dead_letter: DeadLetter,
        tell: SendLeaveDuty | None = None,
        publish: PublishProfiles | None = None,
        ring: LiveRing | None = None,
        **kwargs: Any,
    ) -> None:
        """`tell` sends commands about people who went off duty; None: no such commands. `publish` writes profiles to Kafka; None:
        mismatched public and private records are not repaired."""
        super().__init__(**kwargs)
        self._people = people
        self._dead_letter = dead_letter
        self._tell = tell
        self._publish = publish
        self._ring = ring_of(settings, ring)
        self._consumer = BatchReading(settings, (VOLUNTEERS.name, PRIVATE.name), groups.PEOPLE, PEOPLE_AT_ONCE)

    @Service.task
    async def _follow(self) -> None:
        await self._consumer.follow(self._take, lambda: self.should_stop)

    @Service.task
    async def _join(self) -> None:
        while self._publish is not None:
            await self.sleep(JOIN_EVERY_S)
            if self.should_stop:
                return
            try:
                await self.join_once()
            except (StoreUnavailable, NotReady, LogUnavailable) as trouble:
                log.info("repair of profiles is retried", cause=type(trouble).__name__)

    async def join_once(self) -> int:
        """Publishes a repaired profile of each person whose public record is outdated (`Unjoined`); returns how many.

        Raises:
            StoreUnavailable, NotReady, LogUnavailable: a repeat is harmless.
        """
        assert self._publish is not None
        count = 0
        found = await self._people.unjoined()
        while found:
            whole = [profile for one in found if (profile := joined(one, self._ring.now)) is not None]
            await self._publish(whole)
            # All of `found` count as handled, also those without a derivable profile: they would be returned for ever.
            count += len(whole)
            found = await self._people.unjoined(found)
        if count:
            log.info("outdated profiles were published again", count=count)
        return count

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        profiles, of_profiles = newest_profiles(record for record in records if record.topic == VOLUNTEERS.name)
        privates, of_privates = newest_privates(
            (record for record in records if record.topic == PRIVATE.name), self._ring
        )
        await self._people.put_profiles(profiles)
        await self._people.put_private(privates)
        await self._send_leave_duty(profiles)
        await dead_letter_all(of_profiles + of_privates, self._dead_letter)

    async def _send_leave_duty(self, writes: Sequence[ProfileWrite]) -> None:
        """Runs before the commit: after a crash the batch is redelivered, so that no offer waits for a person off duty."""
        if self._tell is None:
            return
        if commands := await leave_duty_commands(self._people, writes):
            await self._tell(commands)


def joined(found: Unjoined, keys: KeyRing | bytes) -> tuple[str, VolunteerRecord | None] | None:
    """The record of `volunteers` that matches a person's newest sealed record; None when it cannot be derived.

    The sealed record decides (DESIGN 81): those of a person are in one partition, hence ordered. The latest duty and the latest
    sign of life are kept. For a known person the record states no duty, so it cannot undo a change that precedes it in the log.
    """
    if found.sealed is None:
        return (found.volunteer_id, None) if found.on_duty is not None else None
    try:
        private = wire.open_sealed(keys, f"volunteer:{found.volunteer_id}", found.sealed)
    except Unreadable:
        return None
    if not isinstance(private, VolunteerPrivate) or private.profile is None:
        return None
    profile = replace(private.profile, private_at=found.offset)
    if found.on_duty is not None:
        profile = replace(profile, on_duty=found.on_duty, duty_until_ms=found.duty_until_ms, keeps_duty=True)
    # The sealed record may be older than the last sign of life that Redis knows, and the other way round.
    heard_ms = max(profile.heard_ms or 0, found.heard_ms or 0) or None
    return found.volunteer_id, replace(profile, heard_ms=heard_ms)


async def leave_duty_commands(people: PeopleStore, writes: Iterable[ProfileWrite]) -> list[LeaveDuty]:
    """Commands for people who went off duty or were erased while they hold an offer. Raises StoreUnavailable or NotReady."""
    left = {write.volunteer_id: write for write in writes if _leaves_duty(write)}
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


def _leaves_duty(write: ProfileWrite) -> bool:
    record = write.record
    # A copied duty is not news: the record that stated it has been judged.
    return record is None or not (record.on_duty or record.keeps_duty)
