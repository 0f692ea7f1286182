"""A count and its word agree: `1 record`, not `1 records`; codes of answers are printed as words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.cli.labels import reason_words, words
from tests.support.syntax import tree_of

STREAMS = Path(__file__).parents[3] / "streams"
ROOMS = ("cli", "backup", "local", "webhooks", "retention", "rotation", "audit", "kafka")
ALWAYS_MANY = {"TOPICS", "CLASSES", "Component", "pinned"}
"""Tables of the code, of more than one row."""
NO_NOUNS = {"does", "follows"}
"""Verbs after an offset or a number of an entry."""
UNITS = {"bytes", *NO_NOUNS}


def test_no_count_stands_before_a_plural_of_its_own() -> None:
    found = [
        f"{file.relative_to(STREAMS)}:{line}: {word}"
        for room in ROOMS
        for file in sorted((STREAMS / room).glob("*.py"))
        for line, word in plurals(tree_of(file))
    ]

    assert found == [], "write counted(count, 'word')"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('f"{len(rows)} records sent"', ["records"]),
        ('f"{len(rows):,} letters"', ["letters"]),
        ('f"{report.incidents} incidents, rebuilt"', ["incidents"]),
        ('f"{count} runs"', ["runs"]),
        ('f"{len(TOPICS)} topics"', []),
        ('f"{seconds:.1f} s"', []),
        ('f"{len(rows)} of {most}"', []),
        ("f\"{counted(len(rows), 'record')} sent\"", []),
    ],
)
def test_a_plural_is_noticed(text: str, found: list[str]) -> None:
    assert [word for _, word in plurals(tree_of(text))] == found


@pytest.mark.parametrize(
    ("code", "shown"), [("no_answer", "no answer"), ("503", "503"), (True, "yes"), (False, "no"), ("", "")]
)
def test_codes_are_words(code: object, shown: str) -> None:
    assert words(code) == shown


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("ended_before", "ended before"),
        ("unknown_code 777", "unknown code 777"),
        ("bad_json: Expecting a_b at line 1", "bad json: Expecting a_b at line 1"),
        ("401 unauthenticated: a_b", "401 unauthenticated: a_b"),
        ("", ""),
    ],
)
def test_the_code_before_a_reason_is_words_and_the_reason_stays(reason: str, shown: str) -> None:
    assert reason_words(reason) == shown


def plurals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and word of each count in an f-string that a word in the plural follows."""
    for text in ast.walk(tree):
        if not isinstance(text, ast.JoinedStr):
            continue
        for value, after in zip(text.values, text.values[1:], strict=False):
            word = _word_of(after)
            if word and isinstance(value, ast.FormattedValue) and _is_count_of(value.value, word):
                yield text.lineno, word


def _word_of(after: ast.expr) -> str:
    """The word in the plural that follows at once; empty if there is none."""
    text = after.value if isinstance(after, ast.Constant) and isinstance(after.value, str) else ""
    word = text[1:].partition(" ")[0].rstrip(".,:;") if text.startswith(" ") else ""
    return word if word.endswith("s") and word.isalpha() and word not in UNITS else ""


def _is_count_of(node: ast.expr, word: str) -> bool:
    """A length, `count`, or what is called like the word."""
    if isinstance(node, ast.Call):
        is_length = isinstance(node.func, ast.Name) and node.func.id == "len"
        return is_length and not (isinstance(node.args[0], ast.Name) and node.args[0].id in ALWAYS_MANY)
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in (word, "count", "number")
