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
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from dispatch.model.decisions import Decision
from dispatch.model.people import Hold
from dispatch.ports import NotReady
from streams import clock, metrics, wire
from streams.kafka.log_reader import LogReader
from streams.rebuild.log_fold import LiveHold, LogFold, OffersSeen, losers, no_decision, rivals
from streams.rebuild.log_scan import Bounds, LogScan, OnProgress
from streams.rebuild.people import PeopleRestore
from streams.ring import LiveRing
from streams.ring.live_ring import ring_of
from streams.settings import Settings
from streams.store import LockLost, RedisClient
from streams.store.restore import Restore, RestoredIncident
from streams.topics import DECISIONS, LOCATIONS, OFFERS, PRIVATE, VERIFICATIONS, VOLUNTEERS

log = structlog.get_logger(__name__)
LOCK_TTL_MS = 10_000
"""Renewed four times per TTL, so the lock outlives three renewals that fail. After it, another process may take over."""
WAIT_S = 0.25
INCIDENTS_AT_ONCE = 800
"""One round trip of `Restore.restore_incidents`: eight script calls of 100."""
DEPOSED_S = 1.5
"""A broker that resumes after a stall learns the new leaders within this time: it polls the controller every half second."""
REPUBLISH = 256
"""Upper bound of the decisions per partition that may be applied without their offers being in the log; above any batch size."""


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
        self,
        *,
        settings: Settings,
        link: RedisClient,
        owner: str,
        on_progress: OnProgress | None = None,
        ring: LiveRing | None = None,
    ) -> None:
        """`ring`: opens the homes of people; None: that of the settings, read when a rebuild needs it."""
        self._ring = ring
        self._restore = Restore(link, owner)
        self._reader = LogReader(settings, f"{owner}-rebuild")
        self._settings = settings
        self._scan = LogScan(self._reader, on_progress)
        # The lock in Redis lets the same owner in again, so it does not exclude a second call of this process.
        self._running = asyncio.Lock()

    async def is_ready(self) -> bool:
        """Whether Redis has been rebuilt since it started. Raises StoreUnavailable."""
        return await self._restore.is_ready()

    async def run_or_wait(self) -> None:
        """Returns when Redis is ready.

        Raises:
            StoreUnavailable, LogUnavailable, NotReady: the rebuild failed and Redis is not ready; call again.
        """
        while not await self.is_ready():
            if await self.run() is None:
                await self._scan.report("another rebuilds")
                await asyncio.sleep(WAIT_S)

    async def run(self) -> RebuildReport | None:
        """Rebuilds unless Redis is ready; None when it is, or when another process is rebuilding. Raises as `run_or_wait`."""
        return await self._run_locked(self._run_if_needed)

    async def run_always(self) -> RebuildReport | None:
        """Rebuilds even if Redis is ready; None when another process is rebuilding. Raises as `run_or_wait`."""
        return await self._run_locked(self._run)

    async def _run_if_needed(self) -> RebuildReport | None:
        # Checked under the lock: another process may have finished between the caller's check and the lock.
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
            # A renewal that fails needs no handling: every script of the rebuild checks the lock and raises LockLost.
            await self._restore.renew(LOCK_TTL_MS, done=self._scan.done, total=self._scan.total)

    async def _run(self) -> RebuildReport:
        began_s = clock.monotonic_s()
        log.warning("rebuild begins")
        # Read before the first write: a restart or failover from here on is noticed by `mark_ready`.
        run = await self._restore.this_run()
        await self._restore.wipe()
        await self._reader.start()
        try:
            report = await self._restored(began_s)
        finally:
            await self._reader.stop()
        if not await self._restore.mark_ready(run):
            raise NotReady("Redis was restarted or failed over while it was rebuilt")
        metrics.REBUILDS.inc()
        metrics.REBUILD_SECONDS.set(report.seconds)
        log.info("rebuild is done", incidents=report.incidents, volunteers=report.volunteers, seconds=report.seconds)
        return report

    async def _restored(self, began_s: float) -> RebuildReport:
        topics = (VOLUNTEERS, VERIFICATIONS, PRIVATE, LOCATIONS, DECISIONS)
        asked_s = clock.monotonic_s()
        bounds = {topic.name: await self._scan.bounds(topic) for topic in topics}
        self._scan.done = 0
        self._scan.total = sum(end - first for parts in bounds.values() for first, end in parts.values())
        # People first: offers, statistics and holds are written only to the hashes of known people.
        people = PeopleRestore(self._scan, self._restore, ring_of(self._settings, self._ring))
        profiles = await people.restore_profiles(bounds[VOLUNTEERS.name])
        modes = {profile.id: profile.travel_mode for profile in profiles}
        await people.restore_verifications(bounds[VERIFICATIONS.name], modes)
        await people.restore_private(bounds[PRIVATE.name])
        positions = await people.restore_positions(bounds[LOCATIONS.name], modes)
        folded = LogFold()
        await self._fold(folded, bounds[DECISIONS.name])
        decided = await self._decided_since(folded, bounds[DECISIONS.name], asked_s)
        # After both reads of `decisions`: who holds whom may change with the last record.
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
            unreadable=people.unreadable,
            seconds=round(clock.monotonic_s() - began_s, 3),
        )

    async def _fold(self, folded: LogFold, bounds: Bounds) -> None:
        async for records in self._scan.read(DECISIONS, bounds):
            for record in records:
                folded.add(record.partition, record.offset, _decision(record))

    async def _decided_since(self, folded: LogFold, bounds: Bounds, asked_s: float) -> Bounds:
        """Reads `decisions` again to end offsets that are at least `DEPOSED_S` newer; returns the bounds of what was read.

        A broker that resumes after a stall reports outdated end offsets until it learns that it lost leadership. People with an
        offer behind such an offset would count as free.
        """
        await asyncio.sleep(max(0.0, asked_s + DEPOSED_S - clock.monotonic_s()))
        # The older answer is kept where the newer one is lower: an end offset below a known one is not trusted (DESIGN 72).
        ends = {
            partition: max(end, bounds[partition][1])
            for partition, (_, end) in (await self._scan.bounds(DECISIONS)).items()
        }
        await self._fold(folded, {partition: (bounds[partition][1], end) for partition, end in ends.items()})
        return {partition: (first, ends[partition]) for partition, (first, _) in bounds.items()}

    async def _lost(self, folded: LogFold) -> list[LiveHold]:
        rivalry = rivals(folded.live_holds())
        return losers(rivalry, await self._seen(rivalry)) if rivalry else []

    async def _seen(self, rivalry: dict[str, list[LiveHold]]) -> OffersSeen:
        """The offer steps of these people. `offers` is read only when there are rivals, which is not expected."""
        seen = OffersSeen(rivalry.keys())
        async for records in self._reader.read(OFFERS.name, await self._scan.bounds(OFFERS)):
            for record in records:
                # An unreadable step decides nothing here; the readers of `offers` report it.
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
        bounds: Bounds,
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


def _published(first: int, end: int) -> int:
    # Not below the first kept offset: decisions that retention has removed cannot be published again.
    return max(first - 1, end - 1 - REPUBLISH)


def _decision(record: Any) -> Decision:
    try:
        return wire.decode_decision(record.value)
    except wire.Unreadable:
        metrics.BROKEN_DECISIONS.inc()
        log.error("decision is unreadable", partition=record.partition, offset=record.offset)
        # Its offset must stay: `apply` refuses a gap, so a worker would stop here for ever (DESIGN 43).
        return no_decision(record.topic, record.partition, record.offset)
