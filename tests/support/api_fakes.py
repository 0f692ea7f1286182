# ruff: noqa: ARG002 - the names of arguments are those of the Protocols
"""Services of the API in memory. Each keeps the promises of its Protocol in `api/process/services.py`, or fails on demand."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from api.process.media_models import MOST_AT_ONCE
from dispatch.assistant.likely_duplicates import LikelyDuplicate
from dispatch.assistant.recognised_texts import Recognised, recognised
from dispatch.model.commands import Command
from dispatch.model.decisions import Decision
from dispatch.model.ids import parts_of_offer, zone_of_incident
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Presence
from dispatch.model.places import Place
from dispatch.model.private_refs import MESSAGE
from dispatch.model.vocabulary import IncidentStatus, Priority
from dispatch.ports import StoreUnavailable
from streams import clock, wire
from streams.assistant.answering import report_answer
from streams.assistant.report_reader import words_alone
from streams.audit.reader import AuditFilter, AuditPage
from streams.errors import LogUnavailable
from streams.intake.commands import LogOffset, Message
from streams.kafka.group_lag import GroupLag
from streams.monitoring.alarm_board import AlarmSnapshot
from streams.monitoring.lag_monitor import Measured
from streams.readers.alarm_answers import AlarmBook
from streams.readers.assistant_modes import ModeBook
from streams.readers.assistant_standing import StandingBook
from streams.readers.conversation_book import ConversationBook
from streams.readers.conversation_log import record_of
from streams.readers.handovers import HandoverBook
from streams.readers.last_known import LastKnown
from streams.ring import KeyRing, LiveRing
from streams.sessions.book import SessionBook
from streams.store.intake_marks import Repeat
from streams.store.memory.operator_search import MemoryOperatorSearch
from streams.store.memory.verified import Verified
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.people_cells import Cell, CellCount
from streams.store.reads import Counts, Listed, OfferOf, Page, RebuildState
from streams.store.verifications import Ending, VerificationWrite
from streams.store.volunteer_view import VolunteerView
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
from streams.wire import (
    AlarmAnswer,
    AnyMessageRecord,
    AuditRecord,
    FixRecord,
    HandoverNote,
    HandoverRead,
    HintsRecord,
    IncidentPrivate,
    JudgementRecord,
    ModeRecord,
    NoticeRecord,
    PublicMessage,
    SessionRecord,
    StandingRecord,
    VerificationRecord,
    VolunteerPrivate,
    VolunteerRecord,
    WeightsRecord,
)

DATA_KEY = bytes(range(32))
Private = VolunteerPrivate | IncidentPrivate
Written = wire.PrivateRecord


class FakeLog:
    """`Commands` and `Positions`: keeps the messages. `trouble` is raised instead of sending."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.fixes: list[FixRecord] = []
        self.audits: list[AuditRecord] = []
        self.audit_trouble: Exception | None = None
        self.trouble: Exception | None = None
        self.ring = LiveRing(KeyRing.of_key(DATA_KEY))
        self.assistant_modes = ModeBook()
        self.assistant_standing = StandingBook()
        self.alarm_book: AlarmBook | None = None
        """Gets the answers at once, as by a follower."""
        self.handover_book: HandoverBook | None = None
        self.conversations: ConversationBook | None = None
        self.worker: Callable[[Command], None] | None = None
        """Called with each command once it is in the log."""

    @property
    def commands(self) -> list[Command]:
        return [wire.decode_command(message.value) for message in self.messages if message.topic == INCIDENTS.name]

    def topics(self) -> list[str]:
        return [message.topic for message in self.messages]

    def opened(self) -> dict[str, Private | None]:
        """Private records by reference; None for a tombstone."""
        return {
            message.key: wire.open_sealed(DATA_KEY, message.key, message.value) if message.value else None
            for message in self.messages
            if message.topic == PRIVATE.name and not message.key.startswith(MESSAGE)
        }

    def command_message(self, command: Command) -> Message:
        return Message(INCIDENTS.name, zone_of_incident(command.incident_id) or "", wire.encode_command(command), [])

    def private_message(self, ref: str, record: Written | None, sealed: bytes | None = None) -> Message:
        value = wire.seal(self.ring.now, ref, record) if record is not None else sealed
        return Message(PRIVATE.name, ref, value, [])

    async def send_in_order(
        self, messages: Sequence[Message], confirmed: Callable[[Message, LogOffset], None] | None = None
    ) -> list[LogOffset]:
        if self.trouble is not None:
            raise self.trouble
        first = len(self.messages)
        self.messages += messages
        positions = [LogOffset(0, first + number) for number in range(len(messages))]
        for message, position in zip(messages, positions, strict=True):
            if confirmed is not None:
                confirmed(message, position)
            if self.handover_book is not None and message.topic == HANDOVERS.name:
                self.handover_book.apply(message.key, _handover(message))
            if self.conversations is not None and message.topic == MESSAGES.name:
                self.conversations.apply(record_of(message.key, message.value), position.offset)
            if self.worker is not None and message.topic == INCIDENTS.name:
                self.worker(wire.decode_command(message.value))
        return positions

    async def send_private(self, ref: str, record: Written) -> tuple[LogOffset, bytes]:
        message = self.private_message(ref, record)
        assert message.value is not None
        return (await self.send_in_order([message]))[0], message.value

    async def erase_private(self, ref: str) -> LogOffset:
        return (await self.send_in_order([Message(PRIVATE.name, ref, None, [])]))[0]

    async def send_volunteer(self, record: VolunteerRecord) -> LogOffset:
        return (await self.send_in_order([Message(VOLUNTEERS.name, record.id, wire.encode(record), [])]))[0]

    def verification_message(self, volunteer_id: str, skill: str, record: VerificationRecord | None) -> Message:
        value = wire.encode(record) if record is not None else None
        return Message(VERIFICATIONS.name, f"{volunteer_id}|{skill}", value, [])

    async def erase_volunteer(self, volunteer_id: str) -> LogOffset:
        return (await self.send_in_order([Message(VOLUNTEERS.name, volunteer_id, None, [])]))[0]

    async def send_session(self, key: str, record: SessionRecord | None) -> LogOffset:
        value = None if record is None else wire.encode(record)
        return (await self.send_in_order([Message(SESSIONS.name, key, value, [])]))[0]

    async def send_notice(self, record: NoticeRecord) -> LogOffset:
        return (await self.send_in_order([Message(NOTICES.name, record.volunteer_id, wire.encode(record), [])]))[0]

    async def send_alarm_answer(self, key: str, record: AlarmAnswer | None) -> LogOffset:
        value = None if record is None else wire.encode(record)
        (place,) = await self.send_in_order([Message(ALARMS.name, key, value, [])])
        if self.alarm_book is not None:
            self.alarm_book.apply(key, record)
        return place

    def handover_message(self, key: str, record: HandoverNote | HandoverRead | None) -> Message:
        return Message(HANDOVERS.name, key, None if record is None else wire.encode(record), [])

    def public_message(self, key: str, record: AnyMessageRecord) -> Message:
        return Message(MESSAGES.name, key, wire.encode(record), [])

    async def write(self, key: str, record: AnyMessageRecord) -> None:
        await self.send_in_order([self.public_message(key, record)])

    async def messages_from(self, offset: int) -> AsyncGenerator[tuple[int, PublicMessage]]:
        if self.trouble is not None:
            raise LogUnavailable("away")
        for at, message in enumerate(self.messages[offset:], offset):
            if message.topic == MESSAGES.name and message.key.startswith("message|"):
                yield at, wire.decode_public_message(message.value)

    def hints_message(self, record: HintsRecord) -> Message:
        return Message(HINTS.name, record.incident_id, wire.encode(record), [])

    def judgement_message(self, record: JudgementRecord) -> Message:
        return Message(HINTS.name, record.incident_id, wire.encode(record), [])

    async def send_learnt(self, key: str, record: StandingRecord | WeightsRecord) -> LogOffset:
        (place,) = await self.send_in_order([Message(ASSISTANT.name, key, wire.encode(record), [])])
        if isinstance(record, WeightsRecord):
            self.assistant_standing.learn(record)
        else:
            self.assistant_standing.apply(key, record)
        return place

    async def send_mode(self, key: str, record: ModeRecord | None) -> LogOffset:
        value = None if record is None else wire.encode(record)
        (place,) = await self.send_in_order([Message(ASSISTANT.name, key, value, [])])
        self.assistant_modes.apply(key, record)
        return place

    @property
    def notices(self) -> list[NoticeRecord]:
        return [wire.decode_notice(message.value) for message in self.messages if message.topic == NOTICES.name]

    def record(self, entry: AuditRecord) -> None:
        if self.audit_trouble is not None:
            raise self.audit_trouble
        self.audits.append(entry)

    async def page(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> AuditPage:
        numbered = [(offset, entry) for offset, entry in enumerate(self.audits) if before is None or offset < before]
        found = [(offset, entry) for offset, entry in reversed(numbered) if wanted.matches(entry)]
        page = tuple(found[:limit])
        return AuditPage(entries=page, before=page[-1][0] if len(found) > limit else None)

    async def send(self, fixes: Sequence[FixRecord]) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.fixes += fixes


def _handover(message: Message) -> HandoverNote | HandoverRead | None:
    if message.value is None:
        return None
    is_read = message.key.startswith("read|")
    return wire.decode_handover_read(message.value) if is_read else wire.decode_handover_note(message.value)


class FakeSessionLog:
    """`SessionLog` over a `FakeLog`: every record is in the book at once, also after a restart."""

    def __init__(self, log: FakeLog, book: SessionBook, on_ended: Callable[[], None] = lambda: None) -> None:
        self._log = log
        self._book = book
        self._on_ended = on_ended
        self._next = 0

    async def write(self, key: str, record: SessionRecord | None) -> None:
        await self._log.send_session(key, record)
        await self.catch_up()

    async def catch_up(self) -> None:
        fresh, self._next = self._log.messages[self._next :], len(self._log.messages)
        records = [message for message in fresh if message.topic == SESSIONS.name]
        ends = [self._book.apply(one.key, wire.decode_session(one.value) if one.value else None) for one in records]
        if any(ends):
            self._on_ended()


class FakeRedis:
    """`StateReads`, `PeoplePort` and `MarkStore`. With `is_down` every call raises StoreUnavailable."""

    def __init__(self) -> None:
        self.states: dict[str, Incident] = {}
        self.answering: dict[str, str] = {}
        self.decided: set[str] = set()
        self.decision_places: dict[str, tuple[int, int]] = {}
        self.profiles: dict[str, VolunteerRecord] = {}
        self.volunteers: dict[str, VolunteerView] = {}
        self.sealed: dict[str, bytes] = {}
        self.private_offsets: dict[str, int] = {}
        self.withheld: set[str] = set()
        self.places: dict[str, list[tuple[int, int]]] = {}
        self.reports: dict[str, bytes] = {}
        self.keys: dict[str, Repeat] = {}
        self.standing: dict[str, Place] = {}
        self.present: dict[str, Presence] = {}
        self.past: dict[str, AskedLately] = {}
        self.verified = Verified(clock.now_ms)
        self.registered: set[str] = set()
        """People who are known to `are_known` besides those of `profiles`."""
        self.crowd: dict[str | None, list[CellCount]] = {}
        """Answers of `people_cells` by skill."""
        self.asked_cells: list[Cell] = []
        self.is_down = False
        self.operator_search = MemoryOperatorSearch(self.states.values, self._people, self._ask)

    def _people(self, on_duty: bool) -> list[str]:
        known: dict[str, VolunteerRecord | VolunteerView] = {**self.profiles, **self.volunteers}
        return [one for one, person in known.items() if person.on_duty or not on_duty]

    def _ask(self) -> None:
        if self.is_down:
            raise StoreUnavailable("down")

    def add(self, *incidents: Incident) -> None:
        self.states |= {state.id: state for state in incidents}

    async def incident(self, incident_id: str) -> Incident | None:
        self._ask()
        return self.states.get(incident_id)

    async def incidents(self, incident_ids: Sequence[str]) -> list[Incident | None]:
        self._ask()
        return [self.states.get(incident_id) for incident_id in incident_ids]

    async def page(self, statuses: Sequence[IncidentStatus] = (), *, limit: int, cursor: str | None = None) -> Page:
        self._ask()
        if cursor is not None and not cursor.isdecimal():
            raise ValueError("cursor")
        start = int(cursor or 0)
        ids = [state.id for state in self.states.values() if not statuses or state.status in statuses]
        more = start + limit < len(ids)
        return Page(ids=tuple(ids[start : start + limit]), next=str(start + limit) if more else None)

    async def open_of(self, priority: Priority, *, after: Listed | None = None, limit: int) -> list[Listed]:
        self._ask()
        states = [state for state in self.states.values() if state.is_open and state.priority is priority]
        listed = sorted(Listed(state.times.logged_ms, state.id) for state in states)
        return [entry for entry in listed if after is None or entry > after][:limit]

    async def offers_of(self, volunteer_id: str, *, limit: int = 50) -> list[OfferOf]:
        self._ask()
        found = [
            OfferOf(incident=state, offer=offer)
            for state in self.states.values()
            for offer in state.offers
            if offer.volunteer_id == volunteer_id
        ]
        return found[:limit]

    async def distress_incidents(self, volunteer_id: str, *, limit: int) -> list[Incident]:
        self._ask()
        own = [state for state in self.states.values() if state.distress_of == volunteer_id]
        return sorted(own, key=lambda state: state.times.logged_ms, reverse=True)[:limit]

    async def volunteer(self, volunteer_id: str, *, with_places: bool = False) -> VolunteerView | None:
        self._ask()
        if volunteer_id in self.volunteers:
            return self.volunteers[volunteer_id]
        record = self.profiles.get(volunteer_id)
        if record is None:
            return None
        known: dict[str, Any] = {name: getattr(record, name) for name in record.__dataclass_fields__}
        for name in ("changed_ms", "keeps_duty"):
            known.pop(name)
        known["positions"] = f"consents:{volunteer_id}" not in self.withheld
        place = self.standing.get(volunteer_id) if with_places else None
        verified, organisation = self.verified.of(volunteer_id)
        return VolunteerView(
            offset=0,
            place=place,
            fix_at_ms=1_764_000_000_000 if place else None,
            verified=verified,
            organisation=organisation,
            now_ms=clock.now_ms(),
            **known,
        )

    async def volunteers_by_id(
        self, volunteer_ids: Sequence[str], *, with_places: bool = False
    ) -> list[VolunteerView | None]:
        return [await self.volunteer(one, with_places=with_places) for one in volunteer_ids]

    async def are_known(self, volunteer_ids: Sequence[str], organisation: str | None = None) -> list[bool]:
        self._ask()
        return [
            one in {*self.profiles, *self.registered} and organisation in (None, self.verified.of(one)[1])
            for one in volunteer_ids
        ]

    async def verifications_before(self, before_ms: int) -> list[Ending]:
        self._ask()
        return self.verified.ending_before(before_ms)

    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> int:
        self._ask()
        return sum(map(self.verified.put, writes))

    async def decision_place(self, incident_id: str, command_id: str) -> tuple[int, int] | None:
        self._ask()
        return self.decision_places.get(command_id)

    async def presence(self, volunteer_id: str) -> Presence | None:
        self._ask()
        return self.present.get(volunteer_id)

    async def asked_lately(self, volunteer_id: str) -> AskedLately | None:
        self._ask()
        return self.past.get(volunteer_id)

    async def timeline(self, incident_id: str) -> list[tuple[int, int]]:
        self._ask()
        return self.places.get(incident_id, [])

    async def people_cells(self, cells: Sequence[Cell], skill: str | None = None) -> list[CellCount]:
        self._ask()
        self.asked_cells = list(cells)
        return self.crowd.get(skill, [])

    async def hazards(self) -> list[str]:
        self._ask()
        return sorted(state.id for state in self.states.values() if state.is_open and state.hazard)

    async def counts(self) -> Counts:
        self._ask()
        return Counts(
            by_status={}, by_priority={}, exercises={}, shortfalls=0, volunteers=len(self.profiles), on_duty=0
        )

    async def private(self, ref: str) -> bytes | None:
        return (await self.privates([ref]))[0]

    async def privates(self, refs: Sequence[str]) -> list[bytes | None]:
        self._ask()
        return [self.sealed.get(ref) for ref in refs]

    async def rebuild_state(self) -> RebuildState:
        self._ask()
        return RebuildState(is_ready=True)

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int:
        self._ask()
        for write in writes:
            if write.record is None:
                self.profiles.pop(write.volunteer_id, None)
            else:
                self.profiles[write.volunteer_id] = write.record
        return len(writes)

    async def put_private(self, writes: Sequence[PrivateWrite]) -> int:
        self._ask()
        for write in writes:
            if write.offset <= self.private_offsets.get(write.ref, -1):
                continue
            self.private_offsets[write.ref] = write.offset
            self.withheld.discard(write.ref) if write.positions else self.withheld.add(write.ref)
            if write.sealed is None:
                self.sealed.pop(write.ref, None)
            else:
                self.sealed[write.ref] = write.sealed
        return len(writes)

    async def erase(self, volunteer_id: str, *, profile_offset: int, private_offset: int | None = None) -> None:
        self._ask()
        self.profiles.pop(volunteer_id, None)
        self.verified.forget(volunteer_id)
        self.sealed.pop(f"volunteer:{volunteer_id}", None)

    async def put_reported(self, incident_id: str, report: bytes, ttl_s: int = 86400) -> None:
        self._ask()
        self.reports[incident_id] = report

    async def reported(self, incident_id: str) -> bytes | None:
        self._ask()
        return self.reports.get(incident_id)

    async def put_answering(self, offer_id: str, command_id: str, ttl_s: int = 120) -> None:
        self._ask()
        self.answering[offer_id] = command_id

    async def answer_waits(self, offer_id: str, command_id: str | None = None) -> bool:
        self._ask()
        newest = command_id or self.answering.get(offer_id)
        return newest is not None and newest not in self.decided

    async def first_use(
        self, key_digest: str, body_digest: str, ttl_s: int = 86400, *, earlier_key: str | None = None
    ) -> Repeat | None:
        self._ask()
        if earlier_key in self.keys:
            return self.keys[earlier_key]
        if key_digest in self.keys:
            return self.keys[key_digest]
        self.keys[key_digest] = Repeat(digest=body_digest)
        return None

    async def put_answer(self, key_digest: str, body_digest: str, answer: bytes, ttl_s: int = 86400) -> None:
        self._ask()
        self.keys[key_digest] = Repeat(digest=body_digest, answer=answer)


class FakeDecisions:
    """`Explanations`."""

    def __init__(self) -> None:
        self.at: dict[tuple[int, int], Decision] = {}

    async def read(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Decision]:
        return {place: self.at[place] for place in places if place in self.at}


class FakeLastKnown:
    """`LogView`."""

    def __init__(self) -> None:
        self.known: LastKnown | None = None
        """None: Kafka does not answer."""

    async def read(self) -> LastKnown:
        if self.known is None:
            raise LogUnavailable("no broker")
        return self.known


class FakePrivateLog:
    """`PrivateLog` over the messages of the log."""

    def __init__(self, log: FakeLog) -> None:
        self._log = log
        self.notices: list[NoticeRecord] = []

    async def of_incident(self, incident_id: str) -> dict[str, bytes | None]:
        if self._log.trouble is not None:
            raise LogUnavailable("no broker")
        ref = f"incident:{incident_id}"
        return {
            message.key: message.value
            for message in self._log.messages
            if message.topic == PRIVATE.name and (message.key == ref or message.key.startswith(f"{ref}:"))
        }

    async def notices_of(self, volunteer_id: str) -> list[NoticeRecord]:
        return [notice for notice in self.notices if notice.volunteer_id == volunteer_id]


class FakeAssistant:
    """`AssistantPort`: reads in the caller's thread. `trouble`: what it raises instead."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.is_running = True
        self.similar: tuple[LikelyDuplicate, ...] = ()

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if self.trouble is not None:
            raise self.trouble
        near = Place(lon=question["near"][0], lat=question["near"][1]) if question["near"] else None
        reader = words_alone()
        return {**report_answer(reader.read(question["text"], near).reading, reader, self.similar), "took_ms": 1.0}

    async def is_alive(self) -> bool:
        return self.is_running


HEARD = "Атырау қаласында су басты, үйде 3 адам қалды"


class FakeMedia:
    """A `MediaModel`. `trouble`: what it raises instead."""

    name = "ears"

    def __init__(self, text: str = HEARD) -> None:
        self.text = text
        self.trouble: Exception | None = None
        self.sent: list[tuple[bytes, str]] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.is_full = asyncio.Event()
        """As many are asked as may be at once."""

    async def text_of(self, content: bytes, media_type: str) -> Recognised:
        self.sent.append((content, media_type))
        if len(self.sent) == MOST_AT_ONCE:
            self.is_full.set()
        await self.goes_on.wait()
        if self.trouble is not None:
            raise self.trouble
        found = recognised(self.text)
        assert found is not None
        return found

    async def close(self) -> None:
        pass


class FakeLag:
    """`LagMeasurement`: measured just now, without lag."""

    def __init__(self) -> None:
        self.is_refused = False
        self.last: Measured | None = Measured(
            at_s=0.0,
            lag={0: 0},
            workers=2,
            notifier=GroupLag(count=1, lag=0),
            assistant=GroupLag(count=1, lag=0),
        )
        self.age: float | None = 0.1

    def age_s(self) -> float | None:
        return self.age


class FakeAlarms:
    """`Alarms`: set by the test."""

    def __init__(self) -> None:
        self.last = AlarmSnapshot()

    def told(self) -> AlarmSnapshot:
        return self.last


def seal_incident(redis: FakeRedis, incident_id: str, **private: Any) -> None:
    ref = f"incident:{incident_id}"
    redis.sealed[ref] = wire.seal(DATA_KEY, ref, IncidentPrivate(**private))


def incident_of(offer_id: str) -> str:
    parts = parts_of_offer(offer_id)
    assert parts is not None
    return parts.incident_id
