"""Hints: what is read out of a text, in the form in which people see it.

A hint is a suggestion to a person. No decision reads it, and nothing waits for it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.assistant.card_texts import LANGUAGES
from dispatch.assistant.claims import checklist
from dispatch.assistant.hint_kinds import Hint, HintKind
from dispatch.assistant.names import names_in
from dispatch.assistant.place_values import place_value
from dispatch.assistant.reading import Reading
from dispatch.assistant.report_card import CardLine, card, card_text, rendered
from dispatch.assistant.texts import Span


def hints_of(reading: Reading) -> tuple[Hint, ...]:
    """The hints of a reading, by kind; of a kind the likeliest first, then in the order of the text."""
    return tuple(_all(reading))


def _all(reading: Reading) -> Iterator[Hint]:
    language = reading.language
    if language.of_words:
        span = (language.of_words[0][0].start, language.of_words[-1][0].end)
        yield Hint(
            kind=HintKind.LANGUAGE,
            value={"value": language.value.value},
            spans=(span,),
            probability=language.probability,
        )
    for one in reading.types:
        yield Hint(kind=HintKind.TYPE, value={"value": one.value}, spans=one.spans, probability=one.probability)
    for place in reading.places:
        yield Hint(
            kind=HintKind.PLACE,
            value=place_value(place),
            spans=_with(place.spans, place.radius_span),
            probability=place.probability,
        )
    for road in reading.roads:
        yield Hint(kind=HintKind.ROAD, value={"code": road.code}, spans=(road.span,))
    yield from _facts(reading)


def _facts(reading: Reading) -> Iterator[Hint]:
    counted = reading.people
    if counted.count is not None:
        value = {"count": counted.count, "upper": counted.upper, "is_about": counted.is_about}
        yield Hint(kind=HintKind.PEOPLE, value=value, spans=counted.spans)
    for phone in reading.phones:
        yield Hint(kind=HintKind.PHONE, value={"text": phone.text, "normal": phone.normal}, spans=(phone.span,))
    if reading.times.when is not None and reading.times.spans:
        yield Hint(kind=HintKind.TIME, value={"when": reading.times.when.value}, spans=reading.times.spans)
    for denied in reading.negations:
        yield Hint(kind=HintKind.DENIED, value={"what": denied.what.value}, spans=(denied.span,))
    for threat in reading.threat.threats:
        yield Hint(kind=HintKind.THREAT, value={"what": threat.kind}, spans=(threat.span,))
    if lines := card(reading):
        spans = tuple(sorted({span for line in lines for span in line.spans}))
        yield Hint(kind=HintKind.CARD, value=card_value(lines), spans=spans)
    if reading.missing:
        yield Hint(kind=HintKind.MISSING, value={"facts": [fact.value for fact in reading.missing]}, spans=())
    for name in names_in(reading.text):
        yield Hint(kind=HintKind.NAME, value={"text": name.text}, spans=(name.span,))
    if claimed := checklist(reading):
        spans = tuple(sorted({span for line in claimed for span in line.spans}))
        yield Hint(kind=HintKind.CLAIMS, value={"lines": [_claim(line) for line in claimed]}, spans=spans)


def _claim(line: CardLine) -> dict[str, Any]:
    texts = {language: rendered(line, language) for language in LANGUAGES}
    return {"code": line.code.value, **texts, "spans": [list(span) for span in line.spans]}


def card_value(lines: Sequence[CardLine]) -> dict[str, str]:
    """The card as text in each language."""
    return {language: card_text(lines, language) for language in LANGUAGES}


def _with(spans: Sequence[Span], also: Span | None) -> tuple[Span, ...]:
    return tuple(spans) if also is None else tuple(sorted({*spans, also}))
