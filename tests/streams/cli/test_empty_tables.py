"""A list without rows says what there is none of, and what to do; no command prints an empty table."""

import ast
from pathlib import Path
from typing import Any

import pytest

from streams.cli.output import print_table
from tests.streams.cli.fake_api import serving
from tests.support.cli import komek
from tests.support.syntax import tree_of

SOURCES = Path(__file__).parents[3] / "streams" / "cli"
NEVER_EMPTY = {
    "incident.py": 3,  # attention, proposals and changes are printed only when there are any
    "redis_users.py": 1,
    "retention.py": 1,
    "status.py": 3,
    "topics.py": 1,
}
"""Tables of constants, or behind a check of their own."""
NOTHING: dict[str, Any] = {"items": [], "next": None}


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Things", ("id", "name"), [], empty="no things; `komek thing new` makes one")

    assert capsys.readouterr().out == "no things; `komek thing new` makes one\n"


def test_every_other_table_has_its_sentence() -> None:
    silent = {
        file.name: count
        for file in sorted(SOURCES.glob("*.py"))
        if (count := file.read_text(encoding="utf-8").count('empty=""'))
    }
    tables = [
        node
        for file in SOURCES.glob("*.py")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print_table"
    ]

    assert silent == NEVER_EMPTY
    assert all("empty" in {word.arg for word in table.keywords} for table in tables)


@pytest.mark.parametrize(
    ("arguments", "path", "words"),
    [
        (("skills", "list"), "/v1/verifications", "no verification ends within 30 days; --ends-before looks further"),
        (("sessions", "list"), "/v1/sessions?limit=200", "no sessions; `komek token ROLE --id ID --link`"),
        (("incident", "list"), "/v1/incidents?limit=50", "no incidents match; `komek incident new`"),
    ],
    ids=str,
)
def test_a_list_without_rows_says_what_to_do(arguments: tuple[str, ...], path: str, words: str) -> None:
    with serving({("GET", path): (200, NOTHING)}) as api:
        said = komek(*arguments, "--api", api.url, "--token", "t")

    assert (said.returncode, said.stdout.startswith(words)) == (0, True), said
