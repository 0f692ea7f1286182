"""From the log to the picture: applies decisions of one partition in the order of the log, and publishes what is derived.

Used on the ordinary way (a batch that was just decided) and on the way back (a partition taken over, a gap, an answer that never
came): both end with every decision up to the end of the log applied, and its offers and status confirmed.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from dispatch.follow_ups import follow_ups
from dispatch.matching.lessons import lessons_of, work_ended
from dispatch.matching.trust import judged_by
from dispatch.model.commands import DISPATCHER, Command, VoidOffer
from dispatch.model.decisions import Decision, OfferStep, StatusRecord
from dispatch.model.ids import derived, parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from dispatch.model.vocabulary import OfferState
from dispatch.ports import Application, Applied, AppliedState, PartitionProgress, Store
from dispatch.state.lifecycle import freed_by, held_by, offer_steps
from streams import metrics, wire
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.records import Consumed
from streams.rebuild.log_fold import folded, no_decision
from streams.topics import DECISIONS
from streams.worker.publisher import Publisher

log = structlog.get_logger()
_APPLY_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A decision at its place in `decisions`, with the state after it."""

    partition: int
    offset: int
    decision: Decision
    incident: Incident | None


class Projection:
    def __init__(self, store: Store, publisher: Publisher, reader: LogReader) -> None:
        self._store = store
        self._publisher = publisher
        self._reader = reader
        self._said: dict[int, int] = {}
        """Up to which offset of a partition everything is published, as far as this process has seen."""
        self._written: dict[int, int] = {}
        """The last offset of a partition that Kafka confirmed to this process."""

    async def apply(self, logged: Sequence[Logged]) -> bool:
        """Applies and publishes; false when a gap showed that others wrote in between: catch up, then go on.

        Others may have applied what they wrote and died before they published it, so what follows theirs is not published
        before theirs has been: `mark_published` must never pass a decision whose offers are not in the log.
        """
        for entry in logged:
            self._written[entry.partition] = max(entry.offset, self._written.get(entry.partition, -1))
        if not self._follows(logged):
            return False
        answers = await self._store.apply([application(entry) for entry in logged])
        if any(answer.state is AppliedState.GAP for answer in answers):
            return False
        await self._publish(logged, answers)
        self._said.update({entry.partition: entry.offset for entry in logged})
        return True

    def _follows(self, logged: Sequence[Logged]) -> bool:
        """Whether each decision stands right behind what this process has published."""
        said = dict(self._said)
        for entry in logged:
            if said.get(entry.partition, -1) != entry.offset - 1:
                return False
            said[entry.partition] = entry.offset
        return True

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """Of `decisions`, as the brokers tell it. Raises LogUnavailable."""
        return await self._reader.ends(DECISIONS.name, partitions)

    async def is_behind(self, partition: int, end: int) -> bool:
        """Whether the log up to that end holds decisions that are not applied, or whose offers may not be in the log: after a
        rebuild, when a worker died between, or when another wrote after it had lost the partition."""
        progress = await self._store.progress(partition)
        return progress.published < progress.applied or progress.applied + 1 < end

    async def catch_up(self, partition: int) -> int:
        """Reads the partition's decisions to their end, applies what is not applied, publishes what may not be published.

        Returns the number of decisions read. Raises LogUnavailable, StoreTrouble or NotReady; a repeat goes on where it stopped.
        """
        progress = await self._store.progress(partition)
        start = min(progress.applied, progress.published) + 1
        end = await self._end(partition, progress)
        count = 0
        async for records in self._reader.read(DECISIONS.name, {partition: (start, end)}):
            for at in range(0, len(records), _APPLY_AT_ONCE):
                part = records[at : at + _APPLY_AT_ONCE]
                decided = [(record.offset, await self._read(record)) for record in part]
                await self._catch_up_part(partition, progress, decided)
                count += len(decided)
        self._said[partition] = end - 1
        await self._void(progress.refused)
        if count:
            log.info("partition caught up", partition=partition, decisions=count)
        return count

    async def unused_refs(self, places: Iterable[tuple[int, int]]) -> list[str]:
        """The sealed records that these decisions (partition, offset) name as unused. Raises LogUnavailable."""
        refs: list[str] = []
        for partition, offset in places:
            async for records in self._reader.read(DECISIONS.name, {partition: (offset, offset + 1)}):
                for record in records:
                    if record.offset == offset:
                        refs.extend((await self._read(record)).unused_refs)
        return refs

    async def _end(self, partition: int, progress: PartitionProgress) -> int:
        """A broker that stood still leads its partitions, as far as it knows, until it hears of its successor, and tells an end
        that has long been passed. Whoever believed it would decide on an old state."""
        end = await self._reader.end(DECISIONS.name, partition)
        known = max(progress.applied, progress.published, self._written.get(partition, -1))
        if end <= known:
            raise LogUnavailable(
                f"{DECISIONS.name}/{partition} ends at {end} and offset {known} is known: a broker that is behind, or another "
                "log than the one this picture was made from (then: komek rebuild)"
            )
        return end

    async def _read(self, record: Consumed) -> Decision:
        """A record that is no decision keeps its place in the log and decides nothing."""
        try:
            return wire.decode_decision(record.value)
        except wire.Unreadable as error:
            await self._publisher.dead_letter(record, str(error))
            metrics.BROKEN_DECISIONS.inc()
            log.error("a record of decisions is unreadable", partition=record.partition, offset=record.offset)
            return no_decision(record.topic, record.partition, record.offset)

    async def _catch_up_part(
        self, partition: int, progress: PartitionProgress, decided: Sequence[tuple[int, Decision]]
    ) -> None:
        applied, refused = progress.applied, progress.refused
        _, loaded = await self._store.load(
            [(decision.cause.command_id, decision.incident_id) for _, decision in decided]
        )
        states = {decision.incident_id: entry.incident for (_, decision), entry in zip(decided, loaded, strict=True)}
        done_at = {
            decision.cause.command_id: entry.decided_at for (_, decision), entry in zip(decided, loaded, strict=True)
        }
        fresh: list[Logged] = []
        old: list[Logged] = []
        for offset, logged in decided:
            decision, command = logged, logged.cause.command_id
            first = done_at[command] in (None, offset)
            # Another worker may have applied it since `progress` was read: then the state has it already.
            if offset > applied and done_at[command] is None:
                states[decision.incident_id], decision = folded(states[decision.incident_id], decision)
                done_at[command] = offset
            entry = Logged(
                partition=partition,
                offset=offset,
                decision=decision,
                incident=states[decision.incident_id] if first else None,
            )
            (fresh if offset > applied else old).append(entry)
        answers = await self._store.apply([application(entry) for entry in fresh])
        repeats = [entry for entry in old if done_at[entry.decision.cause.command_id] == entry.offset]
        await self._give_back([entry for entry in old if done_at[entry.decision.cause.command_id] != entry.offset])
        await self._publish(
            [*repeats, *fresh],
            [Applied(state=AppliedState.ALREADY, refused=_among(refused, entry)) for entry in repeats] + list(answers),
        )
        last = decided[-1][0]
        await self._store.mark_published(partition, last)

    async def _publish(self, logged: Sequence[Logged], answers: Sequence[Applied]) -> None:
        steps: list[OfferStep] = []
        newest: dict[str, StatusRecord] = {}
        refused: dict[str, Hold] = {}
        said: list[Command] = []
        unused: list[str] = []
        await self._give_back(
            [entry for entry, answer in zip(logged, answers, strict=True) if answer.state is AppliedState.VOID]
        )
        for entry, answer in zip(logged, answers, strict=True):
            if answer.state is AppliedState.VOID:
                metrics.VOID_DECISIONS.inc()
                continue
            refused.update({hold.offer_id: hold for hold in answer.refused})
            said.extend(follow_ups(entry.decision))
            unused.extend(entry.decision.unused_refs)
            steps.extend(
                step
                for step in offer_steps(entry.incident, entry.decision, entry.partition, entry.offset)
                if not (step.id in refused and step.state is OfferState.OFFERED)
            )
            if entry.incident is not None and entry.decision.events:
                newest[entry.incident.id] = StatusRecord(
                    incident=entry.incident,
                    decision_id=entry.decision.id,
                    decision_partition=entry.partition,
                    decision_offset=entry.offset,
                    decided_ms=entry.decision.decided_ms,
                )
        await self._publisher.publish_derived(steps, list(newest.values()))
        await self._publisher.send_commands(said)
        if unused:
            await self._publisher.erase_private(unused)
        await self._void(refused)
        last = {entry.partition: entry.offset for entry in sorted(logged, key=lambda entry: entry.offset)}
        await asyncio.gather(*(self._store.mark_published(partition, offset) for partition, offset in last.items()))

    async def _give_back(self, void: Sequence[Logged]) -> None:
        """People whom a decision claimed that does not count, since another of its command stands before it. Whom the one that
        counts has engaged is confirmed, and stays so."""
        holds = [hold for entry in void for hold in held_by(entry.decision)]
        if holds:
            await self._store.release(holds)

    async def _void(self, refused: Mapping[str, Hold]) -> None:
        """Holds the log's order refused become commands, so that they are voided by a record and replaced."""
        if not refused:
            return
        metrics.VOID_OFFERS.inc(len(refused))
        log.error("offers refused by the order of the log", offers=sorted(refused))
        now_ms = await self._store.now_ms()
        await self._publisher.send_commands([void_command(hold, now_ms) for hold in refused.values()])


def application(entry: Logged) -> Application:
    decision = entry.decision
    freed = freed_by(decision)
    return Application(
        partition=entry.partition,
        offset=entry.offset,
        command_id=decision.cause.command_id,
        incident_id=decision.incident_id,
        incident=entry.incident if decision.events else None,
        holds=held_by(decision),
        freed=freed,
        # However a refused offer ended (void, expiry, withdrawal), nobody has to void it any more.
        voided=tuple(hold.offer_id for hold in freed),
        lessons=lessons_of(decision, entry.incident) if entry.incident else (),
        work_ended=work_ended(decision, entry.incident) if entry.incident else (),
        judged=judged_by(decision, entry.incident) if entry.incident else (),
    )


def _among(refused: Mapping[str, Hold], entry: Logged) -> tuple[Hold, ...]:
    """Which of this decision's holds were refused when it was applied."""
    return tuple(hold for hold in held_by(entry.decision) if hold.offer_id in refused)


def void_command(hold: Hold, now_ms: int) -> VoidOffer:
    parts = parts_of_offer(hold.offer_id)
    if parts is None:
        raise ValueError(f"{hold.offer_id} is no offer id")
    return VoidOffer(
        id=str(derived("void", hold.offer_id)),
        incident_id=parts.incident_id,
        by=DISPATCHER,
        sent_ms=now_ms,
        offer_id=hold.offer_id,
    )
