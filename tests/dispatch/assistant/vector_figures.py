"""How good types and likely duplicates are, by cross-validation over events, each figure with its 95 % interval."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dispatch.assistant.embedding import Embedder, Vector
from dispatch.assistant.incident_types import NONE, LikelyType
from dispatch.assistant.vector_data import VectorData
from dispatch.assistant.vector_types import vector_types
from tests.dispatch.assistant.labelled import HELD_OUT, Share
from tests.dispatch.assistant.vector_training import (
    NEAR_KM,
    Example,
    Pair,
    examples,
    folds,
    learnt,
    pair_weights,
    pairs,
)

DRAWN = 300
"""Times that events are drawn anew for an interval."""
TYPE_FOLDS = 10
SURE = 0.8
BINS = 10
CHANCE = 7
FILE = "vector_figures.json"
WAYS = (
    ("anywhere", False, True),
    ("anywhere, by words", False, False),
    ("as in one town", True, True),
    ("as in one town, by words", True, False),
)
"""Of comparing two reports: its name, as if in one town, with the embedder."""
Weights = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` with the 95 % interval from `low` to `high`, of `count` texts or pairs."""

    name: str
    value: float
    low: float
    high: float
    count: int


class Remembering:
    """An embedder that embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vector] = {}

    @property
    def name(self) -> str:
        return self._embedder.name

    def vector(self, text: str) -> Vector:
        if text not in self._known:
            self._known[text] = self._embedder.vector(text)
        return self._known[text]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Everything that was judged by data from other events. `types`: of each example, with the embedder."""

    types: Sequence[tuple[Example, Sequence[LikelyType]]]
    pairs: Mapping[str, Sequence[tuple[Pair, float]]]


def judged(embedder: Embedder) -> Judged:
    """Some two minutes: every fold learns everything anew."""
    remembering = Remembering(embedder)
    known = examples(remembering)
    types: list[tuple[Example, Sequence[LikelyType]]] = []
    found: dict[str, list[tuple[Pair, float]]] = defaultdict(list)
    for others, part in folds(known, TYPE_FOLDS):
        data = learnt(others)
        for one in part:
            assert one.vector is not None
            types.append((one, vector_types(one.reading, one.vector, remembering, data)))
    for others, part in folds(known):
        data, weights = learnt(others), pair_weights(others)
        for name, is_one_town, is_with in WAYS:
            made = pairs(part, data, is_one_town=is_one_town, with_embedder=is_with)
            found[name] += [(pair, pair.probability(weights)) for pair in made]
    return Judged(types=types, pairs=found)


def type_figures(of: Sequence[tuple[Example, Sequence[LikelyType]]]) -> Iterator[Figure]:
    reports = [(one, shown) for one, shown in of if one.type != NONE]
    nothing = [shown for one, shown in of if one.type == NONE]
    yield _share("types: label among three", [_has_label(one, shown) for one, shown in reports])
    for variety in sorted({str(one.message["variety"]) for one, _ in reports}):
        of_variety = [(one, shown) for one, shown in reports if one.message["variety"] == variety]
        yield _share(f"types: label among three, {variety}", [_has_label(one, shown) for one, shown in of_variety])
    yield _share("types: first is the label", [_first(shown) == one.type for one, shown in reports])
    yield _share("types: first is acceptable", [_first(shown) in one.message["types_ok"] for one, shown in reports])
    yield _share("types: none is sure where nothing is reported", [not _is_sure(shown) for shown in nothing])
    for language in ("kk", "ru", "en", "mixed"):
        of_language = [(one, shown) for one, shown in of if str(one.message["variety"]).partition("-")[0] == language]
        yield from _calibration(f"types: calibration error, {language}", of_language)
    yield from _calibration("types: calibration error, all", of)


def pair_figures(of: Mapping[str, Sequence[tuple[Pair, float]]]) -> Iterator[Figure]:
    for name, all_pairs in of.items():
        across = [(pair, said) for pair, said in all_pairs if pair.is_across]
        yield _auc_figure(f"duplicates across languages: AUC, {name}", across)
        if name.startswith("anywhere"):
            near = [
                (one, said)
                for one, said in across
                if one.is_same or (NEAR_KM if one.apart_km is None else one.apart_km) < NEAR_KM
            ]
            yield _auc_figure(f"duplicates across languages: AUC, others within 30 km{name[8:]}", near)
        else:
            rows = [(one.one, said, one.is_same) for one, said in all_pairs]
            yield _drawn(f"duplicates: calibration error, {name}", rows, is_even=True)


def held_out_figures(embedder: Embedder, data: VectorData, weights: Weights) -> Iterator[Figure]:
    """The same of messages that nothing was learnt from (`messages/held_out.jsonl`)."""
    known = examples(embedder, HELD_OUT)
    types = []
    for one in known:
        assert one.vector is not None
        types.append((one, vector_types(one.reading, one.vector, embedder, data)))
    found = {}
    for name, is_one_town, is_with in WAYS:
        made = pairs(known, data, is_one_town=is_one_town, with_embedder=is_with)
        found[name] = [(pair, pair.probability(weights)) for pair in made]
    for figure in (*type_figures(types), *pair_figures(found)):
        yield replace(figure, name=f"held out: {figure.name}")


def written() -> list[Figure]:
    """As `.ci/report_vectors.py` wrote them beside the data."""
    path = Path(__file__).parents[3] / "dispatch" / "assistant" / "data" / FILE
    return [Figure(**row) for row in json.loads(path.read_text("utf-8"))["figures"]]


def auc(weighted: Sequence[tuple[float, bool, float]]) -> float:
    """The probability that a pair of one event is said to be likelier than another: score, is it the same, weight."""
    same, before, won, others = 0.0, 0.0, 0.0, 0.0
    by_score: dict[float, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for score, is_same, weight in weighted:
        by_score[score][int(is_same)] += weight
    for _, (other, alike) in sorted(by_score.items()):
        won += alike * (before + other / 2)
        before += other
        same += alike
        others += other
    return won / (same * others) if same and others else 0.5


def calibration_error(rows: Sequence[tuple[float, bool, float]]) -> float:
    """Over ten bins of equal width, by their weight (Naeini, Cooper, Hauskrecht, 2015): what was said, is it so, weight."""
    sums = [[0.0, 0.0] for _ in range(BINS)]
    whole = 0.0
    for said, is_so, weight in rows:
        bin_ = sums[min(BINS - 1, int(said * BINS))]
        bin_[0] += weight * (said - is_so)
        whole += weight
    return sum(abs(difference) for difference, _ in sums) / whole if whole else 0.0


def _auc_figure(name: str, of: Sequence[tuple[Pair, float]]) -> Figure:
    events = sorted({event for pair, _ in of for event in (pair.one, pair.other)})
    chance = random.Random(CHANCE)
    drawn = []
    for _ in range(DRAWN):
        times = Counter(chance.choices(events, k=len(events)))
        # A pair of two events is drawn as often as both together, a pair of one as often as it.
        drawn.append(
            auc([(said, one.is_same, times[one.one] * (1 if one.is_same else times[one.other])) for one, said in of])
        )
    drawn.sort()
    value = auc([(said, pair.is_same, 1.0) for pair, said in of])
    return Figure(name=name, value=value, low=drawn[7], high=drawn[-8], count=len(of))


def beyond_chance(name: str, of: Sequence[tuple[Example, Sequence[LikelyType]]]) -> Iterator[Figure]:
    """Few texts show an error even where every probability is right: the labels are drawn anew from what was said. First what
    such a model shows (95 % of the draws), then how much the error is above it (zero and less: chance explains it all)."""
    rows = [(one.event, shown.probability, shown.value == one.type) for one, types in of for shown in types]
    chance = random.Random(CHANCE)
    drawn = sorted(calibration_error(list(_as_said(of, chance))) for _ in range(DRAWN))
    mean = sum(drawn) / DRAWN
    yield Figure(name=f"{name}, if calibrated", value=mean, low=drawn[7], high=drawn[-8], count=len(rows))
    whole = _drawn(name, rows)
    low, high = whole.low - mean, whole.high - mean
    yield Figure(name=f"{name}, beyond chance", value=whole.value - mean, low=low, high=high, count=len(rows))


def _as_said(
    of: Sequence[tuple[Example, Sequence[LikelyType]]], chance: random.Random
) -> Iterator[tuple[float, bool, float]]:
    """At most one type of a text is the label."""
    for _, types in of:
        left, label = chance.random(), None
        for shown in types:
            left -= shown.probability
            if label is None and left < 0:
                label = shown.value
        yield from ((shown.probability, shown.value == label, 1.0) for shown in types)


def _calibration(name: str, of: Sequence[tuple[Example, Sequence[LikelyType]]]) -> Iterator[Figure]:
    rows = [(one.event, shown.probability, shown.value == one.type) for one, types in of for shown in types]
    yield _drawn(name, rows)
    yield from beyond_chance(name, of)


def _drawn(name: str, rows: Sequence[tuple[str, float, bool]], *, is_even: bool = False) -> Figure:
    """`is_even`: both outcomes weigh the same, as when the weights were learnt."""
    so = sum(is_so for _, _, is_so in rows)
    of_outcome = {True: 0.5 / so, False: 0.5 / (len(rows) - so)} if is_even else {True: 1.0, False: 1.0}
    events = sorted({event for event, _, _ in rows})
    chance = random.Random(CHANCE)
    drawn = []
    for _ in range(DRAWN):
        times = Counter(chance.choices(events, k=len(events)))
        drawn.append(calibration_error([(p, is_so, times[event] * of_outcome[is_so]) for event, p, is_so in rows]))
    drawn.sort()
    value = calibration_error([(said, is_so, of_outcome[is_so]) for _, said, is_so in rows])
    return Figure(name=name, value=value, low=drawn[7], high=drawn[-8], count=len(rows))


def _share(name: str, outcomes: Sequence[bool]) -> Figure:
    share = Share(name=name, right=sum(outcomes), of=len(outcomes))
    low, high = share.interval
    return Figure(name=name, value=share.value, low=low, high=high, count=share.of)


def _has_label(one: Example, shown: Sequence[LikelyType]) -> bool:
    return one.type in [found.value for found in shown]


def _first(shown: Sequence[LikelyType]) -> str | None:
    return shown[0].value if shown else None


def _is_sure(shown: Sequence[LikelyType]) -> bool:
    return any(one.probability >= SURE for one in shown)
