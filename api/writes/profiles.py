"""Profiles of volunteers: the whole record for the log, written through to Redis so that it can be read at once.

Two changes of one person wait for each other within this process. Between processes the order of `private` decides: its record
says the whole profile, and where the public half of another stands behind it, the profile service writes the right one again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

from api.process.services import Services
from api.schemas import VolunteerIn
from api.views.incidents import point
from dispatch.ports import NotReady, StoreTrouble
from streams import clock
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.reads import VolunteerView
from streams.wire import VolunteerPrivate, VolunteerRecord

Profile: TypeAlias = VolunteerIn | VolunteerView | VolunteerRecord


class Profiles:
    def __init__(self, parts: Services) -> None:
        self._parts = parts

    @contextlib.asynccontextmanager
    async def changing(self, volunteer_id: str) -> AsyncIterator[None]:
        """One change of a person at a time."""
        locks = self._parts.profile_locks
        lock, users = locks.get(volunteer_id, (asyncio.Lock(), 0))
        locks[volunteer_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = locks.pop(volunteer_id)
            if users > 1:
                locks[volunteer_id] = (lock, users - 1)

    async def write_through(self, record: VolunteerRecord, offset: int, private: PrivateWrite | None = None) -> bool:
        """False when Redis gives no answer: the profile service writes it from the log later."""
        try:
            if private is not None:
                await self._parts.people.put_private([private])
            await self._parts.people.put_profiles([ProfileWrite(volunteer_id=record.id, offset=offset, record=record)])
        except (StoreTrouble, NotReady):
            return False
        return True


def record_of(volunteer_id: str, profile: Profile, on_duty: bool, *, heard_ms: int | None) -> VolunteerRecord:
    """`heard_ms`: the person's last sign of life; now, if this is one."""
    return VolunteerRecord(
        id=volunteer_id,
        capabilities=tuple(dict.fromkeys(profile.capabilities)),
        skills=tuple(dict.fromkeys(map(str, profile.skills))),
        languages=tuple(dict.fromkeys(profile.languages)),
        travel_mode=profile.travel_mode,
        max_distance_m=profile.max_distance_m,
        on_duty=on_duty,
        changed_ms=clock.now_ms(),
        private_at=None if isinstance(profile, VolunteerIn) else profile.private_at,
        heard_ms=heard_ms,
    )


def profile_view(profile: VolunteerRecord | VolunteerView, private: VolunteerPrivate | None) -> dict[str, Any]:
    return {
        "id": profile.id,
        "capabilities": profile.capabilities,
        "skills": profile.skills,
        "languages": profile.languages,
        "travel_mode": profile.travel_mode,
        "max_distance_m": profile.max_distance_m,
        "on_duty": profile.on_duty,
        "home": point(private.home) if private and private.home else None,
        "contact": private.contact if private else None,
    }
