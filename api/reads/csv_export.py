"""Incidents as a table for spreadsheets and print (CSV, RFC 4180, UTF-8), with ids only.

Read from Redis; while Redis does not answer or no worker runs, from Kafka (`streams/readers/last_known.py`). Each row and the
response headers state the source and its time.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from api.process.services import Services
from api.reads.listing import Filters, list_incidents
from api.views import incidents, reported
from api.views.values import View
from dispatch.model.commands import ReportIncident
from dispatch.model.incidents import Incident
from dispatch.model.places import Area, Place
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.visible_text import visible_line
from dispatch.model.vocabulary import LIVE_STATES
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.readers.last_known import LastKnown

MEDIA = "text/csv; charset=utf-8"
MOST_ROWS = 5_000
COLUMNS = (
    "id",
    "call_number",
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
_FORMULA_STARTS = tuple("=+-@␉␍␊＝＋－＠")
"""Characters with which a spreadsheet starts a formula; control characters are pictures by then."""

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a table (`live`: Redis, `log`: Kafka) and its time."""

    name: str
    at: str


async def csv_of(services: Services, filters: Filters) -> tuple[Response, list[str]]:
    """Up to 5,000 matching incidents, newest report first, and their ids; the header `Komek-Cut` is `true` if there are more.

    Raises:
        LogUnavailable: neither Redis nor Kafka can be read.
    """
    source, rows = await _rows(services, filters)
    # Without colons, which file names of Windows cannot have.
    name = f"komek-incidents-{source.at[:19].replace(':', '')}-{source.name}.csv"
    headers = {
        "Komek-Picture": source.name,
        "Komek-Picture-At": source.at,
        "Komek-Cut": "true" if len(rows) > MOST_ROWS else "false",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    kept = rows[:MOST_ROWS]
    return Response(table(source, kept), headers=headers, media_type=MEDIA), [str(row[0]) for row in kept]


async def _rows(services: Services, filters: Filters) -> tuple[Source, list[list[Cell]]]:
    # Without workers Redis answers and is out of date: the newest reports are only in Kafka.
    if not _no_worker_runs(services):
        at = clock.rfc3339(clock.now_ms())
        try:
            return Source("live", at), [_row_of(state, filters) for state in await _live(services, filters)]
        except (StoreUnavailable, NotReady):
            pass
    known = await services.last_known.read()
    return Source("log", clock.rfc3339(known.read_ms)), _rows_of_log(known, filters, services)


def _no_worker_runs(services: Services) -> bool:
    """Redis then lacks everything reported since."""
    return services.monitor.last is not None and services.monitor.last.workers == 0


async def _live(services: Services, filters: Filters) -> Sequence[Incident]:
    found: list[Incident] = []
    cursor: str | None = None
    # One row beyond the limit suffices to know that the table is cut.
    while len(found) <= MOST_ROWS:
        page, cursor = await list_incidents(services.reads, filters, limit=200, cursor=cursor)
        found += page
        if cursor is None:
            break
    return found


def _rows_of_log(known: LastKnown, filters: Filters, services: Services) -> list[list[Cell]]:
    reports = [entry.command for entry in known.undecided]
    # Undecided reports first: they are the newest.
    rows = [row for report in reports if (row := _row_of_report(report, filters, services))]
    return rows + [_row_of(state, filters) for state in known.states if filters.match(state)]


def _row_of(state: Incident, filters: Filters) -> list[Cell]:
    view = incidents.incident_for_monitor if filters.by_coarse_place else incidents.incident
    return _row(view(state), _place(state.area, filters))


def _place(area: Area | None, filters: Filters) -> Place | None:
    if area is None:
        return None
    return coarse_centre(area) if filters.by_coarse_place else area.centre


def _row_of_report(report: ReportIncident, filters: Filters, services: Services) -> list[Cell] | None:
    view = reported.reported_for_monitor if filters.by_coarse_place else reported.reported
    shown = view(report, services.plans)
    passes = filters.match_fields(
        status=shown["status"],
        priority=shown["priority"],
        type_=report.type,
        area=report.area,
        reported_ms=report.reported_ms or report.sent_ms,
        exercise=report.exercise,
    )
    return _row(shown, _place(report.area, filters)) if passes else None


def _row(shown: View, place: Place | None) -> list[Cell]:
    requirements = shown["requirements"]
    return [
        shown["id"],
        shown["call_number"],
        shown["type"],
        shown["priority"],
        shown["status"],
        shown["times"]["reported"],
        shown["times"]["decided"],
        place.lon if place else None,
        place.lat if place else None,
        shown["alarm_level"],
        shown["certainty"],
        shown["language"],
        "; ".join(f"{entry['count']} {entry['skill']}" for entry in requirements),
        sum(entry["offered"] for entry in requirements),
        sum(entry["accepted"] for entry in requirements),
        sum(entry["shortfall"] for entry in requirements),
        "; ".join(
            f"{entry['shortfall']} {entry['skill']} {entry['shortfall_reason']}"
            for entry in requirements
            if entry["shortfall"]
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
    """The CSV file. Texts that a spreadsheet would execute are prefixed with an apostrophe (OWASP, "CSV injection")."""
    text = io.StringIO()
    # The writer's default line end is CRLF, as RFC 4180 requires.
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in (*row, source.name, source.at)] for row in rows)
    return text.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """The cell with nothing that a spreadsheet executes or that makes a text read differently from what it says.

    Where `;` separates lists, as in Kazakhstan and Russia, a spreadsheet splits the whole line there: what follows may begin a
    cell as well.
    """
    if not isinstance(cell, str):
        return cell
    parts = visible_line(cell).split(";")
    return ";".join(f"'{part}" if part.lstrip(" ").startswith(_FORMULA_STARTS) else part for part in parts)
