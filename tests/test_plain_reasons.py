"""What Python and the operating system say of their errors is not printed as it is: `plain_reason` makes a clause of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.syntax import tree_of

ROOT = Path(__file__).parents[1]
RAW = {
    *("OSError", "PermissionError", "FileNotFoundError", "TimeoutError", "SSLError", "gaierror"),
    *("ValueError", "TypeError", "KeyError", "AttributeError", "LookupError", "RuntimeError"),
    *("UnicodeError", "UnicodeDecodeError", "JSONDecodeError", "HTTPError", "RedisError", "KafkaError"),
}
"""Classes whose texts nobody has written for people. Komek's own have texts that are."""
OWN_WORDS = {
    # The parsers of settings raise ValueErrors that say what they expected.
    ("streams/settings.py", "ValueError"),
    ("streams/redis_url.py", "ValueError"),
    # jiter's texts are read and put into Komek's own words.
    ("api/http/strict_json.py", "ValueError"),
    # As part of the text of an error of a record, which is kept for developers with its bytes.
    ("streams/wire/codec.py", "ValueError"),
    ("streams/dead_letters/letters.py", "UnicodeDecodeError"),
    ("streams/worker/router_engines.py", "UnicodeDecodeError"),
}
FILES = [path for package in ("dispatch", "streams", "api") for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("package", ["dispatch", "streams", "api"])
def test_no_error_of_python_is_printed_as_it_is(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {kind}"
        for path in FILES
        if path.is_relative_to(ROOT / package)
        for line, kind in raw_texts(path.read_text("utf-8"))
        if (str(path.relative_to(ROOT)), kind) not in OWN_WORDS
    ]

    assert found == [], "write plain_reason(error) of dispatch/model/plain_reason.py"


@pytest.mark.parametrize(
    ("body", "is_raw"),
    [
        ('raise Bad(f"{path}: {error}")', True),
        ('raise Bad(f"{path}: {error!r}")', True),
        ("raise Bad(str(error))", True),
        ('raise Bad(f"{path}: {error.strerror}")', True),
        ('raise Bad(f"{path}: {type(error).__name__}")', True),
        ('raise Bad(f"{path}: {plain_reason(error)}")', False),
        ('_log.error("it cannot be read", reason=str(error))', False),
        ("return error.errno == 2", False),
    ],
)
def test_the_ways_to_print_one_are_known(body: str, is_raw: bool) -> None:
    text = f"try:\n    f()\nexcept (Own, OSError) as error:\n    {body}\n"

    assert bool(list(raw_texts(text))) is is_raw


def raw_texts(source: str) -> Iterator[tuple[int, str]]:
    """Line, and the class that is caught, of each place where the text of an error of Python becomes part of a message."""
    for handler in ast.walk(tree_of(source)):
        if not isinstance(handler, ast.ExceptHandler) or handler.name is None or handler.type is None:
            continue
        caught = sorted(RAW & {_last_name(kind) for kind in ast.walk(handler.type)})
        if not caught:
            continue
        for line in _printed(handler.body, handler.name):
            yield line, caught[-1]


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _printed(body: list[ast.stmt], name: str) -> Iterator[int]:
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and _is_log(node):
            continue
        if isinstance(node, ast.FormattedValue) and _is_text_of(node.value, name):
            yield node.lineno
        if isinstance(node, ast.Call) and _last_name(node.func) in ("str", "repr") and _is_text_of(node.args[0], name):
            yield node.lineno
        waiting += ast.iter_child_nodes(node)


def _is_log(call: ast.Call) -> bool:
    """Logs are for whoever looks for the cause."""
    return isinstance(call.func, ast.Attribute) and _last_name(call.func.value) in ("_log", "log")


def _is_text_of(node: ast.AST, name: str) -> bool:
    """The error itself, its `strerror`, or the name of its class."""
    if isinstance(node, ast.Name):
        return node.id == name
    return any(
        isinstance(part, ast.Attribute)
        and (
            (part.attr == "strerror" and _last_name(part.value) == name)
            or (part.attr == "__name__" and any(_last_name(inner) == name for inner in ast.walk(part.value)))
        )
        for part in ast.walk(node)
    )
