"""Multinomial logistic regression over few, named, sparse features: small enough to be read, and trained in seconds.

Minimises the mean cross-entropy plus `penalty` / 2 times the squared weights (Hastie, Tibshirani, Friedman, The Elements of
Statistical Learning, 4.4), by gradient descent with momentum (Nesterov), from zero: the same examples give the same weights.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Features = Mapping[str, float]

_ROUNDS = 600
_STEP = 0.25
ALWAYS = "always"
"""The feature that every example has, with 1; its weights are not penalised."""


@dataclass(frozen=True, slots=True)
class Model:
    """`weights`: of each feature, one number a class, in the order of `classes`."""

    classes: tuple[str, ...]
    weights: Mapping[str, tuple[float, ...]]

    def probabilities(self, features: Features) -> dict[str, float]:
        """Of each class; they sum to 1. Features that the model does not know count for nothing."""
        scores = list(self.weights.get(ALWAYS, (0.0,) * len(self.classes)))
        for name, value in features.items():
            for number, weight in enumerate(self.weights.get(name, ())):
                scores[number] += weight * value
        return dict(zip(self.classes, _softmax(scores), strict=True))

    def weight(self, feature: str, class_: str) -> float:
        """What a feature adds for a class, beyond what it adds for all in the mean."""
        weights = self.weights.get(feature)
        if weights is None:
            return 0.0
        return weights[self.classes.index(class_)] - sum(weights) / len(weights)


def fitted(examples: Sequence[tuple[Features, Mapping[str, float]]], classes: Sequence[str], penalty: float) -> Model:
    """A model of these examples: features, and what share of the example each class has."""
    names = (ALWAYS, *sorted({name for features, _ in examples for name in features}))
    number_of = {name: number for number, name in enumerate(names)}
    rows = [[(0, 1.0), *((number_of[name], value) for name, value in features.items())] for features, _ in examples]
    wanted = [[shares.get(one, 0.0) for one in classes] for _, shares in examples]
    weights = [[0.0] * len(classes) for _ in names]
    looked_at, before = [list(row) for row in weights], [list(row) for row in weights]
    for round_ in range(_ROUNDS):
        momentum = round_ / (round_ + 3)
        for row, gradient in zip(range(len(names)), _gradient(rows, wanted, looked_at, penalty), strict=True):
            weights[row] = [at - _STEP * slope for at, slope in zip(looked_at[row], gradient, strict=True)]
            looked_at[row] = [
                now + momentum * (now - then) for now, then in zip(weights[row], before[row], strict=True)
            ]
            before[row] = weights[row]
    return Model(tuple(classes), dict(zip(names, map(tuple, weights), strict=True)))


def lines_of(model: Model) -> Iterator[str]:
    """The model as lines of a file: the classes, then each feature with its weights in thousandths."""
    yield "\t".join(("", *model.classes))
    for name, weights in model.weights.items():
        yield "\t".join((name, *(str(round(weight * 1000)) for weight in weights)))


def read(lines: Sequence[str]) -> Model:
    """The model that `lines_of` wrote."""
    classes = tuple(lines[0].split("\t")[1:])
    rows = (line.split("\t") for line in lines[1:])
    return Model(classes, {name: tuple(int(weight) / 1000 for weight in weights) for name, *weights in rows})


def _gradient(
    rows: Sequence[Sequence[tuple[int, float]]],
    wanted: Sequence[Sequence[float]],
    weights: Sequence[Sequence[float]],
    penalty: float,
) -> list[list[float]]:
    gradient = [[penalty * weight if number else 0.0 for weight in row] for number, row in enumerate(weights)]
    share = 1 / len(rows)
    for row, of_row in zip(rows, wanted, strict=True):
        scores = [0.0] * len(of_row)
        for number, value in row:
            scores = [score + weight * value for score, weight in zip(scores, weights[number], strict=True)]
        errors = [share * (given - is_) for given, is_ in zip(_softmax(scores), of_row, strict=True)]
        for number, value in row:
            gradient[number] = [slope + error * value for slope, error in zip(gradient[number], errors, strict=True)]
    return gradient


def _softmax(scores: Sequence[float]) -> list[float]:
    most = max(scores)
    powers = [math.exp(score - most) for score in scores]
    sum_ = sum(powers)
    return [power / sum_ for power in powers]
