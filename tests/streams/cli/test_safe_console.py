"""Commands show what clients wrote, and the terminal does not obey it."""

import ast
import io
import re
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from streams.cli.output import say
from streams.cli.safe_console import SafeConsole
from tests.support.syntax import tree_of

ATTACKS = {
    "clears the screen": "\x1b[2J",
    "sets the title": "\x1b]0;owned\x07",
    "a link": "\x1b]8;;http://127.0.0.1\x07click\x1b]8;;\x07",
    "control of C1": "\x9b2J",
    "returns to the start of the line": "refused\raccepted",
    "deletes": "x\b\b\b",
    "turns the direction": "‮gpj.exe",
    "a lone surrogate": "\ud800",
}
CLI = Path(__file__).parents[3] / "streams" / "cli"
PRINT = {
    *("output", "main", "print_board", "audited"),
    *("rebuild", "plans", "token", "topics", "up", "simulate", "replay", "outcomes", "watch"),
    *("keys", "retention", "redis_users", "sessions"),
}
"""The first four pass what they print through `visible`; the others print words, numbers and file names of their own."""
OBEYED = set("\x1b\x07\x9b\r\b‮\ud800")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_table_shows_an_attack(attack: str) -> None:
    terminal = io.StringIO()
    console = SafeConsole(file=terminal, force_terminal=True, width=100)
    table = Table("name")
    table.add_row(Text(ATTACKS[attack], style="bold"))

    console.print(table)
    console.print(ATTACKS[attack], style="red")

    # rich itself colours with these; no attack is one of them.
    left = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue())
    assert not set(left) & OBEYED


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_printed_line_shows_an_attack(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(ATTACKS[attack])

    assert not set(capsys.readouterr().out) & OBEYED


def test_every_command_prints_through_the_safe_functions() -> None:
    for file in sorted(CLI.glob("*.py")):
        calls = [
            node for node in ast.walk(tree_of(file)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}

        assert "Console" not in names, file.name
        assert "print" not in names or file.stem in PRINT, file.name
