"""How well the places of labelled messages are found: shares with 95 % intervals over events.

Used by `place_weights.py`, the tests and `make bench`. What is judged here was never in the training of its weights: see
`place_weights.cross_validated`.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.assistant.place_ranking import PlaceInText
from dispatch.gazetteer.records import Known
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

Message = dict[str, Any]
RIGHT_M = 5_000.0
"""A found place within this distance of the label is the labelled one: sources differ about the middle of a town."""
RESAMPLED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`text`: what was read, the text of the message or a made-up copy."""

    message: Message
    text: str
    places: Sequence[PlaceInText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """`low`, `high`: 95 % of the values when the events are drawn anew."""

    name: str
    value: float
    low: float
    high: float
    count: int


def is_right(known: Known, label: Message) -> bool:
    return distance_m(known.place, Place(lon=label["lon"], lat=label["lat"])) <= RIGHT_M


def among(judged: Judged, first: int) -> float | None:
    """1 when the labelled place is among the first; None if no place is labelled."""
    label = judged.message["place"]
    return None if label is None else float(any(is_right(one.known, label) for one in judged.places[:first]))


def false_names(judged: Judged) -> float | None:
    """Shown places of words that name no place; None for a made-up copy, whose words are not labelled."""
    if judged.text != judged.message["text"]:
        return None
    named = {at for label in _labels(judged.message) for at in _where(label["in_text"], judged.text)}
    return sum(not any(named & set(range(*span)) for span in one.spans) for one in judged.places)


def _where(name: str, text: str) -> set[int]:
    """A place that is named twice is labelled once: also where the name stands in another case."""
    begin = re.escape(name[: max(3, len(name) - 4)])
    return {at for found in re.finditer(begin, text, re.IGNORECASE) for at in range(*found.span())}


def false_places(judged: Judged, least: float = 0.0) -> float:
    """Shown places that are not labelled, so also other villages of the right name."""
    labels = _labels(judged.message)
    return sum(
        one.probability >= least and not any(is_right(one.known, label) for label in labels) for one in judged.places
    )


def surely_wrong(judged: Judged) -> float:
    return false_places(judged, 0.5)


def measures(judged: Sequence[Judged], resampled: int = RESAMPLED) -> list[Measure]:
    """The figures of the whole set, and the first of each variety. `resampled`: how often events are drawn for the interval."""
    shares: dict[str, Callable[[Judged], float | None]] = {
        "right place first": lambda one: among(one, 1),
        "right place among three": lambda one: among(one, 3),
        "false names a message": false_names,
        "unlabelled places a message": false_places,
        "of them with 0.5 and more": surely_wrong,
    }
    found = [_measure(name, judged, share, resampled) for name, share in shares.items()]
    for variety in sorted({one.message["variety"] for one in judged}):
        of_it = [one for one in judged if one.message["variety"] == variety]
        found.append(_measure(f"right place first, {variety}", of_it, lambda one: among(one, 1), resampled))
    return [one for one in (*found, calibration_error(judged, resampled)) if one.count]


def calibration_error(judged: Sequence[Judged], resampled: int = RESAMPLED) -> Measure:
    """Expected calibration error of the first place, over ten bins of its probability."""

    def error(some: Iterable[Judged]) -> float:
        bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
        for one in some:
            if one.places:
                first, label = one.places[0], one.message["place"]
                is_hit = label is not None and is_right(first.known, label)
                bins[min(9, int(first.probability * 10))].append((first.probability, is_hit))
        every = sum(map(len, bins.values())) or 1
        return sum(abs(sum(share - hit for share, hit in ones)) for ones in bins.values()) / every

    return _interval("calibration error", judged, error, resampled)


def _measure(name: str, judged: Sequence[Judged], share: Callable[[Judged], float | None], resampled: int) -> Measure:
    def mean(some: Iterable[Judged]) -> float:
        values = [value for one in some if (value := share(one)) is not None]
        return sum(values) / len(values) if values else 0.0

    return _interval(name, [one for one in judged if share(one) is not None], mean, resampled)


def _interval(
    name: str, judged: Sequence[Judged], value: Callable[[Iterable[Judged]], float], resampled: int
) -> Measure:
    events: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        events[one.message["event"]].append(one)
    groups, chance = list(events.values()), random.Random(13)
    drawn = sorted(
        value([one for group in chance.choices(groups, k=len(groups)) for one in group])
        for _ in range(resampled if groups else 0)
    ) or [float("nan")]
    low, high = drawn[int(len(drawn) * 0.025)], drawn[int(len(drawn) * 0.975)]
    return Measure(name=name, value=value(judged), low=low, high=high, count=len(judged))


def _labels(message: Message) -> list[Message]:
    return [one for one in (message["place"], *message["more_places"]) if one is not None]
