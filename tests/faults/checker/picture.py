"""I9 for Redis: the picture, key by key, against the reduced log."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.faults.checker import redis_names as names
from tests.faults.checker.commands import NEVER, Commands
from tests.faults.checker.decisions import Decisions, unpacked_place
from tests.faults.checker.duty import Duty
from tests.faults.checker.expected import Expected
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder, Unreadable
from tests.faults.checker.incidents import difference_of
from tests.faults.checker.published import Published

PENDING_AT_MOST_MS = 60_000
"""A claim without a decision is given back after 30 s, and looked for every 5 s."""
_LISTS = {"capabilities": "cap", "skills": "sk", "languages": "la"}


class Picture:
    def __init__(
        self, published: Published, commands: Commands, decisions: Decisions, duty: Duty, expected: Expected, book: Book
    ) -> None:
        self._published = published
        self._commands = commands
        self._decisions = decisions
        self._duty = duty
        self._expected = expected
        self._book = book
        self._incidents: set[str] = set()
        self._people: set[str] = set()
        self._known = bytearray(len(commands.incident_of))
        self._lists: set[str] = set()

    def read(self, folder: Folder, ended_ms: int) -> None:
        self._ended_ms = ended_ms
        count = 0
        for entry in folder.lines("redis.jsonl"):
            count += 1
            if not str(entry.get("key", "")).startswith(names.PREFIX):
                continue
            name = entry["key"].removeprefix(names.PREFIX)
            try:
                self._compare(name, entry["value"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise Unreadable(f"redis.jsonl: {entry['key']}: {error!r}") from error
        if not count:
            self._book.note("I9: no dump of Redis")
            return
        self._judge_missing()

    def _compare(self, name: str, value: Any) -> None:
        kind, colon, rest = name.partition(":")
        judges: dict[str, Callable[[str, Any], None]] = {
            names.INCIDENT: self._incident,
            names.VOLUNTEER: self._volunteer,
            names.COMMAND: self._command,
            names.TIMELINE: self._timeline,
            names.BY_STATUS: self._status,
            names.BY_PRIORITY: self._priority,
            names.REFUSED: self._refused,
            names.PROGRESS: self._progress,
            names.FREE_INDEXES[0]: self._index,
            names.FREE_INDEXES[1]: self._index,
            names.ALL_INCIDENTS: self._all,
            names.ON_DUTY: self._on_duty,
            names.VOLUNTEERS: self._volunteers,
            names.TIMERS: self._timers,
        }
        if kind + colon in judges:
            self._book.checked("I9")
            judges[kind + colon](rest, value)

    def _found(self, name: str, text: str) -> None:
        self._book.found("I9", text, f"redis {names.PREFIX}{name}")

    def _incident(self, incident_id: str, value: Any) -> None:
        self._incidents.add(incident_id)
        difference = difference_of(json.loads(value), self._decisions, self._published)
        if difference is not None:
            self._found(names.INCIDENT + incident_id, difference)

    def _volunteer(self, person: str, value: dict[str, Any]) -> None:
        offset, profile = self._duty.newest.get(person, (-1, None))
        name = names.VOLUNTEER + person
        if profile is None:
            if "v" in value:
                self._found(name, "a profile of somebody the log does not know")
        else:
            self._people.add(person)
            shown = {"offset": value.get("v"), "duty": value.get("du"), "mode": value.get("tm")}
            wanted = {
                "offset": str(offset),
                "duty": "1" if profile["on_duty"] else "0",
                "mode": profile["travel_mode"],
            }
            for field, short in _LISTS.items():
                shown[field] = ",".join(sorted((value.get(short) or "").split(",")))
                wanted[field] = ",".join(sorted(profile[field] or [""]))
            wrong = sorted(field for field in wanted if shown[field] != wanted[field])
            if wrong:
                self._found(name, f"{', '.join(wrong)} differ from the newest profile (offset {offset})")
        self._claim(person, value)

    def _claim(self, person: str, value: dict[str, Any]) -> None:
        live = self._expected.live.get(person, {})
        name, offer = names.VOLUNTEER + person, value.get("co")
        if (
            any(incident in self._expected.late for incident, _ in live.values())
            or value.get("ci") in self._expected.late
        ):
            return
        if offer is None:
            if live:
                self._found(name, f"is free, and holds {', '.join(live)}")
        elif value.get("cs") == "p":
            if self._ended_ms - int(float(value.get("ca", 0))) > PENDING_AT_MOST_MS:
                self._found(name, f"a claim for {offer} that no decision confirmed was left")
        elif offer not in live:
            self._found(name, f"is held by {offer}, which is not live")
        elif (value.get("ci"), int(value.get("ce", -1))) != live[offer]:
            self._found(name, f"{offer}: incident or epoch differ from {live[offer]}")

    def _command(self, command: str, value: str) -> None:
        number = self._commands.number_of.get(command)
        if number is None:
            if not command.startswith("unreadable/"):
                self._found(names.COMMAND + command, "nobody gave this command")
            return
        self._known[number] = 1
        if self._commands.decided_ms[number] < NEVER and int(value) != self._commands.decided_at[number]:
            self._found(names.COMMAND + command, f"says {value}, decided at {self._commands.decided_at[number]}")

    def _timeline(self, incident_id: str, value: list[str]) -> None:
        if incident_id in self._expected.late or incident_id not in self._decisions.states:
            return
        places = self._decisions.timelines.get(incident_id, ())
        wanted = [f"{partition}:{offset}" for partition, offset in map(unpacked_place, places)]
        # What was decided before the report is remembered too, unless Redis was rebuilt since.
        if value[-len(wanted) :] != wanted:
            self._found(names.TIMELINE + incident_id, f"{len(value)} decisions, the log has {len(wanted)}")

    def _status(self, status: str, value: list[Any]) -> None:
        self._lists.add(names.BY_STATUS + status)
        self._members(names.BY_STATUS + status, value, self._expected.by_status.get(status, set()))

    def _priority(self, priority: str, value: list[Any]) -> None:
        self._lists.add(names.BY_PRIORITY + priority)
        self._members(names.BY_PRIORITY + priority, value, self._expected.by_priority.get(priority, set()))

    def _all(self, _: str, value: list[Any]) -> None:
        self._members(names.ALL_INCIDENTS, value, set(self._decisions.states))

    def _members(self, name: str, value: list[Any], wanted: Iterable[str]) -> None:
        shown, wanted = {member for member, _ in value}, set(wanted)
        wrong = sorted((shown ^ wanted) - self._expected.late)
        if wrong:
            self._found(name, f"{len(wrong)} too many or missing: {', '.join(wrong[:3])}")

    def _on_duty(self, _: str, value: list[str]) -> None:
        wanted = {one for one, (_, profile) in self._duty.newest.items() if profile and profile["on_duty"]}
        self._people_in(names.ON_DUTY, set(value) ^ wanted)

    def _volunteers(self, _: str, value: list[str]) -> None:
        self._people_in(
            names.VOLUNTEERS, set(value) ^ {one for one, (_, profile) in self._duty.newest.items() if profile}
        )

    def _people_in(self, name: str, wrong: set[str]) -> None:
        if wrong:
            self._found(name, f"{len(wrong)} too many or missing: {', '.join(sorted(wrong)[:3])}")

    def _refused(self, partition: str, value: dict[str, str]) -> None:
        if value:
            self._found(names.REFUSED + partition, f"refused and not void yet: {', '.join(list(value)[:3])}")

    def _progress(self, partition: str, value: dict[str, str]) -> None:
        end = self._decisions.ends.get(int(partition), -1)
        for step in ("applied", "published"):
            if int(value.get(step, -1)) < end and not self._is_late_partition(int(partition)):
                self._found(names.PROGRESS + partition, f"{step} {value.get(step)}, the log ends at {end}")

    def _is_late_partition(self, partition: int) -> bool:
        return any(unpacked_place(place)[0] == partition for place in self._decisions.late)

    def _index(self, skill: str, value: list[Any]) -> None:
        for person, _ in value:
            held = self._expected.live.get(person, {})
            if held and not any(incident in self._expected.late for incident, _ in held.values()):
                self._found(names.FREE_INDEXES[0] + skill, f"{person} can be found, and holds {', '.join(held)}")

    def _timers(self, _: str, value: list[Any]) -> None:
        shown = {member for member, _ in value}
        lost = [one for one in self._expected.timers - shown if one.split("|")[1] not in self._expected.late]
        self._book.counts["stale_timers"] += len(shown - self._expected.timers)
        self._lists.add(names.TIMERS)
        if lost:
            self._found(names.TIMERS, f"{len(lost)} timers are lost: {', '.join(sorted(lost)[:3])}")

    def _judge_missing(self) -> None:
        for incident_id in self._decisions.states:
            if incident_id not in self._incidents and incident_id not in self._expected.late:
                self._found(names.INCIDENT + incident_id, "is not there")
        for person, (_, profile) in self._duty.newest.items():
            if profile is not None and person not in self._people:
                self._found(names.VOLUNTEER + person, "is not there")
        unknown = [
            number
            for number, seen in enumerate(self._known)
            if not seen
            and self._commands.decided_ms[number] < NEVER
            and self._commands.incident_of[number] not in self._expected.late
        ]
        if unknown:
            about = self._commands.incident_of[unknown[0]]
            self._found(names.COMMAND, f"{len(unknown)} decided commands are not there, one of them about {about}")
        if self._expected.timers and names.TIMERS not in self._lists:
            self._timers("", [])
