"""What a language model may answer about a text, and what of it is kept: only what the original itself says.

A schema guarantees the form of an answer and nothing about its truth. Each value needs a quote that stands in the text; a type
must be one of ours, a place one that the gazetteer finds in the quote, a number one that our rules read in the quote.
Coordinates, names and numbers are ours, never the model's. Everything else is dropped: instructions that the text held,
inventions, repetitions.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dispatch.assistant.hint_kinds import Hint, HintKind
from dispatch.assistant.masking import Masked
from dispatch.assistant.people import people
from dispatch.assistant.phrases import Line
from dispatch.assistant.place_ranking import places_in
from dispatch.assistant.place_values import place_value
from dispatch.assistant.texts import Span, Text

MOST_VALUES = 10
"""Of each kind; an answer that repeats itself is cut."""
LONGEST_QUOTE = 200
_QUOTE = {"type": "string", "minLength": 1, "maxLength": LONGEST_QUOTE}
KINDS = ("types", "places", "people")


def schema(types: Collection[str]) -> dict[str, Any]:
    """The JSON Schema that the model is asked to fill. `types`: of the incidents that the deployment knows."""

    def entries(**more: Any) -> dict[str, Any]:
        properties = {**more, "quote": _QUOTE}
        entry = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        return {"type": "array", "items": entry, "maxItems": MOST_VALUES}

    properties = {
        "types": entries(type={"type": "string", "enum": sorted(types)}),
        "places": entries(),
        "people": entries(count={"type": "integer", "minimum": 1, "maximum": 100_000}),
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def kept(answer: object, text: Masked, types: Collection[str]) -> tuple[Hint, ...]:
    """The hints that the text bears out; empty for an answer of any other form. Never raises."""
    if not isinstance(answer, Mapping):
        return ()
    found: list[Hint] = []
    for kind in KINDS:
        entries = answer.get(kind)
        for entry in (entries if isinstance(entries, list) else [])[:MOST_VALUES]:
            if isinstance(entry, Mapping):
                found += [hint for hint in _hints(kind, entry, text, types) if hint not in found]
    return tuple(found)


def _hints(kind: str, entry: Mapping[Any, Any], text: Masked, types: Collection[str]) -> Iterator[Hint]:
    quote = entry.get("quote")
    span = _span(quote, text)
    if span is None or not isinstance(quote, str):
        return
    if kind == "types":
        value = entry.get("type")
        if isinstance(value, str) and value in types:
            yield Hint(kind=HintKind.TYPE, value={"value": value}, spans=(span,))
    elif kind == "places":
        yield from _place(quote, span)
    else:
        yield from _people(entry.get("count"), quote, span)


def _place(quote: str, span: Span) -> Iterator[Hint]:
    for place in places_in(Text(quote))[:1]:
        spans = tuple((span[0] + start, span[0] + end) for start, end in place.spans)
        yield Hint(kind=HintKind.PLACE, value=place_value(place), spans=spans)


def _people(count: object, quote: str, span: Span) -> Iterator[Hint]:
    read = people(Line(Text(quote)))
    if isinstance(count, int) and not isinstance(count, bool) and read.count == count:
        value = {"count": read.count, "upper": read.upper, "is_about": read.is_about}
        yield Hint(
            kind=HintKind.PEOPLE,
            value=value,
            spans=tuple((span[0] + start, span[0] + end) for start, end in read.spans),
        )


def _span(quote: object, text: Masked) -> Span | None:
    """Where the quote stands in the original, as whole words; None: it does not, or it is masked."""
    if not isinstance(quote, str) or not quote.strip() or len(quote) > LONGEST_QUOTE:
        return None
    start = text.text.find(quote)
    while start >= 0:
        end = start + len(quote)
        before, after = text.text[start - 1 : start], text.text[end : end + 1]
        is_whole = not (before.isalnum() and quote[0].isalnum()) and not (after.isalnum() and quote[-1].isalnum())
        if is_whole:
            return text.original(start, end)
        start = text.text.find(quote, start + 1)
    return None
