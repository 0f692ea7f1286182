"""What a hint says about the answer of a person: whether they agree. Only for answers that a hint can agree with.

So far that is a place: the likeliest one of the text, from `SURE_PLACE` on. An answer more than 5 km away from it differs, and so
does one that found nothing. 5 km is the grain of the gazetteer: its points are the middles of settlements.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from dispatch.assistant.hint_kinds import HintKind
from dispatch.model.geo import distance_m
from dispatch.model.geojson import BadGeometry, area_of
from dispatch.model.places import Area, Geometry, Place
from dispatch.model.vocabulary import Task

SAME_PLACE_M = 5_000.0
SURE_PLACE = 0.5
"""Below it the hint is rather wrong than right, and asks nobody else to look."""


class KnownHint(Protocol):
    """A hint with its value, as it was sealed."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> HintKind: ...

    @property
    def value(self) -> Mapping[str, Any]: ...

    @property
    def probability(self) -> float | None: ...


def best(hints: Iterable[KnownHint], kind: HintKind) -> KnownHint | None:
    """The likeliest hint of a kind, the first of equals; None: there is none."""
    return max((one for one in hints if one.kind is kind), key=lambda one: one.probability or 0.0, default=None)


def agreement(
    task: Task | None, outcome: str, location: Geometry | None, hints: Iterable[KnownHint]
) -> tuple[KnownHint, bool] | None:
    """The hint that speaks about this answer, and whether both say the same; None: none does."""
    if task is not Task.GEOLOCATE:
        return None
    hint = best(hints, HintKind.PLACE)
    if hint is None or (hint.probability or 0.0) < SURE_PLACE:
        return None
    area = area_or_none(location) if outcome == "located" else None
    return hint, area is not None and is_there(hint, area.centre) is True


def is_there(hint: KnownHint, there: Place) -> bool | None:
    """Whether a hint's place is this one: within 5 km, or within the distance that the text states. None: it has no place."""
    place = place_of(hint)
    if place is None:
        return None
    away_m = hint.value.get("distance_m")
    stated_m = float(away_m) if isinstance(away_m, int | float) else 0.0
    return distance_m(place, there) <= SAME_PLACE_M + stated_m


def place_of(hint: KnownHint) -> Place | None:
    """The point of a place's hint; None for a hint of another form."""
    area = area_or_none(hint.value.get("location"))
    return area.centre if area else None


def area_or_none(geometry: Geometry | None) -> Area | None:
    try:
        return area_of(geometry) if geometry is not None else None
    except BadGeometry:
        return None
