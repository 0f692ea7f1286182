"""What a text claims, so that claims of two texts, or of a text and an incident, can be compared: `claims_of(reading)`.

The checklist of whoever verifies a report is `checklist(reading)`: the lines of its card that may be true or false. They are
shown only after the person has answered (blind first, `hint_kinds.BLIND_FIRST`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.assistant.negations import Denied
from dispatch.assistant.reading import Reading
from dispatch.assistant.report_card import CardCode, CardLine, card
from dispatch.assistant.texts import Span
from dispatch.assistant.times import When
from dispatch.gazetteer.records import Kind, Known
from dispatch.model.places import Place

SURE_PLACE = 0.7
"""Probability from which a place is held against another text."""
SURE_TYPE = 0.75
ABOUT = 0.25
"""An approximate number may be off by this share."""

_CHECKED = frozenset(
    {
        CardCode.TYPE, CardCode.PLACE, CardCode.MAYBE_PLACE, CardCode.ROAD, CardCode.PEOPLE, CardCode.TIME,
        CardCode.MOMENT, CardCode.THREAT, CardCode.SAFE, CardCode.DENIED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPlace:
    """`reach_m`: how far from `place` it may be. `region`: the code of the one it lies in, or is."""

    place: Place
    reach_m: float = 0.0
    region: str | None = None
    is_area: bool = False
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """`places`: any of them may be meant. `types`: the sure one first, then what else is likely; empty if none is sure. `people`:
    the least and the most that the text may mean. Each with its spans, which an incident has not."""

    types: tuple[str, ...] = ()
    type_spans: tuple[Span, ...] = ()
    places: tuple[ClaimedPlace, ...] = ()
    people: tuple[float, float] | None = None
    people_spans: tuple[Span, ...] = ()
    when: When | None = None
    when_spans: tuple[Span, ...] = ()
    denied: Mapping[Denied, Span | None] = field(default_factory=dict)
    threats: Mapping[str, Span | None] = field(default_factory=dict)


def checklist(reading: Reading) -> tuple[CardLine, ...]:
    """What somebody who verifies the text has to look at, one by one, with the words that claim it."""
    return tuple(line for line in card(reading) if line.code in _CHECKED)


def claims_of(reading: Reading) -> Claims:
    """What one text claims. What is likely and not sure is no claim, but for the places and types that may be meant as well."""
    sure_type = reading.types[:1] if reading.types and reading.types[0].probability >= SURE_TYPE else ()
    told = reading.times
    return Claims(
        types=tuple(one.value for one in reading.types) if sure_type else (),
        type_spans=tuple(span for one in sure_type for span in one.spans),
        places=_places(reading),
        people=_people(reading),
        people_spans=reading.people.spans,
        when=told.when,
        when_spans=told.spans,
        denied={one.what: one.span for one in reversed(reading.negations)},
        threats={one.kind: one.span for one in reversed(reading.threat.threats)},
    )


def _places(reading: Reading) -> tuple[ClaimedPlace, ...]:
    places = reading.places
    if not places or places[0].probability < SURE_PLACE:
        return ()
    return tuple(_place(one.known, one.radius_m or 0.0, one.spans) for one in places)


def _place(known: Known, reach_m: float, spans: tuple[Span, ...]) -> ClaimedPlace:
    return ClaimedPlace(
        place=known.place,
        reach_m=reach_m,
        region=known.region.code if known.region else None,
        is_area=known.kind in (Kind.REGION, Kind.DISTRICT),
        spans=spans,
    )


def _people(reading: Reading) -> tuple[float, float] | None:
    counted = reading.people
    if counted.count is None:
        return None
    most = counted.count if counted.upper is None else counted.upper
    slack = ABOUT if counted.is_about else 0.0
    return counted.count * (1 - slack), most * (1 + slack)
