"""What a text claims, out of its hints as they were sealed: nobody has to read the text again to hold it against another one.

`claims_of_hints(hints_of(reading))` says what `claims_of(reading)` says, but for the name of a region, which stands for its code,
and the words of a stated distance, which are part of the place.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from dispatch.assistant.claims import ABOUT, SURE_PLACE, SURE_TYPE, ClaimedPlace, Claims
from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.negations import Denied
from dispatch.assistant.opinions import KnownHint, place_of
from dispatch.assistant.texts import Span
from dispatch.assistant.times import When
from dispatch.gazetteer.records import Kind

Word = TypeVar("Word", When, Denied)
_AREAS = frozenset({Kind.REGION.value, Kind.DISTRICT.value})


class SpannedHint(KnownHint, Protocol):
    """A sealed hint with the places of the text that say it."""

    @property
    def spans(self) -> Sequence[Span]: ...


def claims_of_hints(hints: Iterable[SpannedHint]) -> Claims:
    """The claims of one text. A value that a later version wrote in another form claims nothing."""
    by_kind: dict[HintKind, list[SpannedHint]] = {}
    for hint in hints:
        by_kind.setdefault(hint.kind, []).append(hint)

    def of(kind: HintKind) -> list[SpannedHint]:
        return by_kind.get(kind, [])

    types, places, people, times = of(HintKind.TYPE), of(HintKind.PLACE), of(HintKind.PEOPLE), of(HintKind.TIME)
    is_sure = bool(types) and (types[0].probability or 0.0) >= SURE_TYPE
    is_placed = bool(places) and (places[0].probability or 0.0) >= SURE_PLACE
    counted = _counted(people[0].value) if people else None
    when = _word(When, times[0].value.get("when")) if times else None
    return Claims(
        types=tuple(str(one.value.get("value")) for one in types) if is_sure else (),
        type_spans=_spans(types[0]) if is_sure else (),
        places=tuple(found for one in places if (found := _place(one)) is not None) if is_placed else (),
        people=counted,
        people_spans=_spans(people[0]) if counted else (),
        when=when,
        when_spans=_spans(times[0]) if when else (),
        denied={
            what: one.spans[0]
            for one in reversed(of(HintKind.DENIED))
            if (what := _word(Denied, one.value.get("what"))) is not None and one.spans
        },
        threats={str(one.value.get("what")): one.spans[0] for one in reversed(of(HintKind.THREAT)) if one.spans},
    )


def _place(hint: SpannedHint) -> ClaimedPlace | None:
    place = place_of(hint)
    if place is None:
        return None
    away_m, region = hint.value.get("distance_m"), hint.value.get("region")
    return ClaimedPlace(
        place=place,
        reach_m=float(away_m) if isinstance(away_m, int | float) else 0.0,
        region=region.get("en") if isinstance(region, Mapping) else None,
        is_area=hint.value.get("kind") in _AREAS,
        spans=_spans(hint),
    )


def _counted(value: Mapping[str, Any]) -> tuple[float, float] | None:
    count, upper = value.get("count"), value.get("upper")
    if not isinstance(count, int | float):
        return None
    most = upper if isinstance(upper, int | float) else count
    slack = ABOUT if value.get("is_about") is True else 0.0
    return count * (1 - slack), most * (1 + slack)


def _spans(hint: SpannedHint) -> tuple[Span, ...]:
    return tuple((span[0], span[1]) for span in hint.spans)


def _word(words: type[Word], value: object) -> Word | None:
    return next((one for one in words if one.value == value), None)
