"""Kafka's part in a play in one process: decisions get offsets, and everything is confirmed at once. One partition."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.model.commands import Command
from dispatch.model.decisions import Decision, OfferStep, StatusRecord
from streams import wire
from streams.kafka.records import Consumed, Headers
from streams.topics import INCIDENTS
from streams.wire import NoticeRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


@dataclass(slots=True)
class LogInMemory:
    """`decided` and `said` are what was written since they were last taken."""

    commands: int = 0
    decisions: int = 0
    decided: list[Decision] = field(default_factory=list)
    said: list[Command] = field(default_factory=list)

    def record_of(self, command: Command, at_ms: int) -> LogRecord:
        """As a worker would read it."""
        self.commands += 1
        return LogRecord(
            topic=INCIDENTS.name,
            partition=0,
            offset=self.commands - 1,
            timestamp=at_ms,
            key=None,
            value=wire.encode_command(command),
        )

    def take_decided(self) -> list[Decision]:
        taken, self.decided = self.decided, []
        return taken

    def take_said(self) -> list[Command]:
        taken, self.said = self.said, []
        return taken

    async def publish_decisions(self, decisions: Sequence[Decision]) -> list[int]:
        first, self.decisions = self.decisions, self.decisions + len(decisions)
        self.decided += decisions
        return list(range(first, self.decisions))

    async def publish_derived(self, steps: Sequence[OfferStep], states: Sequence[StatusRecord]) -> None:
        """Nobody reads them: the play follows the decisions."""

    async def erase_private(self, refs: Sequence[str]) -> None:
        """Nothing private is played."""

    async def send_commands(self, commands: Sequence[Command]) -> None:
        self.said += commands

    async def send_notices(self, notices: Sequence[NoticeRecord]) -> None:
        """Nobody reads them either."""

    async def dead_letter(self, record: Consumed, reason: str) -> None:
        raise AssertionError(f"{record.value!r} could not be read: {reason}")

    async def end(self, topic: str, partition: int) -> int:  # noqa: ARG002 -- as LogReader
        """Of what has to be caught up with: nothing, for there is one writer, who applies what it decides."""
        return self.decisions

    async def read(self, topic: str, stretches: Mapping[int, tuple[int, int]]) -> AsyncIterator[list[Any]]:
        first, end = stretches[0]
        assert first >= end, f"{topic}: decisions from {first} to {end} were not applied"
        nothing: list[list[Any]] = []
        for chunk in nothing:
            yield chunk
