"""Who was on duty when, from the log of profiles; a part of I5."""

from bisect import bisect_right
from typing import Any

from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder
from tests.faults.checker.published import Misfit, Published
from tests.faults.checker.topics import VOLUNTEERS

Change = tuple[int, bool | None]


class Duty:
    """Changes of each person by the time they were logged; None: erased."""

    def __init__(self) -> None:
        self.newest: dict[str, tuple[int, dict[str, Any] | None]] = {}
        """Offset and profile, None after a tombstone."""
        self._changes: dict[str, list[Change]] = {}
        self._partition_of: dict[str, int] = {}
        self._gaps: set[int] = set()

    def read(self, folder: Folder, published: Published, book: Book, letters: dict[tuple[str, int, int], str]) -> None:
        following: dict[int, int] = {}
        for record in folder.records(VOLUNTEERS):
            if record.offset != following.get(record.partition, 0):
                self._gaps.add(record.partition)  # compacted: who was on duty in between is not known any more
            following[record.partition] = record.offset + 1
            person = record.key or ""
            profile = None
            if record.value is not None:
                try:
                    profile = published.read(VOLUNTEERS, record.value)
                except Misfit as misfit:
                    book.counts["unreadable_profiles"] += 1
                    if (VOLUNTEERS, record.partition, record.offset) not in letters:
                        book.found("schema", f"{misfit}, and there is no dead letter for it", record.where)
                    continue
                person = profile["id"]
            self.newest[person] = (record.offset, profile)
            self._partition_of[person] = record.partition
            self._changes.setdefault(person, []).append((record.at_ms, None if profile is None else profile["on_duty"]))

    def is_judged(self, person: str) -> bool:
        return not self._gaps if person not in self._partition_of else self._partition_of[person] not in self._gaps

    def was_off(self, person: str, at_ms: int, race_ms: int) -> bool:
        """Whether the person was off duty, erased or unknown for all of the last `race_ms`.

        Profiles and decisions lie in two topics, so an offer that was decided while "off duty" was on its way into the live
        picture is no fault; one that was decided later is.
        """
        changes = self._changes.get(person, [])
        known = bisect_right(changes, at_ms, key=lambda change: change[0])
        before = bisect_right(changes, at_ms - race_ms, key=lambda change: change[0])
        seen = [on_duty for _, on_duty in changes[max(0, before - 1) : known]]
        return not any(seen)
