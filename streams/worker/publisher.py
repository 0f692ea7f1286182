"""The workers' producer: idempotent, `acks=all`, one per app. Only the broker's answer counts as success.

Every method raises `LogUnavailable` when a record was not confirmed. The record may still be in the log, so the caller must read
the log before it decides anything again. A repeat is harmless because ids are deterministic.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from dispatch.model.commands import Command
from dispatch.model.decisions import Decision, OfferStep, StatusRecord
from dispatch.model.ids import derived, zone_of_incident
from streams import clock, wire
from streams.dead_letters import letters
from streams.errors import LogUnavailable
from streams.kafka import partitioner
from streams.kafka.clients import BATCH_LIFETIME_MS, idempotent_producer
from streams.kafka.reasons import kafka_reason
from streams.kafka.records import Consumed
from streams.settings import Settings
from streams.store.record_decoders import QUIET_KEY
from streams.topics import DECISIONS, INCIDENT_STATUS, INCIDENTS, NOTICES, OFFERS, PRIVATE, SHADOW, VOLUNTEERS
from streams.tracing import spans


class Publisher:
    """Publishes what a worker decides. `start` must be called first; every publishing method raises `LogUnavailable`."""

    def __init__(self, settings: Settings, source: str) -> None:
        self._settings = settings
        self._source = source
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[str, set[int]] = {}

    async def start(self) -> None:
        """Connects and loads the partitions of the topics.

        Raises:
            KafkaError: no broker answered.
        """
        producer = idempotent_producer(self._settings, self._source, BATCH_LIFETIME_MS)
        await producer.start()
        for topic in (INCIDENTS, DECISIONS, OFFERS, INCIDENT_STATUS):
            self._partitions[topic.name] = await producer.partitions_for(topic.name)
        self._producer = producer

    async def stop(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    @property
    def producer(self) -> AIOKafkaProducer:
        """The started producer. Raises LogUnavailable before `start`."""
        if self._producer is None:
            raise LogUnavailable("the producer has not been started")
        return self._producer

    def partition_of(self, topic: str, key: str) -> int:
        """Partition of a key by Kafka's default partitioner (murmur2), which all clients use."""
        return partitioner.partition_of(key.encode(), len(self._partitions[topic]))

    async def publish_decisions(self, decisions: Sequence[Decision]) -> list[int]:
        """Publishes decisions, each in its command's partition; returns their offsets in the given order."""
        # `send` appends to a batch in this order and returns a future; the futures are awaited together below.
        sent = [
            await self._send(
                DECISIONS.name,
                key=decision.zone,
                value=wire.encode_decision(decision),
                headers=wire.headers("decision", decision.id, self._source, decision.decided_ms)
                + spans.decision_header(decision),
                # By number, not by key: a decision is in the partition of its command, wherever the sender put it (DESIGN 1).
                partition=decision.cause.partition,
            )
            for decision in decisions
        ]
        return [metadata.offset for metadata in await self._confirmed(sent)]

    async def publish_derived(self, steps: Sequence[OfferStep], states: Sequence[StatusRecord]) -> None:
        """Publishes offer steps to `offers` and states to `incident-status`."""
        start_ns = clock.now_ns()
        sent = [
            await self._send(
                OFFERS.name,
                key=step.volunteer_id,
                value=wire.encode(step),
                headers=wire.headers(f"offer.{step.state}", step.event_id, self._source, step.at_ms)
                + spans.step_header(step),
            )
            for step in steps
        ]
        sent += [
            await self._send(
                INCIDENT_STATUS.name,
                key=record.incident.id,
                value=wire.encode(record),
                headers=wire.headers("incident-status", record.decision_id, self._source, record.decided_ms),
            )
            for record in states
        ]
        await self._confirmed(sent)
        spans.published(steps, start_ns)

    async def erase_private(self, refs: Sequence[str]) -> None:
        """Publishes tombstones for sealed records that no state refers to. A repeat is harmless."""
        sent = [
            await self._send(
                PRIVATE.name,
                key=ref,
                value=None,
                headers=wire.headers("private", str(derived("erased", ref)), self._source),
            )
            for ref in refs
        ]
        await self._confirmed(sent)

    async def erase_statuses(self, incident_ids: Sequence[str]) -> None:
        """Publishes tombstones for the last states of incidents that ended long ago. A repeat is harmless."""
        sent = [
            await self._send(
                INCIDENT_STATUS.name,
                key=incident_id,
                value=None,
                headers=wire.headers("incident-status", str(derived("ended", incident_id)), self._source),
            )
            for incident_id in incident_ids
        ]
        await self._confirmed(sent)

    async def append_quiet(self, topic: str, partition: int) -> None:
        """Appends a tombstone of no record, so that Kafka closes the segment before it."""
        headers = wire.headers("quiet", clock.fresh_id(), self._source)
        sent = await self._send(topic, key=QUIET_KEY, value=None, headers=headers, partition=partition)
        await self._confirmed([sent])

    async def publish_profiles(self, profiles: Sequence[tuple[str, wire.VolunteerRecord | None]]) -> None:
        """Publishes profiles by volunteer id; None is the tombstone of an erased profile."""
        # The header's id may differ on a repeat: readers guard profiles by offset, not by id.
        sent = [
            await self._send(
                VOLUNTEERS.name,
                key=volunteer_id,
                value=None if record is None else wire.encode(record),
                headers=wire.headers("volunteer", clock.fresh_id(), self._source),
            )
            for volunteer_id, record in profiles
        ]
        await self._confirmed(sent)

    async def send_commands(self, commands: Sequence[Command]) -> None:
        """Publishes commands that the worker itself issues, such as due deadlines and offers to void."""
        start_ns = clock.now_ns()
        sent = [
            await self._send(
                INCIDENTS.name,
                key=zone_of_incident(command.incident_id) or "",
                value=wire.encode_command(command),
                headers=wire.headers(f"command.{wire.kind_of(command)}", command.id, self._source, command.sent_ms)
                + spans.command_header(command),
            )
            for command in commands
        ]
        await self._confirmed(sent)
        spans.issued(commands, start_ns)

    async def send_notices(self, notices: Sequence[wire.NoticeRecord]) -> None:
        """Publishes notices that belong to no offer, under ids that follow from their cause."""
        sent = [
            await self._send(
                NOTICES.name,
                key=notice.volunteer_id,
                value=wire.encode(notice),
                headers=wire.headers("notice", notice.id, self._source, notice.at_ms),
            )
            for notice in notices
        ]
        await self._confirmed(sent)

    async def publish_shadow(
        self, differences: Sequence[wire.ShadowDifference], tally: wire.ShadowTally | None
    ) -> None:
        """Publishes what another book would have decided otherwise, and sums."""
        records: list[tuple[str, wire.ShadowDifference | wire.ShadowTally, int]] = [
            (f"difference|{one.decision_id}", one, one.at_ms) for one in differences
        ]
        if tally is not None:
            records.append((f"tally|{self._source}|{tally.until_ms}", tally, tally.until_ms))
        sent = [
            await self._send(
                SHADOW.name,
                key=key,
                value=wire.encode(record),
                headers=wire.headers("shadow", str(derived("shadow", key)), self._source, at_ms),
            )
            for key, record, at_ms in records
        ]
        await self._confirmed(sent)

    async def dead_letter(self, record: Consumed, reason: str) -> None:
        """Publishes the dead letter of a record; returns after the broker confirmed it."""
        letter = letters.letter_of(record, reason)
        try:
            await letters.write(self.producer, letter, source=self._source)
        except KafkaError as error:
            raise LogUnavailable(f"dead letter: {kafka_reason(error)}") from error

    async def _send(
        self,
        topic: str,
        *,
        key: str,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
    ) -> "asyncio.Future[Any]":
        try:
            sent: asyncio.Future[Any] = await self.producer.send(
                topic, value, key=key.encode(), partition=partition, headers=headers
            )
        except KafkaError as error:
            raise LogUnavailable(f"{topic}: {kafka_reason(error)}") from error
        return sent

    async def _confirmed(self, sent: Sequence["asyncio.Future[Any]"]) -> list[Any]:
        """Awaits every future, because the producer's `flush()` never raises."""
        # All of them before an error is raised: asyncio would log the exceptions of futures that nobody awaited.
        results = await asyncio.gather(*sent, return_exceptions=True)
        for result in results:
            if isinstance(result, KafkaError):
                raise LogUnavailable(repr(result)) from result
            if isinstance(result, BaseException):
                raise result
        return list(results)
