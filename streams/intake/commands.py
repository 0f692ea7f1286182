"""Sends commands, private records, profiles and audit entries to Kafka through kafka-python (`positions.py` uses aiokafka).

Every awaited `send_*` and `erase_*` returns after the broker's confirmation (`acks=all`) or raises within `ANSWER_WITHIN_S`:

    IntakeError
    ├── Overloaded          too many sends await confirmation; nothing was sent
    └── OutcomeUnknown      no confirmation in time; the record may be in the log or not: repeat it with the same id

A repeat is harmless: ids are deterministic and readers deduplicate by them.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import structlog

from dispatch.model.commands import Command
from dispatch.model.ids import derived, zone_of_incident
from streams import clock, event_loop, metrics, wire
from streams.errors import OutcomeUnknown, Overloaded
from streams.kafka import clients
from streams.ring import LiveRing
from streams.ring.live_ring import ring_of
from streams.settings import Settings
from streams.topics import (
    ALARMS,
    ASSISTANT,
    HANDOVERS,
    HINTS,
    INCIDENTS,
    MESSAGES,
    NOTICES,
    PRIVATE,
    SESSIONS,
    VERIFICATIONS,
    VOLUNTEERS,
)
from streams.tracing import spans

IN_FLIGHT = 256
"""Sends that await confirmation; beyond them, `Overloaded` is raised before anything is sent."""
ANSWER_WITHIN_S = 1.85
"""Part of the two seconds within which a caller is promised an answer. A leader election may take 1.6 s of it."""
RENEW_AFTER_S = 10.0
"""The producer is replaced after failing for this long."""
_WARM = (
    INCIDENTS,
    PRIVATE,
    VOLUNTEERS,
    VERIFICATIONS,
    SESSIONS,
    NOTICES,
    ALARMS,
    HANDOVERS,
    MESSAGES,
    HINTS,
    ASSISTANT,
)

_log = structlog.get_logger(__name__)
T = TypeVar("T")


class LogOffset(NamedTuple):
    """Place of a confirmed record in its topic."""

    partition: int
    offset: int


class Message(NamedTuple):
    """A record to be sent; `value` None is a tombstone."""

    topic: str
    key: str
    value: bytes | None
    headers: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class _Reply:
    """Passes the client's answer from its thread to the future that a coroutine awaits."""

    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[LogOffset]"

    def confirm(self, position: LogOffset) -> None:
        self._call(self._set_result, position)

    def fail(self, error: BaseException) -> None:
        self._call(self._set_exception, error)

    def _call(self, function: Callable[[T], None], value: T) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(function, value)

    def _set_result(self, position: LogOffset) -> None:
        if not self.answer.done():
            self.answer.set_result(position)

    def _set_exception(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(OutcomeUnknown(f"Kafka did not confirm: {type(error).__name__}"))


class CommandIntake:
    """One per process. `start` waits for the broker; all other methods never block the event loop.

    kafka-python's `send` may block until it has the topic's metadata, so it runs in a pool of two threads. Its callbacks run on
    the client's own thread and are passed to the event loop.
    """

    def __init__(
        self,
        settings: Settings,
        source: str,
        make: Callable[[Settings, str], Any] = clients.prompt_producer,
        *,
        ring: LiveRing | None = None,
        renew_after_s: float = RENEW_AFTER_S,
    ) -> None:
        """`ring`: seals private records; None: that of the settings, read when the first one is sealed."""
        self._ring = ring
        self._renew_after_s = renew_after_s
        self._settings = settings
        self._source = source
        self._make = make
        self._producer: Any = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="intake")
        self._in_flight = 0
        self._failing_since: float | None = None
        self._renewal: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connects and loads the metadata of the topics, so that the first report does not wait for it.

        Raises:
            kafka.errors.KafkaError: no broker answered.
        """
        self._producer = await asyncio.to_thread(self._make, self._settings, self._source)
        # At once: each would wait for a refresh of its own, a tenth of a second apart.
        await asyncio.gather(*(asyncio.to_thread(self._producer.partitions_for, topic.name) for topic in _WARM))

    async def stop(self) -> None:
        """Closes the producer; waits at most `ANSWER_WITHIN_S` for audit entries that are still being sent."""
        # Before the producer is closed, which would fail them.
        await event_loop.cancel(self._renewal)
        if self._producer is not None:
            await asyncio.to_thread(self._producer.close, timeout=ANSWER_WITHIN_S)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def in_flight(self) -> int:
        """Number of sends that await confirmation."""
        return self._in_flight

    async def send_command(self, command: Command) -> LogOffset:
        """Sends a command to `incidents`, keyed by the zone in the incident id. Raises as `send_in_order`."""
        (position,) = await self.send_in_order([self.command_message(command)])
        return position

    def command_message(self, command: Command) -> Message:
        """The message of a command.

        Raises:
            ValueError: the incident id has no zone.
        """
        zone = zone_of_incident(command.incident_id)
        if zone is None:
            raise ValueError(f"{command.incident_id!r} is not an incident id")
        headers = wire.headers(f"command.{wire.kind_of(command)}", command.id, self._source)
        headers += spans.command_header(command)
        return Message(INCIDENTS.name, zone, wire.encode_command(command), headers)

    def private_message(
        self,
        ref: str,
        record: wire.PrivateRecord | None,
        sealed: bytes | None = None,
    ) -> Message:
        """A message for `private`. `sealed` is sent as it is, else `record` is sealed; without both, it is a tombstone."""
        value = sealed
        if record is not None and value is None:
            self._ring = ring_of(self._settings, self._ring)
            value = wire.seal(self._ring.now, ref, record)
        return Message(PRIVATE.name, ref, value, _private_headers(ref, self._source))

    async def send_private(self, ref: str, record: wire.PrivateRecord) -> tuple[LogOffset, bytes]:
        """Seals and sends a record; returns its position and the sealed bytes. Raises as `send_in_order`."""
        message = self.private_message(ref, record)
        assert message.value is not None
        (position,) = await self.send_in_order([message])
        return position, message.value

    async def erase_private(self, ref: str) -> LogOffset:
        """Sends a tombstone to `private`. Raises as `send_in_order`."""
        (position,) = await self.send_in_order([self.private_message(ref, None)])
        return position

    async def send_volunteer(self, record: "wire.VolunteerRecord") -> LogOffset:
        """Sends a profile to `volunteers`. Raises as `send_in_order`."""
        headers = wire.headers("volunteer", clock.fresh_id(), self._source)
        (position,) = await self.send_in_order([Message(VOLUNTEERS.name, record.id, wire.encode(record), headers)])
        return position

    def verification_message(self, volunteer_id: str, skill: str, record: "wire.VerificationRecord | None") -> Message:
        value = None if record is None else wire.encode(record)
        headers = wire.headers("verification", clock.fresh_id(), self._source)
        return Message(VERIFICATIONS.name, f"{volunteer_id}|{skill}", value, headers)

    async def erase_volunteer(self, volunteer_id: str) -> LogOffset:
        """Sends a tombstone to `volunteers`. Raises as `send_in_order`."""
        headers = wire.headers("volunteer", clock.fresh_id(), self._source)
        (position,) = await self.send_in_order([Message(VOLUNTEERS.name, volunteer_id, None, headers)])
        return position

    async def send_session(self, key: str, record: "wire.SessionRecord | None") -> LogOffset:
        """Sends a record or a tombstone to `sessions`. Raises as `send_in_order`."""
        headers = wire.headers("session", clock.fresh_id(), self._source)
        value = None if record is None else wire.encode(record)
        (position,) = await self.send_in_order([Message(SESSIONS.name, key, value, headers)])
        return position

    async def send_alarm_answer(self, key: str, record: wire.AlarmAnswer | None) -> LogOffset:
        """Sends a record or a tombstone to `alarms`. Raises as `send_in_order`."""
        headers = wire.headers("alarm", clock.fresh_id(), self._source)
        value = None if record is None else wire.encode(record)
        (position,) = await self.send_in_order([Message(ALARMS.name, key, value, headers)])
        return position

    def handover_message(self, key: str, record: "wire.HandoverNote | wire.HandoverRead | None") -> Message:
        """The message of a note of a shift, of who read it, or of its end."""
        headers = wire.headers("handover", clock.fresh_id(), self._source)
        return Message(HANDOVERS.name, key, None if record is None else wire.encode(record), headers)

    def public_message(self, key: str, record: "wire.AnyMessageRecord") -> Message:
        """The record of a message from the public, or of what is done about a conversation."""
        headers = wire.headers("message", clock.fresh_id(), self._source)
        return Message(MESSAGES.name, key, wire.encode(record), headers)

    async def send_about_conversation(self, key: str, record: "wire.AnyMessageRecord") -> LogOffset:
        """Sends what is done about a conversation. Raises as `send_in_order`."""
        (position,) = await self.send_in_order([self.public_message(key, record)])
        return position

    async def send_notice(self, record: wire.NoticeRecord) -> LogOffset:
        """Writes what a person, or somebody for them, says about their notices. Raises as `send_in_order`."""
        headers = wire.headers(f"notice.{record.outcome}", record.id, self._source, record.at_ms)
        (position,) = await self.send_in_order(
            [Message(NOTICES.name, record.volunteer_id, wire.encode(record), headers)]
        )
        return position

    def hints_message(self, record: wire.HintsRecord) -> Message:
        """The message of what was read out of one text."""
        headers = wire.headers("hints", record.id, self._source, record.at_ms)
        return Message(HINTS.name, record.incident_id, wire.encode(record), headers)

    def judgement_message(self, record: wire.JudgementRecord) -> Message:
        """The message of what people found out about a hint."""
        judgement = record.judgement
        headers = wire.headers("judgement", judgement.id, self._source, judgement.at_ms)
        return Message(HINTS.name, record.incident_id, wire.encode(record), headers)

    async def send_learnt(self, key: str, record: "wire.StandingRecord | wire.WeightsRecord") -> LogOffset:
        """Sends how good hints have been, or what was learnt. Raises as `send_in_order`."""
        headers = wire.headers("assistant.learnt", clock.fresh_id(), self._source, record.at_ms)
        (position,) = await self.send_in_order([Message(ASSISTANT.name, key, wire.encode(record), headers)])
        return position

    async def send_mode(self, key: str, record: "wire.ModeRecord | None") -> LogOffset:
        """Switches work of the assistant; a tombstone restores `on`. Raises as `send_in_order`."""
        headers = wire.headers("assistant.mode", clock.fresh_id(), self._source)
        value = None if record is None else wire.encode(record)
        (position,) = await self.send_in_order([Message(ASSISTANT.name, key, value, headers)])
        return position

    async def send_in_order(
        self, messages: Sequence[Message], confirmed: Callable[[Message, LogOffset], None] | None = None
    ) -> list[LogOffset]:
        """Sends each message after the previous one is confirmed; one deadline covers them all.

        `confirmed` is called with each message and its position before the next message is sent.

        Raises:
            Overloaded: 256 sends await confirmation; nothing was sent.
            OutcomeUnknown: a message was not confirmed; those before it are in the log.
        """
        if self._in_flight >= IN_FLIGHT:
            metrics.INTAKE_REFUSED.labels(cause="overloaded").inc()
            raise Overloaded(f"{IN_FLIGHT} records await confirmation by Kafka")
        # No await between the check and the count, so concurrent callers cannot both pass the limit.
        self._in_flight += 1
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                positions = []
                for message in messages:
                    positions.append(await self._confirmed(message))
                    if confirmed is not None:
                        confirmed(message, positions[-1])
        except TimeoutError as error:
            self._note_failure()
            raise OutcomeUnknown("Kafka did not answer in time") from error
        except OutcomeUnknown:
            self._note_failure()
            raise
        finally:
            self._in_flight -= 1
        self._failing_since = None
        return positions

    async def _confirmed(self, message: Message) -> LogOffset:
        loop = asyncio.get_running_loop()
        # `loop.time` and `clock.monotonic_s` both read the monotonic clock, so the pool thread can compare the deadline.
        answer: asyncio.Future[LogOffset] = loop.create_future()
        self._threads.submit(self._send, message, _Reply(loop, answer), loop.time() + ANSWER_WITHIN_S)
        return await answer

    def _send(self, message: Message, reply: "_Reply", give_up_at: float) -> None:
        """Runs on a pool thread. A message whose caller has stopped waiting is not sent."""
        if clock.monotonic_s() > give_up_at:
            return
        try:
            sent = self._producer.send(
                message.topic, value=message.value, key=message.key.encode(), headers=message.headers
            )
        except Exception as error:  # noqa: BLE001 - whatever the client raises, the caller must get an answer
            reply.fail(error)
            return
        sent.add_callback(lambda metadata: reply.confirm(LogOffset(metadata.partition, metadata.offset)))
        sent.add_errback(reply.fail)

    def _note_failure(self) -> None:
        metrics.INTAKE_REFUSED.labels(cause="unknown").inc()
        # Any success clears `_failing_since`: a producer that still confirms records is not replaced.
        now = clock.monotonic_s()
        if self._failing_since is None:
            self._failing_since = now
        elif now - self._failing_since > self._renew_after_s and (self._renewal is None or self._renewal.done()):
            self._failing_since = now
            self._renewal = asyncio.ensure_future(self._renew())

    async def _renew(self) -> None:
        """Replaces a producer that has confirmed nothing for ten seconds, in case the client itself hangs."""
        try:
            fresh = await asyncio.to_thread(self._make, self._settings, self._source)
        except Exception as error:  # noqa: BLE001 - no broker: keep the old producer; the next failure tries again
            _log.warning("producer not renewed", cause=type(error).__name__)
            return
        stale, self._producer = self._producer, fresh
        metrics.PRODUCER_RENEWED.inc()
        _log.info("producer renewed")
        # What it still holds is answered as OutcomeUnknown, at the latest by its deadline.
        await asyncio.to_thread(stale.close, timeout=0)


def _private_headers(ref: str, source: str) -> list[tuple[str, bytes]]:
    # Unique, not deterministic: two records under one reference are two writes, not a repeat.
    record_id = str(derived("private", ref, clock.fresh_id()))
    plain = wire.headers("private", record_id, source)
    return [(name, b"application/octet-stream" if name == "content-type" else value) for name, value in plain]
