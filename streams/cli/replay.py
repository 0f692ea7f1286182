"""`komek replay`: sends real call records as incidents, optionally moved to another place and sped up."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from dispatch.model.places import Place
from dispatch.model.plain_reason import plain_reason
from streams.api_client import Api
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, require_accepted_token
from streams.cli.context import broker_errors_reported, check_ring, settings_of_whole_log
from streams.cli.errors import UNREACHABLE, WRONG_USE, CommandFailed
from streams.cli.labels import words
from streams.cli.output import print_json
from streams.cli.safe_console import SafeConsole
from streams.ring import KeyUse
from streams.simulator.call_records import Calls, UnknownFormat, read_calls
from streams.simulator.places import city_named
from streams.simulator.replay import Send, Summary, replay, reports_of
from streams.simulator.replay_targets import through_http, through_kafka

SHOWN_REFUSALS = 10


class ReplayTarget(StrEnum):
    HTTP = "http"
    KAFKA = "kafka"


def command(
    file: Annotated[Path, typer.Argument(help="CSV, optionally gzipped; the header determines the format.")],
    at: Annotated[
        str | None,
        typer.Option(help="New centre of the calls: LON,LAT or a city. Default: their original places."),
    ] = None,
    speed: Annotated[float, typer.Option(help="Speed factor; 0: as fast as possible.", min=0)] = 1.0,
    limit: Annotated[int | None, typer.Option(help="Only the first N calls.", min=1)] = None,
    through: Annotated[
        ReplayTarget, typer.Option(help="Send through the API, or write to Kafka directly.")
    ] = ReplayTarget.HTTP,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Send the calls in a file as incidents.

    A repeat with the same file and place creates no new incidents. Invalid rows are skipped and listed at the end. Exit code 1
    when a report was refused or its outcome is unknown.
    """
    calls = _read(file)
    summary = Summary()
    with broker_errors_reported():
        asyncio.run(_run(calls, _place(at), speed, limit, through, (api, token), summary))
    shown = _figures(calls, summary)
    if json:
        print_json(shown)
    else:
        _print(calls, shown)
    # Nothing answered at all: that is exit code 3 and not a refusal.
    if summary.unknown == summary.sent and summary.sent:
        raise CommandFailed("no response to any report", "Start Komek with `komek up` and repeat.", UNREACHABLE)
    if summary.unknown or summary.refused:
        raise CommandFailed("not every report was accepted", "Repeat: accepted reports are not duplicated.")


def _read(file: Path) -> Calls:
    try:
        return read_calls(file)
    except OSError as error:
        raise CommandFailed(f"{file}: {plain_reason(error)}", "Give a readable file.", WRONG_USE) from error
    except UnknownFormat as error:
        raise CommandFailed(str(error), "Use a file with one of these headers.", WRONG_USE) from error


def _place(text: str | None) -> Place | None:
    if text is None:
        return None
    city = city_named(text)
    if city is not None:
        return city.centre
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        # Fails the check below, so that both mistakes have one message.
        lon, lat = 999.0, 999.0
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise CommandFailed(f"--at {text!r}: expected LON,LAT like 76.95,43.24, or a city", "", WRONG_USE)
    return Place(lon=lon, lat=lat)


async def _run(
    calls: Calls,
    at: Place | None,
    speed: float,
    limit: int | None,
    through: ReplayTarget,
    reach: tuple[str | None, str | None],
    summary: Summary,
) -> None:
    total = min(limit or len(calls.calls), len(calls.calls))
    async with _sender(through, *reach) as send:
        with _bar(total) as advance:
            await replay(islice(reports_of(calls, at=at), total), send, summary, speed=speed, done=advance)


@asynccontextmanager
async def _sender(through: ReplayTarget, api: str | None, token: str | None) -> AsyncIterator[Send]:
    if through is ReplayTarget.KAFKA:
        settings = await asyncio.to_thread(settings_of_whole_log)
        # In a thread: the check runs an event loop of its own.
        await asyncio.to_thread(check_ring, settings, "replay-start", KeyUse.DATA, KeyUse.DIGEST)
        async with through_kafka(settings) as send:
            yield send
        return
    reach = access(api, token)
    # In a thread: this client blocks.
    await asyncio.to_thread(require_accepted_token, reach)
    # Long enough for an API that is restarted; a report that is sent again keeps its key.
    async with Api(reach.url, reach.tokens, forget=reach.tokens.forget, verify=reach.trust, retry_for_s=30.0) as client:
        yield through_http(client)


class _bar:  # noqa: N801 - used like a function
    """A progress bar on standard error, if that is a terminal."""

    def __init__(self, total: int) -> None:
        columns = (
            TextColumn("replaying"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        # On standard error: standard output is for the result, which may be piped as JSON.
        self._progress = Progress(*columns, console=SafeConsole(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Any:
        self._progress.start()
        return lambda: self._progress.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def _figures(calls: Calls, summary: Summary) -> dict[str, Any]:
    return {
        "format": calls.format,
        "rows": calls.rows,
        "calls": len(calls.calls),
        "rows_of_the_same_call": calls.repeated,
        "bad_rows": [{"line": row.line, "reason": row.reason} for row in calls.refused],
        "sent": summary.sent,
        "accepted": summary.accepted,
        "incidents": len(summary.incidents),
        "refused": dict(sorted(summary.refused.items())),
        "unknown": summary.unknown,
        "unknown_kinds": dict(sorted(summary.unknown_types.items())),
        "seconds": round(summary.seconds, 2),
    }


def _print(calls: Calls, shown: dict[str, Any]) -> None:
    for name, value in shown.items():
        if name != "bad_rows":
            print(f"{name.replace('_', ' '):22} {_words(value)}")
    print(f"{'bad rows':22} {len(calls.refused)}")
    for row in calls.refused[:SHOWN_REFUSALS]:
        print(f"  line {row.line}: {row.reason}")
    if len(calls.refused) > SHOWN_REFUSALS:
        print(f"  and {len(calls.refused) - SHOWN_REFUSALS} more; --json lists all")


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{words(name)} {count}" for name, count in value.items()) or "none"
    return str(value)
