"""Learns `vectors.npz` and `duplicate_weights.json` from the labelled messages, and judges both by cross-validation over events.

Whoever is judged was in no mean, weight or covariance. Needs an embedder for what has vectors; words alone go without.
"""

import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.assistant import likely_duplicates
from dispatch.assistant.embedding import DIMENSION, Embedder, Vector
from dispatch.assistant.incident_types import NONE, features
from dispatch.assistant.likely_duplicates import NO_SKETCH, Told
from dispatch.assistant.reading import Reading, read
from dispatch.assistant.report_vectors import embedded, part_names, report_vector, variety_of
from dispatch.assistant.sketches import Sketcher, kind_of, likeness
from dispatch.assistant.specific_facts import specifics_of
from dispatch.assistant.texts import Span
from dispatch.assistant.vector_data import ANY, Floats, VectorData
from dispatch.assistant.vector_types import ALWAYS
from dispatch.model.geo import distance_m
from dispatch.model.places import Place

MESSAGES = Path(__file__).parent / "messages" / "messages.jsonl"
FOLDS = 5
SHARED = 4
"""A mean of a variety counts as if so many texts had the mean of all."""
ROUGHNESS = 0.3
"""Of the covariance within events, how much of its mean is added to each direction."""
PENALTY, ROUNDS = 0.003, 400
SENSE_SCALE = 2.0
"""The length of the vector beside features that are 0, 1 or 2."""
NEAR_KM = 30.0
SHARPNESS = 1.5
"""The penalty makes a model doubt; its weights times this are calibrated, by cross-validation in steps of 0.1."""
KEY = b"a key of these figures alone".ljust(32)

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A message as it is read. `vector` None: without an embedder. `as_in_one_town`: the same with every labelled name of a place
    left out as well."""

    message: Mapping[str, Any]
    reading: Reading
    vector: Vector | None
    as_in_one_town: Vector | None

    @property
    def event(self) -> str:
        return str(self.message["event"])

    @property
    def type(self) -> str:
        return str(self.message["type"] or NONE)

    @cached_property
    def features(self) -> Mapping[str, float]:
        return features(self.reading.text, self.reading.concepts)

    @property
    def place(self) -> Place | None:
        label = self.message["place"]
        return None if label is None else Place(lon=label["lon"], lat=label["lat"])


def examples(embedder: Embedder | None, file: Path = MESSAGES) -> list[Example]:
    """All messages, read once; with an embedder some ten seconds."""
    found = []
    for line in file.read_text("utf-8").splitlines():
        message = json.loads(line)
        reading = read(message["text"])
        named = list(_named(message))
        found.append(
            Example(
                message=message,
                reading=reading,
                vector=None if embedder is None else embedded(reading, embedder),
                as_in_one_town=None if embedder is None else embedded(reading, embedder, named),
            )
        )
    return found


def folds(of: Sequence[Example], count: int = FOLDS, seed: int = 1) -> Iterator[tuple[list[Example], list[Example]]]:
    """What to learn from, and what to judge: never messages of one event in both. Events of one type in one region stay together,
    so that they can be told from each other."""
    groups: list[list[Example]] = []
    for one in sorted(of, key=lambda one: one.event):
        for group in groups:
            if one.event == group[0].event or _is_beside(one, group[0]):
                group.append(one)
                break
        else:
            groups.append([one])
    random.Random(seed).shuffle(groups)
    for fold in range(count):
        out = {one.event for group in groups[fold::count] for one in group}
        yield [one for one in of if one.event not in out], [one for one in of if one.event in out]


def _is_beside(one: Example, other: Example) -> bool:
    """Whether both are of one type and within `NEAR_KM`."""
    if one.type != other.type or one.type == NONE or one.place is None or other.place is None:
        return False
    return distance_m(one.place, other.place) < NEAR_KM * 1000


def learnt(of: Sequence[Example]) -> VectorData:
    """Means, whitening, rarity and types. Without vectors: those of words alone, the rest zero."""
    has_vectors = all(one.vector is not None for one in of)
    means = _means(of) if has_vectors else {ANY: np.zeros(DIMENSION, np.float32)}
    data = VectorData(
        means=means,
        whitening=np.eye(DIMENSION, dtype=np.float32),
        rarity=_rarity(of),
        types=tuple(sorted({one.type for one in of})),
        type_weights={},
        type_vector=np.zeros((DIMENSION, 1), np.float32),
    )
    if has_vectors:
        data = replace(data, whitening=_whitening(of, data))
    return _with_types(data, of)


def pair_weights(of: Sequence[Example], inner: int = 3) -> dict[str, dict[str, float]]:
    """Weights of `likely_duplicates`, by kind of sketch: learnt from pairs whose vectors come from the other parts of `of`."""
    rows: dict[str, list[tuple[dict[str, float], bool]]] = defaultdict(list)
    for others, part in folds(of, inner, seed=5):
        data = learnt(others)
        for is_with in (True, False):
            for is_one_town in (True, False):
                for pair in pairs(part, data, is_one_town=is_one_town, with_embedder=is_with):
                    rows[pair.kind].append((pair.features, pair.is_same))
                    if pair.kind != NO_SKETCH:
                        rows[NO_SKETCH].append(({**pair.features, "likeness": 0.0}, pair.is_same))
    return {kind: _pair_fit(of_kind) for kind, of_kind in sorted(rows.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two messages of one type: `is_same` event or not. `kind`: of their sketches."""

    one: str
    other: str
    is_same: bool
    is_across: bool
    kind: str
    cosine: float | None
    features: dict[str, float]
    apart_km: float | None

    def probability(self, weights: Mapping[str, Mapping[str, float]]) -> float:
        of_kind = weights[self.kind]
        return 1 / (1 + math.exp(-sum(of_kind[name] * value for name, value in self.features.items())))


def pairs(of: Sequence[Example], data: VectorData, *, is_one_town: bool, with_embedder: bool) -> Iterator[Pair]:
    """A report as it is read, against an incident of its type as confirmed. `is_one_town`: as if all happened in one place, with
    the names of places left out."""
    sketcher = Sketcher(KEY, "k1-figures", part_names(data))
    told = [
        _told(one, data, sketcher, is_one_town=is_one_town, with_embedder=with_embedder)
        for one in of
        if one.type != NONE
    ]
    known = [one for one in of if one.type != NONE]
    for number, one in enumerate(known):
        for later in range(number + 1, len(known)):
            other = known[later]
            if one.type == other.type:
                yield _pair(one, other, told[number], told[later], is_one_town=is_one_town)


def _pair(one: Example, other: Example, report: Told, first: Told, *, is_one_town: bool) -> Pair:
    confirmed = replace(first, types={other.type: 1.0})
    if not is_one_town:
        confirmed = replace(confirmed, places=[(other.place, 1.0)] if other.place else ())
    found = [likeness(here, there) for here in report.sketches for there in first.sketches]
    cosine = found[0] if found else None
    apart = likely_duplicates.nearest_m(report, confirmed)
    kind = kind_of(report.sketches[0])[:1] if cosine is not None else NO_SKETCH
    both = one.place and other.place
    return Pair(
        one=one.event,
        other=other.event,
        is_same=one.event == other.event,
        is_across=one.message["variety"] != other.message["variety"],
        kind=kind,
        cosine=cosine,
        features=likely_duplicates.features(report, confirmed, cosine, apart),
        apart_km=distance_m(one.place, other.place) / 1000 if both and one.place and other.place else None,
    )


def _told(one: Example, data: VectorData, sketcher: Sketcher, *, is_one_town: bool, with_embedder: bool) -> Told:
    vector = (one.as_in_one_town if is_one_town else one.vector) if with_embedder else None
    made = report_vector(one.reading, vector, data)
    sketch = sketcher.sketch(made.kind, made.parts)
    here = [(Place(lon=0.0, lat=0.0), 1.0)]
    return Told(
        id=str(one.message["msg"]),
        told_ms=0,
        types={found.value: found.probability for found in one.reading.types},
        places=here if is_one_town else [(found.known.place, found.probability) for found in one.reading.places],
        sketches=(sketch,) if sketch else (),
        people=one.reading.people.count,
        specifics=specifics_of(one.reading, list(_named(one.message)) if is_one_town else ()),
    )


def _named(message: Mapping[str, Any]) -> Iterator[Span]:
    for label in (message["place"], *message["more_places"]):
        start = message["text"].find(label["in_text"]) if label else -1
        if start >= 0:
            yield start, start + len(label["in_text"])


def _means(of: Sequence[Example]) -> dict[str, Floats]:
    by_variety: dict[str, list[Vector]] = defaultdict(list)
    for one in of:
        assert one.vector is not None
        by_variety[variety_of(one.reading.language)].append(one.vector)
    of_all = np.mean([one for of_one in by_variety.values() for one in of_one], axis=0)
    found = {ANY: of_all}
    for variety, of_one in sorted(by_variety.items()):
        found[variety] = (np.sum(of_one, axis=0) + SHARED * of_all) / (len(of_one) + SHARED)
    return {variety: mean.astype(np.float32) for variety, mean in found.items()}


def _whitening(of: Sequence[Example], data: VectorData) -> Floats:
    """Makes the directions small in which tellings of one event differ (Hatch, Kajarekar, Stolcke, 2006)."""
    by_event: dict[str, list[Floats]] = defaultdict(list)
    for one in of:
        assert one.vector is not None
        by_event[one.event].append(data.centred(one.vector, variety_of(one.reading.language)))
    rests = [np.array(of_one) - np.mean(of_one, axis=0) for of_one in by_event.values() if len(of_one) > 1]
    rows = np.concatenate(rests).astype(np.float64)
    within = rows.T @ rows / len(rows)
    within += ROUGHNESS * np.trace(within) / DIMENSION * np.eye(DIMENSION)
    found = np.linalg.cholesky(np.linalg.inv(within))
    scaled: Floats = (found / np.abs(found).max()).astype(np.float32)
    return scaled


def _rarity(of: Sequence[Example]) -> dict[str, float]:
    uses: dict[str, int] = defaultdict(int)
    for one in of:
        for name in one.reading.concepts:
            uses[name] += 1
    return {name: math.log((len(of) + 2) / (count + 1)) for name, count in sorted(uses.items())}


def _with_types(data: VectorData, of: Sequence[Example]) -> VectorData:
    names = sorted({name for one in of for name in one.features})
    rows = np.array([[one.features.get(name, 0.0) for name in names] for one in of])
    if of[0].vector is not None:
        centred = [data.centred(one.vector, variety_of(one.reading.language)) for one in of if one.vector is not None]
        rows = np.hstack([rows, SENSE_SCALE * np.array(centred)])
    wanted = np.array([[float(one.type == value) for value in data.types] for one in of])
    weights, always = _fitted(rows, wanted)
    weights, always = SHARPNESS * weights, SHARPNESS * always
    named = dict(zip(names, weights[: len(names)].astype(np.float32), strict=True))
    sense = SENSE_SCALE * weights[len(names) :].astype(np.float32)
    return replace(
        data,
        type_weights={ALWAYS: always.astype(np.float32), **named},
        type_vector=sense if len(sense) else np.zeros((DIMENSION, len(data.types)), np.float32),
    )


def _fitted(rows: Matrix, wanted: Matrix) -> tuple[Matrix, Matrix]:
    """Multinomial logistic regression by Nesterov's method, from zero; the constant is not penalised."""
    count = len(rows)
    step = 1 / (np.linalg.norm(rows, 2) ** 2 / count / 2 + PENALTY + 0.5)
    weights = np.zeros((rows.shape[1], wanted.shape[1]))
    always = np.zeros(wanted.shape[1])
    looked, looked_always, before, before_always = weights, always, weights, always
    for round_ in range(ROUNDS):
        errors = (_softmax(rows @ looked + looked_always) - wanted) / count
        weights = looked - step * (rows.T @ errors + PENALTY * looked)
        always = looked_always - step * errors.sum(axis=0)
        momentum = round_ / (round_ + 3)
        looked = weights + momentum * (weights - before)
        looked_always = always + momentum * (always - before_always)
        before, before_always = weights, always
    return weights, always


def _softmax(scores: Matrix) -> Matrix:
    powers: Matrix = np.exp(scores - scores.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def _pair_fit(of: Sequence[tuple[dict[str, float], bool]]) -> dict[str, float]:
    """Logistic regression by Newton's method; both classes weigh the same, so that its probabilities are those of even odds."""
    names = list(of[0][0])
    rows = np.array([[features[name] for name in names] for features, _ in of])
    same = np.array([is_same for _, is_same in of], dtype=float)
    weight = np.where(same == 1, 0.5 / same.sum(), 0.5 / (1 - same).sum())
    penalty = 1e-4 * np.diag([0.0 if name == "always" else 1.0 for name in names])
    found = np.zeros(len(names))
    for _ in range(40):
        said = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weight * (said - same)) + penalty @ found
        curve = (rows * (weight * said * (1 - said))[:, None]).T @ rows + penalty + 1e-9 * np.eye(len(names))
        found -= np.linalg.solve(curve, slope)
    return {name: round(float(value), 4) for name, value in zip(names, found, strict=True)}
