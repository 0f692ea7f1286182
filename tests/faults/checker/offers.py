"""The log of offers in the order of each person's partition: I3, I8, the void events of I15, and what I9 and I17 ask of
`offers`.

An offer that begins while another of that person is live never held: the one that stands first has the person. It must be said
void by a record, and nothing may come of it meanwhile. That is a void event; I3 is broken when it is not said, or when the person
is sent all the same.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tests.faults.checker.decisions import Decisions, packed, step_key, unpacked_place
from tests.faults.checker.faulty_times import FaultyTimes
from tests.faults.checker.findings import Book, at
from tests.faults.checker.folder import Folder, Record, Run
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.reducer import ASSIGNED, LIVE
from tests.faults.checker.topics import DECISIONS, OFFERS

Step = dict[str, Any]
IN_HEALTH_MS = 5_000
UNDER_FAULTS_MS = 30_000


@dataclass(slots=True, kw_only=True)
class Held:
    """An offer of a person, from its first step on."""

    volunteer: str
    incident: str
    state: str = ""
    epoch: int = 0
    expires_ms: int = 0
    where: str = ""
    is_contested: bool = False
    """It began while the person held another offer."""
    is_void: bool = False
    ended_ms: int | None = None


@dataclass(slots=True, kw_only=True)
class Changed:
    """A step that tells of a change."""

    held: Held
    offer: str
    at_ms: int
    where: str


class Offers:
    def __init__(self, decisions: Decisions, times: FaultyTimes, book: Book, run: Run) -> None:
        self._decisions = decisions
        self._may_be_void = run.profile == "double"
        self._times = times
        self._book = book
        self._ended_ms = run.ended_ms
        self.events: dict[int, Held | None] = {}
        """Each event by the hash of its id; None: it is void."""
        self._live: dict[str, list[str]] = defaultdict(list)
        self.held: dict[str, Held] = {}
        self.first_offer_ms: dict[str, int] = {}
        """When the first offer for each incident was in the log."""
        self.changed: dict[int, Changed] = {}
        """Events by the hash of their ids that tell an assigned person of a change they have to confirm."""
        self.void: set[str] = set()
        """Offers that are void by a record or by their place in the log."""

    def read(self, folder: Folder, published: Published) -> None:
        for record in folder.records(OFFERS):
            self._book.counts["offer_records"] += 1
            try:
                step = published.read(OFFERS, record.value)
                if record.key != step["volunteer_id"]:
                    raise Misfit(f"its key is not {step['volunteer_id']}")
            except Misfit as misfit:
                self._book.found("schema", str(misfit), record.where)
                continue
            self._book.checked("schema")
            self._step(record, step)
        self._end(folder)

    def _step(self, record: Record, step: Step) -> None:
        self._book.checked("I15")
        event = hash(step["event_id"])
        if event in self.events:
            self._book.counts["repeated_steps"] += 1
            return
        if step.get("notice") is not None:
            held = self.events[event] = self.held.get(step["id"])
            place = packed(step["decision_partition"], step["decision_offset"])
            if self._decisions.notices.pop(step_key(step["id"], step["notice"], place), None) is not None and held:
                self.changed[event] = Changed(held=held, offer=step["id"], at_ms=record.at_ms, where=record.where)
            return  # tells the person something; the state is no new one
        self.events[event] = None
        place = packed(step["decision_partition"], step["decision_offset"])
        if self._decisions.steps.pop(step_key(step["id"], step["state"], place), None) is None:
            self._void(f"{step['id']} {step['state']}: no valid decision says so", record.where)
            return
        self._valid(record, step)

    def _valid(self, record: Record, step: Step) -> None:
        held = self.held.get(step["id"])
        if held is None:
            held = Held(volunteer=step["volunteer_id"], incident=step["incident_id"])
            held.where = record.where
            self.held[step["id"]] = held
            self._book.counts["offers"] += 1
        if step["epoch"] < held.epoch:
            self._void(f"{step['id']} {step['state']} of epoch {step['epoch']} after {held.epoch}", record.where)
            return
        held.epoch = step["epoch"]
        self._judge_end(record, step, held)
        self._judge_order(record, step, held)
        held.state = step["state"]
        held.ended_ms = None if held.state in LIVE else held.ended_ms or record.at_ms
        if not held.is_contested:
            self.events[hash(step["event_id"])] = held
        if held.state == "offered":
            held.expires_ms, held.where = step["expires_ms"], record.where
            self.first_offer_ms.setdefault(held.incident, record.at_ms)

    def _judge_end(self, record: Record, step: Step, held: Held) -> None:
        """I8: an offer that waits for its answer gets one, or ends, in time."""
        if held.state != "offered":
            return
        self._book.checked("I8")
        late_ms = record.at_ms - held.expires_ms
        if record.at_ms > self._times.allowed_ms(held.expires_ms, IN_HEALTH_MS, UNDER_FAULTS_MS):
            self._book.found("I8", f"{step['id']} became {step['state']} {late_ms} ms after its deadline", record.where)

    def _judge_order(self, record: Record, step: Step, held: Held) -> None:
        """I3: who is live beside whom."""
        live, offer, state = self._live[held.volunteer], step["id"], step["state"]
        self._book.checked("I3")
        if state == "void":
            held.is_void = True
            if offer in live and offer == live[0] and len(live) > 1:
                text = f"{held.volunteer}: {offer} stood first and was voided for {live[1]}"
                self._book.found("I3", text, record.where)
            self._void_offer(offer, f"{offer} is void: {step['reason']}", record.where)
        if state not in LIVE:
            if offer in live:
                live.remove(offer)
            if held.is_contested and state != "void":
                self._book.found(
                    "I3", f"{held.volunteer}: {offer} beside another, {state} and never void", record.where
                )
            held.is_contested = held.is_contested and state == "void"
            return
        if offer not in live:
            live.append(offer)
        if live[0] != offer:
            held.is_contested = True
            self._void_offer(offer, f"{offer} began while {held.volunteer} held {live[0]}", record.where)
        if held.is_contested and state in ASSIGNED:
            self._book.found("I3", f"{held.volunteer}: {offer} {state} beside {live[0]}", record.where)
            held.is_contested = False  # told once

    def _void_offer(self, offer: str, text: str, where: str) -> None:
        if offer not in self.void:
            self.void.add(offer)
            self._void(text, where)

    def _void(self, text: str, where: str) -> None:
        self._book.counts["void_events"] += 1
        if not self._may_be_void:
            self._book.found("I15", text, where)

    def _end(self, folder: Folder) -> None:
        for offer, held in self.held.items():
            if held.is_contested and held.state in LIVE:
                text = f"{held.volunteer}: {offer} beside another to the end, and never void"
                self._book.found("I3", text, held.where)
            if held.state == "offered":
                self._book.checked("I8")
                if self._ended_ms > self._times.allowed_ms(held.expires_ms, IN_HEALTH_MS, UNDER_FAULTS_MS):
                    self._book.found("I8", f"{offer} never ended", held.where)
        self._judge_missing(folder)
        for place in set(self._decisions.notices.values()) - self._decisions.late:
            where = at(DECISIONS, *unpacked_place(place))
            self._book.found("I17", f"a change of a job was decided and is not in {OFFERS}", where)

    def _judge_missing(self, folder: Folder) -> None:
        """I9: what decisions say of offers is in `offers`. An offer that was refused before anybody saw it is not."""
        wanted = {place for place in self._decisions.steps.values() if place not in self._decisions.late}
        if not wanted:
            return
        for record in folder.records(DECISIONS):
            place = packed(record.partition, record.offset)
            if place not in wanted:
                continue
            for event in json.loads(record.value or b"{}")["events"]:
                if event["kind"] in ("offer_made", "offer_moved"):
                    self._judge_missing_step(event, place)

    def _judge_missing_step(self, event: dict[str, Any], place: int) -> None:
        offer, state = event["offer_id"], event.get("state", "offered")
        if self._decisions.steps.pop(step_key(offer, state, place), None) is None:
            return
        held = self.held.get(offer)
        where = at(DECISIONS, *unpacked_place(place))
        if state == "offered" and held is not None and held.is_void:
            return  # counted as void by its record
        self._book.found("I9", f"{offer} {state} was decided and is not in {OFFERS}", where)
