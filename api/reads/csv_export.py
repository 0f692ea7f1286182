"""Incidents as a table for spreadsheets and paper (CSV, RFC 4180, UTF-8): ids only, nothing private.

It comes from the live picture in Redis; when Redis or the workers are away, from the log (`streams/readers/last_known.py`). Each
row and the headers of the answer say which, and of when it is.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from api.process.services import Services
from api.reads.listing import Filters, list_incidents
from api.views import incidents
from dispatch.model.commands import ReportIncident
from dispatch.model.incidents import Area, Incident
from dispatch.model.vocabulary import LIVE_STATES
from dispatch.ports import NotReady, StoreTrouble
from streams import clock
from streams.readers.last_known import LastKnown

MEDIA = "text/csv; charset=utf-8"
MOST_ROWS = 5_000
COLUMNS = (
    "id",
    "type",
    "priority",
    "status",
    "reported_at",
    "decided_at",
    "lon",
    "lat",
    "alarm_level",
    "certainty",
    "language",
    "wanted",
    "asked",
    "accepted",
    "missing",
    "missing_because",
    "people",
    "attention",
    "version",
    "picture",
    "picture_at",
)
_STEERING = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula."""

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from (`live` or `log`), and of when it is."""

    name: str
    at: str


async def csv_of(parts: Services, filters: Filters) -> Response:
    """All that passes, newest report first, up to 5,000 rows; the header `Komek-Cut` says when there are more.

    Raises:
        LogUnavailable: neither Redis nor the log could be read.
    """
    source, rows = await _rows(parts, filters)
    name = f"komek-incidents-{source.at[:19].replace(':', '')}-{source.name}.csv"
    headers = {
        "Komek-Picture": source.name,
        "Komek-Picture-At": source.at,
        "Komek-Cut": "true" if len(rows) > MOST_ROWS else "false",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(table(source, rows[:MOST_ROWS]), headers=headers, media_type=MEDIA)


async def _rows(parts: Services, filters: Filters) -> tuple[Source, list[list[Cell]]]:
    if not _no_worker_runs(parts):
        at = clock.rfc3339(clock.now_ms())
        try:
            return Source("live", at), [
                _row(incidents.incident(state), state.area) for state in await _live(parts, filters)
            ]
        except (StoreTrouble, NotReady):
            pass
    known = await parts.last_known.read()
    return Source("log", clock.rfc3339(known.read_ms)), _rows_of_log(known, filters, parts)


def _no_worker_runs(parts: Services) -> bool:
    """The live picture then lacks what was reported since."""
    return parts.monitor.last is not None and parts.monitor.last.workers == 0


async def _live(parts: Services, filters: Filters) -> Sequence[Incident]:
    found: list[Incident] = []
    cursor: str | None = None
    while len(found) <= MOST_ROWS:
        page, cursor = await list_incidents(parts.picture, filters, limit=200, cursor=cursor)
        found += page
        if cursor is None:
            break
    return found


def _rows_of_log(known: LastKnown, filters: Filters, parts: Services) -> list[list[Cell]]:
    reports = [entry.command for entry in known.undecided]
    rows = [_row(shown, report.area) for report in reports if (shown := _reported(report, filters, parts))]
    return rows + [_row(incidents.incident(state), state.area) for state in known.states if filters.passes(state)]


def _reported(report: ReportIncident, filters: Filters, parts: Services) -> incidents.View | None:
    shown = incidents.reported(report, parts.plans)
    passes = filters.pass_what(status=shown["status"], priority=shown["priority"], type_=report.type, area=report.area)
    return shown if passes else None


def _row(shown: incidents.View, area: Area | None) -> list[Cell]:
    needs = shown["requirements"]
    return [
        shown["id"],
        shown["type"],
        shown["priority"],
        shown["status"],
        shown["times"]["reported"],
        shown["times"]["decided"],
        area.centre.lon if area else None,
        area.centre.lat if area else None,
        shown["alarm_level"],
        shown["certainty"],
        shown["language"],
        "; ".join(f"{need['count']} {need['skill']}" for need in needs),
        sum(need["offered"] for need in needs),
        sum(need["accepted"] for need in needs),
        sum(need["shortfall"] for need in needs),
        "; ".join(
            f"{need['shortfall']} {need['skill']} {need['shortfall_reason']}" for need in needs if need["shortfall"]
        ),
        "; ".join(
            f"{offer['volunteer_id']} {offer['state']} {offer['requirement_id']}"
            for offer in shown["offers"]
            if offer["state"] in LIVE_STATES
        ),
        "; ".join(str(entry["reason"]) for entry in shown["attention"]),
        shown["version"],
    ]


def table(source: Source, rows: Iterable[Sequence[Cell]]) -> bytes:
    """The file. Texts that a spreadsheet would run get an apostrophe in front (OWASP, "CSV injection"); numbers stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in (*row, source.name, source.at)] for row in rows)
    return text.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STEERING) else cell
