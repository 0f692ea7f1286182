"""Weights of types that are learnt from settled work, on top of what reads the text: `learnt(examples)`, `adapted(types, …)`.

A concept may speak more or less for a type than the built-in table says. Each learnt weight is added to the logarithm of a type's
probability when the text names the concept; the weights start at 0, are drawn back to it (a Gaussian prior), and never leave
±`MOST`. They can change the order of the types that were found, and add none.

They replace the present ones only if they are better on examples that they were not learnt from: a fifth of them, chosen by the
digest of their ids. What one volunteer says weighs as much as `MOST_BY_ONE` examples at most, alone or with others.

The same examples give the same weights, in whatever order they come. 2,000 take a few seconds.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from dispatch.assistant.incident_types import LikelyType
from dispatch.assistant.judging import Judgement, TypeExample
from dispatch.assistant.standing import MOST_BY_ONE, OPERATORS, who_of

MOST = 1.0
"""Bound of one weight: a concept makes a type at most e times as likely, or as unlikely."""
PENALTY = 0.02
LEAST_EXAMPLES = 50
MOST_EXAMPLES = 2_000
HELD_OUT = 5
"""One of so many examples is not learnt from."""
BETTER_BY = 0.005
"""Nats by which the mean log loss on the held-out examples must fall."""
_ROUNDS = 100
_STEP = 0.3
_REST = "-"
_LEAST = 1e-4
_MOST_SAID = 30.0

Weights = Mapping[str, Mapping[str, float]]
"""Concept to type to weight."""
NO_WEIGHTS: Weights = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """`weights` that are better than the present ones, on `held_out` examples: log loss `before` and `after`."""

    weights: Weights
    examples: int
    held_out: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class _Row:
    """One example, with the weight that its judge has left."""

    id: str
    example: TypeExample
    weight: float
    prior: Mapping[str, float] = field(default_factory=dict)


def adapted(types: Sequence[LikelyType], features: Mapping[str, float], weights: Weights) -> tuple[LikelyType, ...]:
    """The types in their new order, with their new probabilities."""
    if not weights or not types:
        return tuple(types)
    probabilities = _shares(_with_rest({one.value: one.probability for one in types}), features, weights)
    changed = [replace(one, probability=probabilities[one.value]) for one in types]
    return tuple(sorted(changed, key=lambda one: (-one.probability, one.value)))


def digest(weights: Weights) -> str:
    """Six hex digits; empty for none."""
    if not weights:
        return ""
    lines = [
        f"{concept} {type_} {weights[concept][type_]:.3f}"
        for concept in sorted(weights)
        for type_ in sorted(weights[concept])
    ]
    return sha256("\n".join(lines).encode()).hexdigest()[:6]


def learnt(judged: Iterable[Judgement], present: Weights = NO_WEIGHTS) -> Learnt | None:
    """Better weights, from all examples there are; None: too few, or the present ones are as good."""
    rows = _rows(judged)
    kept = [one for one in rows if _is_held_out(one.id)]
    taught = [one for one in rows if not _is_held_out(one.id)]
    if len(taught) < LEAST_EXAMPLES or not kept:
        return None
    weights = _fitted(taught)
    before, after = _loss(kept, present), _loss(kept, weights)
    if not weights or after > before - BETTER_BY or _right(kept, weights) < _right(kept, present):
        return None
    return Learnt(weights=weights, examples=len(taught), held_out=len(kept), before=before, after=after)


def _rows(judged: Iterable[Judgement]) -> list[_Row]:
    """The newest examples, in the order of their ids; each judge's weigh `MOST_BY_ONE` together at most."""
    found = {one.id: one for one in judged if one.example is not None and one.example.types}
    newest = sorted(found.values(), key=lambda one: (one.at_ms, one.id))[-MOST_EXAMPLES:]
    of_person = Counter(who_of(one) for one in newest)
    rows = []
    for one in sorted(newest, key=lambda one: one.id):
        who = who_of(one)
        weight = 1.0 if who == OPERATORS else min(1.0, MOST_BY_ONE / of_person[who])
        assert one.example is not None
        rows.append(_Row(one.id, one.example, weight, _with_rest(one.example.types)))
    return rows


def _is_held_out(id_: str) -> bool:
    return int.from_bytes(sha256(f"held out {id_}".encode()).digest()[:4]) % HELD_OUT == 0


def _fitted(rows: Sequence[_Row]) -> Weights:
    """Weights of the smallest penalised log loss, by gradient descent from 0, bounded in every step and rounded at the end."""
    total = sum(row.weight for row in rows)
    weights: dict[str, dict[str, float]] = {}
    for _ in range(_ROUNDS):
        slopes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for row in rows:
            truth = row.example.truth if row.example.truth in row.prior else _REST
            for type_, share in _shares(row.prior, row.example.features, weights).items():
                if type_ != _REST:
                    error = row.weight * (share - (type_ == truth)) / total
                    for concept, value in row.example.features.items():
                        slopes[concept][type_] += error * value
        for concept in sorted(slopes):
            of_concept = weights.setdefault(concept, {})
            for type_, slope in slopes[concept].items():
                old = of_concept.get(type_, 0.0)
                of_concept[type_] = min(MOST, max(-MOST, old - _STEP * (slope + PENALTY * old)))
    return _rounded(weights)


def _rounded(weights: Mapping[str, Mapping[str, float]]) -> Weights:
    rounded = {
        concept: {type_: round(weight, 3) for type_, weight in sorted(of_concept.items()) if round(weight, 3)}
        for concept, of_concept in sorted(weights.items())
    }
    return {concept: of_concept for concept, of_concept in rounded.items() if of_concept}


def _with_rest(types: Mapping[str, float]) -> dict[str, float]:
    """The shown types and all the rest, which no weight speaks for."""
    rest = max(_LEAST, 1.0 - sum(types.values()))
    return {**{type_: max(_LEAST, share) for type_, share in types.items()}, _REST: rest}


def _shares(prior: Mapping[str, float], features: Mapping[str, float], weights: Weights) -> dict[str, float]:
    powers = {
        type_: share * (1.0 if type_ == _REST else _times_as_likely(type_, features, weights))
        for type_, share in prior.items()
    }
    sum_ = sum(powers.values())
    return {type_: power / sum_ for type_, power in powers.items()}


def _times_as_likely(type_: str, features: Mapping[str, float], weights: Weights) -> float:
    said = sum(value * weights.get(name, {}).get(type_, 0.0) for name, value in features.items())
    # Both come from the log as well: a value that is no weight must not end every reading.
    return math.exp(max(-_MOST_SAID, min(_MOST_SAID, said)))


def _loss(rows: Sequence[_Row], weights: Weights) -> float:
    """The mean log loss, in nats."""
    total = sum(row.weight for row in rows)
    return -sum(row.weight * math.log(max(_LEAST, _of_truth(row, weights))) for row in rows) / total


def _of_truth(row: _Row, weights: Weights) -> float:
    shares = _shares(row.prior, row.example.features, weights)
    return shares.get(row.example.truth, shares[_REST])


def _right(rows: Sequence[_Row], weights: Weights) -> float:
    """Weight of the examples whose likeliest type is the truth."""
    right = 0.0
    for row in rows:
        shares = _shares(row.prior, row.example.features, weights)
        likeliest = min((one for one in shares if one != _REST), key=lambda one: (-shares[one], one))
        right += row.weight if likeliest == row.example.truth else 0.0
    return right
