"""Line numbers of the values in a TOML text, for fault messages. `tomllib` does not report them.

The text must be valid TOML: `tomllib` has parsed it before. Paths have the form that the checks use: keys joined by dots, array
entries as `[1]`, `[2]`, …
"""

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"""(?P<long>\"\"\".*?\"\"\"|'''.*?''')|(?P<text>"(?:\\.|[^"\\\n])*"|'[^'\n]*')|(?P<comment>\#[^\n]*)"""
    r"""|(?P<end>\n)|(?P<mark>[\[\]{}=,])|(?P<bare>[^\s\[\]{}=,"'\#]+)|(?P<gap>[^\S\n]+)""",
    re.DOTALL,
)


def lines_of(text: str) -> dict[str, int]:
    """Path to line number (from 1) of every table, key and array entry."""
    return _Scan(text).lines


def line_of(lines: Mapping[str, int], path: str) -> int | None:
    """Line of a path, or of the nearest enclosing one; None if there is none."""
    while path and path not in lines:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[: max(cut, 0)]
    return lines.get(path)


class _Scan:
    """One pass over the tokens; the result is `lines`."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {}
        self._tokens = [token for token in _tokens(text) if token[0] not in ("gap", "comment")]
        self._at = 0
        self._counts: dict[str, int] = {}
        table = ""
        while self._at < len(self._tokens):
            kind, word, line = self._tokens[self._at]
            if kind == "end":
                self._at += 1
            elif word == "[":
                table = self._header(line)
            else:
                self._entry(table)

    def _header(self, line: int) -> str:
        """Reads `[a.b]` or `[[a.b]]`; returns the path of the table."""
        several = self._tokens[self._at + 1][1] == "["
        self._at += 2 if several else 1
        path = self._key()
        self._at += 2 if several else 1
        if several:
            self._counts[path] = self._counts.get(path, 0) + 1
            self.lines.setdefault(path, line)
            path = f"{path}[{self._counts[path]}]"
        self.lines.setdefault(path, line)
        return path

    def _key(self) -> str:
        """Reads a dotted key up to `=` or `]`."""
        words = []
        while self._tokens[self._at][1] not in ("=", "]"):
            words.append(_unquoted(*self._tokens[self._at][:2]))
            self._at += 1
        return ".".join(word.strip(".") for word in words if word != ".")

    def _entry(self, table: str) -> None:
        line = self._tokens[self._at][2]
        key = self._key()
        path = f"{table}.{key}" if table else key
        self.lines.setdefault(path, line)
        self._at += 1  # the sign `=`
        self._value(path)

    def _value(self, path: str) -> None:
        word = self._tokens[self._at][1]
        self._at += 1
        if word == "[":
            self._array(path)
        elif word == "{":
            while self._past_separators() != "}":
                self._entry(path)
            self._at += 1
        while self._at < len(self._tokens) and self._tokens[self._at][0] in ("bare", "text", "long"):
            self._at += 1  # a date and its time are one value

    def _array(self, path: str) -> None:
        number = 0
        while self._past_separators() != "]":
            number += 1
            self.lines.setdefault(f"{path}[{number}]", self._tokens[self._at][2])
            self._value(f"{path}[{number}]")
        self._at += 1

    def _past_separators(self) -> str:
        while self._tokens[self._at][0] == "end" or self._tokens[self._at][1] == ",":
            self._at += 1
        return self._tokens[self._at][1]


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        found.append((str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return found


def _unquoted(kind: str, word: str) -> str:
    return word[1:-1] if kind == "text" else word
