"""On which line of a TOML text a value stands, so that a fault can be found. For texts that `tomllib` has read without complaint.

Places are written as the checks write them: keys joined by dots, the entries of an array as `[1]`, `[2]`, …
"""

import re
from collections.abc import Mapping

_TOKEN = re.compile(
    r"""(?P<long>\"\"\".*?\"\"\"|'''.*?''')|(?P<text>"(?:\\.|[^"\\\n])*"|'[^'\n]*')|(?P<comment>\#[^\n]*)"""
    r"""|(?P<end>\n)|(?P<mark>[\[\]{}=,])|(?P<bare>[^\s\[\]{}=,"'\#]+)|(?P<gap>[^\S\n]+)""",
    re.DOTALL,
)


def lines_of(text: str) -> dict[str, int]:
    """Line (from 1) of every table, key and array entry."""
    return _Scan(text).lines


def line_of(lines: Mapping[str, int], place: str) -> int | None:
    """Of a place, or of the nearest thing around it."""
    while place and place not in lines:
        cut = max(place.rfind("."), place.rfind("["))
        place = place[: max(cut, 0)]
    return lines.get(place)


class _Scan:
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
        """`[a.b]` or `[[a.b]]`; gives the place of the table."""
        several = self._tokens[self._at + 1][1] == "["
        self._at += 2 if several else 1
        place = self._key()
        self._at += 2 if several else 1
        if several:
            self._counts[place] = self._counts.get(place, 0) + 1
            self.lines.setdefault(place, line)
            place = f"{place}[{self._counts[place]}]"
        self.lines.setdefault(place, line)
        return place

    def _key(self) -> str:
        """A dotted key up to `=` or `]`."""
        words = []
        while self._tokens[self._at][1] not in ("=", "]"):
            words.append(_unquoted(*self._tokens[self._at][:2]))
            self._at += 1
        return ".".join(word.strip(".") for word in words if word != ".")

    def _entry(self, table: str) -> None:
        line = self._tokens[self._at][2]
        key = self._key()
        place = f"{table}.{key}" if table else key
        self.lines.setdefault(place, line)
        self._at += 1  # the sign `=`
        self._value(place)

    def _value(self, place: str) -> None:
        word = self._tokens[self._at][1]
        self._at += 1
        if word == "[":
            self._array(place)
        elif word == "{":
            while self._past_separators() != "}":
                self._entry(place)
            self._at += 1
        while self._at < len(self._tokens) and self._tokens[self._at][0] in ("bare", "text", "long"):
            self._at += 1  # a date and its time are one value

    def _array(self, place: str) -> None:
        number = 0
        while self._past_separators() != "]":
            number += 1
            self.lines.setdefault(f"{place}[{number}]", self._tokens[self._at][2])
            self._value(f"{place}[{number}]")
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
