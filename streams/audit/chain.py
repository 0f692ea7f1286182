"""Links of the audit log. Pure.

Each writer (a process) numbers its entries from 1. Each entry has the MAC of the one before (`previous`) and its own (`mac`): an
HMAC-SHA-256 under a key of the ring over the canonical JSON of all other fields. Every `audit.head`, also the first entry of each
writer, names the newest entry that the writer found (`after`: offset and MAC), so a whole writer, or the end of the topic,
cannot vanish unseen. Whoever has the key can forge entries; whoever has only the brokers cannot.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from streams import wire
from streams.wire import AuditRecord
from streams.wire.client_digests import ClientDigests, Purpose

HEAD = "audit.head"


class Fault(StrEnum):
    ALTERED = "altered"  # the MAC does not match the entry
    MISSING = "missing"  # an entry of a writer, or offsets of the topic, are gone
    FORKED = "forked"  # two different entries with one number
    VANISHED = "vanished"  # an entry that another one names is not there
    OTHER_KEY = "other_key"  # written under a digest key that is not at hand: not verified
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`offset`: of the entry where it was found."""

    fault: Fault
    offset: int
    writer: str
    detail: str


@dataclass(slots=True)
class Verified:
    """Counts of a verification. `unchained`: entries from before the chain."""

    entries: int = 0
    chained: int = 0
    repeated: int = 0
    unchained: int = 0


class Chain:
    """The links of one writer. `link` must be called in the order in which the entries are sent."""

    def __init__(self, digests: ClientDigests, writer: str) -> None:
        self._digests = digests
        self._writer = writer
        self._count = 0
        self._last = ""

    def link(self, entry: AuditRecord) -> AuditRecord:
        """The entry with its number, the MAC of the one before and its own."""
        self._count += 1
        numbered = replace(
            entry, writer=self._writer, number=self._count, previous=self._last, scheme=self._digests.scheme
        )
        self._last = mac_of(self._digests, wire.encode(numbered))
        return replace(numbered, mac=self._last)


def mac_of(digests: ClientDigests, encoded: bytes) -> str:
    """The MAC of an entry as it stands in the log, without its own MAC. Fields that a later version adds are covered."""
    fields = {name: value for name, value in json.loads(encoded).items() if name != "mac"}
    return digests.digest(Purpose.AUDIT, json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True))


class Verifier:
    """Verifies entries in the order of the topic, from any offset on."""

    def __init__(self, digests: Iterable[ClientDigests]) -> None:
        """`digests`: of every digest key at hand, also of those that sign no longer."""
        self._digests = {one.scheme: one for one in digests}
        self.counts = Verified()
        self._next_offset: int | None = None
        self._first_offset: int | None = None
        self._of_writer: dict[str, dict[int, str]] = {}
        """MACs by number, of each writer."""
        self._mac_at: dict[int, str] = {}

    def examine(self, offset: int, value: bytes | None) -> Iterator[Finding]:
        """What is wrong with the next entry."""
        if self._first_offset is None:
            self._first_offset = offset
        elif offset != self._next_offset:
            # Neither compaction nor transactions leave gaps in this topic.
            yield _finding(Fault.MISSING, offset, "", f"no records from offset {self._next_offset} to {offset - 1}")
        self._next_offset = offset + 1
        self.counts.entries += 1
        try:
            fields: dict[str, Any] = json.loads(value or b"")
            writer, number, mac = (
                str(fields.get("writer", "")),
                int(fields.get("number", 0)),
                str(fields.get("mac", "")),
            )
        except (ValueError, TypeError, AttributeError):
            yield _finding(Fault.UNREADABLE, offset, "", "no audit entry")
            return
        self._mac_at[offset] = mac
        if not writer:
            self.counts.unchained += 1
            return
        yield from self._linked(offset, value or b"", fields, writer, number, mac)

    def _linked(
        self, offset: int, value: bytes, fields: dict[str, Any], writer: str, number: int, mac: str
    ) -> Iterator[Finding]:
        digests = self._digests.get(str(fields.get("scheme")))
        if digests is None:
            yield _finding(Fault.OTHER_KEY, offset, writer, "written under another digest key")
        elif mac_of(digests, value) != mac:
            yield _finding(Fault.ALTERED, offset, writer, f"entry {number}")
            return
        known = self._of_writer.setdefault(writer, {})
        if number in known:
            # Sent again after an answer that did not arrive, or after a crash: the same entry.
            self.counts.repeated += known[number] == mac
            if known[number] != mac:
                yield _finding(Fault.FORKED, offset, writer, f"two entries {number}")
            return
        self.counts.chained += 1
        yield from self._after_others(offset, writer, number, fields, known)
        known[number] = mac

    def _after_others(
        self, offset: int, writer: str, number: int, fields: dict[str, Any], known: dict[int, str]
    ) -> Iterator[Finding]:
        before = known.get(number - 1)
        # The first entry of a writer that is seen may follow others that retention has deleted.
        is_cut = not known and number > 1 and self._first_offset != 0
        if number > 1 and before is None and not is_cut:
            yield _finding(Fault.MISSING, offset, writer, f"entry {number - 1}")
        elif before is not None and fields.get("previous") != before:
            yield _finding(Fault.FORKED, offset, writer, f"entry {number} follows another entry {number - 1}")
        named_offset, _, named = str(fields.get("after") or "").partition(":")
        if named and self._is_lost(named_offset, named):
            yield _finding(Fault.VANISHED, offset, writer, f"the entry that it names at offset {named_offset}")

    def _is_lost(self, named_offset: str, mac: str) -> bool:
        if not (named_offset.isascii() and named_offset.isdecimal()):
            return True
        # Retention has deleted what stands before the first offset.
        return int(named_offset) >= (self._first_offset or 0) and self._mac_at.get(int(named_offset)) != mac


def verify(
    digests: Iterable[ClientDigests], entries: Iterable[tuple[int, bytes | None]]
) -> tuple[Verified, list[Finding]]:
    """Verifies entries with their offsets, in the order of the topic."""
    verifier = Verifier(digests)
    found = [finding for offset, value in entries for finding in verifier.examine(offset, value)]
    return verifier.counts, found


def _finding(fault: Fault, offset: int, writer: str, detail: str) -> Finding:
    return Finding(fault=fault, offset=offset, writer=writer, detail=detail)
