"""When it happens, as a report says it: `times(line)`.

A report without any word of time has no answer (None); whoever needs one may take it that people report what goes on. Relative
times that are stated become minutes ("час назад" is -60); times of the day become minutes after midnight.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dispatch.assistant.numerals import numbers
from dispatch.assistant.phones import phones
from dispatch.assistant.phrases import Hit, Line, Phrases
from dispatch.assistant.texts import LONGEST, Span


class When(StrEnum):
    """`NOW`: it goes on, or has just happened. `PAST`: it is over, or told of an earlier time. `FUTURE`: announced or
    expected."""

    NOW = "now"
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An expression of time. `minutes`: from now on, negative before; `minute_of_day`: of a clock. None where not stated.
    `goes_on`: it began then and lasts."""

    span: Span
    when: When | None = None
    minutes: int | None = None
    minute_of_day: int | None = None
    goes_on: bool = False


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
_HALF_AN_HOUR = _list("half_an_hour")
_UNITS = {_list("minute"): 1, _list("hour"): 60, _list("day"): 1440, _list("week"): 10_080}
LONGEST_MIN = 366 * 1440
"""Durations above are no times of an emergency."""

_CLOCK = re.compile(r"(?<![\d:.,+-])(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?![\d:]|\.\d)")
_HOUR_SAID = re.compile(
    r"(?<!\w)(?:(?P<part>таңғы|түнгі|кешкі|түскі)\s+)?(?:сағат(?:та)?\s+)(?:(?P<late>таңғы|түнгі|кешкі|түскі)\s+)?(?P<kk>[01]?\d|2[0-3])(?:-?[дтғг][аеә]н?)?(?!\w|:)"
    r"|(?<!\w)(?:в|к|с|до|около|after|at|by|around)\s+(?P<ru>[01]?\d|2[0-3])(?:\s*(?:час(?:а|ов)?))?\s*(?P<of>утра|дня|вечера|ночи)(?!\w)"
    r"|(?<!\w)(?P<en>1[0-2]|[1-9])\s?(?P<half>[ap])\.?m(?!\w)",
    re.IGNORECASE,
)
_AFTERNOON = frozenset(("дня", "вечера", "кешкі", "түскі", "p"))


def times(line: Line) -> Times:
    """What the text says about time; deterministic, without a clock."""
    moments = sorted((*_durations(line), *_clocks(line.text.whole), *_words(line)), key=lambda moment: moment.span)
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
    perhaps = (*perhaps, *line.hits(_HEARSAY))
    if ended and not _is_said_after(ended[-1], (*going_on, *line.hits(_NOW))):
        return When.PAST, _spans(ended)
    if said[When.FUTURE] and not surely_now:
        return When.FUTURE, said[When.FUTURE]
    if long_ago and not (surely_now and going_on):
        return When.PAST, _spans(long_ago)
    if going_on or lasting or surely_now:
        return When.NOW, (*said[When.NOW], *lasting, *_spans(going_on))
    if perhaps:
        return When.FUTURE, _spans(perhaps)
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


def _durations(line: Line) -> Iterator[Moment]:
    """Numbers with a unit and what makes a time of them: "час назад", "минут пять назад", "екі күннен бері", "in 20 minutes"."""
    counted: list[tuple[int, int, float]] = []
    # "… 12 34, час назад": the end of a phone counts no hours.
    taken = [phone.span for phone in phones(line.text)]
    for number in numbers(line):
        if any(start < number.span[1] and number.span[0] < end for start, end in taken):
            continue
        if (unit := _unit(line, number.last + 1)) is not None:
            counted.append((number.first, unit[0], number.value * unit[1]))
        elif number.first > 0 and (unit := _unit(line, number.first - 1)) is not None:
            counted.append((number.first - 1, number.last, number.value * unit[1]))
    halves = [(hit.first, hit.last, 30.0) for hit in line.hits(_HALF_AN_HOUR)]
    covered = {at for first, last, _ in (*counted, *halves) for at in range(first, last + 1)}
    alone = [
        (at, unit[0], float(unit[1]))
        for at in range(len(line.pieces))
        if at not in covered and (unit := _unit(line, at)) is not None
    ]
    for first, last, minutes in (*counted, *halves, *alone):
        moment = _moment(line, first, last, minutes) if minutes <= LONGEST_MIN else None
        if moment is not None:
            yield moment


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
        return Moment(span=_span(line, first, behind), when=When.PAST if whole > 12 * 60 else When.NOW, minutes=-whole)
    if (behind := _end_of(line, last + 1, _LATER)) is not None:
        return Moment(span=_span(line, first, behind), when=When.FUTURE, minutes=whole)
    if (behind := _end_of(line, last + 1, _UNTIL_NOW)) is not None:
        return Moment(span=_span(line, first, behind), minutes=-whole, goes_on=True)
    if first > 0 and line.longest(_LASTING, first - 1) is not None:
        return Moment(span=_span(line, first - 1, last), minutes=-whole, goes_on=True)
    if first > 0 and line.longest(_WITHIN, first - 1) is not None:
        return Moment(span=_span(line, first - 1, last), minutes=whole)
    return None


def _end_of(line: Line, at: int, phrases: Phrases) -> int | None:
    return line.longest(phrases, at) if at < len(line.pieces) else None


def _span(line: Line, first: int, last: int) -> Span:
    return line.pieces[first].start, line.pieces[last].end


def _clocks(whole: str) -> Iterator[Moment]:
    for found in _CLOCK.finditer(whole, 0, LONGEST):
        yield Moment(span=found.span(), minute_of_day=int(found["hour"]) * 60 + int(found["minute"]))
    for found in _HOUR_SAID.finditer(whole, 0, LONGEST):
        hour = int(found["kk"] or found["ru"] or found["en"])
        part = (found["part"] or found["late"] or found["of"] or found["half"] or "").casefold()
        is_late = part in _AFTERNOON and hour < 12
        is_midnight = part in ("ночи", "түнгі", "a") and hour == 12
        yield Moment(span=found.span(), minute_of_day=0 if is_midnight else (hour + 12 * is_late) * 60)
