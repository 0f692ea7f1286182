"""I10 and the end of I17: what people were told, against the log of offers."""

from typing import Any

from tests.faults.checker.faulty_times import FaultyTimes
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder, Record
from tests.faults.checker.offers import IN_HEALTH_MS, UNDER_FAULTS_MS, Held, Offers
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.topics import NOTICES

Notice = dict[str, Any]
VOID = "void"
"""Says that an offer does not hold after all: the one notice that is about a void event."""
OFFERED = "offered"


class Notices:
    """A notice belongs to one event of `offers` and one channel; sent again, it carries the same id."""

    def __init__(self, offers: Offers, times: FaultyTimes, book: Book, ended_ms: int) -> None:
        self._ended_ms = ended_ms
        self._told: set[int] = set()
        self._offers = offers
        self._times = times
        self._book = book
        self._ids: dict[int, int] = {}

    def read(self, folder: Folder, published: Published) -> None:
        if NOTICES not in folder.topics():
            self._book.note(f"I10: no notices ({NOTICES} is not in the folder)")
            return
        for record in folder.records(NOTICES):
            self._book.counts["notice_records"] += 1
            try:
                notice = published.read(NOTICES, record.value)
            except Misfit as misfit:
                self._book.found("schema", str(misfit), record.where)
                continue
            self._book.checked("schema")
            self._book.checked("I10")
            self._judge(record, notice)
        self._judge_changes()

    def _judge(self, record: Record, notice: Notice) -> None:
        about = hash((notice["event_id"], notice["channel"]))
        known = self._ids.setdefault(about, hash(notice["id"]))
        if known != hash(notice["id"]):
            self._found(notice, "was told before under another notice id", record)
            return
        event = hash(notice["event_id"])
        self._told.add(event)
        if event not in self._offers.events:
            self._found(notice, "is about no event of the log", record)
            return
        held = self._offers.events[event]
        if notice["kind"] == VOID or notice["outcome"] != "sent":
            return
        if held is None:
            self._found(notice, "is about an offer that is void", record)
        else:
            self._judge_valid(record, notice, held)

    def _judge_valid(self, record: Record, notice: Notice, held: Held) -> None:
        if (notice["volunteer_id"], notice["incident_id"]) != (held.volunteer, held.incident):
            self._found(notice, f"the offer is of {held.volunteer} for {held.incident}", record)
        elif notice["kind"] == OFFERED and held.ended_ms is not None and self._is_late(notice, held.ended_ms):
            # Who is asked again meanwhile would see two open offers.
            self._found(notice, f"the offer had ended {notice['at_ms'] - held.ended_ms} ms before", record)

    def _judge_changes(self) -> None:
        """I17: who stays assigned for long enough after a change of their job has a notice of it."""
        for event, change in self._offers.changed.items():
            until_ms = min(change.held.ended_ms or self._ended_ms, self._ended_ms)
            if event not in self._told and until_ms > self._times.allowed_ms(
                change.at_ms, IN_HEALTH_MS, UNDER_FAULTS_MS
            ):
                text = f"{change.held.volunteer} was never told that the job of {change.offer} changed"
                self._book.found("I17", text, change.where)

    def _is_late(self, notice: Notice, ended_ms: int) -> bool:
        return bool(notice["at_ms"] > self._times.allowed_ms(ended_ms, IN_HEALTH_MS, UNDER_FAULTS_MS))

    def _found(self, notice: Notice, text: str, record: Record) -> None:
        self._book.found(
            "I10", f"{notice['kind']} of {notice['offer_id']} by {notice['channel']}: {text}", record.where
        )
