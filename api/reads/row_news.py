"""The events of an operator's row view that are in no topic of the feed: alarms, hand-over notes, messages of the public, and who
is at the open incident."""

from collections.abc import Mapping
from itertools import islice

import msgspec

from api.caller import Caller
from api.http.audit import record_audit
from api.process.live_views import NewsItem, Wanted
from api.process.services import Services
from api.reads.positions import positions_of
from api.reads.presence import colleagues
from api.reads.row_stream import Changes
from api.views.alarms import alarm_view, answered, unanswered
from api.views.conversation_heads import at_conversations, conversation_head
from api.views.handovers import handover_head
from api.views.values import View
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.readers.alarm_answers import changed
from streams.store.operators_here import AT_CONVERSATIONS
from streams.tokens import Role
from streams.wire import AlarmAnswer

POSITIONS_EVERY_S = 5.0
HERE_EVERY_S = 2.0
MOST_CONVERSATIONS = 50
"""Conversations with the public that an event carries: 20 kB."""
MOST_NOTES = 50
"""Hand-over notes that an event carries: 10 kB. The list has the others."""
_encode = msgspec.json.Encoder().encode


class RowNews:
    """One per view."""

    def __init__(self, services: Services, caller: Caller, wanted: Wanted) -> None:
        self._services = services
        self._caller = caller
        self._incident_id = wanted.incident_id if caller.role is Role.OPERATOR else None
        self._changes = Changes()
        self._answers: Mapping[str, AlarmAnswer] | None = None
        self._handovers_seen: int | None = None
        self._conversations_seen: int | None = None
        self._conversations_s = -HERE_EVERY_S
        self._positions_s = self._here_s = -POSITIONS_EVERY_S
        self._shown: set[str] = set()

    async def __call__(self) -> list[NewsItem]:
        """Raises AuditUnavailable."""
        now_s = clock.monotonic_s()
        events = [*self._alarms(), *self._handovers(), *await self._conversations(now_s)]
        if self._incident_id is None:
            return events
        if now_s - self._positions_s >= POSITIONS_EVERY_S:
            self._positions_s = now_s
            events += await self._positions(self._incident_id)
        if now_s - self._here_s >= HERE_EVERY_S:
            self._here_s = now_s
            events += await self._here(self._incident_id)
        return events

    def _alarms(self) -> list[NewsItem]:
        told = self._services.alarms.told()
        alarms = {"alarms": list(map(alarm_view, told.alarms)), "unknown": told.unknown}
        is_first, before = self._answers is None, self._answers or {}
        self._answers = now = self._services.alarm_book.in_force()
        answers = changed(before, now)
        is_changed = any(True for _ in self._changes.of("alarm", alarms))
        if not (is_first or answers or is_changed):
            return []
        shown = [unanswered(key) if one is None else answered(one) for key, one in answers.items()]
        # The details of some alarms are numbers; an entry about them does no harm, a missing one about an incident would.
        named = tuple(dict.fromkeys(one for alarm in told.alarms for one in alarm.details))
        return [NewsItem("alarm", _encode({**alarms, "answers": shown, "is_complete": is_first}), named)]

    def _handovers(self) -> list[NewsItem]:
        book = self._services.handover_book
        # Looked at once a second by each view: nothing is built while nothing has changed.
        if self._caller.role is not Role.OPERATOR or book.version == self._handovers_seen:
            return []
        self._handovers_seen = book.version
        found = {"items": list(map(handover_head, book.in_force()[:MOST_NOTES]))}
        # Names of operators only, as with presence.
        return [NewsItem("handover", data, ()) for data in self._changes.of("handover", found)]

    async def _conversations(self, now_s: float) -> list[NewsItem]:
        book, is_on = self._services.conversations, bool(self._services.settings.public_messages)
        is_unchanged = book.version == self._conversations_seen
        # Who works on one stops doing so without a record.
        is_fresh = is_unchanged and (not book.waiting_count or now_s - self._conversations_s < HERE_EVERY_S)
        if self._caller.role is not Role.OPERATOR or is_fresh:
            return []
        self._conversations_seen, self._conversations_s = book.version, now_s
        now_ms = clock.now_ms()
        items = [
            conversation_head(one, now_ms, is_stopped=book.is_stopped(one.sender))
            for one in islice(book.waiting(), MOST_CONVERSATIONS)
        ]
        here = await self._at_conversations() if items else []
        found = {
            "is_on": is_on,
            "version": book.version,
            "waiting": book.waiting_count,
            "items": items,
            "here": here,
        }
        named = tuple(item["id"] for item in items)
        return [NewsItem("conversations", data, named) for data in self._changes.of("conversations", found)]

    async def _at_conversations(self) -> list[View]:
        try:
            people = await self._services.operators_here.of(AT_CONVERSATIONS, clock.now_ms())
        except StoreUnavailable:
            return []
        return at_conversations(people, self._caller.id)

    async def _here(self, incident_id: str) -> list[NewsItem]:
        found = self._services.operators_here.of(incident_id, clock.now_ms())
        shown = await colleagues(incident_id, self._caller, found)
        # Names of operators only, so nothing of it is data access.
        return [NewsItem("presence", data, ()) for data in self._changes.of("presence", shown)]

    async def _positions(self, incident_id: str) -> list[NewsItem]:
        try:
            state = await self._services.reads.incident(incident_id)
            items = await positions_of(self._services, state) if state else []
        except (StoreUnavailable, NotReady):
            # The last ones stay with the age they had; `status` says that Redis is away.
            return []
        people = {str(item["volunteer_id"]) for item in items}
        if new := people - self._shown:
            record_audit(self._services, self._caller, "incident.positions.read", incident_id, sorted(new))
            self._shown |= new
        found = {"incident_id": incident_id, "items": items}
        # Ages alone are no news: the client counts them itself.
        key = [{**item, "fix_age_s": None} for item in items]
        about = (incident_id, *sorted(people))
        return [NewsItem("positions", _encode(found), about) for _ in self._changes.of("positions", key)]
