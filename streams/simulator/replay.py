"""Replays calls from a file as reports: optionally moved to another place and sped up, each sent once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch.model.ids import derived
from dispatch.model.places import Place
from streams import clock
from streams.simulator.call_records import CallRecord, Calls
from streams.simulator.places import moved, offset_m

AT_ONCE = 32
"""Reports in flight at most."""
ACTOR = "replay"
UNKNOWN_NOTE = "(unknown kind of call)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedReport:
    """A report derived from a call. The same call at the same place gives the same key and body."""

    call: CallRecord
    key: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOutcome:
    """The outcome of a report. `is_unknown`: no response. Otherwise `incident_id` None means that it was refused with `code`."""

    incident_id: str | None
    code: str = ""
    is_unknown: bool = False


Send = Callable[[ReplayedReport], Awaitable[ReplayOutcome]]


@dataclass(slots=True)
class Summary:
    sent: int = 0
    accepted: int = 0
    unknown: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    incidents: set[str] = field(default_factory=set)
    unknown_types: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def note(self, report: ReplayedReport, outcome: ReplayOutcome) -> None:
        self.sent += 1
        if outcome.is_unknown:
            self.unknown += 1
        elif outcome.incident_id is None:
            self.refused[outcome.code] = self.refused.get(outcome.code, 0) + 1
        else:
            self.accepted += 1
            self.incidents.add(outcome.incident_id)
        if not report.call.kind.is_known:
            words = report.call.words
            self.unknown_types[words] = self.unknown_types.get(words, 0) + 1


def reports_of(calls: Calls, *, at: Place | None) -> Iterable[ReplayedReport]:
    """Converts calls to reports, in order of time.

    With `at`, places are moved so that their median is `at`; distances in metres east and north are kept.
    """
    for call in calls.calls:
        place = call.place
        if at is not None and calls.centre is not None:
            east_m, north_m = offset_m(calls.centre, place)
            place = moved(at, east_m=east_m, north_m=north_m)
        yield ReplayedReport(call=call, key=_key(call, at), body=_body(call, place))


def _key(call: CallRecord, at: Place | None) -> str:
    where = f"{at.lon:.6f},{at.lat:.6f}" if at else ""
    return f"replay-{derived('replay', call.identity, where)}"


def _body(call: CallRecord, place: Place) -> dict[str, Any]:
    # Without `reported_at`: the calls are years old, and their handling is measured from now.
    told = clock.rfc3339(round(call.at_s * 1000))
    words = call.words if call.kind.is_known else f"{call.words} {UNKNOWN_NOTE}"
    body: dict[str, Any] = {
        "type": call.kind.type,
        "priority": call.kind.priority.value,
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
        # Below the limits of the API (10,000 characters, 500 for the address), so that no report is refused for its length.
        "description": f"{words}; {told}"[:2000],
        "external_id": f"replay-{call.identity}",
    }
    if call.detail:
        body["address"] = call.detail[:300]
    return body


async def replay(
    reports: Iterable[ReplayedReport],
    send: Send,
    summary: Summary,
    *,
    speed: float,
    done: Callable[[], None] = lambda: None,
) -> None:
    """Sends each report at its time divided by `speed` (0: as fast as possible), at most `AT_ONCE` concurrently.

    With a slow receiver the replay falls behind, but no report is dropped and the order is kept.
    """
    begun_s = clock.monotonic_s()
    waiting = _paced(reports, speed)

    async def send_waiting() -> None:
        async for report in _shared(waiting, turn):
            summary.note(report, await send(report))
            done()

    # An async generator cannot be advanced by two tasks at once.
    turn = asyncio.Lock()
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(send_waiting())
    finally:
        summary.seconds = clock.monotonic_s() - begun_s


async def _paced(reports: Iterable[ReplayedReport], speed: float) -> AsyncIterator[ReplayedReport]:
    begun_s = clock.monotonic_s()
    first_s: float | None = None
    for report in reports:
        # Relative to the first call: the calls are years old, and only the intervals matter.
        first_s = report.call.at_s if first_s is None else first_s
        if speed > 0:
            due_s = begun_s + (report.call.at_s - first_s) / speed
            await asyncio.sleep(max(0.0, due_s - clock.monotonic_s()))
        yield report


async def _shared(waiting: AsyncIterator[ReplayedReport], turn: asyncio.Lock) -> AsyncIterator[ReplayedReport]:
    """Yields the next report to one of several senders; `turn` lets one at a time wait for its report's time."""
    while True:
        async with turn:
            try:
                report = await anext(waiting)
            except StopAsyncIteration:
                return
        yield report
