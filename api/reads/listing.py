"""Lists of incidents: the filters of a query, and pages of matching incidents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from api.http.numbers import decimal
from api.http.problems import invalid
from api.process.services import StateReads
from api.views.ending import is_ready_to_close
from dispatch.model.geo import Box
from dispatch.model.incidents import Incident
from dispatch.model.places import Area
from dispatch.model.reasons import AttentionReason
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.vocabulary import IncidentStatus, Priority

EXAMINED_AT_MOST = 2_000
"""Incidents that one request examines. A page may therefore be shorter than its limit and still have a next page."""
AHEAD_AT_MOST_MS = 86_400_000
"""A report may state a time of up to a day ahead of its arrival (`report_checks.py`), by which lists are ordered."""
ANY = "any"
OPEN_STATUSES = tuple(
    status for status in IncidentStatus if status not in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)
)
W = TypeVar("W", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    statuses: tuple[IncidentStatus, ...] = ()
    priorities: tuple[Priority, ...] = ()
    types: tuple[str, ...] = ()
    box: Box | None = None
    is_open: bool | None = None
    attention: tuple[str, ...] = ()
    """Codes of attention, or `any`."""
    reported_from_ms: int | None = None
    reported_to_ms: int | None = None
    is_exercise: bool | None = None
    is_ready_to_close: bool | None = None
    by_coarse_place: bool = False
    """Whether the box is compared with the coarse place: by halving boxes a reader would find the exact one."""
    as_points: bool = False
    """As a map of points shows them: the box is compared with the centre, and what has no place is in every box."""
    with_area: bool = False
    """Only those whose place is an area."""

    @classmethod
    def parsed(
        cls,
        *,
        status: str | None,
        priority: str | None,
        type_: str | None,
        bbox: str | None,
        by_coarse_place: bool,
        is_open: bool | None = None,
        attention: str | None = None,
        reported: tuple[int | None, int | None] = (None, None),
        is_exercise: bool | None = None,
        is_ready_to_close: bool | None = None,
    ) -> "Filters":
        """Raises ProblemResponse (422)."""
        return cls(
            by_coarse_place=by_coarse_place,
            is_open=is_open,
            attention=_attention(attention),
            is_exercise=is_exercise,
            is_ready_to_close=is_ready_to_close,
            reported_from_ms=reported[0],
            reported_to_ms=reported[1],
            statuses=_words(status, IncidentStatus, "status"),
            priorities=_words(priority, Priority, "priority"),
            types=tuple(part.strip() for part in (type_ or "").split(",") if part.strip()),
            box=box_of(bbox),
        )

    @property
    def listed(self) -> tuple[IncidentStatus, ...]:
        """The statuses whose lists are read; empty: all."""
        if self.statuses or self.is_open is None:
            return self.statuses
        return tuple(status for status in IncidentStatus if (status in OPEN_STATUSES) is self.is_open)

    def match(self, incident: Incident) -> bool:
        return (not self.with_area or (incident.area is not None and incident.area.reach_m > 0)) and self.match_fields(
            status=incident.status,
            priority=incident.priority,
            type_=incident.type,
            area=incident.area,
            reported_ms=incident.times.reported_ms,
            attention={entry.reason for entry in incident.attention},
            exercise=incident.exercise,
            ready_to_close=is_ready_to_close(incident),
        )

    def match_fields(
        self,
        *,
        status: IncidentStatus,
        priority: Priority,
        type_: str,
        area: Area | None,
        reported_ms: int,
        attention: Collection[str] = (),
        exercise: bool = False,
        ready_to_close: bool = False,
    ) -> bool:
        return (
            (not self.priorities or priority in self.priorities)
            and (self.is_open is None or (status in OPEN_STATUSES) is self.is_open)
            and (self.reported_from_ms is None or reported_ms >= self.reported_from_ms)
            and (self.reported_to_ms is None or reported_ms < self.reported_to_ms)
            and (self.is_exercise is None or exercise is self.is_exercise)
            and (self.is_ready_to_close is None or ready_to_close is self.is_ready_to_close)
            and (not self.attention or self._asks(attention))
            and (not self.types or type_ in self.types)
            and (self.box is None or (self.as_points if area is None else self._meets(self.box, area)))
            and (not self.statuses or status in self.statuses)
        )

    def _asks(self, attention: Collection[str]) -> bool:
        return bool(attention) if ANY in self.attention else any(one in attention for one in self.attention)

    def ends_at(self, logged_ms: int) -> bool:
        """Whether no incident that arrived earlier than this can match."""
        return self.reported_from_ms is not None and logged_ms < self.reported_from_ms - AHEAD_AT_MOST_MS

    def _meets(self, box: Box, area: Area) -> bool:
        if self.by_coarse_place:
            return box.has(coarse_centre(area))
        return box.has(area.centre) if self.as_points else box.meets(area)


def _words(given: str | None, vocabulary: type[W], field: str) -> tuple[W, ...]:
    names = [part.strip() for part in (given or "").split(",") if part.strip()]
    for name in names:
        if name not in vocabulary._value2member_map_:
            raise invalid(field, "one or more of " + ", ".join(vocabulary), "text")
    return tuple(vocabulary(name) for name in names)


def _attention(given: str | None) -> tuple[str, ...]:
    names = tuple(part.strip() for part in (given or "").split(",") if part.strip())
    for name in names:
        if name != ANY and name not in AttentionReason._value2member_map_:
            raise invalid("attention", "one or more of " + ", ".join([ANY, *AttentionReason]), "text")
    return names


def box_of(given: str | None) -> Box | None:
    """The box of a query. Raises ProblemResponse (422)."""
    if not given:
        return None
    expected = "four numbers west,south,east,north in degrees"
    numbers = [number for part in given.split(",") if (number := decimal(part.strip())) is not None]
    if len(numbers) != 4 or given.count(",") != 3:
        raise invalid("bbox", expected, "text")
    # west may be greater than east: such a box crosses the antimeridian (DESIGN 92).
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise invalid("bbox", expected + ", south not above north", "text")
    return Box(west=west, south=south, east=east, north=north)


async def list_incidents(
    reads: StateReads, filters: Filters, *, limit: int, cursor: str | None
) -> tuple[Sequence[Incident], str | None]:
    """A page of matching incidents, and the cursor of the next page.

    Raises:
        StoreUnavailable, NotReady: Redis cannot be read.
        ProblemResponse: 422, invalid cursor.
    """
    found: list[Incident] = []
    examined = 0
    while True:
        try:
            # Only as many as are missing: the cursor continues behind the last incident that was examined.
            page = await reads.page(filters.listed, limit=limit - len(found), cursor=cursor)
        except ValueError:
            raise invalid("cursor", "the `next` of an earlier page", "text") from None
        states = [state for state in await reads.incidents(page.ids) if state is not None]
        found += filter(filters.match, states)
        examined += len(page.ids)
        cursor = page.next
        if states and filters.ends_at(states[-1].times.logged_ms):
            return found, None
        # Filtered before the page is cut (DESIGN 90); the bound keeps a rare filter from reading everything in one request.
        if cursor is None or len(found) >= limit or examined >= EXAMINED_AT_MOST:
            return found, cursor
