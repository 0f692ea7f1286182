"""Edits of incidents: I18. What a PATCH says counts from its decision on, field by field, until a later one says otherwise; a
refused one lost against something, and leaves no sealed record; what holds a field is there.

Judged from commands and decisions alone: private values are not opened, the record that holds a field stands for its value.
"""

from dataclasses import dataclass
from typing import Any

from tests.faults.checker.commands import Commands
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder, Record
from tests.faults.checker.reducer import State
from tests.faults.checker.topics import PRIVATE

Json = dict[str, Any]
PUBLIC = {"type": "type", "priority": "priority", "language": "language", "area": "area"}
"""Name in the command to name in the state. Requirements are not compared: plans fill them in."""
PRIVATE_FIELDS = ("description", "address", "caller")
_URGENCY = ("critical", "high", "normal", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What an edit met."""

    version: int
    values: Json
    details: dict[str, str]
    edits: dict[str, Json]

    def version_of(self, field: str) -> int:
        edit = self.edits.get(field)
        return int(edit["version"]) if edit else 0


def before_of(state: State | None) -> Before | None:
    if state is None:
        return None
    return Before(
        version=state["version"],
        values={name: state[name] for name in PUBLIC.values()},
        details=dict(state["details"]),
        edits=dict(state["edits"]),
    )


class Edits:
    def __init__(self, commands: Commands, book: Book) -> None:
        self._commands = commands
        self._book = book
        self._unused: dict[str, str] = {}
        """Records that have to be erased, to where the decision stands that says so."""
        self._held: dict[str, str] = {}
        """Records that have to be there."""

    def note(self, record: Record, decision: Json, *, is_late: bool) -> None:
        """Of any decision that counts: which records it uses and which not. What follows from a late one may still come."""
        if not is_late:
            self._unused.update(dict.fromkeys(decision.get("unused_refs") or (), record.where))
        for event in decision["events"]:
            self._held.update(dict.fromkeys((event.get("details") or {}).values(), record.where))

    def judge(self, record: Record, decision: Json, before: Before | None, after: State | None) -> None:
        command = self._commands.edits.get(decision["cause"]["command_id"])
        if command is None:
            return
        self._book.checked("I18")
        faults = []
        ref = command.get("private_ref")
        if decision["outcome"] == "applied" and before is not None and after is not None:
            faults = [*_lost(command, before, after), *_overwritten(command, decision, before)]
            is_used = ref in after["details"].values()
        else:
            is_used = False
            if decision.get("conflicts") and before is not None:
                faults = list(_unfounded(command, decision["conflicts"], before))
        if ref and not is_used and ref.endswith(f":{command['id']}") and ref not in (decision.get("unused_refs") or ()):
            faults.append("the record that came with it holds nothing and is not named as unused")
        for fault in faults:
            self._book.found("I18", f"{decision['incident_id']}: {fault}", record.where)

    def read(self, folder: Folder) -> None:
        """The sealed records at the end of the run."""
        there: dict[str, bool] = {
            record.key: record.value is not None for record in folder.records(PRIVATE) if record.key is not None
        }
        for ref, where in self._unused.items():
            self._book.checked("I18")
            if there.get(ref):
                self._book.found("I18", f"{ref} holds nothing and is not erased", where)
        for ref, where in self._held.items():
            self._book.checked("I18")
            if not there.get(ref):
                self._book.found("I18", f"{ref} holds a field and is not there", where)


def _lost(command: Json, before: Before, after: State) -> list[str]:
    """Fields that are not as the edit says, or changed though it does not name them."""
    faults = []
    for name, field in PUBLIC.items():
        wanted = before.values[field] if command.get(name) is None else command[name]
        if name == "priority" and _may_follow_type(command, before, after):
            continue
        if after[field] != wanted:
            faults.append(f"{field} is {after[field]!r} after an edit that makes it {wanted!r}")
    ref, same_as = command.get("private_ref"), command.get("same_as") or {}
    for name in PRIVATE_FIELDS:
        held, was = after["details"].get(name), before.details.get(name)
        if ref is None or name not in (command.get("private_fields") or ()):
            if held != was:
                faults.append(f"{name} is held by {held} after {was}, and the edit does not name it")
            continue
        is_same = name in same_as and same_as[name] == (was or _report_of(after))
        if held != ref and not (is_same and held == was):
            faults.append(f"{name} is held by {held} after {was}, and the edit brought {ref}")
    return faults


def _may_follow_type(command: Json, before: Before, after: State) -> bool:
    """Whether the plan of another type raised the priority: the edit states none, and it is more urgent than before."""
    retyped = command.get("priority") is None and command.get("type") not in (None, before.values["type"])
    return retyped and _URGENCY.index(after["priority"]) <= _URGENCY.index(before.values["priority"])


def _report_of(state: State) -> str:
    return f"incident:{state['id']}"


def _overwritten(command: Json, decision: Json, before: Before) -> list[str]:
    changed = {
        name
        for event in decision["events"]
        if event["kind"] == "incident_updated"
        for name in event.get("changed") or ()
    }
    expected = command.get("expected_version")
    faults = [
        f"{name} was edited in version {before.version_of(name)}, the edit had seen {expected}"
        for name in sorted(changed)
        # A priority that follows from the type was not stated, so an edit of it in between is no conflict.
        if expected is not None and before.version_of(name) > expected and _names(command, name)
    ]
    return faults + [
        f"{name} was edited in version {before.version_of(name)}, the edit expected what stood in {version}"
        for name, version in (command.get("expected_edits") or {}).items()
        if before.version_of(name) > version and (name in changed or not _names(command, name))
    ]


def _unfounded(command: Json, conflicts: list[str], before: Before) -> list[str]:
    expected, stated = command.get("expected_version"), command.get("expected_edits") or {}
    return [
        f"{name} is called a conflict, and was last edited in version {before.version_of(name)}"
        for name in conflicts
        if not (expected is not None and (before.version_of(name) > expected or expected > before.version))
        and not (name in stated and before.version_of(name) > stated[name])
    ]


def _names(command: Json, field: str) -> bool:
    if field in PRIVATE_FIELDS:
        return field in (command.get("private_fields") or ())
    return command.get({"location": "area"}.get(field, field)) is not None
