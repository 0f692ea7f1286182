"""Numbers of incidents for radio and telephone: `AK-042` is the 42nd report of its local day in its partition of the log.

The letters name the partition, so that two workers never give the same number. A, K, M and T look the same in the Latin and the
Cyrillic alphabet and sound alike in Kazakh, Russian and English. Which number an incident has is a fact of its report: it follows
from the order of the log, and neither a repeat nor a rebuild changes it.
"""

import re
from dataclasses import dataclass

LETTERS = "AKMT"
LEAST_LETTERS = 2
_BASE = len(LETTERS)
_WRITTEN = re.compile(rf"([{LETTERS}]{{2,}})[ -]?0*([1-9][0-9]{{0,6}})")
_LATIN = str.maketrans("АКМТ‐‑–—", "AKMT----")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNumber:
    """`day`: local date of the arrival, `2026-11-27`. `number` starts at 1 each day."""

    day: str
    letters: str
    number: int

    def __str__(self) -> str:
        return f"{self.letters}-{self.number:03d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The numbers of one partition on one day."""

    day: str
    letters: str

    def number(self, number: int) -> CallNumber:
        return CallNumber(day=self.day, letters=self.letters, number=number)


def series_of(call: CallNumber) -> Series:
    return Series(day=call.day, letters=call.letters)


def letters_of(partition: int) -> str:
    """`AA`, `AK` … `TT` for partitions 0 to 15, three letters up to 79, then four: different partitions never share letters."""
    count, first = LEAST_LETTERS, 0
    while partition - first >= _BASE**count:
        first += _BASE**count
        count += 1
    rest, letters = partition - first, ""
    for _ in range(count):
        rest, digit = divmod(rest, _BASE)
        letters = LETTERS[digit] + letters
    return letters


def parsed(text: str) -> tuple[str, int] | None:
    """Letters and number of a call number as somebody types it (`ак 42`), None if it is none."""
    found = _WRITTEN.fullmatch(text.strip().upper().translate(_LATIN))
    return (found[1], int(found[2])) if found else None
