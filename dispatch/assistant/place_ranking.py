"""The places in a report, the likeliest first: which of all that its words may mean is where it happens.

A conditional logistic regression: each candidate has a score, and none of them has the score 0; the probabilities of all, with
that none is meant, add up to 1. So sixteen villages of one name share what the name deserves. The weights are a file that
`.ci/place_weights.py` makes; `data/README.md` says from what, and how good they are.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dispatch.assistant.distances import Direction
from dispatch.assistant.place_features import Candidate, Features, candidates_in, features_of
from dispatch.assistant.place_names import DATA, PlaceNames, built_in_names
from dispatch.assistant.texts import Span, Text
from dispatch.gazetteer.records import Known
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

MOST = 5
LEAST = 0.05
"""Probability below which a place is not shown."""
_MEANT = 0.2
"""Share of the likeliest mention's probability from which a misspelt one is a span of the place."""
_SAME_M = 5_000.0
"""One name within this distance is one place: a town and its district, or two sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInText:
    """`probability`: that it happens there. `spans`: where it is named, in the order of the text. `radius_m`: the distance from
    it that the text states, None for the place itself; `direction` as far as it is said, `radius_span` where."""

    known: Known
    probability: float
    spans: tuple[Span, ...]
    radius_m: float | None = None
    direction: Direction | None = None
    radius_span: Span | None = None


def places_in(
    text: Text,
    *,
    near: Place | None = None,
    names: PlaceNames | None = None,
    weights: Mapping[str, float] | None = None,
) -> tuple[PlaceInText, ...]:
    """At most `MOST`, the likeliest first. `near`: where the caller probably is; it weighs and never filters."""
    names = names or built_in_names()
    candidates = candidates_in(text, names)
    found = features_of(candidates, text, names, near)
    return ranked(candidates, probabilities(found, built_in_weights() if weights is None else weights))


def probabilities(candidates: Sequence[Features], weights: Mapping[str, float]) -> list[float]:
    """Of each candidate that it is the place where it happens; what is missing to 1: none is."""
    scores = [sum(weights.get(name, 0.0) * value for name, value in features.items()) for features in candidates]
    highest = max((0.0, *scores))
    shares = [math.exp(score - highest) for score in scores]
    whole = math.exp(-highest) + sum(shares)
    return [share / whole for share in shares]


def ranked(candidates: Sequence[Candidate], shares: Sequence[float]) -> tuple[PlaceInText, ...]:
    """Candidates of one place become one: its probabilities add up, and it has all its spans."""
    groups: list[list[tuple[Candidate, float]]] = []
    for one, share in sorted(zip(candidates, shares, strict=True), key=lambda pair: (-pair[1], pair[0].known.id)):
        group = next((group for group in groups if _is_same(group[0][0].known, one.known)), None)
        if group is None:
            groups.append([(one, share)])
        else:
            group.append((one, share))
    places = [_place(group) for group in groups]
    places.sort(key=lambda place: -place.probability)
    return tuple(place for place in places[:MOST] if place.probability >= LEAST)


def _is_same(one: Known, other: Known) -> bool:
    return one.id == other.id or (one.name.ru == other.name.ru and distance_m(one.place, other.place) <= _SAME_M)


def _place(group: list[tuple[Candidate, float]]) -> PlaceInText:
    best, share = group[0]
    # A misspelt word beside the name itself is another word.
    meant = [one for one, its in group if one.named.edits == 0 or its >= _MEANT * share]
    offset = next((one.offset for one in meant if one.offset is not None), None)
    return PlaceInText(
        known=best.known,
        probability=min(1.0, sum(its for _, its in group)),
        spans=tuple(sorted({one.mention.span for one in meant})),
        radius_m=offset.metres if offset else None,
        direction=offset.direction if offset else None,
        radius_span=offset.span if offset else None,
    )


@cache
def built_in_weights() -> Mapping[str, float]:
    weights: dict[str, float] = json.loads(DATA.joinpath("place_weights.json").read_text("utf-8"))["weights"]
    return weights
