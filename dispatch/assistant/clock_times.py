"""Times of the day as people say them: `clock_times(line)`, in minutes after midnight.

"14:30", "2:30 pm", "в пять утра", "с 6:45 утра", "в половине двенадцатого ночи", "без четверти шесть", "таңғы бестен бері",
"сағат 14-те", "half past nine", "midnight". Without a part of the day the hour is taken as it is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dispatch.assistant.numerals import numbers
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Line, Phrases
from dispatch.assistant.texts import Span

_NOON = 12
_NIGHT_FROM = 8
"""Hours of "ночи", "түнгі" and "at night" from here on lie before midnight: eleven at night is 23."""


class _Part(Enum):
    """Of the day."""

    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


def _list(name: str) -> Phrases:
    return Phrases("clock", name)


_PARTS = {_list(part.value): part for part in _Part}
_HOURS, _ADJECTIVE = _list("hours"), _list("adjective")
_AT, _COUNTED, _OCLOCK, _ONE = map(_list, ("at", "counted", "oclock", "one"))
_SINCE, _SINCE_BEHIND = _list("since"), _list("since_behind")
_HALF_TO, _HALF_PAST, _HALF_BEHIND = map(_list, ("half_to", "half_past", "half_behind"))
_QUARTER_TO, _QUARTER_PAST = _list("quarter_to"), _list("quarter_past")
_MIDNIGHT, _MIDDAY = _list("midnight"), _list("midday")
_ORDINALS = {_list(f"hour_{hour}"): hour for hour in range(1, 13)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTime:
    """`goes_on`: it began then and lasts ("с пяти утра")."""

    span: Span
    minute_of_day: int
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """An hour and its minutes (negative: before it), with the pieces that say them. `is_sure`: a clock even without more."""

    hour: int
    minutes: int
    first: int
    last: int
    is_sure: bool = False


def clock_times(line: Line) -> Iterator[ClockTime]:
    """In no order."""
    taken = [phone.span for phone in phones(line.text)]
    digital = tuple(_digital(line))
    covered = frozenset(at for said in digital for at in (said.first, said.last))
    for said in (*digital, *_in_numbers(line, covered), *_named(line)):
        start, end = line.pieces[said.first].start, line.pieces[said.last].end
        if any(start < other[1] and other[0] < end for other in taken):
            continue
        if (found := _told(line, said)) is not None:
            yield found
    for phrases, minute in ((_MIDNIGHT, 0), (_MIDDAY, 720)):
        for hit in line.hits(phrases):
            yield ClockTime(span=hit.span, minute_of_day=minute, goes_on=_since(line, hit.first, hit.last) is not None)


def _digital(line: Line) -> Iterator[_Said]:
    """14:30, 6.45: two numbers of digits that nothing else belongs to."""
    pieces, whole = line.pieces, line.text.whole
    for at in range(len(pieces) - 1):
        hour, minute = pieces[at], pieces[at + 1]
        is_pair = hour.is_number and minute.is_number and len(hour.text) <= 2 and len(minute.text) == 2
        if not is_pair or whole[hour.end : minute.start] not in (":", "."):
            continue
        before, behind = whole[max(0, hour.start - 1) : hour.start], whole[minute.end : minute.end + 2]
        goes_further = behind[:1] == ":" or (behind[:1] == "." and behind[1:].isdigit())
        if before in (":", ".", ",", "+", "-") or goes_further or int(hour.text) > 23 or int(minute.text) > 59:
            continue
        yield _Said(hour=int(hour.text), minutes=int(minute.text), first=at, last=at + 1, is_sure=True)


def _in_numbers(line: Line, covered: frozenset[int]) -> Iterator[_Said]:
    """ "5", "бес", "бір жарым", "quarter to five"."""
    for number in numbers(line):
        if number.first in covered or number.upper is not None or not 0 <= number.value <= 24 or number.is_persons:
            continue
        hour, last = int(number.value), number.last
        minutes = 30 if number.value != hour else 0
        is_sure = False
        if (half := _behind(line, last, _HALF_BEHIND)) is not None:
            minutes, last = 30, half
        first = number.first
        for phrases, added in ((_HALF_PAST, 30), (_QUARTER_PAST, 15), (_QUARTER_TO, -15)):
            if (begin := _before(line, first, phrases)) is not None:
                minutes, first, is_sure = added, begin, True
                break
        yield _Said(hour=hour % 24, minutes=minutes, first=first, last=last, is_sure=is_sure)


def _named(line: Line) -> Iterator[_Said]:
    """ "В половине двенадцатого", "полшестого": half an hour before the hour that is named; "час дня"."""
    for hit in line.hits(_ONE):
        yield _Said(hour=1, minutes=0, first=hit.first, last=hit.last)
    for phrases, hour in _ORDINALS.items():
        for hit in line.hits(phrases):
            piece = line.pieces[hit.first]
            if piece.plain.startswith("пол"):
                yield _Said(hour=hour, minutes=-30, first=hit.first, last=hit.last, is_sure=True)
            elif (begin := _before(line, hit.first, _HALF_TO)) is not None:
                yield _Said(hour=hour, minutes=-30, first=begin, last=hit.last, is_sure=True)


def _told(line: Line, said: _Said) -> ClockTime | None:
    """With what stands around it; None if it is another number."""
    first, last = said.first, said.last
    hours = _behind(line, last, _HOURS)
    part, part_last = _part_behind(line, last if hours is None else hours)
    if part is not None and _COUNTED.is_whole(line.pieces[part_last].plain) and _before(line, first, _AT) is None:
        return None  # "три дня без света" is no hour
    is_sure = said.is_sure or part is not None or _behind(line, last, _OCLOCK) is not None
    if part is not None:
        last = part_last
    elif (begin := _before(line, first, _HOURS)) is not None:  # сағат 14-те
        first, is_sure = begin, True
    if part is None:
        part, first = _part_before(line, first)
        is_sure = is_sure or part is not None
        begin = _before(line, first, _HOURS) if part is not None else None
        first = first if begin is None else begin
    if not is_sure:
        return None
    since = _since(line, first, last)
    minute = (_hour_of(said.hour, part, early=said.minutes < 0) * 60 + said.minutes) % 1440
    span = (line.pieces[first].start, line.pieces[last].end)
    return ClockTime(span=span if since is None else since, minute_of_day=minute, goes_on=since is not None)


def _hour_of(hour: int, part: _Part | None, *, early: bool) -> int:
    """`early`: the time lies in the hour before, which decides about night: half to twelve at night is 23:30."""
    if hour > _NOON or part is None:
        return hour
    if hour == _NOON:
        return hour + _NOON if part is _Part.NIGHT and early else 0 if part in (_Part.NIGHT, _Part.MORNING) else hour
    if part in (_Part.DAY, _Part.EVENING):
        return hour + _NOON
    return hour + _NOON if part is _Part.NIGHT and hour >= _NIGHT_FROM else hour


def _part_behind(line: Line, last: int) -> tuple[_Part | None, int]:
    for phrases, part in _PARTS.items():
        if (end := _behind(line, last, phrases)) is not None:
            return part, end
    return None, last


def _part_before(line: Line, first: int) -> tuple[_Part | None, int]:
    for phrases, part in _PARTS.items():
        if (begin := _before(line, first, phrases)) is not None and _ADJECTIVE.is_whole(line.between(begin, first)):
            return part, begin
    return None, first


def _since(line: Line, first: int, last: int) -> Span | None:
    """The span with "since", if that stands there."""
    if (begin := _before(line, first, _SINCE)) is not None:
        return line.pieces[begin].start, line.pieces[last].end
    if (end := _behind(line, last, _SINCE_BEHIND)) is not None:
        return line.pieces[first].start, line.pieces[end].end
    return None


def _behind(line: Line, last: int, phrases: Phrases) -> int | None:
    at = last + 1
    if at >= len(line.pieces) or not line.is_unbroken(last, at):
        return None
    return line.longest(phrases, at)


def _before(line: Line, first: int, phrases: Phrases) -> int | None:
    """The first of at most three pieces right before `first` that are one of the phrases."""
    for length in (3, 2, 1):
        at = first - length
        if at >= 0 and line.is_unbroken(at, first) and phrases.is_whole(line.between(at, first)):
            return at
    return None
