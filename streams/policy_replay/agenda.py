"""What comes when in a replay: writes of people, commands of the record, and what people will say.

Of one moment the world comes first, then the commands of the record in their order, then what the replay has made by itself.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TypeAlias

from dispatch.model.answer_commands import AnswerCommand
from dispatch.model.commands import Command
from streams.policy_replay.recorded_log import RecordedCommand
from streams.policy_replay.recorded_world import PeopleWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOrder:
    """A command that somebody gives whatever has come of the incident: an operator, a service, a timer. `recorded`: at its place
    in the log; None: the record does not have it."""

    command: Command
    recorded: RecordedCommand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnswer:
    """What a person says about an offer, if it still means something by then. `is_as_recorded`: the very command of the record,
    which is sent in any case; `is_drawn`: nobody knows what they would have done."""

    command: AnswerCommand
    is_as_recorded: bool = False
    is_drawn: bool = False
    recorded: RecordedCommand | None = None


Coming: TypeAlias = PeopleWrite | PlannedOrder | PlannedAnswer
_AFTER_ALL = (1 << 62, 1 << 62)


@dataclass(slots=True)
class Agenda:
    _queue: list[tuple[int, int, tuple[int, int], int, Coming]] = field(default_factory=list)
    _pushed: int = 0

    def add(self, at_ms: int, coming: Coming) -> None:
        place, rank = _AFTER_ALL, 0
        if isinstance(coming, PlannedOrder | PlannedAnswer):
            rank = 1
            if coming.recorded is not None:
                place = (coming.recorded.partition, coming.recorded.offset)
        self._pushed += 1
        heappush(self._queue, (at_ms, rank, place, self._pushed, coming))

    def next_ms(self) -> int | None:
        return self._queue[0][0] if self._queue else None

    def take_due(self, now_ms: int) -> list[Coming]:
        taken = []
        while self._queue and self._queue[0][0] <= now_ms:
            taken.append(heappop(self._queue)[-1])
        return taken
