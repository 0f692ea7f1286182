"""Rebuilds Redis from the log, after it lost its data or by `komek rebuild`.

Steps: take the lock; wipe; read profiles, private records and decisions from their beginning to the end offsets known at the
start; fold; resolve rival offers; write; set `ready` for this run id of Redis. Until then every claim and apply is refused,
commands wait in Kafka and intake continues. Positions are read from `locations`, which retains one hour.

One person has two live offers only if Redis was lost between two decisions. The offer that is valid by the order of `offers`
(`dispatch/notices/offer_validity.py`, the last arbiter) keeps the person; an offer without a step in `offers` yields; of two such
offers the earlier decision wins. The other one is voided later by a `void_offer` command.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from mode import Service

from dispatch.matching.position_checks import Track, followed
from dispatch.model.decisions import Decision
from dispatch.model.people import Hold
from dispatch.model.vocabulary import TravelMode
from dispatch.ports import NotReady, StoreTrouble
from streams import clock, metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.rebuild.log_fold import LiveHold, LogFold, OffersSeen, losers, no_decision, rivals
from streams.settings import Settings
from streams.store import LockLost, RedisClient
from streams.store.people import PrivateWrite, fix_in
from streams.store.record_decoders import (
    DecidingWrites,
    Rejected,
    newest_privates,
    newest_profiles,
    readable_fixes,
    succeeding,
)
from streams.store.restore import Restore, RestoredIncident
from streams.topics import DECISIONS, LOCATIONS, OFFERS, PRIVATE, VOLUNTEERS, Topic

log = structlog.get_logger()
LOCK_TTL_MS = 10_000
WAIT_S = 0.25
INCIDENTS_AT_ONCE = 800
PEOPLE_AT_ONCE = 4000

OnProgress = Callable[[str, int, int], Awaitable[None]]
"""Called with the current step, the records read and the records in total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildReport:
    """What a rebuild wrote."""

    incidents: int
    volunteers: int
    positions: int
    holds: int
    refused: int
    unreadable: int
    """Unreadable records about people; the service that consumes their topic dead-letters them."""
    seconds: float


class Rebuilder:
    """One per process. Of concurrent `run_or_wait` calls, in any process, one rebuilds and the others wait for it."""

    def __init__(
        self, *, settings: Settings, link: RedisClient, owner: str, on_progress: OnProgress | None = None
    ) -> None:
        self._settings = settings
        self._restore = Restore(link, owner)
        self._reader = LogReader(settings, f"{owner}-rebuild")
        self._on_progress = on_progress
        self._done = 0
        self._total = 0
        self._unreadable = 0
        self._running = asyncio.Lock()

    async def is_ready(self) -> bool:
        """Whether Redis has been rebuilt since it started. Raises StoreTrouble."""
        return await self._restore.is_ready()

    async def run_or_wait(self) -> None:
        """Returns when Redis is ready.

        Raises:
            StoreTrouble, LogUnavailable, NotReady: the rebuild failed and Redis is not ready; call again.
        """
        while not await self.is_ready():
            if await self.run() is None:
                if self._on_progress:
                    await self._on_progress("another rebuilds", self._done, self._total)
                await asyncio.sleep(WAIT_S)

    async def run(self) -> RebuildReport | None:
        """Rebuilds unless Redis is ready; None when it is, or when another process is rebuilding. Raises as `run_or_wait`."""
        return await self._run_locked(self._run_if_needed)

    async def run_always(self) -> RebuildReport | None:
        """Rebuilds even if Redis is ready; None when another process is rebuilding. Raises as `run_or_wait`."""
        return await self._run_locked(self._run)

    async def _run_if_needed(self) -> RebuildReport | None:
        return None if await self.is_ready() else await self._run()

    async def _run_locked(self, rebuild: Callable[[], Awaitable[RebuildReport | None]]) -> RebuildReport | None:
        async with self._running:
            if not await self._restore.acquire(LOCK_TTL_MS):
                return None
            keeper = asyncio.create_task(self._keep_lock())
            try:
                return await rebuild()
            except LockLost as error:
                raise NotReady(str(error)) from error
            finally:
                keeper.cancel()
                await self._restore.release()

    async def _keep_lock(self) -> None:
        while True:
            await asyncio.sleep(LOCK_TTL_MS / 4000)
            await self._restore.renew(LOCK_TTL_MS, done=self._done, total=self._total)

    async def _run(self) -> RebuildReport:
        began_s = clock.monotonic_s()
        log.warning("rebuild begins")
        run_id = await self._restore.run_id()
        await self._restore.wipe()
        await self._reader.start()
        try:
            report = await self._restored(began_s)
        finally:
            await self._reader.stop()
        if not await self._restore.mark_ready(run_id):
            raise NotReady("Redis was restarted while it was rebuilt")
        metrics.REBUILDS.inc()
        metrics.REBUILD_SECONDS.set(report.seconds)
        log.warning("rebuild is done", incidents=report.incidents, volunteers=report.volunteers, seconds=report.seconds)
        return report

    async def _restored(self, began_s: float) -> RebuildReport:
        topics = (VOLUNTEERS, PRIVATE, LOCATIONS, DECISIONS)
        asked_s = clock.monotonic_s()
        bounds = {topic.name: await self._bounds(topic) for topic in topics}
        self._done = self._unreadable = 0
        self._total = sum(end - first for parts in bounds.values() for first, end in parts.values())
        profiles = await self._restore_profiles(bounds[VOLUNTEERS.name])
        await self._restore_private(bounds[PRIVATE.name])
        modes = {profile.id: profile.travel_mode for profile in profiles}
        positions = await self._restore_positions(bounds[LOCATIONS.name], modes)
        folded = LogFold()
        await self._fold(folded, bounds[DECISIONS.name])
        decided = await self._decided_since(folded, bounds[DECISIONS.name], asked_s)
        lost = await self._lost(folded)
        ending = folded.ending({part: _published(*stretch) for part, stretch in decided.items()})
        await self._write_incidents(folded, lost, ending)
        await self._restore.restore_standings(folded.track_records)
        await self._write_log_places(folded, decided, lost, ending)
        return RebuildReport(
            incidents=len(folded.histories),
            volunteers=len(profiles),
            positions=positions,
            holds=len(folded.live_holds()) - len(lost),
            refused=len(lost),
            unreadable=self._unreadable,
            seconds=round(clock.monotonic_s() - began_s, 3),
        )

    async def _fold(self, folded: LogFold, bounds: dict[int, tuple[int, int]]) -> None:
        async for records in self._read(DECISIONS, bounds):
            for record in records:
                folded.add(record.partition, record.offset, _decision(record))

    async def _decided_since(
        self, folded: LogFold, bounds: dict[int, tuple[int, int]], asked_s: float
    ) -> dict[int, tuple[int, int]]:
        """Reads `decisions` again to end offsets that are at least `DEPOSED_S` newer; returns the bounds of what was read.

        A broker that resumes after a stall reports outdated end offsets until it learns that it lost leadership. People with an
        offer behind such an offset would count as free.
        """
        await asyncio.sleep(max(0.0, asked_s + DEPOSED_S - clock.monotonic_s()))
        ends = {
            partition: max(end, bounds[partition][1]) for partition, (_, end) in (await self._bounds(DECISIONS)).items()
        }
        await self._fold(folded, {partition: (bounds[partition][1], end) for partition, end in ends.items()})
        return {partition: (first, ends[partition]) for partition, (first, _) in bounds.items()}

    async def _bounds(self, topic: Topic) -> dict[int, tuple[int, int]]:
        partitions = await self._reader.partitions(topic.name)
        return await self._reader.bounds(topic.name, partitions)

    async def _read(self, topic: Topic, bounds: dict[int, tuple[int, int]]) -> AsyncIterator[Sequence[Any]]:
        async for records in self._reader.read(topic.name, bounds):
            yield records
            self._done += len(records)
            if self._on_progress:
                await self._on_progress(topic.name, self._done, self._total)

    async def _restore_profiles(self, bounds: dict[int, tuple[int, int]]) -> list[wire.VolunteerRecord]:
        newest: dict[str, DecidingWrites] = {}
        async for records in self._read(VOLUNTEERS, bounds):
            profiles, rejected = newest_profiles(records)
            for write in profiles:
                newest[write.volunteer_id] = succeeding(newest.get(write.volunteer_id, ()), write)
            self._report_unreadable(rejected)
        people = self._restore.people()
        registered = [deciding for deciding in newest.values() if deciding[-1].record is not None]
        writes = [write for deciding in registered for write in deciding]
        for at in range(0, len(writes), PEOPLE_AT_ONCE):
            await people.put_profiles(writes[at : at + PEOPLE_AT_ONCE])
        return [deciding[-1].record for deciding in registered if deciding[-1].record is not None]

    async def _restore_private(self, bounds: dict[int, tuple[int, int]]) -> None:
        key = self._settings.require_data_key()
        newest: dict[str, PrivateWrite] = {}
        async for records in self._read(PRIVATE, bounds):
            privates, rejected = newest_privates(records, key)
            newest.update({write.ref: write for write in privates})
            self._report_unreadable(rejected)
        people = self._restore.people()
        writes = [write for write in newest.values() if write.sealed is not None]
        for at in range(0, len(writes), PEOPLE_AT_ONCE):
            await people.put_private(writes[at : at + PEOPLE_AT_ONCE])

    async def _restore_positions(self, bounds: dict[int, tuple[int, int]], modes: Mapping[str, TravelMode]) -> int:
        """Folds the positions in the order of the log, partition by partition, by the rules of the live path, and writes the
        resulting track of each person."""
        tracks: dict[str, Track] = {}
        async for records in self._read(LOCATIONS, bounds):
            fixes, rejected = readable_fixes(records)
            for write in fixes:
                mode = modes.get(write.volunteer_id)
                tracks[write.volunteer_id] = followed(tracks.get(write.volunteer_id), fix_in(write), mode)
            self._report_unreadable(rejected)
        await self._restore.restore_tracks(tracks)
        return len(tracks)

    def _report_unreadable(self, rejected: Rejected) -> None:
        """Counts and logs unreadable records. The services of `streams/worker/profile_services.py` decode the same records with
        the same functions and dead-letter them once."""
        for record, reason in rejected:
            self._unreadable += 1
            metrics.REBUILD_UNREADABLE.labels(topic=record.topic).inc()
            log.warning(
                "record is unreadable",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                reason=reason,
            )

    async def _lost(self, folded: LogFold) -> list[LiveHold]:
        rivalry = rivals(folded.live_holds())
        return losers(rivalry, await self._seen(rivalry)) if rivalry else []

    async def _seen(self, rivalry: dict[str, list[LiveHold]]) -> OffersSeen:
        """The offer steps of these people. `offers` is read only when there are rivals, which is not expected."""
        seen = OffersSeen(rivalry.keys())
        async for records in self._reader.read(OFFERS.name, await self._bounds(OFFERS)):
            for record in records:
                with contextlib.suppress(wire.Unreadable):
                    seen.add(record.partition, record.offset, wire.decode_offer_step(record.value))
        return seen

    async def _write_incidents(
        self, folded: LogFold, lost: Sequence[LiveHold], ending: Mapping[Hold, tuple[int, int]]
    ) -> None:
        """A person whose last offer ended without its end being published counts as held until it is."""
        lost_ids = {entry.hold.offer_id for entry in lost}
        batch = [
            RestoredIncident(
                incident=history.incident,
                timeline=history.timeline,
                holds=[
                    hold
                    for offer in history.incident.offers
                    if (hold := Hold(volunteer_id=offer.volunteer_id, offer_id=offer.id)) in ending
                    or (offer.is_live and offer.id not in lost_ids)
                ],
            )
            for history in folded.histories.values()
        ]
        for at in range(0, len(batch), INCIDENTS_AT_ONCE):
            conflicts = await self._restore.restore_incidents(batch[at : at + INCIDENTS_AT_ONCE])
            if conflicts:
                raise NotReady(f"holds conflict although rivals were resolved: {conflicts[:3]}")

    async def _write_log_places(
        self,
        folded: LogFold,
        bounds: dict[int, tuple[int, int]],
        lost: Sequence[LiveHold],
        ending: Mapping[Hold, tuple[int, int]],
    ) -> None:
        """Marks everything read as applied, but the last `REPUBLISH` decisions of each partition as not published: they are
        published again, with the same ids."""
        for partition, (first, end) in bounds.items():
            await self._restore.restore_commands(list(folded.commands.get(partition, {}).items()))
            await self._restore.restore_progress(
                partition,
                applied=end - 1,
                published=_published(first, end),
                refused=[entry.hold for entry in lost if entry.partition == partition],
                ending=[(hold, offset) for hold, (where, offset) in ending.items() if where == partition],
            )


DEPOSED_S = 1.5
"""A broker that resumes after a stall learns the new leaders within this time: it polls the controller every half second."""
REPUBLISH = 256
"""Upper bound of the decisions per partition that may be applied without their offers being in the log; above any batch size."""


def _published(first: int, end: int) -> int:
    return max(first - 1, end - 1 - REPUBLISH)


def _decision(record: Any) -> Decision:
    try:
        return wire.decode_decision(record.value)
    except wire.Unreadable:
        metrics.BROKEN_DECISIONS.inc()
        log.error("decision is unreadable", partition=record.partition, offset=record.offset)
        return no_decision(record.topic, record.partition, record.offset)


class RebuildWatch(Service):
    """Polls every second whether Redis lost its data, so that a rebuild starts even when no command arrives."""

    def __init__(self, *, rebuilder: Rebuilder, on_rebuilt: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rebuilder = rebuilder
        self._on_rebuilt = on_rebuilt

    @Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            try:
                if not await self._rebuilder.is_ready():
                    await self._rebuilder.run_or_wait()
                    self._on_rebuilt()
            except (StoreTrouble, LogUnavailable, NotReady) as trouble:
                log.warning("rebuild is retried", cause=type(trouble).__name__, detail=str(trouble))
            await self.sleep(1.0)
