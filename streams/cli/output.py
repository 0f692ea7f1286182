"""Output of commands: tables for people, JSON for programs. Colour is never the only distinction."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from dispatch.model.plain_reason import plain_reason
from dispatch.model.visible_text import visible, visible_as_json
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.safe_console import SafeConsole

NO_TERMINAL_WIDTH = 160


def console() -> SafeConsole:
    """A console on standard output. Without a terminal it is so wide that lines are not folded, for use with grep."""
    return SafeConsole(width=None if sys.stdout.isatty() else NO_TERMINAL_WIDTH, highlight=False)


def print_json(value: object) -> None:
    # Flushed, so that a program that reads a pipe gets each object at once.
    print(visible_as_json(json.dumps(value, indent=2, ensure_ascii=False)), flush=True)


def say(text: str, *, to_errors: bool = False) -> None:
    """Prints text that may contain what clients wrote."""
    print(visible(text), file=sys.stderr if to_errors else sys.stdout, flush=True)


def write_output(path: Path, text: str) -> None:
    """Raises CommandFailed: it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandFailed(
            f"{path} cannot be written: {plain_reason(error)}", "Choose another file.", WRONG_USE
        ) from error


def sentence(clause: str) -> str:
    """With a capital and a full stop."""
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith((".", "!", "?")) else ".")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | Text]], *, empty: str) -> None:
    """`empty`: printed instead of a table without rows: what there is none of, and what to do."""
    if not rows:
        say(empty)
        return
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # As plain text, never as markup: data may contain brackets.
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    console().print(table)
