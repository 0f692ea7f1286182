"""Decides one batch of commands, from their bytes to confirmed effects; the only code that decides about people.

Steps of a batch: load and settle all commands, search for all needs, claim all people, write the decisions, apply them, publish
offers and status. Each step is one round trip for the whole batch. All failures between two steps have one recovery: the
partition counts as not caught up, so the next attempt first reads `decisions` to its end, applies and publishes what it finds
there, and decides only the commands that have no decision yet.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from dispatch.decide import View, settle
from dispatch.model.commands import Command, ReportIncident
from dispatch.model.copying import changed
from dispatch.model.decisions import Cause
from dispatch.model.hazard_areas import ground_of
from dispatch.model.local_time import ALMATY
from dispatch.model.service_area import ServiceArea
from dispatch.plans.book import PlanBook
from dispatch.ports import Loaded, NotReady, Store, StoreUnavailable, TravelTimes
from dispatch.state.edits import unused_refs
from dispatch.state.lifecycle import fold
from streams import clock, metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.records import Consumed
from streams.lookups.batch_context import CommandContext, load_context
from streams.lookups.batch_lookups import BatchLookups
from streams.tracing import spans
from streams.worker.call_numbering import numbering_for
from streams.worker.claim_rounds import ClaimLedger, ClaimRounds
from streams.worker.drafts import Draft, count_decisions, count_rivals
from streams.worker.lanes import lanes_of, without_repeats
from streams.worker.logged_decisions import Logged
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.searches import SearchBounds, Searches

log = structlog.get_logger(__name__)


class Dispatcher:
    """Decides batches; one batch at a time, see `between_batches`."""

    def __init__(
        self,
        *,
        store: Store,
        publisher: Publisher,
        projection: Projection,
        plans: PlanBook,
        travel: TravelTimes | None = None,
        bounds: SearchBounds | None = None,
        served: ServiceArea | None = None,
        zone: str = ALMATY,
        on_decided: Callable[[Sequence[Draft]], None] = lambda _: None,
    ) -> None:
        """`on_decided`: called with drafts whose decisions are applied and published; must return at once and never raise."""
        self._store = store
        self._zone = zone
        self._on_decided = on_decided
        self._publisher = publisher
        self._projection = projection
        self._plans = plans
        self._plans_next = plans
        self._hazards = BatchLookups(store, travel, served)
        self._searches = Searches(store, self._hazards, bounds or SearchBounds())
        self._ledger = ClaimLedger(store)
        self._caught_up: set[int] = set()
        self._batch_lock = asyncio.Lock()
        self.behind_s = 0.0
        """Age of the oldest command of the last batch when it was decided, by the clocks of Redis and the log."""

    def invalidate(self, partitions: Iterable[int]) -> None:
        """Marks partitions as not caught up, after a revocation or a failed batch: their log is read before the next decision."""
        self._caught_up.difference_update(partitions)

    def invalidate_all(self) -> None:
        """As `invalidate`, for every partition: Redis was rebuilt."""
        self.invalidate(list(self._caught_up))

    async def catch_up(self, partitions: Iterable[int]) -> None:
        """Applies and publishes what `decisions` holds, for partitions that are not caught up.

        Raises:
            LogUnavailable, StoreUnavailable, NotReady: a repeat continues.
        """
        for partition in sorted(set(partitions) - self._caught_up):
            await self._projection.catch_up(partition)
            self._caught_up.add(partition)

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """End offsets of `decisions`. Called outside `between_batches`, because a broker may be slow to answer."""
        return await self._projection.ends(partitions)

    async def catch_up_to(self, ends: Mapping[int, int]) -> None:
        """Applies and publishes decisions up to these end offsets if they are missing, without waiting for a command.

        Must be called while holding `between_batches`.
        """
        behind = [partition for partition, end in ends.items() if await self._projection.is_behind(partition, end)]
        self.invalidate(behind)
        await self.catch_up(behind)
        await self._ledger.release_decided()

    async def handle(self, records: Sequence[Consumed]) -> None:
        """When this returns, every record has its outcome in the log: a decision (with offers and status) or a dead letter.

        Raises:
            LogUnavailable, StoreUnavailable, NotReady: nothing was lost; call again with the same records.
        """
        async with self._batch_lock:
            # Here and nowhere else: a batch is decided under one book.
            self._plans = self._plans_next
            try:
                await self.catch_up(record.partition for record in records)
                await self._decide_in_lanes(await self._readable(records))
            # Whatever failed, also a cancellation between two steps: the next attempt reads the log first (DESIGN 3).
            except BaseException:
                self.invalidate({record.partition for record in records})
                raise

    @property
    def plans(self) -> PlanBook:
        """The plan book of the next batch."""
        return self._plans_next

    def use_plans(self, plans: PlanBook) -> None:
        """Sets the plan book from the next batch on; a batch is decided under one book."""
        self._plans_next = plans

    def between_batches(self) -> asyncio.Lock:
        """The lock that excludes batches in progress."""
        return self._batch_lock

    async def _readable(self, records: Sequence[Consumed]) -> list[tuple[Consumed, Command]]:
        commands = []
        for record in records:
            try:
                command = wire.decode_incident_command(record.value)
            except wire.Unreadable as error:
                # Confirmed before the record can be acked, so that its bytes are never lost.
                await self._publisher.dead_letter(record, str(error))
                log.error(
                    "command dead-lettered",
                    topic=record.topic,
                    partition=record.partition,
                    offset=record.offset,
                )
            else:
                commands.append((record, command))
        return commands

    async def _decide_in_lanes(self, commands: Sequence[tuple[Consumed, Command]]) -> None:
        """Decides the lanes concurrently; each partition is in one lane, in the order of its log.

        All lanes have ended when this returns or raises, so that nothing of a batch runs during its next attempt.
        """
        lanes = await asyncio.gather(*map(self._decide_lane, lanes_of(commands)), return_exceptions=True)
        errors = [error for error in lanes if error is not None]
        if errors:
            # A bug takes precedence over a retryable error, which would hide it.
            raise min(
                errors, key=lambda one: isinstance(one, LogUnavailable | StoreUnavailable | NotReady | TimeoutError)
            )

    async def _decide_lane(self, commands: Sequence[tuple[Consumed, Command]]) -> None:
        for part in without_repeats(commands):
            await self._decide(part)

    async def _decide(self, commands: Sequence[tuple[Consumed, Command]]) -> None:
        """Decides commands of different incidents and waits until their effects are confirmed."""
        start_ns = clock.now_ns()
        # The clock of Redis, so that a worker whose own clock is wrong decides the same (DESIGN 8, 51).
        (now_ms, loaded), _ = await asyncio.gather(
            self._store.load([(command.id, command.incident_id) for _, command in commands]), self._hazards.look()
        )
        self.behind_s = max(0.0, (now_ms - commands[0][0].timestamp) / 1000)
        await self._pass_over_decided(commands, loaded)
        fresh = [
            (record, command, known)
            for (record, command), known in zip(commands, loaded, strict=True)
            if known.decided_at is None
        ]
        if not fresh:
            return
        drafts = await self._drafts(fresh, now_ms)
        await self._find_to_warn(drafts)
        await self._find_ways(drafts)
        # A need with rivals takes its fair share of the people that its search finds (DESIGN 39).
        count_rivals(drafts)
        await self._searches.begin(drafts)
        await ClaimRounds(
            drafts, plans=self._plans, store=self._store, searches=self._searches, ledger=self._ledger
        ).run()
        await self._write(drafts, start_ns)
        self._on_decided(drafts)

    async def _pass_over_decided(self, commands: Sequence[tuple[Consumed, Command]], loaded: Sequence[Loaded]) -> None:
        """Counts redelivered commands, and cleans up after earlier attempts to decide them."""
        again = [record for (record, _), known in zip(commands, loaded, strict=True) if known.decided_at is not None]
        if not again:
            return
        metrics.REDELIVERED.inc(len(again))
        log.info("commands redelivered", at=[f"{record.partition}:{record.offset}" for record in again])
        await self._erase_redelivered(commands, loaded)
        # An earlier attempt of this worker claimed people for a command that is decided by now, perhaps with others (DESIGN 89).
        if any(command.id in self._ledger for _, command in commands):
            await self._ledger.release_decided()

    async def _erase_redelivered(self, commands: Sequence[tuple[Consumed, Command]], loaded: Sequence[Loaded]) -> None:
        """Erases sealed records of refused edits that were sent again.

        A client that repeats a refused edit may have written its sealed record after that was erased. The state alone cannot
        tell: a record replaced by a later edit is unused as well, but is kept. Therefore the decision is read.
        """
        places = [
            (record.partition, known.decided_at)
            for (record, command), known in zip(commands, loaded, strict=True)
            if known.decided_at is not None and unused_refs(command, known.incident)
        ]
        if refs := await self._projection.unused_refs(places):
            await self._publisher.erase_private(refs)

    async def _drafts(self, fresh: Sequence[tuple[Consumed, Command, Loaded]], now_ms: int) -> list[Draft]:
        """Loads the context of undecided commands and settles them."""
        asking = [
            CommandContext(command=command, incident=known.incident, logged_ms=record.timestamp)
            for record, command, known in fresh
        ]
        reports = [record for record, command, _ in fresh if isinstance(command, ReportIncident)]
        contexts, people, numbering = await asyncio.gather(
            load_context(self._store, asking),
            self._hazards.people([(one.incident, one.command) for one in asking]),
            numbering_for(self._store, reports, self._zone),
        )
        drafts = []
        for (record, command, known), around in zip(fresh, self._hazards.seen(contexts, people), strict=True):
            view = View(
                incident=known.incident,
                cause=_cause(record, command),
                logged_ms=record.timestamp,
                now_ms=now_ms,
                around=around,
                priors=known.priors,
                call_number=numbering.following(record),
            )
            settled = settle(view, command, self._plans)
            numbering.note(settled)
            drafts.append(Draft(record=record, command=command, settled=settled))
        return drafts

    async def _find_to_warn(self, drafts: Sequence[Draft]) -> None:
        inside = await self._hazards.inside([draft.settled.new_ground for draft in drafts])
        for draft, people in zip(drafts, inside, strict=True):
            draft.settled = changed(draft.settled, inside=people)

    async def _find_ways(self, drafts: Sequence[Draft]) -> None:
        states = [draft.settled.incident for draft in drafts]
        grounds = [
            (state.id, area, ground_of(state)) if state and (area := draft.settled.ground_to_check) else None
            for draft, state in zip(drafts, states, strict=True)
        ]
        if not any(grounds):
            return
        found = await self._hazards.ways(grounds, [state for state in states if state])
        for draft, ways in zip(drafts, found, strict=True):
            draft.settled = changed(draft.settled, ways=ways)

    async def _write(self, drafts: Sequence[Draft], start_ns: int) -> None:
        """Writes the decisions to the log, then applies and publishes them. `start_ns`: since when they are dealt with."""
        decisions = [draft.decision for draft in drafts if draft.decision is not None]
        # The log first: Redis is derived from it and can be rebuilt, the log cannot.
        offsets = await self._publisher.publish_decisions(decisions)
        logged_ns = clock.now_ns()
        logged = [
            Logged(
                partition=decision.cause.partition,
                offset=offset,
                decision=decision,
                incident=fold(draft.settled.view.incident, decision),
            )
            for draft, decision, offset in zip(drafts, decisions, offsets, strict=True)
        ]
        # Another worker wrote in between. What both wrote is read back and applied in the order of the log.
        if not await self._projection.apply(logged):
            partitions = {entry.partition for entry in logged}
            self.invalidate(partitions)
            await self.catch_up(partitions)
        # After `apply`: the holds of these decisions are confirmed, and a release does not touch confirmed holds.
        await self._ledger.release_unused(decisions)
        count_decisions(decisions, drafts)
        for draft, decision in zip(drafts, decisions, strict=True):
            spans.decided(draft.record, draft.command, decision, start_ns=start_ns, logged_ns=logged_ns)


def _cause(record: Consumed, command: Command) -> Cause:
    return Cause(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        command_id=command.id,
        command_kind=wire.kind_of(command),
    )
