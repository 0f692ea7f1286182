"""Where two texts about one thing cannot both be right, or a text and what is known of its incident: `contradictions(a, b)`.

A contradiction asks for one more look; it says nothing about who is right, and callers in fear err. So each has both sides with
their words, and what two careful people might say of one event is none: a place within some kilometres, a number that is about
right, one who saw the smoke and one who saw the fire out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dispatch.assistant.claims import ClaimedPlace, Claims
from dispatch.assistant.negations import Denied
from dispatch.assistant.texts import Span
from dispatch.assistant.times import When
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

FAR_M = 20_000.0
"""People name the next town for the place itself; nearer than this is no contradiction."""

_OF_PEOPLE = frozenset(
    {"breathing", "heart", "unconscious", "stroke", "bleeding", "trapped", "drowning", "burns", "poison", "dying"}
)
_DENIES: dict[Denied, frozenset[str]] = {
    Denied.CASUALTIES: _OF_PEOPLE - {"trapped"},
    Denied.PEOPLE: frozenset({"trapped"}),
    Denied.GAS: frozenset({"gas"}),
    Denied.FALSE: _OF_PEOPLE,
    Denied.THREAT: _OF_PEOPLE,
    Denied.UNWANTED: _OF_PEOPLE,
    Denied.OVER: _OF_PEOPLE,
}
"""Dangers that cannot be where these are denied."""


class Against(StrEnum):
    """In what two claims contradict each other. Names are values of the API: never change them."""

    PLACE = "place"
    TIME = "time"
    COUNT = "count"
    TYPE = "type"
    DENIAL = "denial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """`first` and `second`: what each side says, as codes and numbers. `apart_m`: of places alone. Spans are empty where a
    side is an incident and no text."""

    code: Against
    first: str
    second: str
    first_spans: tuple[Span, ...]
    second_spans: tuple[Span, ...]
    apart_m: float | None = None


def contradictions(first: Claims, second: Claims, *, far_m: float = FAR_M) -> tuple[Contradiction, ...]:
    """All of them, places first. Turned round, the same with the sides exchanged."""
    return (
        *_of_places(first, second, far_m),
        *_of_times(first, second),
        *_of_counts(first, second),
        *_of_types(first, second),
        *_of_denials(first, second),
        *(_turned(one) for one in _of_denials(second, first)),
    )


def known_of_incident(
    *, type_: str | None, centre: Place | None, reach_m: float = 0.0, people: int | None = None
) -> Claims:
    """What is known of an incident, to be held against a text. `people`: how many are affected, if an operator stated it."""
    return Claims(
        types=(type_,) if type_ is not None else (),
        places=(ClaimedPlace(place=centre, reach_m=reach_m),) if centre is not None else (),
        people=(people, people) if people is not None else None,
    )


def _of_places(first: Claims, second: Claims, far_m: float) -> Iterator[Contradiction]:
    """Only if no place that the one may mean lies near any that the other may mean."""
    apart = [(_apart_m(one, other), one, other) for one in first.places for other in second.places]
    if not apart:
        return
    least_m, _, _ = min(apart, key=lambda pair: pair[0])
    if least_m > far_m:
        one, other = first.places[0], second.places[0]
        yield Contradiction(
            code=Against.PLACE,
            first=_point(one),
            second=_point(other),
            first_spans=one.spans,
            second_spans=other.spans,
            apart_m=round(least_m, -3),
        )


def _apart_m(one: ClaimedPlace, other: ClaimedPlace) -> float:
    """What is left between two places; none if one is a region or district and both may lie in one region."""
    if (one.is_area or other.is_area) and (None in (one.region, other.region) or one.region == other.region):
        return 0.0
    return max(0.0, distance_m(one.place, other.place) - one.reach_m - other.reach_m)


def _point(one: ClaimedPlace) -> str:
    return f"{one.place.lon:.2f},{one.place.lat:.2f}"


def _of_times(first: Claims, second: Claims) -> Iterator[Contradiction]:
    """What goes on and what is only expected; that it is over may simply be said later."""
    (when, spans), (other, other_spans) = _when(first), _when(second)
    if {when, other} == {When.NOW, When.FUTURE}:
        yield Contradiction(
            code=Against.TIME, first=str(when), second=str(other), first_spans=spans, second_spans=other_spans
        )


def _when(claims: Claims) -> tuple[When | None, tuple[Span, ...]]:
    """A text that surely tells of an event, or of a danger to life, and has no word of time, tells what goes on."""
    if claims.when is not None:
        return claims.when, claims.when_spans
    told = claims.type_spans if claims.types and claims.types[0] != "information" else ()
    told = told or tuple(span for span in claims.threats.values() if span is not None)
    return (When.NOW, told) if told else (None, ())


def _of_counts(first: Claims, second: Claims) -> Iterator[Contradiction]:
    if first.people is None or second.people is None:
        return
    if first.people[1] < second.people[0] or second.people[1] < first.people[0]:
        yield Contradiction(
            code=Against.COUNT,
            first=_range(first.people),
            second=_range(second.people),
            first_spans=first.people_spans,
            second_spans=second.people_spans,
        )


def _range(people: tuple[float, float]) -> str:
    least, most = people
    return f"{least:g}" if least == most else f"{least:g}-{most:g}"


def _of_types(first: Claims, second: Claims) -> Iterator[Contradiction]:
    """Both are sure, and neither type is among those that the other holds for likely."""
    if first.types and second.types and first.types[0] not in second.types and second.types[0] not in first.types:
        yield Contradiction(
            code=Against.TYPE,
            first=first.types[0],
            second=second.types[0],
            first_spans=first.type_spans,
            second_spans=second.type_spans,
        )


def _of_denials(denying: Claims, saying: Claims) -> Iterator[Contradiction]:
    for what, span in denying.denied.items():
        for kind in sorted(_DENIES.get(what, frozenset()) & saying.threats.keys()):
            yield _denial(what, span, kind, saying.threats[kind])
        if what is Denied.FIRE and saying.types[:1] and saying.types[0].startswith("fire."):
            yield Contradiction(
                code=Against.DENIAL,
                first=what.value,
                second=saying.types[0],
                first_spans=_spans(span),
                second_spans=saying.type_spans,
            )


def _denial(what: Denied, span: Span | None, kind: str, said: Span | None) -> Contradiction:
    return Contradiction(
        code=Against.DENIAL, first=what.value, second=kind, first_spans=_spans(span), second_spans=_spans(said)
    )


def _spans(span: Span | None) -> tuple[Span, ...]:
    return () if span is None else (span,)


def _turned(one: Contradiction) -> Contradiction:
    return Contradiction(
        code=one.code,
        first=one.second,
        second=one.first,
        first_spans=one.second_spans,
        second_spans=one.first_spans,
        apart_m=one.apart_m,
    )
