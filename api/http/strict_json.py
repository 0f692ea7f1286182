"""A strict JSON parser (RFC 8259) that reports the position of a fault.

Refused as `bad_json`: encodings other than UTF-8, a byte order mark, NaN and Infinity, numbers that overflow, lone surrogates,
nesting over 32 levels. Refused although they are JSON: an object with the same key twice (`duplicate_key`), because parsers
disagree on its meaning, and a NUL in a string (`nul_character`), because not every store can keep it.

jiter parses; this module adds the limits that jiter lacks (32 levels, 64-bit integers, finite doubles, no NUL). `json.loads` with
checks on the text took 4 times as long for a report of 1 kB (34 instead of 9 µs) and 6 times for an area of 5,500 points (18
instead of 3 ms). pydantic-core contains jiter, but its `from_json` does not detect duplicate keys.
"""

import re
from collections.abc import Iterable
from typing import Any

import jiter

DEEPEST = 32
_LARGEST = 2**63
_INFINITY = float("inf")

_SUSPECT = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|[0-9]{19}|[eE][+]?[0-9]{2}|NaN|Infinity")
"""A body without a match contains no surrogate, no NUL and no number that overflows."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
"""A string without its closing quote is one token as well: searching for the quote from each position takes quadratic time."""
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_UNKEEPABLE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""An escape. The group: a NUL, or a surrogate without the other half."""
_JITER_MESSAGE = re.compile(r"(.*) at line (\d+) column (\d+)", re.DOTALL)
"""jiter gives the position only in its message. Columns count bytes from 1."""


class BadJson(ValueError):
    """`offset` counts characters from 0; line and column count from 1."""

    def __init__(self, what: str, text: str, offset: int, code: str = "bad_json") -> None:
        self.what = what
        self.code = code
        self.offset = offset
        self.line = text.count("\n", 0, offset) + 1
        self.column = offset - text.rfind("\n", 0, offset)
        super().__init__(f"{what} at line {self.line}, column {self.column}")


def parse(body: bytes) -> Any:
    """The value of a JSON body. Raises BadJson."""
    try:
        # Only keys are cached: the strings of a report must not outlive the request.
        value = jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys")
    except ValueError as error:
        raise _refusal(body, str(error)) from None
    # Only the escape: a raw NUL in a string is a syntax error already.
    if b"\\u0000" in body or not _is_within_limits(value, DEEPEST):
        _examine(_decoded(body))
    return value


def with_keepable_texts(body: bytes) -> bytes:
    """The body with U+FFFD for what no text may hold here: bytes that are not UTF-8, NULs and lone surrogates.

    For callers who cannot send another one: a gateway that is refused drops the message of a person.
    """
    text = body.decode("utf-8", "replace").encode()
    return _UNKEEPABLE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], text) if b"\\u" in text else text


def _is_within_limits(value: object, levels: int) -> bool:
    """Depth and range of numbers. Reading every token of the text instead makes `parse` take six times as long."""
    if isinstance(value, float):
        return -_INFINITY < value < _INFINITY
    if isinstance(value, int):
        return -_LARGEST <= value < _LARGEST
    if isinstance(value, list):
        items: Iterable[object] = value
    elif isinstance(value, dict):
        items = value.values()
    else:
        return True
    if not levels:
        return False
    for item in items:  # noqa: SIM110 - a generator doubles the time for an area
        if type(item) is not str and not _is_within_limits(item, levels - 1):
            return False
    return True


def _refusal(body: bytes, message: str) -> BadJson:
    """The fault that `message` of jiter reports. Raises BadJson itself for a fault that jiter reports elsewhere or not at all."""
    text = _decoded(body)
    if text.count("[") + text.count("{") > DEEPEST or _SUSPECT.search(text):
        _examine(text)
    located = _JITER_MESSAGE.fullmatch(message)
    if located is None:
        return BadJson("a value that cannot be parsed", text, 0)
    what, line, column = located.groups()
    if what.startswith("EOF"):  # cut off: jiter gives the last character or, after a line break, the end
        return BadJson(what, text, len(text))
    start = 0
    for _ in range(int(line) - 1):
        start = body.index(b"\n", start) + 1
    offset = len(body[: start + int(column) - 1].decode("utf-8", "ignore"))
    if what.startswith("Detected duplicate key"):  # reported after its colon: the key is the last string before
        *_, key_at = (match.start() for match in _TOKEN.finditer(text, 0, offset) if match[0][0] == '"')
        return BadJson("the same key twice in one object", text, key_at, "duplicate_key")
    return BadJson(what, text, offset)


def _decoded(body: bytes) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        raise BadJson("a byte order mark; expected UTF-8 without one", "", 0)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        raise BadJson("a byte that is not UTF-8", before, len(before)) from None


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
    # 40 digits decide: `int` takes quadratic time for a long text.
    if piece.lstrip("-").isdecimal() and not -_LARGEST <= int(piece[:40]) < _LARGEST:
        raise BadJson("an integer of more than 64 bits", text, at)
