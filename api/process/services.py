"""The services of one API process: constructed in `app.py`, replaced by fakes in tests.

Each Protocol declares only what the API calls; the implementation that it names documents the promises.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeAlias

from api.caller import Caller
from api.process.in_flight import InFlight
from api.process.intake_marks import IntakeMarks
from api.process.latency import Latency
from api.process.live_views import EVERYTHING, NewsItem, ViewRoom, Wanted
from api.process.media_models import MediaModels
from api.process.oidc_issuer import OidcIssuer
from api.process.plans_in_force import PlansInForce
from api.process.rate_limits import RateLimits
from api.process.warning_log import WarningLog
from dispatch.cards import card_table as card_tables
from dispatch.cards.card_table import CardTable
from dispatch.gazetteer.built_in import built_in
from dispatch.gazetteer.gazetteer import Gazetteer
from dispatch.model.commands import Command
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.people import AskedLately, Presence
from dispatch.model.vocabulary import IncidentStatus, Priority
from dispatch.plans.book import PlanBook
from streams import clock
from streams.audit.reader import AuditFilter, AuditPage
from streams.intake.commands import LogOffset, Message
from streams.lookups.report_preview import ReportPreviews
from streams.monitoring.alarm_board import AlarmSnapshot
from streams.monitoring.lag_monitor import Measured
from streams.readers.alarm_answers import AlarmBook
from streams.readers.assistant_modes import ModeBook
from streams.readers.assistant_standing import StandingBook
from streams.readers.conversation_book import ConversationBook
from streams.readers.conversation_log import ConversationLog
from streams.readers.feed_records import FeedCursor
from streams.readers.handovers import HandoverBook
from streams.readers.last_known import LastKnown
from streams.ring import LiveRing
from streams.sessions.sessions import Sessions
from streams.settings import Settings
from streams.store.operator_search import OperatorSearch
from streams.store.operators_here import HerePort
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.people_cells import Cell, CellCount
from streams.store.reach import ReachPort
from streams.store.reads import Counts, Listed, OfferOf, Page, RebuildState
from streams.store.verifications import Ending, VerificationWrite
from streams.store.volunteer_view import VolunteerView
from streams.tokens import Bearer
from streams.wire import (
    AlarmAnswer,
    AnyMessageRecord,
    AuditRecord,
    FixRecord,
    HandoverNote,
    HandoverRead,
    JudgementRecord,
    ModeRecord,
    NoticeRecord,
    PrivateRecord,
    SessionRecord,
    VerificationRecord,
    VolunteerRecord,
)

PrivatePlain: TypeAlias = PrivateRecord


class TokenVerifier(Protocol):
    """`streams.tokens.KeyFile`."""

    def verify(self, token: str, *, now_s: int) -> Bearer: ...
    def accepts(self, bearer: Bearer) -> bool: ...


class Commands(Protocol):
    """`streams.intake.commands.CommandIntake`."""

    def command_message(self, command: Command) -> Message: ...
    def private_message(self, ref: str, record: PrivatePlain | None, sealed: bytes | None = None) -> Message: ...
    def verification_message(self, volunteer_id: str, skill: str, record: VerificationRecord | None) -> Message: ...
    async def send_in_order(
        self, messages: Sequence[Message], confirmed: Callable[[Message, LogOffset], None] | None = None
    ) -> list[LogOffset]: ...
    async def send_private(self, ref: str, record: PrivatePlain) -> tuple[LogOffset, bytes]: ...
    async def erase_private(self, ref: str) -> LogOffset: ...
    async def send_volunteer(self, record: VolunteerRecord) -> LogOffset: ...
    async def erase_volunteer(self, volunteer_id: str) -> LogOffset: ...
    async def send_session(self, key: str, record: SessionRecord | None) -> LogOffset: ...
    async def send_notice(self, record: NoticeRecord) -> LogOffset: ...
    async def send_mode(self, key: str, record: ModeRecord | None) -> LogOffset: ...
    async def send_alarm_answer(self, key: str, record: AlarmAnswer | None) -> LogOffset: ...
    def judgement_message(self, record: JudgementRecord) -> Message: ...
    def handover_message(self, key: str, record: HandoverNote | HandoverRead | None) -> Message: ...
    def public_message(self, key: str, record: AnyMessageRecord) -> Message: ...


class Audit(Protocol):
    """`streams.audit.audit_log.AuditLog`."""

    def record(self, entry: AuditRecord) -> None: ...


class AuditPages(Protocol):
    """`streams.audit.reader.AuditReader`."""

    async def page(self, wanted: AuditFilter, *, limit: int, before: int | None = None) -> AuditPage: ...


class Positions(Protocol):
    """`streams.intake.positions.PositionIntake`."""

    async def send(self, fixes: Sequence[FixRecord]) -> None: ...


class StateReads(Protocol):
    """`streams.store.reads.Reads`."""

    async def incident(self, incident_id: str) -> Incident | None: ...
    async def incidents(self, incident_ids: Sequence[str]) -> list[Incident | None]: ...
    async def page(self, statuses: Sequence[IncidentStatus] = (), *, limit: int, cursor: str | None = None) -> Page: ...
    async def open_of(self, priority: Priority, *, after: Listed | None = None, limit: int) -> list[Listed]: ...
    async def offers_of(self, volunteer_id: str, *, limit: int = 50) -> list[OfferOf]: ...
    async def distress_incidents(self, volunteer_id: str, *, limit: int) -> list[Incident]: ...
    async def volunteer(self, volunteer_id: str, *, with_places: bool = False) -> VolunteerView | None: ...
    async def volunteers_by_id(
        self, volunteer_ids: Sequence[str], *, with_places: bool = False
    ) -> list[VolunteerView | None]: ...
    async def are_known(self, volunteer_ids: Sequence[str], organisation: str | None = None) -> list[bool]: ...
    async def verifications_before(self, before_ms: int) -> list[Ending]: ...
    async def presence(self, volunteer_id: str) -> Presence | None: ...
    async def asked_lately(self, volunteer_id: str) -> AskedLately | None: ...
    async def decision_place(self, incident_id: str, command_id: str) -> tuple[int, int] | None: ...
    async def timeline(self, incident_id: str) -> list[tuple[int, int]]: ...
    async def hazards(self) -> list[str]: ...
    async def people_cells(self, cells: Sequence[Cell], skill: str | None = None) -> list[CellCount]: ...
    async def counts(self) -> Counts: ...
    async def private(self, ref: str) -> bytes | None: ...
    async def privates(self, refs: Sequence[str]) -> list[bytes | None]: ...
    async def rebuild_state(self) -> RebuildState: ...


class PeoplePort(Protocol):
    """`streams.store.people.PeopleStore`."""

    async def put_profiles(self, writes: Sequence[ProfileWrite]) -> int: ...
    async def put_private(self, writes: Sequence[PrivateWrite]) -> int: ...
    async def put_verifications(self, writes: Sequence[VerificationWrite]) -> int: ...
    async def erase(self, volunteer_id: str, *, profile_offset: int, private_offset: int | None = None) -> None: ...


class Explanations(Protocol):
    """`streams.readers.decisions.DecisionReader`."""

    async def read(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Decision]: ...


class LogView(Protocol):
    """`streams.readers.last_known.LastKnownReader`."""

    async def read(self) -> LastKnown: ...


class PrivateLog(Protocol):
    """`streams.readers.private_log.PrivateLogReader`."""

    async def of_incident(self, incident_id: str) -> Mapping[str, bytes | None]: ...
    async def notices_of(self, volunteer_id: str) -> list[NoticeRecord]: ...


class LagMeasurement(Protocol):
    """`streams.monitoring.lag_monitor.Monitor`."""

    last: Measured | None
    is_refused: bool

    def age_s(self) -> float | None: ...


class EventFrames(Protocol):
    """`api.reads.event_stream.Live`."""

    def room_for(self, caller: Caller) -> ViewRoom: ...
    def counted(self, caller: Caller) -> AbstractContextManager[None]: ...
    def frames(
        self,
        caller: Caller,
        cursor: FeedCursor | None,
        record: Callable[[Sequence[str]], None],
        wanted: Wanted = EVERYTHING,
        news: Callable[[], Awaitable[Sequence[NewsItem]]] | None = None,
    ) -> AsyncIterator[bytes]: ...


class AssistantPort(Protocol):
    """`streams.store.assistant_calls.AssistantCalls`."""

    async def ask(self, question: Mapping[str, Any]) -> dict[str, Any]: ...
    async def is_alive(self) -> bool: ...


class Alarms(Protocol):
    """`streams.monitoring.alarm_watch.AlarmWatch`."""

    def told(self) -> AlarmSnapshot: ...


class PersonLocks:
    """One lock for each person whose profile is being changed; at most one change of a person at a time."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    async def held(self, volunteer_id: str) -> AsyncIterator[None]:
        lock, users = self._locks.get(volunteer_id, (asyncio.Lock(), 0))
        # Counted before the wait, so that the last user removes the entry and the dict does not grow with every person.
        self._locks[volunteer_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(volunteer_id)
            if users > 1:
                self._locks[volunteer_id] = (lock, users - 1)


NEWCOMER_S = 60.0
"""By then Redis shows an accepted profile, or something is wrong that has an alarm."""


class Newcomers:
    """The people whose profiles this process has accepted within the last minute: Redis may not show them yet."""

    def __init__(self, *, monotonic_s: Callable[[], float] = clock.monotonic_s) -> None:
        self._monotonic_s = monotonic_s
        # The oldest first.
        self._accepted_s: OrderedDict[str, float] = OrderedDict()

    def add(self, volunteer_id: str) -> None:
        self._forget_old()
        self._accepted_s[volunteer_id] = self._monotonic_s()
        self._accepted_s.move_to_end(volunteer_id)

    def forget(self, volunteer_id: str) -> None:
        """After an erasure."""
        self._accepted_s.pop(volunteer_id, None)

    def __contains__(self, volunteer_id: str) -> bool:
        self._forget_old()
        return volunteer_id in self._accepted_s

    def _forget_old(self) -> None:
        until_s = self._monotonic_s() - NEWCOMER_S
        while self._accepted_s and next(iter(self._accepted_s.values())) < until_s:
            self._accepted_s.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Writes go to `intake`, `positions` and, written through, `people`; reads come from `reads` (Redis), `explanations` and
    `last_known` (Kafka)."""

    settings: Settings
    ring: LiveRing
    keys: TokenVerifier
    sessions: Sessions
    plans_in_force: PlansInForce
    intake: Commands
    audit: Audit
    audit_pages: AuditPages
    positions: Positions
    reads: StateReads
    operator_search: OperatorSearch
    previews: ReportPreviews
    people: PeoplePort
    marks: IntakeMarks
    explanations: Explanations
    last_known: LogView
    private_log: PrivateLog
    live: EventFrames
    monitor: LagMeasurement
    alarms: Alarms
    alarm_book: AlarmBook
    handover_book: HandoverBook
    conversations: ConversationBook
    conversation_log: ConversationLog
    operators_here: HerePort
    assistant: AssistantPort
    assistant_modes: ModeBook
    assistant_standing: StandingBook
    latency: Latency
    reach: ReachPort
    media_models: MediaModels = field(default_factory=MediaModels)
    issuer: OidcIssuer | None = None
    """Where operators log in; None: by links only."""
    gazetteer: Callable[[], Gazetteer] = built_in
    """Read from its files by the first call, once for the process."""
    person_locks: PersonLocks = field(default_factory=PersonLocks)
    rates: RateLimits = field(default_factory=RateLimits)
    in_flight: InFlight = field(default_factory=InFlight)
    newcomers: Newcomers = field(default_factory=Newcomers)
    warning_log: WarningLog = field(default_factory=WarningLog)
    card_table: CardTable = field(default_factory=partial(card_tables.load, None))
    sign_warning: Callable[[bytes], bytes] | None = None
    """Signs a warning in CAP; None: warnings are not signed."""
    links_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the index of one-offer links is restored (`offer_links.py`)."""

    @property
    def plans(self) -> PlanBook:
        """The plan book in force now."""
        # Read on each use: a book that was applied is in force from the next request on.
        return self.plans_in_force.book
