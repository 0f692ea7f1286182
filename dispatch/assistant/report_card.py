"""The card of a text: what it says, line by line, exact in Kazakh, Russian and English. `card`, `rendered`, `card_text`.

A line is a code with values and the spans that say them, so the page can render it too; no sentence is made, so none can be
wrong where the reading is right. A line without a span is not made; what is missing is the one thing that has none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dispatch.assistant import card_texts
from dispatch.assistant.place_values import place_value
from dispatch.assistant.reading import SURE, Reading
from dispatch.assistant.texts import Span

MOST = 8
"""Lines of one code; a phone book becomes these and the number of the others."""


class CardCode(StrEnum):
    """What a line says. Names are values of the API: never change them."""

    LANGUAGE = "language"
    TYPE = "type"
    PLACE = "place"
    MAYBE_PLACE = "maybe_place"
    ROAD = "road"
    PEOPLE = "people"
    TIME = "time"
    MOMENT = "moment"
    THREAT = "threat"
    SAFE = "safe"
    DENIED = "denied"
    PHONE = "phone"
    MISSING = "missing"
    MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """`params`: JSON, as `rendered` reads it. `spans`: where the text says it, in code points of the original."""

    code: CardCode
    params: Mapping[str, Any]
    spans: tuple[Span, ...]


def card(reading: Reading) -> tuple[CardLine, ...]:
    """The lines in the order in which a dispatcher asks; of one code at most `MOST`."""
    lines: list[CardLine] = []
    for made in (_types, _places, _roads, _people, _times, _threats, _denials, _phones, _language, _missing):
        lines += _bounded(made(reading))
    return tuple(lines)


def rendered(line: CardLine, language: str) -> str:
    """A line as people read it. `language`: `kk`, `ru` or `en`."""
    at = card_texts.LANGUAGES.index(language)
    return f"{card_texts.LABELS[line.code][at]}: {_VALUE_TEXTS[line.code](line, at)}"


def card_text(lines: Iterable[CardLine], language: str) -> str:
    """The whole card, a line each."""
    return "\n".join(rendered(line, language) for line in lines)


def _bounded(lines: Iterable[CardLine]) -> Iterator[CardLine]:
    kept: dict[CardCode, list[CardLine]] = {}
    for line in lines:
        if line.spans or line.code is CardCode.MISSING:
            kept.setdefault(line.code, []).append(line)
    for code, of_code in kept.items():
        yield from of_code[:MOST]
        if rest := of_code[MOST:]:
            spans = tuple(span for line in rest for span in line.spans)
            yield CardLine(code=CardCode.MORE, params={"of": code.value, "count": len(rest)}, spans=spans)


def _types(reading: Reading) -> Iterator[CardLine]:
    for one in reading.types:
        yield CardLine(code=CardCode.TYPE, params={"value": one.value}, spans=one.spans)


def _places(reading: Reading) -> Iterator[CardLine]:
    for place in reading.places:
        code = CardCode.PLACE if place.probability >= SURE else CardCode.MAYBE_PLACE
        spans = (*place.spans, *((place.radius_span,) if place.radius_span else ()))
        yield CardLine(code=code, params=place_value(place), spans=spans)


def _roads(reading: Reading) -> Iterator[CardLine]:
    for code, spans in _grouped((road.code, road.span) for road in reading.roads):
        yield CardLine(code=CardCode.ROAD, params={"value": code}, spans=spans)


def _people(reading: Reading) -> Iterator[CardLine]:
    counted = reading.people
    if counted.count is not None:
        params = {"count": counted.count, "upper": counted.upper, "is_about": counted.is_about}
        yield CardLine(code=CardCode.PEOPLE, params=params, spans=counted.spans)


def _times(reading: Reading) -> Iterator[CardLine]:
    told = reading.times
    if told.when is not None:
        yield CardLine(code=CardCode.TIME, params={"value": told.when.value}, spans=told.spans)
    for moment in told.moments:
        if moment.minutes is not None or moment.minute_of_day is not None:
            params = {
                "minutes": moment.minutes,
                "minute_of_day": moment.minute_of_day,
                "goes_on": moment.goes_on,
            }
            yield CardLine(code=CardCode.MOMENT, params=params, spans=(moment.span,))


def _threats(reading: Reading) -> Iterator[CardLine]:
    for kind, spans in _grouped((threat.kind, threat.span) for threat in reading.threat.threats):
        yield CardLine(code=CardCode.THREAT, params={"value": kind}, spans=spans)
    yield CardLine(code=CardCode.SAFE, params={"value": "well"}, spans=reading.threat.safe)


def _denials(reading: Reading) -> Iterator[CardLine]:
    for what, spans in _grouped((denied.what.value, denied.span) for denied in reading.negations):
        yield CardLine(code=CardCode.DENIED, params={"value": what}, spans=spans)


def _phones(reading: Reading) -> Iterator[CardLine]:
    for phone in reading.phones:
        yield CardLine(code=CardCode.PHONE, params={"value": phone.text, "normal": phone.normal}, spans=(phone.span,))


def _language(reading: Reading) -> Iterator[CardLine]:
    of_words = reading.language.of_words
    spans = ((of_words[0][0].start, of_words[-1][0].end),) if of_words else ()
    yield CardLine(code=CardCode.LANGUAGE, params={"value": reading.language.value.value}, spans=spans)


def _missing(reading: Reading) -> Iterator[CardLine]:
    if facts := [fact.value for fact in reading.missing]:
        yield CardLine(code=CardCode.MISSING, params={"facts": facts}, spans=())


def _grouped(found: Iterable[tuple[str, Span]]) -> Iterator[tuple[str, tuple[Span, ...]]]:
    of_value: dict[str, list[Span]] = {}
    for value, span in found:
        of_value.setdefault(value, []).append(span)
    for value, spans in of_value.items():
        yield value, tuple(spans)


def _value(line: CardLine, at: int) -> str:
    return card_texts.value_text(line.code, line.params["value"], at)


def _verbatim(line: CardLine, _at: int) -> str:
    value: str = line.params["value"]
    return value


def _facts(line: CardLine, at: int) -> str:
    facts: Sequence[str] = line.params["facts"]
    return "; ".join(card_texts.value_text(CardCode.MISSING, fact, at) for fact in facts)


def _more(line: CardLine, at: int) -> str:
    return f"{card_texts.LABELS[line.params['of']][at]}: {line.params['count']}"


def _of(text: Callable[[Mapping[str, Any], int], str]) -> Callable[[CardLine, int], str]:
    return lambda line, at: text(line.params, at)


_VALUE_TEXTS: Mapping[CardCode, Callable[[CardLine, int], str]] = {
    **dict.fromkeys(
        (CardCode.LANGUAGE, CardCode.TYPE, CardCode.TIME, CardCode.THREAT, CardCode.SAFE, CardCode.DENIED), _value
    ),
    CardCode.PLACE: _of(card_texts.place_text),
    CardCode.MAYBE_PLACE: _of(card_texts.place_text),
    CardCode.ROAD: _verbatim,
    CardCode.PHONE: _verbatim,
    CardCode.PEOPLE: _of(card_texts.people_text),
    CardCode.MOMENT: _of(card_texts.moment_text),
    CardCode.MISSING: _facts,
    CardCode.MORE: _more,
}
