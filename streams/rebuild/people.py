"""Restores people: profiles, private records and positions, decoded and judged as on the live path (DESIGN 75)."""

from collections.abc import Container, Mapping

import structlog

from dispatch.matching.position_checks import Track, followed
from dispatch.model.vocabulary import TravelMode
from streams import metrics, wire
from streams.rebuild.duty_spans import DutySpans
from streams.rebuild.log_scan import Bounds, LogScan
from streams.ring import LiveRing
from streams.store.people import PrivateWrite, fix_in
from streams.store.record_decoders import (
    DecidingWrites,
    Rejected,
    fold_privates,
    newest_verifications,
    readable_fixes,
    readable_profiles,
    succeeding,
)
from streams.store.restore import Restore
from streams.store.verifications import VerificationWrite
from streams.topics import LOCATIONS, PRIVATE, VERIFICATIONS, VOLUNTEERS

log = structlog.get_logger(__name__)
PEOPLE_AT_ONCE = 4000


class PeopleRestore:
    """One per rebuild. `unreadable`: records about people that could not be decoded."""

    def __init__(self, scan: LogScan, restore: Restore, ring: LiveRing) -> None:
        self._scan = scan
        self._restore = restore
        self._ring = ring
        self._duty = DutySpans()
        self.unreadable = 0

    async def restore_profiles(self, bounds: Bounds) -> list[wire.VolunteerRecord]:
        """Writes the profiles; returns those of people who are not erased."""
        newest: dict[str, DecidingWrites] = {}
        async for records in self._scan.read(VOLUNTEERS, bounds):
            profiles, rejected = readable_profiles(records)
            for write in profiles:
                newest[write.volunteer_id] = succeeding(newest.get(write.volunteer_id, ()), write)
                self._duty.add(write)
            self._report_unreadable(rejected)
        people = self._restore.people()
        # Tombstones too: writes of other processes that are older must not bring the person back.
        writes = [write for deciding in newest.values() for write in deciding]
        for at in range(0, len(writes), PEOPLE_AT_ONCE):
            await people.put_profiles(writes[at : at + PEOPLE_AT_ONCE])
        return [record for deciding in newest.values() if (record := deciding[-1].record) is not None]

    async def restore_verifications(self, bounds: Bounds, registered: Container[str]) -> None:
        """Writes the verifications of registered people; those of others are of erased people."""
        newest: dict[tuple[str, str], VerificationWrite] = {}
        async for records in self._scan.read(VERIFICATIONS, bounds):
            writes, rejected = newest_verifications(records)
            newest.update({(write.volunteer_id, write.skill): write for write in writes})
            self._report_unreadable(rejected)
        left = [write for write in newest.values() if write.record is not None and write.volunteer_id in registered]
        people = self._restore.people()
        for at in range(0, len(left), PEOPLE_AT_ONCE):
            await people.put_verifications(left[at : at + PEOPLE_AT_ONCE])

    async def restore_private(self, bounds: Bounds) -> None:
        """Writes the encrypted records and the home places."""
        newest: dict[str, PrivateWrite] = {}
        async for records in self._scan.read(PRIVATE, bounds):
            self._report_unreadable(fold_privates(newest, records, self._ring))
        self._duty.withheld = {write.ref.removeprefix("consents:") for write in newest.values() if not write.positions}
        people = self._restore.people()
        # Of tombstones those of people, as above; those of incidents would be thousands a day.
        writes = [
            write
            for write in newest.values()
            if write.sealed is not None or write.ref.startswith(("volunteer:", "consents:", "channels:"))
        ]
        for at in range(0, len(writes), PEOPLE_AT_ONCE):
            await people.put_private(writes[at : at + PEOPLE_AT_ONCE])

    async def restore_positions(self, bounds: Bounds, modes: Mapping[str, TravelMode]) -> int:
        """Folds the positions of people on duty in the order of the log, partition by partition, by the rules of the live path.

        Writes the resulting track of each person; returns the number of tracks.
        """
        # Never sorted by time and none skipped: the verdict on a fix depends on those before it in the log (DESIGN 86).
        tracks: dict[str, Track] = {}
        async for records in self._scan.read(LOCATIONS, bounds):
            fixes, rejected = readable_fixes(records)
            for write in filter(self._duty.counts, fixes):
                mode = modes.get(write.volunteer_id)
                tracks[write.volunteer_id] = followed(tracks.get(write.volunteer_id), fix_in(write), mode)
            self._report_unreadable(rejected)
        await self._restore.restore_tracks(tracks)
        return len(tracks)

    def _report_unreadable(self, rejected: Rejected) -> None:
        """Counts and logs unreadable records. The services of `streams/worker/profile_service.py` decode the same records with
        the same functions and dead-letter them once."""
        for record, reason in rejected:
            self.unreadable += 1
            metrics.REBUILD_UNREADABLE.labels(topic=record.topic).inc()
            log.warning(
                "an unreadable record is left out",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                reason=reason,
            )
