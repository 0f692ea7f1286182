"""I12: planted names, numbers, texts and places, and the artefacts in which none of them may turn up."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder
from tests.faults.checker.topics import DEAD_LETTERS, PERSONAL

DECIMALS = 4
"""Coordinates are compared to so many decimals, about ten metres: rounding does not hide a place."""
APART = 120
"""Longitude and latitude of one place stand this near to each other in a text."""
_CHUNK = 1 << 20


class Canaries:
    def __init__(self, values: Sequence[str], coordinates: Sequence[Sequence[float]]) -> None:
        self._values = _pattern_of(_spellings(values)) if values else None
        self._lat_of: dict[str, set[str]] = {}
        for lon, lat in coordinates:
            for text in _roundings(lon):
                self._lat_of.setdefault(text, set()).update(_roundings(lat))
        whole = {text.partition(".")[0] for text in self._lat_of}
        alternatives = "|".join(sorted(map(re.escape, whole), key=len, reverse=True))
        self._numbers = re.compile(rf"(?<![\d.])(?:{alternatives})\.\d{{{DECIMALS}}}") if whole else None
        self.count = len(values) + len(coordinates)

    def found_in(self, text: str) -> Iterator[str]:
        """What stands in the text, without repeating all of it."""
        if self._values and (hit := self._values.search(text)):
            yield f"the planted text {hit[0][:12]}…"
        if self._numbers:
            for number in self._numbers.finditer(text):
                lats = self._lat_of.get(number[0])
                near = text[max(0, number.start() - APART) : number.end() + APART] if lats else ""
                if lats and any(lat in near for lat in lats):
                    yield f"a planted place ({number[0]}…)"
                    return

    def names_in(self, text: str) -> Iterator[str]:
        """As `found_in`, places left aside."""
        if self._values and (hit := self._values.search(text)):
            yield f"the planted text {hit[0][:12]}…"


def search(folder: Folder, book: Book) -> None:
    """Looks through all artefacts. Not through `private`, `locations` and the commands; places may also stand in Redis."""
    told = folder.canaries()
    canaries = Canaries(told.get("values", ()), told.get("coordinates", ()))
    if not canaries.count:
        book.note("I12: no canaries were planted")
        return
    for topic in folder.topics():
        if topic not in PERSONAL:
            _search_topic(folder, topic, canaries, book)
    for entry in folder.lines("redis.jsonl"):
        book.checked("I12")
        for hit in canaries.names_in(json.dumps(entry, ensure_ascii=False)):
            book.found("I12", hit, f"redis {entry.get('key')}")
    for page in folder.lines("http.jsonl"):
        if _is_for_all(page):
            book.checked("I12")
            for hit in canaries.found_in(json.dumps(page.get("body"), ensure_ascii=False)):
                book.found("I12", hit, f"http {page['path']}")
    for line in folder.lines("history.jsonl"):
        if line.get("phase") in ("fail", "unknown"):
            book.checked("I12")
            answer = line.get("answer")
            if isinstance(answer, dict):
                # What an edit lost against is for the operator who may read it.
                answer = {name: value for name, value in answer.items() if name != "conflicts"}
            for hit in canaries.found_in(json.dumps(answer, ensure_ascii=False)):
                book.found("I12", f"in the body of an error: {hit}", f"history {line['n']}")
    _search_texts(folder, canaries, book)


def _search_topic(folder: Folder, topic: str, canaries: Canaries, book: Book) -> None:
    for record in folder.records(topic):
        book.checked("I12")
        value = record.value or b""
        text = _index_of(value) if topic == DEAD_LETTERS else value.decode("utf-8", "replace")
        for hit in canaries.found_in(f"{record.key} {record.headers} {text}"):
            book.found("I12", hit, record.where)


def _index_of(letter: bytes) -> str:
    """A dead letter without the original bytes, which it has to keep."""
    try:
        told: dict[str, Any] = json.loads(letter)
        return json.dumps({**told, "value": None}, ensure_ascii=False)
    except (ValueError, TypeError):
        return letter.decode("utf-8", "replace")


def _is_for_all(page: dict[str, Any]) -> bool:
    """Lists and the status say nothing private, and errors repeat nothing; one incident shows its caller to an operator."""
    path = str(page.get("path", "")).partition("?")[0]
    return page.get("status") != 200 or path in ("/v1/incidents", "/v1/status")


def _search_texts(folder: Folder, canaries: Canaries, book: Book) -> None:
    for path in folder.texts():
        book.checked("I12")
        name = str(path.relative_to(folder.root))
        with path.open(encoding="utf-8", errors="replace") as file:
            tail = ""
            while chunk := file.read(_CHUNK):
                hits = list(canaries.found_in(tail + chunk))
                if hits:
                    book.found("I12", hits[0], name)
                    break
                tail = chunk[-2 * APART :]


def _spellings(values: Sequence[str]) -> set[str]:
    """As they are, as JSON escapes them, and numbers without their spaces."""
    found = set()
    for value in values:
        found |= {value, json.dumps(value)[1:-1]}
        digits = re.sub(r"\D", "", value)
        if len(digits) >= 9 and len(digits) * 2 > len(value):
            found.add(digits)
    return {value for value in found if value}


def _pattern_of(values: set[str]) -> "re.Pattern[str]":
    """Of all values at once; beginnings they share are looked for once."""
    groups: dict[str, list[str]] = {}
    for value in sorted(values):
        groups.setdefault(value[:5], []).append(value[5:])
    alternatives = [
        f"{re.escape(begin)}(?:{'|'.join(map(re.escape, sorted(rest, key=len, reverse=True)))})"
        for begin, rest in groups.items()
    ]
    return re.compile("|".join(alternatives))


def _roundings(degrees: float) -> set[str]:
    """The beginning of the number as it is written, cut off or rounded."""
    exact = f"{degrees:.9f}"
    return {exact[: exact.index(".") + 1 + DECIMALS], f"{degrees:.{DECIMALS}f}"}
