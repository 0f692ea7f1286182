"""When it happens, as a report says it: `times(line)`.

A report without any word of time has no answer (None); whoever needs one may take it that people report what goes on. Relative
times that are stated become minutes ("час назад" is -60); times of the day become minutes after midnight.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatch.assistant.clock_times import ClockTime, clock_times
from dispatch.assistant.numerals import numbers
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Hit, Line, Phrases
from dispatch.assistant.texts import Span, once_each


class When(StrEnum):
    """`NOW`: it goes on, or has just happened. `PAST`: it is over, or told of an earlier time. `FUTURE`: announced or
    expected."""

    NOW = "now"
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An expression of time. `minutes`: from now on, negative before; `minute_of_day`: of a clock. None where not stated.
    `goes_on`: it began then and lasts; `is_announced`: it will be then, where nothing else is said; `is_long_ago`: it is
    told of another time."""

    span: Span
    when: When | None = None
    minutes: int | None = None
    minute_of_day: int | None = None
    goes_on: bool = False
    is_announced: bool = False
    is_long_ago: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """`when` of what is reported, as `spans` say; every expression of time in `moments`."""

    when: When | None
    spans: tuple[Span, ...]
    moments: tuple[Moment, ...]


def _list(name: str) -> Phrases:
    return Phrases("times", name)


_NOW, _SURELY_NOW, _GOING_ON, _SINCE = map(_list, ("now", "surely_now", "going_on", "since"))
_PAST, _LONG_AGO, _ENDED = map(_list, ("past", "long_ago", "ended"))
_FUTURE, _PERHAPS_FUTURE = map(_list, ("future", "perhaps_future"))
_OWN_ACTION, _HEARSAY = map(_list, ("own_action", "hearsay"))
_OWN_WORDS = 6
"""Pieces between "should we" and "tonight" that still belong together."""
_AGO, _UNTIL_NOW, _LATER, _WITHIN, _LASTING = map(_list, ("ago", "until_now", "later", "within", "lasting"))
_HALF_AN_HOUR, _AND_A_HALF = _list("half_an_hour"), _list("and_a_half")
_UNITS = {
    _list("minute"): 1,
    _list("hour"): 60,
    _list("day"): 1440,
    _list("week"): 10_080,
    _list("month"): 43_200,
    _list("year"): 525_600,
}
LONGEST_MIN = 366 * 1440
"""Durations above are no times of an emergency: what was "ten years ago" has no minutes."""
ANOTHER_TIME_MIN = 3 * 1440
"""What was so long ago is told of another time, unless the text says with weight that it goes on."""
_WEEKDAY, _TOLD_OF_PAST = _list("weekday"), _list("told_of_past")


@once_each
def times(line: Line) -> Times:
    """What the text says about time; deterministic, without a clock."""
    moments = sorted(
        (*_durations(line), *map(_of_clock, clock_times(line)), *_words(line)), key=lambda moment: moment.span
    )
    when, spans = _settled(line, moments)
    return Times(when=when, spans=spans, moments=tuple(moments))


def _settled(line: Line, moments: list[Moment]) -> tuple[When | None, tuple[Span, ...]]:
    """The first that holds: it has ended and nothing goes on after that; it is announced; it is told of another time; it goes on;
    it is expected; it was. "Now" said with weight outweighs what is announced or told."""
    ended, going_on, long_ago = line.hits(_ENDED), line.hits(_GOING_ON), line.hits(_LONG_AGO)
    said = {when: tuple(moment.span for moment in moments if moment.when is when) for when in When}
    lasting = tuple(moment.span for moment in moments if moment.goes_on)
    surely_now = line.hits(_SURELY_NOW)
    perhaps = tuple(hit for hit in line.hits(_PERHAPS_FUTURE) if not _is_own(line, hit))
    perhaps_spans = (*_spans((*perhaps, *line.hits(_HEARSAY))), *(one.span for one in moments if one.is_announced))
    another_time = (*_spans(long_ago), *(one.span for one in moments if one.is_long_ago))
    if ended and not _is_said_after(ended[-1], (*going_on, *line.hits(_NOW))):
        return When.PAST, _spans(ended)
    if said[When.FUTURE] and not surely_now:
        return When.FUTURE, said[When.FUTURE]
    if another_time and not ((surely_now or not long_ago) and going_on):
        return When.PAST, another_time
    if going_on or lasting or surely_now:
        return When.NOW, (*said[When.NOW], *lasting, *_spans(going_on))
    if perhaps_spans:
        return When.FUTURE, perhaps_spans
    for when in (When.NOW, When.PAST):
        if said[when]:
            return when, said[when]
    return None, ()


def _is_own(line: Line, hit: Hit) -> bool:
    """Whether it belongs to what the caller means to do: "should we stay outside tonight"."""
    return any(
        own.first <= hit.first <= own.last + _OWN_WORDS and line.is_unbroken(own.first, hit.first)
        for own in line.hits(_OWN_ACTION)
    )


def _is_said_after(hit: Hit, others: tuple[Hit, ...]) -> bool:
    return any(other.first > hit.last for other in others)


def _spans(hits: tuple[Hit, ...]) -> tuple[Span, ...]:
    return tuple(hit.span for hit in hits)


def _words(line: Line) -> Iterator[Moment]:
    for phrases, when, goes_on in (
        (_NOW, When.NOW, False),
        (_PAST, When.PAST, False),
        (_FUTURE, When.FUTURE, False),
        (_SINCE, None, True),
    ):
        for hit in line.hits(phrases):
            yield Moment(span=hit.span, when=when, goes_on=goes_on)
    for hit in line.hits(_WEEKDAY):
        yield Moment(span=hit.span, when=None if _is_told_of_past(line, hit.first, hit.last) else When.FUTURE)


def _is_told_of_past(line: Line, first: int, last: int) -> bool:
    """Whether the sentence of these pieces has a verb of the past."""
    begin, end = line.sentence_around(first, last)
    told = line.hits(_TOLD_OF_PAST)
    at = bisect_left(told, begin, key=lambda hit: hit.first)
    return at < len(told) and told[at].first <= end


def _of_clock(told: ClockTime) -> Moment:
    return Moment(span=told.span, minute_of_day=told.minute_of_day, goes_on=told.goes_on)


def _durations(line: Line) -> Iterator[Moment]:
    """Numbers with a unit and what makes a time of them: "час назад", "минут пять назад", "екі күннен бері", "in 20 minutes"."""
    counted: list[tuple[int, int, float]] = []
    # "… 12 34, час назад": the end of a phone counts no hours.
    taken = [phone.span for phone in phones(line.text)]
    for number in numbers(line):
        if any(start < number.span[1] and number.span[0] < end for start, end in taken):
            continue
        half = _end_of(line, number.last + 1, _AND_A_HALF)
        value, last = (number.value, number.last) if half is None else (number.value + 0.5, half)
        if (unit := _unit(line, last + 1)) is not None:
            counted.append((number.first, unit[0], value * unit[1]))
        elif number.first > 0 and (unit := _unit(line, number.first - 1)) is not None:
            counted.append((number.first - 1, number.last, number.value * unit[1]))
    halves = [(hit.first, hit.last, 30.0) for hit in line.hits(_HALF_AN_HOUR)]
    covered = {at for first, last, _ in (*counted, *halves) for at in range(first, last + 1)}
    alone = [
        (at, unit[0], float(unit[1]))
        for at in range(len(line.pieces))
        if at not in covered and (unit := _unit(line, at)) is not None
    ]
    for first, last, minutes in (*counted, *halves, *(_with_half(line, *one) for one in alone)):
        moment = _moment(line, first, last, minutes)
        if moment is not None and minutes > LONGEST_MIN:
            moment = replace(moment, minutes=None, goes_on=False) if moment.when is When.PAST else None
        if moment is not None:
            yield moment


def _with_half(line: Line, first: int, last: int, minutes: float) -> tuple[int, int, float]:
    """ "An hour and a half", "час с половиной"."""
    half = _end_of(line, last + 1, _AND_A_HALF)
    return (first, last, minutes) if half is None else (first, half, minutes * 1.5)


def _unit(line: Line, at: int) -> tuple[int, int] | None:
    """The last piece of a unit of time, and its minutes."""
    if at >= len(line.pieces):
        return None
    for phrases, minutes in _UNITS.items():
        if (last := line.longest(phrases, at)) is not None:
            return last, minutes
    return None


def _moment(line: Line, first: int, last: int, minutes: float) -> Moment | None:
    whole = round(minutes)
    behind = _end_of(line, last + 1, _AGO)
    if behind is not None:
        when = When.PAST if whole > 12 * 60 else When.NOW
        is_long_ago = whole >= ANOTHER_TIME_MIN
        return Moment(span=_span(line, first, behind), when=when, minutes=-whole, is_long_ago=is_long_ago)
    if (behind := _end_of(line, last + 1, _LATER)) is not None:
        return Moment(span=_span(line, first, behind), when=When.FUTURE, minutes=whole)
    if (behind := _end_of(line, last + 1, _UNTIL_NOW)) is not None:
        return Moment(span=_span(line, first, behind), minutes=-whole, goes_on=True)
    if first > 0 and line.longest(_LASTING, first - 1) is not None:
        return Moment(span=_span(line, first - 1, last), minutes=-whole, goes_on=True)
    if first > 0 and line.longest(_WITHIN, first - 1) is not None:
        is_announced = not _is_told_of_past(line, first, last)
        return Moment(span=_span(line, first - 1, last), minutes=whole, is_announced=is_announced)
    return None


def _end_of(line: Line, at: int, phrases: Phrases) -> int | None:
    return line.longest(phrases, at) if at < len(line.pieces) else None


def _span(line: Line, first: int, last: int) -> Span:
    return line.pieces[first].start, line.pieces[last].end
