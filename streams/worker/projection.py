"""Applies the decisions of a partition to Redis in the order of the log, and publishes the offers and status derived from them.

Used after a batch was decided (`apply`) and to recover (`catch_up`: a takeover, a gap, a missing answer). Both end with every
decision up to the end of the log applied, and its offers and status confirmed by Kafka.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import structlog

from dispatch.follow_ups import follow_ups
from dispatch.model.commands import Command
from dispatch.model.decisions import Decision, OfferStep, StatusRecord
from dispatch.model.people import Hold
from dispatch.model.vocabulary import OfferState
from dispatch.ports import Applied, AppliedState, PartitionProgress, Store
from dispatch.state.offer_effects import held_by, offer_steps
from streams import metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.records import Consumed
from streams.notices.requests import hazard_warnings
from streams.rebuild.log_fold import folded, no_decision
from streams.topics import DECISIONS
from streams.wire import NoticeRecord
from streams.worker.logged_decisions import Logged, application, refused_of, void_command
from streams.worker.publisher import Publisher

log = structlog.get_logger(__name__)
_APPLY_AT_ONCE = 200
"""Decisions per call when catching up; bounds one script in Redis, which serves nobody else meanwhile."""


class Projection:
    """The projection of one worker process. Methods must not run concurrently for one partition."""

    def __init__(self, store: Store, publisher: Publisher, reader: LogReader) -> None:
        self._store = store
        self._publisher = publisher
        self._reader = reader
        self._published: dict[int, int] = {}
        """By partition: the offset up to which all decisions are published, as far as this process knows."""
        self._written: dict[int, int] = {}
        """By partition: the last offset that Kafka confirmed to this process."""

    async def apply(self, logged: Sequence[Logged]) -> bool:
        """Applies and publishes; False when another worker wrote in between (a gap): the caller must catch up.

        Another worker may have crashed after it applied a decision and before it published it. `mark_published` must never pass a
        decision whose offers are not in the log, so decisions behind such a one are not published here.

        Raises:
            LogUnavailable, StoreUnavailable, NotReady: catch up before deciding again.
        """
        for entry in logged:
            # Before anything can fail: a confirmed offset is known even if applying it raises (DESIGN 72).
            self._written[entry.partition] = max(entry.offset, self._written.get(entry.partition, -1))
        if not self._follows(logged):
            return False
        answers = await self._store.apply([application(entry) for entry in logged])
        # The offset does not follow the last one that is applied: another worker writes to this partition (DESIGN 3).
        if any(answer.state is AppliedState.GAP for answer in answers):
            return False
        await self._publish(logged, answers)
        self._published.update({entry.partition: entry.offset for entry in logged})
        return True

    def _follows(self, logged: Sequence[Logged]) -> bool:
        """Whether each decision directly follows what this process has published."""
        published = dict(self._published)
        for entry in logged:
            # A gap may hold a decision that another worker applied and did not publish (DESIGN 66).
            if published.get(entry.partition, -1) != entry.offset - 1:
                return False
            published[entry.partition] = entry.offset
        return True

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """End offsets of `decisions`, as the brokers report them. Raises LogUnavailable."""
        return await self._reader.ends(DECISIONS.name, partitions)

    async def is_behind(self, partition: int, end: int) -> bool:
        """Whether the log before `end` holds decisions that are not applied, or whose offers may be missing in the log.

        This happens after a rebuild, after a crash between two steps, or when a worker wrote after its partition was revoked.
        """
        progress = await self._store.progress(partition)
        return progress.published < progress.applied or progress.applied + 1 < end

    async def catch_up(self, partition: int) -> int:
        """Reads the partition's decisions to their end; applies and publishes those for which that is not known to be done.

        Returns the number of decisions read.

        Raises:
            LogUnavailable, StoreUnavailable, NotReady: a repeat continues where this stopped.
        """
        progress = await self._store.progress(partition)
        # A decision may be applied and not published: its worker died in between (DESIGN 66).
        start = min(progress.applied, progress.published) + 1
        end = await self._end(partition, progress)
        count = 0
        async for records in self._reader.read(DECISIONS.name, {partition: (start, end)}):
            for at in range(0, len(records), _APPLY_AT_ONCE):
                part = records[at : at + _APPLY_AT_ONCE]
                decided = [(record.offset, await self._read(record)) for record in part]
                await self._catch_up_part(partition, progress, decided)
                count += len(decided)
        self._published[partition] = end - 1
        # Refused holds whose voiding commands may not have been sent before a crash. Their ids make a repeat harmless.
        await self._void(progress.refused)
        if count:
            log.info("partition caught up", partition=partition, decisions=count)
        return count

    async def unused_refs(self, places: Iterable[tuple[int, int]]) -> list[str]:
        """References of sealed records that these decisions (partition, offset) mark as unused. Raises LogUnavailable."""
        refs: list[str] = []
        for partition, offset in places:
            async for records in self._reader.read(DECISIONS.name, {partition: (offset, offset + 1)}):
                for record in records:
                    if record.offset == offset:
                        refs.extend((await self._read(record)).unused_refs)
        return refs

    async def _end(self, partition: int, progress: PartitionProgress) -> int:
        """The end offset, checked against known offsets (DESIGN 72).

        A broker that resumes after a stall believes that it still leads its partitions, and reports an outdated end offset.
        Trusting it would mean deciding on an old state.
        """
        end = await self._reader.end(DECISIONS.name, partition)
        known = max(progress.applied, progress.published, self._written.get(partition, -1))
        if end <= known:
            raise LogUnavailable(
                f"{DECISIONS.name}/{partition} ends at {end} although offset {known} is known: a broker is behind, or Redis "
                "was built from another log (then run `komek rebuild`)"
            )
        return end

    async def _read(self, record: Consumed) -> Decision:
        """An unreadable record is dead-lettered and becomes a decision without effect at the same offset."""
        try:
            return wire.decode_decision(record.value)
        except wire.Unreadable as error:
            # One corrupt record must not stop the work on all other incidents (DESIGN 43).
            await self._publisher.dead_letter(record, str(error))
            metrics.BROKEN_DECISIONS.inc()
            log.error("decision is unreadable", partition=record.partition, offset=record.offset)
            # It keeps the offset, so that the next record follows it.
            return no_decision(record.topic, record.partition, record.offset)

    async def _catch_up_part(
        self, partition: int, progress: PartitionProgress, decided: Sequence[tuple[int, Decision]]
    ) -> None:
        first_at, entries = await self._replayed(partition, progress.applied, decided)
        fresh = [entry for entry in entries if entry.offset > progress.applied]
        old = [entry for entry in entries if entry.offset <= progress.applied]
        answers = await self._store.apply([application(entry) for entry in fresh])
        # Applied before, perhaps not published: published again, with the same ids.
        repeats = [entry for entry in old if first_at[entry.decision.cause.command_id] == entry.offset]
        await self._release([entry for entry in old if first_at[entry.decision.cause.command_id] != entry.offset])
        again = [Applied(state=AppliedState.ALREADY, refused=refused_of(progress.refused, entry)) for entry in repeats]
        await self._publish([*repeats, *fresh], [*again, *answers])
        await self._store.mark_published(partition, decided[-1][0])

    async def _replayed(
        self, partition: int, applied: int, decided: Sequence[tuple[int, Decision]]
    ) -> tuple[dict[str, int | None], list[Logged]]:
        """Folds the decisions behind `applied` onto the states in Redis.

        Returns the offset of the first decision of each command, and all decisions with the state after them (None for a repeat).
        """
        _, loaded = await self._store.load(
            [(decision.cause.command_id, decision.incident_id) for _, decision in decided]
        )
        pairs = list(zip((decision for _, decision in decided), loaded, strict=True))
        states = {decision.incident_id: entry.incident for decision, entry in pairs}
        first_at = {decision.cause.command_id: entry.decided_at for decision, entry in pairs}
        entries: list[Logged] = []
        for offset, logged in decided:
            decision, command = logged, logged.cause.command_id
            # Of a command only the first decision counts; a later one keeps its offset without effect.
            is_first = first_at[command] in (None, offset)
            # Another worker may have applied it since `progress` was read: then the loaded state includes it.
            if offset > applied and first_at[command] is None:
                states[decision.incident_id], decision = folded(states[decision.incident_id], decision)
                first_at[command] = offset
            state = states[decision.incident_id] if is_first else None
            entries.append(Logged(partition=partition, offset=offset, decision=decision, incident=state))
        return first_at, entries

    async def _publish(self, logged: Sequence[Logged], answers: Sequence[Applied]) -> None:
        steps: list[OfferStep] = []
        newest: dict[str, StatusRecord] = {}
        refused: dict[str, Hold] = {}
        commands: list[Command] = []
        warnings: list[NoticeRecord] = []
        unused: list[str] = []
        await self._release(
            [entry for entry, answer in zip(logged, answers, strict=True) if answer.state is AppliedState.VOID]
        )
        for entry, answer in zip(logged, answers, strict=True):
            if answer.state is AppliedState.VOID:
                metrics.VOID_DECISIONS.inc()
                continue
            refused.update({hold.offer_id: hold for hold in answer.refused})
            commands.extend(follow_ups(entry.decision))
            unused.extend(entry.decision.unused_refs)
            steps.extend(
                step
                for step in offer_steps(entry.incident, entry.decision, entry.partition, entry.offset)
                # An offer whose hold was refused is never announced; its voiding follows as a command.
                if not (step.id in refused and step.state is OfferState.OFFERED)
            )
            if entry.incident is not None and entry.decision.events:
                warnings.extend(hazard_warnings(entry.incident, entry.decision))
                newest[entry.incident.id] = StatusRecord(
                    incident=entry.incident,
                    decision_id=entry.decision.id,
                    decision_partition=entry.partition,
                    decision_offset=entry.offset,
                    decided_ms=entry.decision.decided_ms,
                )
        # Only the newest state of each incident: the topic is compacted, readers want the last one.
        await self._publisher.publish_derived(steps, list(newest.values()))
        # At least once, with ids that follow from the decision (DESIGN 20).
        await self._publisher.send_commands(commands)
        if warnings:
            await self._publisher.send_notices(warnings)
        if unused:
            # Records of refused or unchanged edits (DESIGN 79).
            await self._publisher.erase_private(unused)
        await self._void(refused)
        last = {entry.partition: entry.offset for entry in sorted(logged, key=lambda entry: entry.offset)}
        # Last: what is marked is never published again, so everything above must be confirmed.
        await asyncio.gather(*(self._store.mark_published(partition, offset) for partition, offset in last.items()))

    async def _release(self, void: Sequence[Logged]) -> None:
        """Releases the holds of decisions that are void because an earlier decision of their command exists.

        Holds of the earlier decision are confirmed, and `release` does not affect confirmed holds.
        """
        holds = [hold for entry in void for hold in held_by(entry.decision)]
        if holds:
            await self._store.release(holds)

    async def _void(self, refused: Mapping[str, Hold]) -> None:
        """Sends a command for each hold that the order of the log refused, so that a decision voids and replaces its offer."""
        if not refused:
            return
        metrics.VOID_OFFERS.inc(len(refused))
        log.warning("offers refused by the order of the log", offers=sorted(refused))
        now_ms = await self._store.now_ms()
        await self._publisher.send_commands([void_command(hold, now_ms) for hold in refused.values()])
