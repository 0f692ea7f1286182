"""The commands of the log, and which of their records has an outcome when: I6 and I7, and what I1 asks of the log."""

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tests.faults.checker.findings import Book, at
from tests.faults.checker.folder import Folder, Record
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.topics import DEAD_LETTERS, INCIDENTS

NEVER = 1 << 62
UNREADABLE = -1
IN_FLIGHT_MS = 5_000
"""What was logged so shortly before the end of the run may still be without outcome: timers never rest."""
SAMPLE_TOLERANCE_MS = 500
"""A sample is stamped by the harness, an outcome by the broker; both clocks are this machine's."""
REPLAYED = "komek_replay_of"
_INCIDENT = re.compile(r"i-[0-9a-f]{6}-[0-9a-f]{32}")
ORDERS = {
    "update_incident": "incident_id",
    "cancel_incident": "incident_id",
    "close_incident": "incident_id",
    "reopen_incident": "incident_id",
    "escalate_incident": "incident_id",
    "assign_volunteer": "incident_id",
    "withdraw_offer": "offer_id",
    "remind_person": "offer_id",
    "accept_offer": "offer_id",
    "confirm_changes": "offer_id",
    "decline_offer": "offer_id",
    "report_progress": "offer_id",
    "give_result": "offer_id",
}
"""Which field of an order names what it is about."""


class Partition:
    """Records of one partition in their order: offset, command (or UNREADABLE), time, whether it was replayed."""

    def __init__(self) -> None:
        self.offsets = array("q")
        self.commands = array("q")
        self.at_ms = array("q")
        self.replayed: set[int] = set()

    def place_of(self, offset: int) -> int | None:
        number = bisect_left(self.offsets, offset)
        return number if number < len(self.offsets) and self.offsets[number] == offset else None


class Commands:
    """Each command once, by a number; `decided_ms` is when its first decision was logged."""

    def __init__(self) -> None:
        self.number_of: dict[str, int] = {}
        self.incident_of: list[str] = []
        self.logged_ms = array("q")
        self.decided_ms = array("q")
        self.decided_at = array("q")
        """Offset of the first decision in its partition of `decisions`."""
        self.partitions: dict[int, Partition] = defaultdict(Partition)
        self.letters: dict[tuple[int, int], int] = {}
        """Dead letters of commands: (partition, offset) to when the first was logged."""
        self.reports: dict[str, dict[str, Any]] = {}
        """Of each incident in the log: who reported it first, under which external id."""
        self.edits: dict[str, dict[str, Any]] = {}
        """Updates by their id."""
        self.orders: Counter[tuple[str, str]] = Counter()
        """Distinct commands by kind and what they are about."""

    def read(self, folder: Folder, published: Published, book: Book) -> None:
        for record in folder.records(INCIDENTS):
            book.counts["command_records"] += 1
            self._add(record, published, book)
        book.counts["commands"] = len(self.number_of)

    def _add(self, record: Record, published: Published, book: Book) -> None:
        try:
            command = published.read(INCIDENTS, record.value)
            if not _INCIDENT.fullmatch(command["incident_id"]):
                raise Misfit("no incident id")
        except Misfit:
            book.counts["unreadable_commands"] += 1
            number = UNREADABLE
        else:
            number = self._number_of(command, record, book)
        partition = self.partitions[record.partition]
        partition.offsets.append(record.offset)
        partition.commands.append(number)
        partition.at_ms.append(record.at_ms)
        if REPLAYED in record.headers:
            partition.replayed.add(record.offset)

    def _number_of(self, command: dict[str, Any], record: Record, book: Book) -> int:
        known = self.number_of.get(command["id"])
        if known is not None:
            book.counts["repeated_commands"] += 1
            return known
        number = self.number_of[command["id"]] = len(self.incident_of)
        self.incident_of.append(command["incident_id"])
        self.logged_ms.append(record.at_ms)
        self.decided_ms.append(NEVER)
        self.decided_at.append(-1)
        kind = command["kind"]
        if kind == "report_incident":
            entry = self.reports.setdefault(command["incident_id"], {"by": command["by"], "external_digests": set()})
            entry["external_digests"].add(command.get("external_digest"))
        elif kind in ORDERS:
            self.orders[kind, command[ORDERS[kind]]] += 1
        if kind == "update_incident":
            self.edits[command["id"]] = command
        return number

    def read_letters(self, folder: Folder, published: Published, book: Book) -> dict[tuple[str, int, int], str]:
        """Every record that has a letter, by topic, partition and offset, with the id of the letter."""
        ids: dict[tuple[str, int, int], str] = {}
        for record in folder.records(DEAD_LETTERS):
            book.counts["dead_letter_records"] += 1
            try:
                letter = published.read(DEAD_LETTERS, record.value)
            except Misfit as misfit:
                book.found("schema", str(misfit), record.where)
                continue
            if "letter_id" in letter:
                continue  # how a letter was settled
            source = (letter["topic"], letter["partition"], letter["offset"])
            if ids.setdefault(source, letter["id"]) != letter["id"]:
                book.found("I6", f"{at(*source)} has two dead letters of different ids", record.where)
            if letter["topic"] == INCIDENTS:
                self.letters.setdefault(source[1:], record.at_ms)
        book.counts["dead_letters"] = len(ids)
        return ids

    def judge(self, book: Book, ended_ms: int) -> None:
        """I6: each has one outcome, and not both kinds. Decisions have been read."""
        for where, number, logged_ms in self._records():
            book.checked("I6")
            letter = self.letters.get(where)
            decided = number != UNREADABLE and self.decided_ms[number] < NEVER
            shown = at(INCIDENTS, *where)
            if letter is None and not decided and logged_ms <= ended_ms - IN_FLIGHT_MS:
                what = "an unreadable record" if number == UNREADABLE else f"command about {self.incident_of[number]}"
                book.found("I6", f"{what} has neither decision nor dead letter", shown)
            if letter is not None and decided and not self._was_replayed(number):
                book.found("I6", f"command about {self.incident_of[number]} has a decision and a dead letter", shown)
        for where in self.letters:
            place = self.partitions[where[0]].place_of(where[1])
            if place is None:
                book.found("I6", "a dead letter for a record that is not in the log", at(INCIDENTS, *where))

    def judge_samples(self, samples: Iterable[dict[str, Any]], book: Book) -> None:
        """I7: at each sample everything before the committed offset had its outcome."""
        latest = {number: self._outcomes(number, partition) for number, partition in self.partitions.items()}
        told: set[tuple[int, int]] = set()
        for sample in samples:
            committed, number = sample.get("committed"), int(sample["partition"])
            if sample["topic"] != INCIDENTS or committed is None or committed < 0:
                continue
            book.checked("I7")
            if number not in latest:
                continue
            partition, (until, worst) = self.partitions[number], latest[number]
            before = bisect_left(partition.offsets, int(committed)) - 1
            if before < 0 or until[before] <= sample["at_ms"] + SAMPLE_TOLERANCE_MS:
                continue
            offset = partition.offsets[worst[before]]
            if (number, offset) not in told:
                told.add((number, offset))
                text = f"{sample['group']} had committed {committed} at {sample['at_ms']}, before this had an outcome"
                book.found("I7", text, at(INCIDENTS, number, offset))

    def _outcomes(self, number: int, partition: Partition) -> tuple["array[int]", "array[int]"]:
        """For each record: when everything up to it had its outcome, and which record was the last to get one."""
        until, worst = array("q"), array("q")
        latest, latest_at = -1, 0
        for place, offset in enumerate(partition.offsets):
            command = partition.commands[place]
            outcome = self.letters.get((number, offset), NEVER)
            if command != UNREADABLE:
                outcome = min(outcome, self.decided_ms[command])
            if outcome > latest:
                latest, latest_at = outcome, place
            until.append(latest)
            worst.append(latest_at)
        return until, worst

    def _records(self) -> Iterator[tuple[tuple[int, int], int, int]]:
        for number, partition in self.partitions.items():
            for place, offset in enumerate(partition.offsets):
                yield (number, offset), partition.commands[place], partition.at_ms[place]

    def _was_replayed(self, number: int) -> bool:
        """Whether an operator sent a record of this command again from its dead letter: then it has both, rightly."""
        return any(
            command == number and partition.offsets[place] in partition.replayed
            for partition in self.partitions.values()
            for place, command in enumerate(partition.commands)
            if partition.replayed
        )
