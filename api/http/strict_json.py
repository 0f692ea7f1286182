"""A strict JSON parser (RFC 8259) that reports the position of a fault.

Refused as `bad_json`: encodings other than UTF-8, a byte order mark, NaN and Infinity, numbers that overflow, lone surrogates,
nesting over 32 levels. Refused although they are JSON: an object with the same key twice (`duplicate_key`), because parsers
disagree on its meaning, and a NUL in a string (`nul_character`), because not every store can keep it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

DEEPEST = 32
_LARGEST = 2**63

_SUSPECT = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|[0-9]{19}|[eE][+]?[0-9]{2}|NaN|Infinity")
"""A body without a match contains no surrogate, no NUL and no number that overflows."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
"""A string without its closing quote is one token as well: searching for the quote from each position takes quadratic time."""
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


class BadJson(ValueError):
    """`offset` counts characters from 0; line and column count from 1."""

    def __init__(self, what: str, text: str, offset: int, code: str = "bad_json") -> None:
        self.what = what
        self.code = code
        self.offset = offset
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - text.rfind("\n", 0, offset)
        super().__init__(f"{what} at line {self.line}, column {self.column}")


class _DuplicateKey(Exception):
    pass


def parse(body: bytes) -> Any:
    """The value of a JSON body. Raises BadJson."""
    text = _decoded(body)
    if text.count("[") + text.count("{") > DEEPEST or _SUSPECT.search(text):
        _examine(text)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except _DuplicateKey:
        _find_duplicate_key(text)
    except json.JSONDecodeError as error:
        raise BadJson(_message(error), text, error.pos) from None
    except (ValueError, RecursionError) as error:
        raise BadJson("a value that cannot be parsed", text, 0) from error


def _decoded(body: bytes) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        raise BadJson("a byte order mark; expected UTF-8 without one", "", 0)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        raise BadJson("a byte that is not UTF-8", before, len(before)) from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise _DuplicateKey
    return built


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _message(error: json.JSONDecodeError) -> str:
    return error.msg[:1].lower() + error.msg[1:]


def _examine(text: str) -> None:
    """Checks each token by itself. Syntax errors are left to the parser, which reports them better."""
    depth = 0
    for match in _TOKEN.finditer(text):
        piece, at = match[0], match.start()
        if piece in "[{":
            depth += 1
            if depth > DEEPEST:
                raise BadJson(f"nesting deeper than {DEEPEST} levels", text, at)
        elif piece in "]}":
            depth -= 1
        elif piece.startswith('"'):
            if "\\u" in piece:
                _examine_string(piece, at, text)
        elif piece not in ",:":
            _examine_number(piece, at, text)


def _examine_string(piece: str, at: int, text: str) -> None:
    high_at: int | None = None
    for escape in _ESCAPED.finditer(piece):
        unit = int(escape[1], 16) if escape[1] else -1
        if high_at is not None:
            if not 0xDC00 <= unit <= 0xDFFF or escape.start() != high_at + 6:
                raise BadJson("a lone surrogate", text, at + high_at)
            high_at = None
        elif 0xDC00 <= unit <= 0xDFFF:
            raise BadJson("a lone surrogate", text, at + escape.start())
        elif 0xD800 <= unit <= 0xDBFF:
            high_at = escape.start()
        elif unit == 0:
            raise BadJson("a NUL character in a string", text, at + escape.start(), "nul_character")
    if high_at is not None:
        raise BadJson("a lone surrogate", text, at + high_at)


def _examine_number(piece: str, at: int, text: str) -> None:
    if piece.lstrip("-") in ("NaN", "Infinity"):
        raise BadJson(f"{piece} is not a JSON number", text, at)
    try:
        number = float(piece)
    except ValueError:
        return
    if number in (float("inf"), float("-inf")):
        raise BadJson("a number that overflows a double", text, at)
    if piece.lstrip("-").isdecimal() and not -_LARGEST <= int(piece[:40]) < _LARGEST:
        raise BadJson("an integer of more than 64 bits", text, at)


@dataclass(slots=True)
class _Level:
    """An open object, or an open array (`keys` is None)."""

    keys: set[str] | None
    awaits_key: bool


def _find_duplicate_key(text: str) -> NoReturn:
    levels: list[_Level] = []
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece in "[{":
            levels.append(_Level(set() if piece == "{" else None, piece == "{"))
        elif piece in "]}":
            levels.pop()
        elif piece == ",":
            levels[-1].awaits_key = levels[-1].keys is not None
        elif piece.startswith('"') and levels and levels[-1].awaits_key:
            key = json.loads(piece)
            known = levels[-1].keys
            assert known is not None
            if key in known:
                raise BadJson("the same key twice in one object", text, match.start(), "duplicate_key")
            known.add(key)
            levels[-1].awaits_key = False
    raise BadJson("the same key twice in one object", text, 0, "duplicate_key")
