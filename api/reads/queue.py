"""The queue: open incidents in the order in which an operator should look at them.

By severity, then those short of people before the others, then the longest waiting first. Within one level the order is that of
the moment; a cursor continues behind the last row that was given, so a row that moves ahead of it between two pages is not in
the later one: the live stream tells of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from api.http.problems import invalid
from api.process.services import StateReads
from api.reads.listing import EXAMINED_AT_MOST, Filters
from api.views.rows import tally
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import Priority
from streams.store.reads import Listed

BLOCK = 500
"""Open incidents of one level that are ordered together, the oldest arrivals first. With more of them the order holds within each
block: reading all would let one request hold the process for seconds."""
AT_ONCE = 100
"""States decoded before other requests get a turn."""
_LEVELS = tuple(Priority)
# 15 digits are milliseconds until the year 33658.
_CURSOR = re.compile(r"([0-3])~(?:([0-9]{1,15})~([a-z0-9-]{1,64})|~)~(?:([01])~([0-9]{1,15})~([a-z0-9-]{1,64})|~~)")

Rank: TypeAlias = tuple[int, int, str]
"""0 if short of people, else 1; time of the report; id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a page ended: the level, the incident before its block, and the last row that was given."""

    level: int = 0
    block: Listed | None = None
    last: Rank | None = None

    def __str__(self) -> str:
        block, last = self.block or ("", ""), self.last or ("", "", "")
        return "~".join(map(str, (self.level, *block, *last)))

    @classmethod
    def parsed(cls, text: str) -> "Position":
        """Inverse of `str`. Raises ProblemResponse (422)."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise invalid("cursor", "the `next` of an earlier page", "text")
        level, block_ms, block_id, short, reported_ms, last_id = found.groups()
        return cls(
            level=int(level),
            block=Listed(int(block_ms), block_id) if block_id else None,
            last=(int(short), int(reported_ms), last_id) if last_id else None,
        )


def rank(state: Incident) -> Rank:
    """Orders the incidents of one level."""
    return (0 if tally(state).is_short else 1, state.times.reported_ms, state.id)


async def list_urgent(
    reads: StateReads, filters: Filters, *, limit: int, cursor: str | None
) -> tuple[list[Incident], str | None]:
    """A page of the queue, and the cursor of the next page.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read.
        ProblemResponse: 422, invalid cursor.
    """
    position = Position.parsed(cursor) if cursor else Position()
    found: list[Incident] = []
    examined = 0
    while position.level < len(_LEVELS):
        priority = _LEVELS[position.level]
        if filters.priorities and priority not in filters.priorities:
            position = Position(level=position.level + 1)
            continue
        listed = await reads.open_of(priority, after=position.block, limit=BLOCK)
        examined += len(listed)
        ordered = await _ordered(reads, listed, filters, position.last)
        room = limit - len(found)
        found += ordered[:room]
        if len(ordered) > room:
            return found, str(Position(level=position.level, block=position.block, last=rank(found[-1])))
        is_last = len(listed) < BLOCK
        position = Position(level=position.level + 1) if is_last else Position(level=position.level, block=listed[-1])
        if len(found) == limit or examined >= EXAMINED_AT_MOST:
            break
    return found, str(position) if position.level < len(_LEVELS) else None


async def _ordered(reads: StateReads, listed: Sequence[Listed], filters: Filters, last: Rank | None) -> list[Incident]:
    """The matching incidents of a block behind `last`, in order."""
    matching: list[Incident] = []
    for start in range(0, len(listed), AT_ONCE):
        states = await reads.incidents([entry.id for entry in listed[start : start + AT_ONCE]])
        matching += [state for state in states if state is not None and state.is_open and filters.match(state)]
    return [state for state in sorted(matching, key=rank) if last is None or rank(state) > last]
