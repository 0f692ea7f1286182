"""Reads a stretch of the log into a `RecordedLog`: the same decoders as the live path, and nothing of what texts say.

Records that are broken, of erased people or from before the log begins are counted and left out; they end nothing.
"""

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.model.decisions import Decision
from dispatch.model.places import Place
from dispatch.plans.book import PlanBook
from streams import clock, wire
from streams.kafka.records import Consumed
from streams.policy_replay.log_sources import LogSource
from streams.policy_replay.recorded_log import (
    NothingToReplay,
    RecordedCommand,
    RecordedDecision,
    RecordedLog,
    RecordedPeople,
)
from streams.readers import plans
from streams.rebuild.log_fold import LogFold
from streams.ring import LiveRing
from streams.store.people import FixWrite, PrivateWrite, ProfileWrite, kept_home
from streams.store.record_decoders import (
    QUIET_KEY,
    fold_privates,
    newest_verifications,
    readable_fixes,
    readable_profiles,
)
from streams.store.verifications import VerificationWrite
from streams.topics import DECISIONS, INCIDENTS, LOCATIONS, PLANS, PRIVATE, VERIFICATIONS, VOLUNTEERS

DAY_MS = 86_400_000
HISTORY_MS = 30 * DAY_MS
"""Decisions from this long before the interval give its first state: open incidents, and how people have answered so far."""
FIXES_FROM_MS = 3_600_000
THINNED_MS = 30_000
"""Of each person one position in this time is played: their phones report every few seconds."""

OnProgress = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What is to be read. `from_ms` None: from the first command of the source. `fallback`: the book where none is applied."""

    from_ms: int | None
    until_ms: int
    fallback: PlanBook


async def read_log(
    source: LogSource, wanted: Interval, ring: LiveRing | None, tell: OnProgress = lambda *_: None
) -> RecordedLog:
    """`ring`: opens the homes of people; None: they stay unknown.

    Raises:
        NothingToReplay: no command is in the interval.
        LogUnavailable, BadBackup: as the source.
    """
    until_ms = min(wanted.until_ms, source.end_ms)
    assert INCIDENTS.retention_ms is not None
    commands = _Commands(
        from_ms=wanted.from_ms or 0, until_ms=until_ms, kept_from_ms=source.end_ms - INCIDENTS.retention_ms
    )
    async for chunk in source.read(INCIDENTS):
        commands.add(chunk)
        tell(INCIDENTS.name, commands.read, commands.read)
    begins_ms = commands.begins_ms()
    decisions = _Decisions(begins_ms=begins_ms, until_ms=until_ms)
    async for chunk in source.read(DECISIONS, max(0, begins_ms - HISTORY_MS)):
        decisions.add(chunk)
        tell(DECISIONS.name, decisions.read, decisions.read)
    # Before the interval is folded: histories change with it.
    begun = {name: history.incident for name, history in decisions.fold.histories.items()}
    standings = copy.deepcopy(decisions.fold.track_records)
    decided = decisions.folded()
    played = commands.played(begins_ms, decisions.of_command)
    if not played:
        raise NothingToReplay(f"no command is in the log from {clock.rfc3339(begins_ms)} to {clock.rfc3339(until_ms)}")
    people = _People(begins_ms=begins_ms, until_ms=until_ms)
    await people.take(source, ring, tell)
    spoken_of = {one.command.incident_id for one in played}
    return RecordedLog(
        begins_ms=begins_ms,
        until_ms=until_ms,
        commands=played,
        decided=decided,
        begun={name: incident for name, incident in begun.items() if incident.is_open or name in spoken_of},
        standings=standings,
        people=people.found(),
        book=await _book(source, wanted.fallback, until_ms),
        left_out=commands.left_out + decisions.left_out + people.left_out,
        notes=(*commands.notes(begins_ms), *people.notes(ring is None)),
    )


async def _book(source: LogSource, fallback: PlanBook, until_ms: int) -> PlanBook | None:
    """The applied book at the end of the interval; a record that cannot be read changes nothing, as in a worker."""
    book: PlanBook | None = None
    async for chunk in source.read(PLANS):
        for record in chunk:
            if record.timestamp >= until_ms or record.key != plans.KEY:
                continue
            try:
                book = None if record.value is None else plans.book_of(record.value, fallback)
            except wire.Unreadable:
                continue
    return book


@dataclass(slots=True, kw_only=True)
class _Commands:
    from_ms: int
    until_ms: int
    kept_from_ms: int
    """Retention has removed nothing that is newer."""
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    _found: list[RecordedCommand] = field(default_factory=list)
    _firsts: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By partition: offset and time of its first record."""
    _unreadable_ms: list[int] = field(default_factory=list)

    def add(self, records: Sequence[Consumed]) -> None:
        self.read += len(records)
        for record in records:
            self._firsts.setdefault(record.partition, (record.offset, record.timestamp))
            if is_quiet(record) or not self.from_ms <= record.timestamp < self.until_ms:
                continue
            try:
                command = wire.decode_incident_command(record.value)
            except wire.Unreadable:
                self._unreadable_ms.append(record.timestamp)
            else:
                self._found.append(
                    RecordedCommand(
                        logged_ms=record.timestamp,
                        partition=record.partition,
                        offset=record.offset,
                        command=command,
                    )
                )

    def begins_ms(self) -> int:
        """From when on every partition has its commands: retention has cut each at another time."""
        if not self._firsts:
            raise NothingToReplay("the log holds no commands")
        # What stood before the first record of a partition may be long gone, or nothing of this week.
        cut = [min(at_ms, self.kept_from_ms) for offset, at_ms in self._firsts.values() if offset > 0]
        stated_ms = self.from_ms or min(at_ms for _, at_ms in self._firsts.values())
        return max([stated_ms, *cut])

    def notes(self, begins_ms: int) -> list[str]:
        if not self.from_ms or begins_ms <= self.from_ms:
            return []
        return [f"commands are in the log from {clock.rfc3339(begins_ms)} on: the interval begins there"]

    def played(self, begins_ms: int, decided: Mapping[str, Decision]) -> list[RecordedCommand]:
        """In the order in which they were decided; of each id the first."""
        self.left_out["unreadable_commands"] += sum(at_ms >= begins_ms for at_ms in self._unreadable_ms)
        first: dict[str, RecordedCommand] = {}
        for one in sorted(self._found, key=lambda one: (one.partition, one.offset)):
            if one.logged_ms < begins_ms:
                continue
            if one.command.id in first:
                self.left_out["repeated_commands"] += 1
                continue
            first[one.command.id] = RecordedCommand(
                logged_ms=one.logged_ms,
                partition=one.partition,
                offset=one.offset,
                command=one.command,
                decision=decided.get(one.command.id),
            )
        self.left_out["undecided_commands"] += sum(one.decision is None for one in first.values())
        return sorted(first.values(), key=lambda one: (one.at_ms, one.partition, one.offset))


@dataclass(slots=True, kw_only=True)
class _Decisions:
    """Those before the interval are folded at once, those in it are kept."""

    begins_ms: int
    until_ms: int
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    fold: LogFold = field(default_factory=LogFold)
    of_command: dict[str, Decision] = field(default_factory=dict)
    _kept: list[tuple[int, int, Decision]] = field(default_factory=list)
    _cut: set[str] = field(default_factory=set)
    """Incidents whose report is not in the log any more."""

    def add(self, records: Sequence[Consumed]) -> None:
        self.read += len(records)
        for record in records:
            if is_quiet(record):
                continue
            try:
                decision = wire.decode_decision(record.value)
            except wire.Unreadable:
                self.left_out["unreadable_decisions"] += 1
                continue
            if decision.logged_ms >= self.until_ms:
                continue
            if decision.logged_ms < self.begins_ms:
                self._fold(record.partition, record.offset, decision)
            elif decision.cause.command_id not in self.of_command:
                self.of_command[decision.cause.command_id] = decision
                if decision.decided_ms < self.until_ms:
                    self._kept.append((record.partition, record.offset, decision))

    def folded(self) -> list[RecordedDecision]:
        """The decisions of the interval with their states, in the order of their times."""
        made: list[tuple[tuple[int, int, int], RecordedDecision]] = []
        for partition, offset, decision in sorted(self._kept, key=lambda one: one[:2]):
            if self._fold(partition, offset, decision):
                history = self.fold.histories.get(decision.incident_id)
                state = RecordedDecision(decision=decision, incident=history.incident if history else None)
                made.append(((decision.decided_ms, partition, offset), state))
        self.left_out["incidents_begun_before_the_log"] += len(self._cut)
        return [one for _, one in sorted(made, key=lambda one: one[0])]

    def _fold(self, partition: int, offset: int, decision: Decision) -> bool:
        known = decision.incident_id in self.fold.histories
        if decision.incident_id in self._cut or (not known and decision.version > 1):
            self._cut.add(decision.incident_id)
            return False
        self.fold.add(partition, offset, decision)
        return True


@dataclass(slots=True, kw_only=True)
class _People:
    begins_ms: int
    until_ms: int
    left_out: Counter[str] = field(default_factory=Counter)
    _profiles: list[ProfileWrite] = field(default_factory=list)
    _verifications: list[tuple[int, VerificationWrite]] = field(default_factory=list)
    _privates: dict[str, PrivateWrite] = field(default_factory=dict)
    _fixes: list[tuple[int, FixWrite]] = field(default_factory=list)
    _last_fix: dict[bytes, int] = field(default_factory=dict)

    async def take(self, source: LogSource, ring: LiveRing | None, tell: OnProgress) -> None:
        async for chunk in source.read(VOLUNTEERS):
            writes, rejected = readable_profiles(_until(chunk, self.until_ms))
            self._profiles += writes
            self.left_out["unreadable_profiles"] += len(rejected)
            tell(VOLUNTEERS.name, len(self._profiles), len(self._profiles))
        async for chunk in source.read(VERIFICATIONS):
            for record in _until(chunk, self.until_ms):
                found, rejected = newest_verifications([record])
                self._verifications += [(record.timestamp, write) for write in found]
                self.left_out["unreadable_verifications"] += len(rejected)
        if ring is not None:
            async for chunk in source.read(PRIVATE):
                # Of people alone: texts of incidents are neither opened nor kept.
                of_people = [one for one in chunk if (one.key or b"").startswith(b"volunteer:")]
                self.left_out["sealed_homes_that_do_not_open"] += len(
                    fold_privates(self._privates, _until(of_people, self.until_ms), ring)
                )
                tell(PRIVATE.name, len(self._privates), len(self._privates))
        async for chunk in source.read(LOCATIONS, max(0, self.begins_ms - FIXES_FROM_MS)):
            for record in _until(chunk, self.until_ms):
                if self._is_kept(record):
                    fixes, rejected = readable_fixes([record])
                    self.left_out["unreadable_positions"] += len(rejected)
                    # By the time of the record: an older fix of a phone without a network is known no sooner.
                    self._fixes += [(record.timestamp, one) for one in fixes]
            tell(LOCATIONS.name, len(self._fixes), len(self._fixes))

    def _is_kept(self, record: Consumed) -> bool:
        key = record.key or b""
        last_ms = self._last_fix.get(key)
        if last_ms is not None and record.timestamp - last_ms < THINNED_MS:
            return False
        self._last_fix[key] = record.timestamp
        return True

    def found(self) -> RecordedPeople:
        return RecordedPeople(
            profiles=self._profiles,
            verifications=self._verifications,
            homes=self._homes(),
            fixes=sorted(self._fixes, key=lambda one: one[0]),
        )

    def _homes(self) -> dict[str, Place]:
        """As stores keep them: by cells."""
        places = {ref.removeprefix("volunteer:"): kept_home(write) for ref, write in self._privates.items()}
        return {name: place for name, place in places.items() if place is not None}

    def notes(self, is_sealed: bool) -> list[str]:
        said = []
        if is_sealed:
            said.append("homes of people stay sealed: no key ring is given (KOMEK_DATA_KEYS), or no list of erasures")
        if not self._fixes:
            said.append("the log holds no positions of this time: they are kept for an hour, and no export has them")
        return said


def is_quiet(record: Consumed) -> bool:
    """Whether it is a record without meaning, as imports write them to keep offsets."""
    return record.value is None and record.key == QUIET_KEY.encode()


def _until(records: Sequence[Any], until_ms: int) -> list[Any]:
    return [record for record in records if record.timestamp < until_ms]
