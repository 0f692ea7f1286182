"""Values of a JSON object by path: `card.complainant.contactPhone`. A list on the way stands for each of its entries."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from dispatch.assistant.phones import phones
from dispatch.assistant.texts import Text
from dispatch.cards.received_card import Json

MAX_VALUES = 1_000
"""Of one path that are read; a card has some dozen."""
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?\s?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
_TIMES = (
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)[Tt ]{_CLOCK}", re.ASCII),
    re.compile(rf"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{{4}}),? {_CLOCK}", re.ASCII),
)
"""A day alone is no time: midnight would be an invention."""
_SECONDS = range(946_684_800, 4_102_444_800)
"""From 2000 to 2100, as seconds since 1970; a thousand times more are milliseconds."""
_TEL = "tel:"
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What JSON can escape and the API refuses: NUL, and half of a pair of surrogates."""


def values_at(card: object, path: str) -> list[object]:
    """The values at a path, in the order of the card. The path "" is the card itself."""
    found = [card]
    for name in path.split(".") if path else ():
        found = [each[name] for one in found for each in _objects(one) if name in each][:MAX_VALUES]
    return [one for value in found for one in (value if isinstance(value, list) else [value])][:MAX_VALUES]


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            yield one


def objects_at(card: object, path: str) -> list[Json]:
    return [one for one in values_at(card, path) if isinstance(one, Mapping)]


def texts_at(card: object, paths: Iterable[str]) -> list[str]:
    """The texts and numbers at the first path that has any, without blanks around them; empty ones are left out."""
    for path in paths:
        if found := [text for value in values_at(card, path) if (text := text_of(value))]:
            return found
    return []


def text_at(card: object, paths: Iterable[str]) -> str:
    return next(iter(texts_at(card, paths)), "")


def text_of(value: object) -> str:
    """A text or a number as text; empty for everything else."""
    if isinstance(value, str):
        return _NO_TEXT.sub("\ufffd", value).strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def number_of(text: str) -> float | None:
    """A finite number; a decimal comma counts as a point. None for everything else."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def offset_of(text: str) -> timezone:
    """A zone like `+05:00`. Raises ValueError."""
    match = re.fullmatch(r"([+-])(\d\d):([0-5]\d)", text, re.ASCII)
    if match is None or int(match[2]) > 14:
        raise ValueError("an offset like +05:00")
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))


def time_ms(text: str, zone: timezone | None) -> int | None:
    """Milliseconds since 1970 of a time in RFC 3339, `2026-11-28 01:00:00`, `28.11.2026 01:00:00`, or seconds or milliseconds
    since 1970. `zone`: of a time that states none. None if there is neither, or no such time."""
    if text.isascii() and text.isdigit() and len(text) <= 13:
        number = int(text)
        return number * 1000 if number in _SECONDS else number if number // 1000 in _SECONDS else None
    match = next((found for form in _TIMES if (found := form.fullmatch(text))), None)
    if match is None:
        return None
    stated = match["zone"]
    try:
        own = zone if stated is None else UTC if stated in "Zz" else offset_of(f"{stated[:3]}:{stated[-2:]}")
        parts = [int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
        at = None if own is None else datetime(*parts, tzinfo=own)  # type: ignore[arg-type, misc]  # six whole numbers
        return None if at is None else int(at.timestamp()) * 1000 + int(f"{match['fraction'] or ''}000"[:3])
    except (ValueError, OverflowError):
        return None


def phone_of(text: str) -> str:
    """A phone in its international form where that is certain, for the numbers of Kazakhstan and those with a country; everything
    else unchanged, since nothing that a caller may be reached by is lost."""
    written = text[len(_TEL) :].partition(";")[0].strip() if text.casefold().startswith(_TEL) else text.strip()
    found = phones(Text(written))
    is_whole = len(found) == 1 and found[0].text.strip() == written
    return found[0].normal or written if is_whole else written
