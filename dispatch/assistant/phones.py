"""Phone numbers in the usual spellings of Kazakhstan: `phones(text)`.

Numbers of emergency services (101, 102, 103, 104, 112) are no caller's phone. Neither are identity numbers (12 digits), plates of
cars and coordinates.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.assistant.texts import LONGEST, Span, Text, once_each

_GAP = r"[ \u00a0\u202f()\-\u2010-\u2015]{0,3}"
_BEFORE = r"(?<![\d+])(?<!\d[.,])"
_AFTER = r"(?![\d]|[.,]\d{3})"
_NATIONAL = re.compile(
    rf"{_BEFORE}(?:\+{_GAP}7|00{_GAP}7|[78]){_GAP}(?P<area>[3-9](?:{_GAP}[0-9]){{2}})(?:{_GAP}[0-9]){{7}}{_AFTER}"
)
_DOTTED = re.compile(rf"{_BEFORE}(?:\+7|[78])\.[3-9]\d\d\.\d{{3}}\.\d\d\.\d\d{_AFTER}")
_SHORT = re.compile(rf"{_BEFORE}\(?7[0-9]{{2}}\)?{_GAP}[0-9]{{3}}{_GAP}[0-9]{{2}}{_GAP}[0-9]{{2}}{_AFTER}")
"""Without the 8: area and number."""
_ABROAD = re.compile(rf"{_BEFORE}\+(?!7)[1-9](?:{_GAP}[0-9]){{9,13}}{_AFTER}")
_LOCAL = re.compile(
    r"(?<![\d+.,:/-])(?:\d{2,3}[- ]\d{2}[- ]\d{2}|\d[- ]\d{2}[- ]\d{2}|\d{2}[- ]\d{3}|\d{3}[- ]\d{3,4}|\d{5,7})(?![\d]|[.,:/-]\d)"
)
_CUE = re.compile(
    r"(?:\bтел(?:ефон\w*)?|\bномер\w*|\bн[өо]м[еі]р\w*|\b(?:по)?звон\w+|\bнабер\w+|хабарлас\w*|\bқоңырау\w*|\bphone|\bcall|\bnumber|\btel|\bmobile|\bcell"
    r"|\bconta[ck]t\w*|☎|📞)[^\d\n]{0,12}$",
    re.IGNORECASE,
)
_HYPHENS = re.compile(r"\d{2,3}-\d{2}-\d{2}")
_DIGITS = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Phone:
    """`normal` is the international form; None for a local number whose area is not said."""

    text: str
    normal: str | None
    span: Span


@once_each
def phones(text: Text) -> tuple[Phone, ...]:
    """In the order of the text, none overlapping another."""
    found: list[Phone] = []
    for phone in (*_with_area(text.whole), *_local(text.whole)):
        if not any(phone.span[0] < other.span[1] and other.span[0] < phone.span[1] for other in found):
            found.append(phone)
    return tuple(sorted(found, key=lambda phone: phone.span))


def _with_area(whole: str) -> Iterator[Phone]:
    for pattern in (_ABROAD, _NATIONAL, _DOTTED, _SHORT):
        for match in pattern.finditer(whole, 0, LONGEST):
            digits = "".join(_DIGITS.findall(match[0]))
            if pattern is _ABROAD:
                normal = f"+{digits}"
            elif not match[0].lstrip("( ").startswith("+") and digits[-10] not in "79" and digits[-10:-7] != "800":
                continue  # without "+" only areas of Kazakhstan, Russian mobile numbers and free lines
            else:
                normal = f"+7{digits[-10:]}"
            yield _made(match, normal)


def _local(whole: str) -> Iterator[Phone]:
    """Numbers without an area: with a word for a phone before them, or written with hyphens as only phones and dates are."""
    for match in _LOCAL.finditer(whole, 0, LONGEST):
        is_told = _CUE.search(whole, max(0, match.start() - 32), match.start()) is not None
        if is_told or (_HYPHENS.fullmatch(match[0]) and not _is_date(match[0])):
            yield _made(match, None)


def _is_date(written: str) -> bool:
    day, month, _ = written.split("-")
    return len(day) == 2 and 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def _made(match: re.Match[str], normal: str | None) -> Phone:
    start = match.start() + (1 if match[0].startswith("(") and ")" not in match[0] else 0)
    return Phone(text=match.string[start : match.end()], normal=normal, span=(start, match.end()))
