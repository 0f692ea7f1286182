"""The way in: commands, private data, profiles and audit entries to Kafka through kafka-python; positions through aiokafka.

    IntakeError          nothing is known to be stored; the caller may try again
      Overloaded           refused before anything was sent: too much is on its way already
      OutcomeUnknown              no answer in time: the record may be in the log or not; repeat it with the same id

Every awaited `send_*` returns only after the broker's answer (`acks=all`), or raises within `ANSWER_WITHIN_S`. A repeat is
harmless: ids are deterministic and readers recognise them.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import structlog

from dispatch.model.commands import Command
from dispatch.model.ids import derived, zone_of_incident
from streams import clock, metrics, wire
from streams.errors import IntakeError, OutcomeUnknown, Overloaded
from streams.kafka import clients
from streams.settings import Settings
from streams.topics import AUDIT, INCIDENTS, PRIVATE, VOLUNTEERS

IN_FLIGHT = 256
ANSWER_WITHIN_S = 1.85
"""Of the two seconds in which a caller is promised an answer. A partition that gets another leader may need 1.6 s of them."""
RENEW_AFTER_S = 10.0
_WARM = (INCIDENTS, PRIVATE, VOLUNTEERS, AUDIT)

_log = structlog.get_logger(__name__)


class Position(NamedTuple):
    """Where a confirmed record stands."""

    partition: int
    offset: int


class Message(NamedTuple):
    topic: str
    key: str
    value: bytes | None
    headers: list[tuple[str, bytes]]


class CommandIntake:
    """One per process. `start` waits for the broker; the rest never blocks the event loop.

    kafka-python may block in `send` until it knows the topic, so it is called from two threads of our own; its answer comes
    on its own thread and is handed back to the loop.
    """

    def __init__(
        self,
        settings: Settings,
        source: str,
        make: Callable[[Settings, str], Any] = clients.prompt_producer,
        *,
        renew_after_s: float = RENEW_AFTER_S,
    ) -> None:
        self._renew_after_s = renew_after_s
        self._settings = settings
        self._source = source
        self._make = make
        self._producer: Any = None
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="intake")
        self._in_flight = 0
        self._failing_since: float | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._unawaited: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connects and learns where every topic is, so that the first report does not pay for it.

        Raises:
            kafka.errors.KafkaError: no broker answered.
        """
        self._producer = await asyncio.to_thread(self._make, self._settings, self._source)
        for topic in _WARM:
            await asyncio.to_thread(self._producer.partitions_for, topic.name)

    async def stop(self) -> None:
        """Waits for what is on its way, at most as long as an answer may take."""
        if self._unawaited:
            await asyncio.wait(self._unawaited, timeout=ANSWER_WITHIN_S)
        if self._renewal is not None:
            self._renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewal
        if self._producer is not None:
            await asyncio.to_thread(self._producer.close, timeout=ANSWER_WITHIN_S)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def in_flight(self) -> int:
        return self._in_flight

    async def send_command(self, command: Command) -> Position:
        """Into `incidents`, keyed by the zone inside the incident id."""
        (position,) = await self.send_in_order([self.command_message(command)])
        return position

    def command_message(self, command: Command) -> Message:
        zone = zone_of_incident(command.incident_id)
        if zone is None:
            raise ValueError(f"{command.incident_id!r} is no incident id")
        headers = wire.headers(f"command.{wire.kind_of(command)}", command.id, self._source)
        return Message(INCIDENTS.name, zone, wire.encode_command(command), headers)

    def private_message(
        self, ref: str, record: "wire.VolunteerPrivate | wire.IncidentPrivate | None", sealed: bytes | None = None
    ) -> Message:
        """A sealed record for `private`; None for a tombstone."""
        value = sealed
        if record is not None and value is None:
            value = wire.seal(self._settings.require_data_key(), ref, record)
        return Message(PRIVATE.name, ref, value, _private_headers(ref, self._source))

    async def send_private(
        self, ref: str, record: "wire.VolunteerPrivate | wire.IncidentPrivate"
    ) -> tuple[Position, bytes]:
        """Where the record stands, and the bytes as they were sealed."""
        message = self.private_message(ref, record)
        assert message.value is not None
        (position,) = await self.send_in_order([message])
        return position, message.value

    async def erase_private(self, ref: str) -> Position:
        (position,) = await self.send_in_order([self.private_message(ref, None)])
        return position

    async def send_volunteer(self, record: "wire.VolunteerRecord") -> Position:
        headers = wire.headers("volunteer", clock.fresh_id(), self._source)
        (position,) = await self.send_in_order([Message(VOLUNTEERS.name, record.id, wire.encode(record), headers)])
        return position

    async def erase_volunteer(self, volunteer_id: str) -> Position:
        headers = wire.headers("volunteer", clock.fresh_id(), self._source)
        (position,) = await self.send_in_order([Message(VOLUNTEERS.name, volunteer_id, None, headers)])
        return position

    def audit(self, entry: "wire.AuditRecord") -> None:
        """Not awaited; an entry that could not be kept is counted and logged."""
        headers = wire.headers("audit", clock.fresh_id(), self._source)
        task = asyncio.ensure_future(self._audit(Message(AUDIT.name, entry.actor, wire.encode(entry), headers)))
        self._unawaited.add(task)
        task.add_done_callback(self._unawaited.discard)

    async def _audit(self, message: Message) -> None:
        try:
            await self.send_in_order([message])
        except IntakeError:
            metrics.AUDIT_LOST.inc()
            _log.error("audit entry lost")

    async def send_in_order(
        self, messages: Sequence[Message], confirmed: Callable[[Message, Position], None] | None = None
    ) -> list[Position]:
        """Each is sent after the one before is confirmed, and `confirmed` was told of it; one deadline is for all together.

        Raises:
            Overloaded: 256 sends are on their way; nothing was sent.
            OutcomeUnknown: a record was not confirmed; those before it are in the log.
        """
        if self._in_flight >= IN_FLIGHT:
            metrics.INTAKE_REFUSED.labels(cause="overloaded").inc()
            raise Overloaded(f"{IN_FLIGHT} records are on their way to Kafka")
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
            raise OutcomeUnknown("Kafka gave no answer in time") from error
        except OutcomeUnknown:
            self._note_failure()
            raise
        finally:
            self._in_flight -= 1
        self._failing_since = None
        return positions

    async def _confirmed(self, message: Message) -> Position:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Position] = loop.create_future()
        give_up_at = loop.time() + ANSWER_WITHIN_S
        self._threads.submit(self._send, message, loop, answer, give_up_at)
        return await answer

    def _send(
        self,
        message: Message,
        loop: asyncio.AbstractEventLoop,
        answer: "asyncio.Future[Position]",
        give_up_at: float,
    ) -> None:
        """On a thread. A record nobody waits for any more is not sent."""
        if clock.monotonic_s() > give_up_at:
            return

        def settle(position: Position | None, error: BaseException | None) -> None:
            if answer.done():
                return
            if position is not None:
                answer.set_result(position)
            else:
                answer.set_exception(OutcomeUnknown(f"Kafka did not confirm: {type(error).__name__}"))

        def hand_back(position: Position | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
                loop.call_soon_threadsafe(settle, position, error)

        try:
            sent = self._producer.send(
                message.topic, value=message.value, key=message.key.encode(), headers=message.headers
            )
        except Exception as error:  # noqa: BLE001 - whatever the client raises, the caller must get an answer
            hand_back(None, error)
            return
        sent.add_callback(lambda metadata: hand_back(Position(metadata.partition, metadata.offset), None))
        sent.add_errback(lambda error: hand_back(None, error))

    def _note_failure(self) -> None:
        metrics.INTAKE_REFUSED.labels(cause="unknown").inc()
        now = clock.monotonic_s()
        if self._failing_since is None:
            self._failing_since = now
        elif now - self._failing_since > self._renew_after_s and (self._renewal is None or self._renewal.done()):
            self._failing_since = now
            self._renewal = asyncio.ensure_future(self._renew())

    async def _renew(self) -> None:
        """A producer that has confirmed nothing for ten seconds is replaced, in case it is the client that is stuck."""
        try:
            fresh = await asyncio.to_thread(self._make, self._settings, self._source)
        except Exception as error:  # noqa: BLE001 - no broker: the old one stays, and the next failure tries again
            _log.warning("producer not renewed", cause=type(error).__name__)
            return
        stale, self._producer = self._producer, fresh
        metrics.PRODUCER_RENEWED.inc()
        _log.warning("producer renewed")
        await asyncio.to_thread(stale.close, timeout=0)


def _private_headers(ref: str, source: str) -> list[tuple[str, bytes]]:
    record_id = str(derived("private", ref, clock.fresh_id()))
    plain = wire.headers("private", record_id, source)
    return [(name, b"application/octet-stream" if name == "content-type" else value) for name, value in plain]
