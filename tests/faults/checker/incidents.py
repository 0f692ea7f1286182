"""`incident-status`, what became of each incident, and what the log says of reports: I2, I13, a part of I1 and of I9."""

from typing import Any

from tests.faults.checker.commands import IN_FLIGHT_MS, Commands
from tests.faults.checker.decisions import Decisions
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.reducer import State, missing
from tests.faults.checker.states import unpacked
from tests.faults.checker.topics import STATUS

ATTENDED = frozenset({"staffed", "in_progress", "closed", "cancelled"})
OVERDUE_MS = 35_000
"""A look that was due this long before the end was lost: 30 s for what faults delay, 5 s for the sweep."""


class Statuses:
    """Reads `incident-status`: epochs as it goes, then whether the newest record of each incident is its state."""

    def __init__(self, published: Published, book: Book) -> None:
        self._published = published
        self._book = book
        self._newest: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        self._seen: dict[str, set[int]] = {}

    def read(self, folder: Folder, decisions: Decisions) -> None:
        for record in folder.records(STATUS):
            self._book.counts["status_records"] += 1
            if record.value is None:
                self._newest.pop(record.key or "", None)
                continue
            try:
                told = self._published.read(STATUS, record.value)
                if record.key != told["incident"]["id"]:
                    raise Misfit(f"its key is not {told['incident']['id']}")
            except Misfit as misfit:
                self._book.found("schema", str(misfit), record.where)
                continue
            self._book.checked("schema")
            self._newest[told["incident"]["id"]] = record.seek
            self._judge_epoch(told, record.where)
        self._compare(folder, decisions)

    def _judge_epoch(self, told: dict[str, Any], where: str) -> None:
        """I13. A record of a decision that was told before is a repeat, wherever it stands."""
        incident_id, version = told["incident"]["id"], told["incident"]["version"]
        seen = self._seen.setdefault(incident_id, set())
        decision = hash(told["decision_id"])
        if decision in seen:
            self._book.counts["repeated_states"] += 1
            return
        seen.add(decision)
        self._book.checked("I13")
        before = self._versions.get(incident_id, 0)
        if version < before:
            self._book.found("I13", f"{incident_id}: version {version} after {before}", where)
        self._versions[incident_id] = max(before, version)

    def _compare(self, folder: Folder, decisions: Decisions) -> None:
        """I9: the newest record of each incident is its state."""
        seeks = sorted(self._newest.values())
        for record in folder.records_at(STATUS, seeks):
            told = self._published.read(STATUS, record.value)["incident"]
            self._book.checked("I9")
            if (difference := difference_of(told, decisions, self._published)) is not None:
                self._book.found("I9", f"{STATUS}: {told['id']}: {difference}", record.where)
        for incident_id in decisions.states:
            if incident_id not in self._newest:
                places = decisions.timelines[incident_id]
                if not all(place in decisions.late for place in places):
                    self._book.found("I9", f"{incident_id} has no state in {STATUS}", STATUS)


def difference_of(told: State, decisions: Decisions, published: Published) -> str | None:
    """In which fields a state is not what the log says; None when it is, or was moments before the end."""
    state = decisions.states.get(told["id"])
    if state is None:
        return "the log knows no such incident"
    told = published.whole("Incident", told)
    if told == state:
        return None
    earlier = decisions.earlier.get(told["id"], {}).get(told["version"])
    if earlier is not None and unpacked(earlier) == told:
        return None
    if told["version"] != state["version"]:
        return f"version {told['version']}, the log says {state['version']}"
    names = sorted(name for name in told.keys() | state.keys() if told.get(name) != state.get(name))
    return f"{', '.join(names)} differ at version {state['version']}"


def judge_reports(commands: Commands, decisions: Decisions, book: Book) -> None:
    """I1, from the log alone: no incident is reported twice."""
    for incident_id, count in decisions.reported.items():
        book.checked("I1")
        if count > 1:
            book.found("I1", f"{incident_id} was reported by {count} decisions", incident_id)
    for incident_id in decisions.states:
        if incident_id not in commands.reports:
            book.found("I1", f"{incident_id} stands in decisions and nobody reported it", incident_id)


def judge_ends(commands: Commands, decisions: Decisions, accepted: dict[str, str], book: Book, ended_ms: int) -> None:
    """I2: what became of every incident in the log; what was promised and is not there is I1's. `accepted`: id to lines of the
    history."""
    for incident_id in commands.reports:
        book.checked("I2")
        state = decisions.states.get(incident_id)
        if state is None:
            if _is_fresh(commands, incident_id, ended_ms):
                continue
            book.found("I2", f"{incident_id} was never decided", accepted.get(incident_id, incident_id))
        elif trouble := _neglect(state, ended_ms):
            where = f"{incident_id} version {state['version']}"
            book.found("I2", f"{state['status']} at the end: {trouble}", where)


def _is_fresh(commands: Commands, incident_id: str, ended_ms: int) -> bool:
    logged = [commands.logged_ms[number] for number, about in enumerate(commands.incident_of) if about == incident_id]
    return bool(logged) and min(logged) > ended_ms - IN_FLIGHT_MS


def _neglect(state: State, ended_ms: int) -> str | None:
    """Why nobody attends to it; None when somebody or something does.

    `dispatching` is no end. It is right only while, for every open place, somebody is asked whose time is not over: whoever
    was reported shortly before the end of the load.
    """
    if state["status"] in ATTENDED:
        return None
    if state["status"] not in ("unfilled", "dispatching"):
        return "that is no end"
    for entry in state["requirements"]:
        if entry["shortfall"]:
            if not _is_escalated(state, entry):
                return f"{entry['id']} is short of people and nothing escalates it"
        elif missing(state, entry) and not _is_asked(state, entry, ended_ms):
            return f"{entry['id']} lacks people, and nobody is asked"
    due_ms = state["retry_at_ms"]
    if state["status"] == "unfilled" and due_ms is not None and due_ms < ended_ms - OVERDUE_MS:
        return f"the next look was due {ended_ms - due_ms} ms before the end"
    return None


def _is_escalated(state: State, entry: dict[str, Any]) -> bool:
    """A step of its ladder was taken or has its time, or an operator is asked. Work that lacks a place waits for nothing else."""
    if entry["shortfall"]["reason"] == "no_place" and state["area"] is None and entry["capability"] == "field":
        return True
    climb = entry["climb"]
    if climb and (climb["taken"] or climb["ahead"] or climb["ended"] or climb["due_ms"] is not None):
        return True
    asked = any(one["requirement_id"] in (None, entry["id"]) for one in state["attention"])
    return asked or bool(state["escalations"])


def _is_asked(state: State, entry: dict[str, Any], ended_ms: int) -> bool:
    return any(
        offer["requirement_id"] == entry["id"]
        and offer["state"] == "offered"
        and offer["expires_ms"] > ended_ms - IN_FLIGHT_MS
        for offer in state["offers"]
    )
