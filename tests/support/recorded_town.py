"""A town whose log is written by the dispatcher itself, in memory: what a replay can read, without Kafka.

People answer, go, check in and finish by a temper of their own; their phones report; an operator closes incidents; timers are
swept four times a second, and a command is decided some milliseconds after it was logged, as on a stack.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import heappop, heappush
from typing import Any, cast

from dispatch.deadlines import deadline_command
from dispatch.model.answer_commands import AcceptOffer, CheckIn, DeclineOffer, GiveResult, ReportProgress
from dispatch.model.commands import CloseIncident, Command, ReportIncident
from dispatch.model.decisions import Decision
from dispatch.model.ids import derived, incident_id
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.offers import Offer
from dispatch.model.places import Area, Place
from dispatch.model.reasons import DeclineReason
from dispatch.model.safety_events import CheckInAsked
from dispatch.model.verifications import VOUCHED_FOR_MS
from dispatch.model.vocabulary import Capability, OfferState, Priority, TravelMode
from dispatch.plans.book import PlanBook, load_builtin
from streams import wire
from streams.kafka.log_reader import LogReader
from streams.kafka.records import Consumed
from streams.policy_replay.log_in_memory import LogInMemory, LogRecord
from streams.policy_replay.log_reading import Interval, read_log
from streams.policy_replay.recorded_log import RecordedLog
from streams.store.memory.indexed import IndexedStore
from streams.store.people import FixWrite, ProfileWrite
from streams.store.verifications import VerificationWrite
from streams.topics import DECISIONS, INCIDENTS, LOCATIONS, VERIFICATIONS, VOLUNTEERS, Topic
from streams.wire import FixRecord, VerificationRecord, VolunteerRecord
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.searches import SearchBounds
from tests.support.builders import ZONE

BEGINS_MS = 1_764_050_400_000
"""In Almaty by day, so that nobody sleeps."""
CENTRE = Place(lon=76.945, lat=43.238)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
SWEPT_MS = 250
REPORTED_EVERY_MS = 5 * MINUTE_MS
DECIDED_AFTER_MS = 7
SKILLS = (
    ("first_aid", "cpr"),
    ("first_aid", "driver"),
    ("rescue", "first_aid"),
    ("firefighting",),
    ("search", "driver"),
)
DIGITAL = ("verification", "call_taking", "translator", "coordination", "geolocation", "mapping")
TYPES = ("medical.other", "flood", "road.accident", "fire.building", "welfare.check", "search.missing_person")


def share(*parts: object) -> float:
    """A number in [0, 1) that follows from the parts."""
    return int.from_bytes(sha256("|".join(map(str, parts)).encode()).digest()[:4]) / 2**32


@dataclass(slots=True)
class Topics:
    """A source of a replay: records by topic, in the order of the log."""

    records: dict[str, list[LogRecord]] = field(default_factory=dict)
    end_ms: int = BEGINS_MS + 24 * HOUR_MS

    async def read(self, topic: Topic, since_ms: int = 0) -> AsyncIterator[Sequence[Consumed]]:
        found = [one for one in self.records.get(topic.name, []) if one.timestamp >= since_ms]
        for number in sorted({one.partition for one in found}):
            yield [one for one in found if one.partition == number]

    def add(self, topic: Topic, at_ms: int, value: bytes | None, *, key: str = "") -> None:
        records = self.records.setdefault(topic.name, [])
        records.append(
            LogRecord(
                topic=topic.name, partition=0, offset=len(records), timestamp=at_ms, key=key.encode(), value=value
            )
        )

    def without(self, *topics: Topic) -> "Topics":
        names = {topic.name for topic in topics}
        return Topics({name: records for name, records in self.records.items() if name not in names}, self.end_ms)


class _Kept(LogInMemory):
    """Keeps what a log would hold."""

    def __init__(self, topics: Topics) -> None:
        super().__init__()
        self._topics = topics

    def logged(self, command: Command, at_ms: int) -> LogRecord:
        self._topics.add(INCIDENTS, at_ms, wire.encode_command(command), key="zone")
        return self.record_of(command, at_ms)

    async def publish_decisions(self, decisions: Sequence[Decision]) -> list[int]:
        for decision in decisions:
            self._topics.add(DECISIONS, decision.decided_ms, wire.encode_decision(decision), key="zone")
        return await super().publish_decisions(decisions)


@dataclass(slots=True)
class RecordedTown:
    """`people`: in the field; a sixth as many work remotely. `reports`: incidents, one each four minutes."""

    people: int = 60
    reports: int = 20
    book: PlanBook = field(default_factory=load_builtin)
    begins_ms: int = BEGINS_MS
    lasts_ms: int = 3 * HOUR_MS
    topics: Topics = field(default_factory=Topics)
    _now_ms: int = 0
    _queue: list[tuple[int, int, Command]] = field(default_factory=list)
    _said: int = 0
    _fixed_ms: int = 0

    async def record(self) -> Topics:
        until_ms = self.begins_ms + self.lasts_ms
        self._now_ms = self._fixed_ms = self.begins_ms - HOUR_MS // 2
        store = IndexedStore(lambda: self._now_ms)
        log = _Kept(self.topics)
        publisher, reader = cast("Publisher", log), cast("LogReader", log)
        dispatcher = Dispatcher(
            store=store,
            publisher=publisher,
            projection=Projection(store, publisher, reader),
            plans=self.book,
            bounds=SearchBounds(seconds=float("inf")),
        )
        await register(store, self.people, self._now_ms, self.topics)
        for one in self._reports():
            self._say(one.sent_ms, one)
        while (at_ms := self._next_ms(store)) is not None and at_ms < until_ms:
            # Polled: what comes within a sweep is one batch.
            await self._report_positions(store, at_ms)
            logged_ms = max(at_ms, self._now_ms)
            self._now_ms = logged_ms + DECIDED_AFTER_MS
            timers = await store.take_due(100)
            commands = [*self._due(self._now_ms), *(deadline_command(timer, logged_ms) for timer in timers)]
            while commands:
                await dispatcher.handle([log.logged(command, logged_ms) for command in commands])
                for decision in log.take_decided():
                    if (incident := store.incidents.get(decision.incident_id)) is not None:
                        self._follow(decision, incident)
                commands = log.take_said()
                logged_ms, self._now_ms = self._now_ms, self._now_ms + DECIDED_AFTER_MS
        self.topics.end_ms = until_ms
        return self.topics

    async def _report_positions(self, store: IndexedStore, until_ms: int) -> None:
        """Of everybody in the field, every five minutes up to this time."""
        while self._fixed_ms + REPORTED_EVERY_MS <= until_ms:
            self._now_ms = self._fixed_ms = max(self._fixed_ms + REPORTED_EVERY_MS, self._now_ms)
            await report_positions(store, self.people, self._now_ms, self.topics)

    def _reports(self) -> Iterable[ReportIncident]:
        for number in range(self.reports):
            place = somewhere("incident", number)
            at_ms = self.begins_ms + number * 4 * MINUTE_MS
            yield ReportIncident(
                id=f"c-report-{number}",
                incident_id=incident_id(ZONE, "op-1", f"incident-{number}"),
                by="op-1",
                sent_ms=at_ms,
                type=TYPES[number % len(TYPES)],
                body_digest=f"test:{number:064x}",
                priority=list(Priority)[number % 4],
                area=Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place),
                language="kk",
            )

    def _say(self, at_ms: int, command: Command) -> None:
        self._said += 1
        heappush(self._queue, (at_ms, self._said, command))

    def _due(self, now_ms: int) -> list[Command]:
        due: list[Command] = []
        while self._queue and self._queue[0][0] <= now_ms:
            due.append(heappop(self._queue)[-1])
        return due

    def _next_ms(self, store: IndexedStore) -> int | None:
        due_ms = store.next_due_ms()
        swept_ms = None if due_ms is None else -(-due_ms // SWEPT_MS) * SWEPT_MS
        times = (self._queue[0][0] if self._queue else None, swept_ms)
        return min((at_ms for at_ms in times if at_ms is not None), default=None)

    def _follow(self, decision: Decision, incident: Incident) -> None:
        for fact in decision.events:
            if isinstance(fact, OfferMade):
                self._answer(fact, incident)
            elif isinstance(fact, OfferMoved) and fact.state is OfferState.ACCEPTED:
                offer = incident.offer(fact.offer_id)
                assert offer is not None
                self._work(offer, incident)
            elif isinstance(fact, CheckInAsked):
                at_ms = self._now_ms + 20_000
                self._say(at_ms, CheckIn(**_about(fact.offer_id, fact.volunteer_id, incident.id, "check", at_ms)))
        if decision.version == 1:
            at_ms = self._now_ms + 90 * MINUTE_MS
            close = CloseIncident(id=f"close-{incident.id}", incident_id=incident.id, by="op-1", sent_ms=at_ms)
            self._say(at_ms, close)

    def _answer(self, fact: OfferMade, incident: Incident) -> None:
        temper = share(fact.volunteer_id, incident.id)
        at_ms = self._now_ms + 4_000 + round(40_000 * share(fact.volunteer_id, incident.id, "when"))
        about = _about(fact.offer_id, fact.volunteer_id, incident.id, "answer", at_ms)
        if temper < 0.45:
            self._say(at_ms, AcceptOffer(**about))
        elif temper < 0.7:
            self._say(at_ms, DeclineOffer(**about, reason=DeclineReason.BUSY))

    def _work(self, offer: Offer, incident: Incident) -> None:
        if offer.capability is Capability.DIGITAL:
            at_ms = self._now_ms + 2 * MINUTE_MS
            outcome = {"verify_report": "confirmed", "call_back": "reached", "geolocate": "not_found"}
            about = _about(offer.id, offer.volunteer_id, incident.id, "result", at_ms)
            self._say(at_ms, GiveResult(**about, outcome=outcome.get(str(offer.task), "done")))
            return
        travel_ms = round((offer.eta_s or 60.0) * 1000)
        steps = (
            (OfferState.EN_ROUTE, 20_000),
            (OfferState.ON_SCENE, travel_ms),
            (OfferState.DONE, travel_ms + 25 * MINUTE_MS),
        )
        for state, after_ms in steps:
            at_ms = self._now_ms + after_ms
            about = _about(offer.id, offer.volunteer_id, incident.id, state, at_ms)
            self._say(at_ms, ReportProgress(**about, state=state))


async def register(store: IndexedStore, people: int, at_ms: int, topics: Topics | None = None) -> None:
    """People on duty, their skills verified; into the topics as well."""
    topics = topics or Topics()
    for number in range(people + people // 6):
        is_field = number < people
        name = f"v-{number}" if is_field else f"d-{number}"
        record = VolunteerRecord(
            id=name,
            capabilities=(Capability.FIELD if is_field else Capability.DIGITAL,),
            skills=SKILLS[number % len(SKILLS)] if is_field else DIGITAL,
            languages=("kk", "ru"),
            travel_mode=TravelMode.CAR if number % 3 else TravelMode.FOOT,
            max_distance_m=None,
            on_duty=True,
            changed_ms=at_ms,
            heard_ms=at_ms,
        )
        await store.put_profiles([ProfileWrite(volunteer_id=name, offset=1, record=record, logged_ms=at_ms)])
        topics.add(VOLUNTEERS, at_ms, wire.encode(record), key=name)
        for skill in record.skills:
            vouched = VerificationRecord(
                volunteer_id=name, skill=skill, until_ms=at_ms + VOUCHED_FOR_MS, by="op-1", at_ms=at_ms
            )
            write = VerificationWrite(volunteer_id=name, skill=skill, offset=1, record=vouched)
            await store.put_verifications([write])
            topics.add(VERIFICATIONS, at_ms, wire.encode(vouched), key=f"{name}|{skill}")


async def report_positions(store: IndexedStore, people: int, at_ms: int, topics: Topics | None = None) -> None:
    """Everybody in the field stands where they live."""
    topics = topics or Topics()
    for number in range(people):
        name, place = f"v-{number}", somewhere(f"v-{number}")
        fix = FixRecord(volunteer_id=name, lon=place.lon, lat=place.lat, accuracy_m=10.0, recorded_ms=at_ms)
        topics.add(LOCATIONS, at_ms, wire.encode(fix), key=name)
        await store.put_fixes([FixWrite(volunteer_id=name, lon=place.lon, lat=place.lat, accuracy_m=10.0, at_ms=at_ms)])


def somewhere(*parts: object) -> Place:
    """Within some 4 km of the centre."""
    east, north = share(*parts, "east") - 0.5, share(*parts, "north") - 0.5
    return Place(lon=round(CENTRE.lon + 0.1 * east, 6), lat=round(CENTRE.lat + 0.07 * north, 6))


def _about(offer_id: str, volunteer_id: str, incident: str, what: str, at_ms: int) -> dict[str, Any]:
    return {
        "id": str(derived("town", offer_id, what, str(at_ms))),
        "incident_id": incident,
        "by": volunteer_id,
        "sent_ms": at_ms,
        "offer_id": offer_id,
        "volunteer_id": volunteer_id,
    }


async def read(topics: Topics, *, from_ms: int | None = None, until_ms: int | None = None) -> RecordedLog:
    """As a replay reads it."""
    wanted = Interval(from_ms=from_ms, until_ms=until_ms or topics.end_ms, fallback=load_builtin())
    return await read_log(topics, wanted, None)
