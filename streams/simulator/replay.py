"""Calls from a file become reports: moved to another place, with the gaps between them kept or shortened, each sent once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch.model.ids import derived
from dispatch.model.incidents import Place
from streams import clock
from streams.simulator.call_records import CallRecord, Calls
from streams.simulator.places import moved, offset_m

AT_ONCE = 32
"""Reports on their way at most."""
ACTOR = "replay"
UNKNOWN_NOTE = "(unknown kind of call)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedReport:
    """A report made of a call: the same call at the same place always gives the same key and body."""

    call: CallRecord
    key: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOutcome:
    """`incident_id` None and `is_unknown` false: refused with `code`."""

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
    """The calls as reports, in order of time. With `at` the median place of the file lies there, and every other place as many
    metres east and north of it as it was."""
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
    # Without `reported_at`: the call is years old, and what is measured is how it is handled now.
    told = clock.rfc3339(round(call.at_s * 1000))
    words = call.words if call.kind.is_known else f"{call.words} {UNKNOWN_NOTE}"
    body: dict[str, Any] = {
        "type": call.kind.type,
        "priority": call.kind.priority.value,
        "location": {"type": "Point", "coordinates": [place.lon, place.lat]},
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
    """Sends each report at its time, `speed` times as fast as it was (0: as fast as it goes), `AT_ONCE` at most on their way.

    A slow receiver makes a replay late, never wrong: nothing is dropped, and the order of sending stays.
    """
    begun_s = clock.monotonic_s()
    waiting = _paced(reports, speed)

    async def one_after_the_other() -> None:
        async for report in _shared(waiting, turn):
            summary.note(report, await send(report))
            done()

    turn = asyncio.Lock()
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(one_after_the_other())
    finally:
        summary.seconds = clock.monotonic_s() - begun_s


async def _paced(reports: Iterable[ReplayedReport], speed: float) -> AsyncIterator[ReplayedReport]:
    begun_s = clock.monotonic_s()
    first_s: float | None = None
    for report in reports:
        first_s = report.call.at_s if first_s is None else first_s
        if speed > 0:
            due_s = begun_s + (report.call.at_s - first_s) / speed
            await asyncio.sleep(max(0.0, due_s - clock.monotonic_s()))
        yield report


async def _shared(waiting: AsyncIterator[ReplayedReport], turn: asyncio.Lock) -> AsyncIterator[ReplayedReport]:
    """The next report for whoever is free; one at a time waits for its moment."""
    while True:
        async with turn:
            try:
                report = await anext(waiting)
            except StopAsyncIteration:
                return
        yield report
