"""`komek board --print`: the open incidents as plain text, read from the log only."""

import asyncio
import json as json_format
from pathlib import Path
from typing import Annotated, Any

import typer

from dispatch.model.visible_text import visible
from streams import clock, logs, wire
from streams.cli import audited, printed_board
from streams.cli.context import settings_of_whole_log
from streams.cli.errors import UNREACHABLE, WRONG_USE, CommandFailed
from streams.cli.output import print_json, write_output
from streams.errors import LogUnavailable
from streams.readers.last_known import LastKnown, LastKnownReader

WITHIN_S = 120.0
"""The whole compacted topic is read; the API waits for 30 s (DESIGN 63)."""


def command(
    on_paper: Annotated[bool, typer.Option("--print", help="Print the board as plain text.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
    by: Annotated[str, typer.Option("--by", help="Opaque id of the operator, recorded in the log.")] = "cli",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print open incidents, assigned people and shortfalls, read from the log only.

    Works without Redis, workers and API; needs Kafka. Prints places and ids, no names or texts. `komek watch` is the live board.
    The read becomes an entry of the audit log; if none can be written (no key ring, for example), a warning says so.
    """
    if not (on_paper or json):
        raise CommandFailed("no output selected: give --print or --json", "`komek watch` is the live board.", WRONG_USE)
    settings = settings_of_whole_log()
    settings.require_kafka()
    logs.configure("error", "cli")
    try:
        known = asyncio.run(LastKnownReader(settings, "komek-board").read(within_s=WITHIN_S))
    except LogUnavailable as trouble:
        raise CommandFailed(
            str(trouble), "Start Kafka, or set KOMEK_KAFKA; nothing else is needed.", UNREACHABLE
        ) from trouble
    audited.record_or_warn(settings, audited.entry(by, "board.print", "", _shown(known)))
    if json:
        print_json(_whole(known))
    elif out is None:
        print(visible(printed_board.page(known)), end="")
    else:
        _write(out, visible(printed_board.page(known)))


def _shown(known: LastKnown) -> list[str]:
    """Ids of the incidents on the board."""
    reported = (entry.command.incident_id for entry in known.undecided)
    return list(dict.fromkeys([*(state.id for state in known.states if state.is_open), *reported]))


def _write(out: Path, text: str) -> None:
    write_output(out, text)
    print(f"written to {out}")


def _whole(known: LastKnown) -> dict[str, Any]:
    return {
        "picture": "log",
        "picture_at": clock.rfc3339(known.read_ms),
        "newest_decision_at": None if known.decided_ms is None else clock.rfc3339(known.decided_ms),
        "waiting": known.waiting,
        "incidents": [json_format.loads(wire.encode(state)) for state in known.states if state.is_open],
        "undecided": [json_format.loads(wire.encode_command(entry.command)) for entry in known.undecided],
    }
