"""Topic names and Redis keys are each defined in one list; the words of the glossary have no synonyms in the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams import redis_keys
from streams.topics import TOPICS
from tests.support.syntax import faulty, tree_of

ROOT = Path(__file__).parents[1]
LISTS = {ROOT / "streams" / "topics.py", ROOT / "streams" / "redis_keys.py"}
SOURCES = sorted(path for package in ("dispatch", "streams", "api") for path in (ROOT / package).rglob("*.py"))
SCRIPTS = sorted((ROOT / "streams" / "store" / "lua").glob("*.lua"))
TOPIC = re.compile(r"\bkomek\.[a-z-]+\.v\d")
# A key is the prefix and something right after it; a message such as "komek: no such file" is none.
KEY = re.compile(rf"(^|[\"'\s]){re.escape(redis_keys.PREFIX)}[a-z{{*]")


def texts_of(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every string that the program uses; docstrings are prose and may name what they like."""
    tree = tree_of(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def spelt_out(source: str, *patterns: re.Pattern[str]) -> list[str]:
    return [f"line {line}: {text}" for line, text in texts_of(source) for pattern in patterns if pattern.search(text)]


def test_no_topic_and_no_key_is_spelt_outside_its_list() -> None:
    others = [path for path in SOURCES if path not in LISTS]

    assert faulty(others, lambda source: spelt_out(source, TOPIC, KEY)) == {}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_get_their_keys_from_the_list(path: Path) -> None:
    code = re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))

    assert not re.search(rf"[\"']{re.escape(redis_keys.PREFIX)}", code)


def test_the_lists_themselves_would_be_found() -> None:
    """Otherwise the tests above could pass for want of looking."""
    assert len(spelt_out((ROOT / "streams" / "topics.py").read_text(encoding="utf-8"), TOPIC)) == len(TOPICS)
    assert spelt_out('key = f"komek:vol:{one}"', KEY)


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('send("komek.offers.v1")', True),
        ('send("komek.offers.v2")', True),
        ('get("komek:vol:v-1")', True),
        ('get(f"komek:vol:{one}")', True),
        ('scan("komek:*")', True),
        ('print("komek: no such file")', False),  # a message
        ('"""Reads komek.offers.v1."""', False),  # prose
        ('kind = "komek.offer.accepted"', False),  # a CloudEvents type
    ],
)
def test_what_counts_as_spelt_out(source: str, is_found: bool) -> None:
    assert bool(spelt_out(source, TOPIC, KEY)) is is_found


def test_every_key_begins_with_the_prefix_and_two_kinds_never_share_one() -> None:
    plain = [value for name, value in vars(redis_keys).items() if name.isupper() and name != "PREFIX"]
    made = [
        make(*("x" for _ in range(make.__code__.co_argcount)))
        for make in vars(redis_keys).values()
        if callable(make) and make.__module__ == redis_keys.__name__
    ]

    keys = [*plain, *made]
    assert all(key.startswith(redis_keys.PREFIX) for key in keys)
    assert len(set(keys)) == len(keys)


WORDS = re.compile(
    r"^\| (?P<words>[^|]+) \| (?P<meaning>[^|]+) \| `(?P<code>[\w.]+)` \|(?P<never>[^|]*)\|$", re.MULTILINE
)
GLOSSARY = [row.groupdict() for row in WORDS.finditer((ROOT / "DESIGN.md").read_text(encoding="utf-8"))]
FORBIDDEN = {word.strip(): row["words"] for row in GLOSSARY for word in row["never"].split(",") if word.strip()}


def names_of(body: ast.AST) -> Iterator[str]:
    """Every name that a module or class defines: classes, functions, parameters, variables, attributes."""
    for node in ast.walk(body):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def synonyms_in(source: str) -> list[str]:
    return sorted(name for name in set(names_of(tree_of(source))) if words_of(name) & FORBIDDEN.keys())


def test_every_name_in_the_glossary_exists() -> None:
    trees = [tree_of(path) for path in SOURCES]
    defined = {name for tree in trees for name in names_of(tree)}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    defined |= {f"{one.name}.{name}" for one in classes for name in names_of(one)}

    assert len(GLOSSARY) >= 30
    assert [row["code"] for row in GLOSSARY if row["code"] not in defined] == []


def test_no_identifier_uses_a_synonym_of_a_word_in_the_glossary() -> None:
    assert faulty(SOURCES, synonyms_in) == {}
    assert [path.stem for path in SOURCES if words_of(path.stem) & FORBIDDEN.keys()] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class Mission: pass", ["Mission"]),
        ("def find_responder(): pass", ["find_responder"]),
        ("case_id = 1", ["case_id"]),
        ("def ask(booking): pass", ["booking"]),
        ("self.dlq = []", ["dlq"]),
        ("casework = shipping = 1", []),  # other words
        ("match x:\n    case 1: pass", []),  # a keyword
    ],
)
def test_what_counts_as_a_synonym(source: str, found: list[str]) -> None:
    assert synonyms_in(source) == found
