"""The truth: decisions in the order of each partition, the first of each command. I4, I5, I13, I17, I19 and the core of I6."""

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.faults.checker.commands import IN_FLIGHT_MS, NEVER, Commands
from tests.faults.checker.duty import Duty
from tests.faults.checker.edits import Edits, before_of
from tests.faults.checker.faulty_times import FaultyTimes
from tests.faults.checker.findings import Book, at
from tests.faults.checker.folder import Folder, Record
from tests.faults.checker.jobs import Job, changed, jobs_of, told_as
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.reducer import ASSIGNED, LIVE, Impossible, State, fills, fold, is_open
from tests.faults.checker.states import States, packed_of
from tests.faults.checker.topics import DECISIONS, INCIDENTS

Decision = dict[str, Any]
Declined = set[tuple[Any, ...]]
"""Person, requirement (None: known by the kind of work only), capability, task and skill."""
RACE_IN_HEALTH_MS = 5_000
RACE_UNDER_FAULTS_MS = 30_000
_FILLS = frozenset({"offer_moved", "incident_updated", "help_asked", "answer_wanted", "incident_unmerged"})
"""Events after which a requirement may have more people than its count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What decisions are judged by."""

    published: Published
    commands: Commands
    duty: Duty
    times: FaultyTimes
    book: Book


ANSWERED_WITHIN_MS = 60_000
_TAKEN_OFF = frozenset({("withdrawn", "silent"), ("withdrawn", "moving_away")})


def _asked_whether_coming(state: State | None) -> dict[str, int]:
    """By offer, since when the question is unanswered."""
    offers = state["offers"] if state else ()
    watched = {offer["id"]: offer["watch"]["asked_ms"] for offer in offers if offer["watch"]}
    return {offer: asked_ms for offer, asked_ms in watched.items() if asked_ms is not None}


class Decisions:
    def __init__(self, parts: Parts, ended_ms: int) -> None:
        self._parts = parts
        self._ended_ms = ended_ms
        self.states = States()
        self.earlier: dict[str, dict[int, bytes]] = {}
        """Packed states before decisions of the last moments, by incident and version: the picture may have been read then."""
        self.steps: dict[int, int] = {}
        """Steps of offers that valid decisions took (`step_key`), to the packed place of the decision."""
        self.notices: dict[int, int] = {}
        """Notices of changed jobs that valid decisions ask for (`step_key`), to the packed place of the decision."""
        self.late: set[int] = set()
        """Packed places of decisions of the last moments: what follows from them may not be in the log yet."""
        self.late_incidents: set[str] = set()
        self.invalid: set[int] = set()
        """Packed places of decisions that do not count."""
        self.timelines: dict[str, array[int]] = {}
        """Packed places of the decisions about each incident, from its report on."""
        self.reported: Counter[str] = Counter()
        self.ends: dict[int, int] = {}
        """Offset of the newest decision of each partition."""
        self.edits = Edits(parts.commands, parts.book)
        self._asked_at: dict[str, int] = {}
        """Of each incident: where the last of its commands that were decided stands."""
        self.decided_at_ms: dict[str, int] = {}
        """When the first decision about each incident was logged."""

    def read(self, folder: Folder, letters: dict[tuple[str, int, int], str]) -> None:
        book = self._parts.book
        for record in folder.records(DECISIONS):
            book.counts["decision_records"] += 1
            self.ends[record.partition] = record.offset
            try:
                decision = self._parts.published.read(DECISIONS, record.value)
            except Misfit as misfit:
                self.invalid.add(packed(record.partition, record.offset))
                if (DECISIONS, record.partition, record.offset) not in letters:
                    book.found("schema", str(misfit), record.where)
                continue
            book.checked("schema")
            if self._counts(record, decision):
                self._take(record, decision)
            else:
                self.invalid.add(packed(record.partition, record.offset))
        book.counts["incidents"] = len(self.states)

    def _counts(self, record: Record, decision: Decision) -> bool:
        """Whether it is the first decision of a command that is in the log. Says so where something is wrong (I6)."""
        book, commands, cause = self._parts.book, self._parts.commands, decision["cause"]
        number = commands.number_of.get(cause["command_id"])
        if number is None:
            book.found("I6", f"a decision about {decision['incident_id']} of a command nobody gave", record.where)
            return False
        if commands.decided_ms[number] < NEVER:
            book.counts["void_decisions"] += 1
            return False
        commands.decided_ms[number] = record.at_ms
        partition = commands.partitions.get(cause["partition"])
        place = partition.place_of(cause["offset"]) if partition else None
        stands = partition is not None and place is not None and partition.commands[place] == number
        if not stands or cause["topic"] != INCIDENTS or cause["partition"] != record.partition:
            book.found(
                "I6", f"names {at(cause['topic'], cause['partition'], cause['offset'])} as its cause", record.where
            )
        if stands:
            self._judge_order(record, decision)
        if commands.incident_of[number] != decision["incident_id"]:
            text = f"is about {decision['incident_id']}, its command about {commands.incident_of[number]}"
            book.found("I6", text, record.where)
        commands.decided_at[number] = record.offset
        return True

    def _take(self, record: Record, decision: Decision) -> None:
        book, incident_id = self._parts.book, decision["incident_id"]
        self.decided_at_ms.setdefault(incident_id, record.at_ms)
        state = self.states.get(incident_id)
        self._judge_epoch(record, decision, state)
        if record.at_ms > self._ended_ms - IN_FLIGHT_MS:
            self.late.add(packed(record.partition, record.offset))
            self.late_incidents.add(incident_id)
            if state is not None:
                self.earlier.setdefault(incident_id, {})[state["version"]] = packed_of(state)
        was_open = state is None or is_open(state)
        jobs, asked = jobs_of(state), _asked_whether_coming(state)
        declined = _declined(state, decision)  # before the fold, which may prune offers
        before = before_of(state)
        self.reported[incident_id] += sum(event["kind"] == "incident_reported" for event in decision["events"])
        try:
            state = fold(state, decision, self._parts.published)
        except Impossible as error:
            book.found("I6", f"{incident_id}: {error}", record.where)
            return
        place = packed(record.partition, record.offset)
        self.edits.note(record, decision, is_late=place in self.late)
        self.edits.judge(record, decision, before, state)
        if state is None:
            return
        self.timelines.setdefault(incident_id, array("q")).append(place)
        self.states.put(state)
        for event in decision["events"]:
            self._note(event, place)
        self._judge_jobs(record, decision, jobs, jobs_of(state))
        self._judge_absences(record, decision, asked)
        self._judge_people(record, decision, state, was_open, declined)

    def _note(self, event: dict[str, Any], place: int) -> None:
        kind = event["kind"]
        if kind == "offer_made":
            self.steps[step_key(event["offer_id"], "offered", place)] = place
        elif kind == "offer_moved":
            self.steps[step_key(event["offer_id"], event["state"], place)] = place

    def _judge_jobs(self, record: Record, decision: Decision, before: dict[str, Job], after: dict[str, Job]) -> None:
        """I17: whoever is assigned before and after is told of every field of their job that differs, in the same decision."""
        self._parts.book.checked("I17", len(before))
        told = {event["offer_id"]: event for event in decision["events"] if event["kind"] == "job_changed"}
        for offer, fields in changed(before, after).items():
            untold = fields - set(told[offer].get("to_confirm", ()) if offer in told else ())
            if untold:
                text = f"{decision['incident_id']}: {offer} is not told of {', '.join(sorted(untold))}"
                self._parts.book.found("I17", text, record.where)
        place = packed(record.partition, record.offset)
        for offer, event in told.items():
            if event.get("to_confirm") and offer in after:
                self.notices[step_key(offer, told_as(event), place)] = place

    def _judge_absences(self, record: Record, decision: Decision, asked: dict[str, int]) -> None:
        """I19: who is taken off their way for silence or detours has left a question unanswered for a minute at least."""
        for event in decision["events"]:
            if event["kind"] != "offer_moved":
                continue
            self._parts.book.checked("I19")
            if (event["state"], event.get("reason")) not in _TAKEN_OFF:
                continue
            asked_ms = asked.get(event["offer_id"])
            if asked_ms is None or decision["decided_ms"] - asked_ms < ANSWERED_WITHIN_MS:
                text = f"{decision['incident_id']}: {event['offer_id']} is taken off ({event['reason']}) without being asked"
                self._parts.book.found("I19", text, record.where)

    def _judge_epoch(self, record: Record, decision: Decision, state: State | None) -> None:
        """I13: an applied decision is the next version, every other the same one."""
        before = state["version"] if state else 0
        self._parts.book.checked("I13")
        if decision["version"] != before + (decision["outcome"] == "applied"):
            text = f"{decision['incident_id']}: version {decision['version']} ({decision['outcome']}) after {before}"
            self._parts.book.found("I13", text, record.where)

    def _judge_order(self, record: Record, decision: Decision) -> None:
        """I13: what was asked first of an incident is decided first."""
        incident_id, asked_at = decision["incident_id"], decision["cause"]["offset"]
        before = self._asked_at.get(incident_id, -1)
        self._asked_at[incident_id] = max(before, asked_at)
        if asked_at < before:
            text = f"{incident_id}: what was asked at {asked_at} is decided after what was asked at {before}"
            self._parts.book.found("I13", text, record.where)

    def _judge_people(
        self, record: Record, decision: Decision, state: State, was_open: bool, declined: Declined
    ) -> None:
        book, incident_id = self._parts.book, decision["incident_id"]
        kinds = {event["kind"] for event in decision["events"]}
        for event in decision["events"]:
            if event["kind"] != "offer_made":
                continue
            book.checked("I5")
            person = event["volunteer_id"]
            by_hand = event.get("source", "search") == "operator"  # who declined may be named by an operator
            if not by_hand and _is_declined(state, event, declined):
                book.found("I5", f"{incident_id}: {event['offer_id']} to {person}, who declined", record.where)
            if not was_open and not kinds & {"incident_unmerged", "incident_reopened"}:
                book.found("I5", f"{incident_id}: {event['offer_id']} after its end", record.where)
            self._judge_duty(record, event)
        if kinds and not is_open(state):
            left = [offer["id"] for offer in state["offers"] if offer["state"] in LIVE]
            if left and was_open:
                book.found("I5", f"{incident_id} has ended, and {', '.join(left[:3])} is still live", record.where)
        if kinds & _FILLS:
            self._judge_counts(record, state)

    def _judge_duty(self, record: Record, event: dict[str, Any]) -> None:
        duty, person = self._parts.duty, event["volunteer_id"]
        if not duty.is_judged(person):
            self._parts.book.note("I5: volunteers was compacted, so duty was not judged for everybody")
            return
        hurt = self._parts.times.until_ms(record.at_ms) is not None
        if "off_duty" in event.get("set_aside", ()):
            return  # an operator overrode it
        if duty.was_off(person, record.at_ms, RACE_UNDER_FAULTS_MS if hurt else RACE_IN_HEALTH_MS):
            self._parts.book.found("I5", f"{event['offer_id']} to {person}, who was off duty or unknown", record.where)

    def _judge_counts(self, record: Record, state: State) -> None:
        """I4. Those who are done may be more than a count that was lowered afterwards."""
        counts = {entry["id"]: entry["count"] for entry in state["requirements"]}
        assigned: Counter[str] = Counter()
        done: Counter[str] = Counter()
        for offer in state["offers"]:
            if offer["state"] in ASSIGNED:
                assigned[offer["requirement_id"]] += 1
            elif fills(offer):
                done[offer["requirement_id"]] += 1
        for requirement, people in assigned.items():
            self._parts.book.checked("I4")
            count = counts.get(requirement, 0)
            if people + done[requirement] > count:
                text = f"{state['id']}/{requirement}: {people} assigned, {done[requirement]} done, count {count}"
                self._parts.book.found("I4", text, record.where)


def packed(partition: int, offset: int) -> int:
    """One number for a place in `decisions`."""
    return partition << 48 | offset


def unpacked_place(place: int) -> tuple[int, int]:
    return place >> 48, place & ((1 << 48) - 1)


def step_key(offer_id: str, state: str, place: int) -> int:
    """Stands for a step of an offer, in 64 bits: a million of them are kept."""
    return hash((offer_id, state, place))


def _declined(state: State | None, decision: Decision) -> Declined:
    """Who declined what; looked up only where somebody is asked."""
    if state is None or not any(event["kind"] == "offer_made" for event in decision["events"]):
        return set()
    names = ("volunteer_id", "requirement_id", "capability", "task", "skill")
    kept = {
        (person, None, one["capability"], one["task"], one["skill"])
        for one in state["refused"]
        for person in one["volunteer_ids"]
    }
    return kept | {tuple(offer[name] for name in names) for offer in state["offers"] if offer["state"] == "declined"}


def _is_declined(state: State, event: dict[str, Any], declined: Declined) -> bool:
    """Whether the person asked had declined this requirement, or work with a skill that it accepts."""
    asked = next((one for one in state["requirements"] if one["id"] == event["requirement_id"]), None)
    accepted: set[str] = set()
    if asked is not None:
        accepted = {asked["skill"], *asked["any_of"], *((asked["climb"] or {}).get("substitutes") or ())}
    alike = (event["capability"], event["task"])
    return any(
        requirement == event["requirement_id"] or ((capability, task) == alike and skill in accepted)
        for person, requirement, capability, task, skill in declined
        if person == event["volunteer_id"]
    )
