"""Types by words and by sense: what `incident_types.py` gives, better where a text says it in words that no list has.

A logistic regression of the concepts and details of a text and of its embedded vector. A type has spans as before: the words that
speak for it. Where none does, parts of the text are left out in turn; those without which the vector speaks less for the type are
its spans. A type that nothing in the text speaks for is not shown.
"""

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from dispatch.assistant.embedding import Embedder, Vector
from dispatch.assistant.incident_types import LEAST, MOST_TYPES, NONE, SPEAKS_FOR, LikelyType, features
from dispatch.assistant.reading import Reading
from dispatch.assistant.report_vectors import embedded, variety_of
from dispatch.assistant.texts import Span, Text
from dispatch.assistant.vector_data import Floats, VectorData, built_in_vector_data

ALWAYS = "always"
MOST_PARTS = 6
"""Parts that are left out in turn: each costs an embedding. A text of more parts is cut into this many."""
WORTH_PARTS = 0.1
"""Probability of a type from which parts are left out to find its spans."""
_STRETCH_WORDS = 4
"""Words from which on a part without a full stop or comma is halved."""

Without = Callable[[Span], Vector | None]
"""The vector of the text without a part."""


def vector_types(
    reading: Reading, vector: Vector, embedder: Embedder, data: VectorData | None = None
) -> tuple[LikelyType, ...]:
    """The likeliest types, best first, like `likely_types`. `vector`: as `embedded` made it of this reading. May wait for
    `MOST_PARTS` more vectors, only where a likely type has no words of its own."""
    data = built_in_vector_data() if data is None else data
    probabilities = type_probabilities(reading, vector, data)
    likely = [
        (value, one)
        for value, one in sorted(probabilities.items(), key=lambda one: (-one[1], one[0]))
        if value != NONE and one >= LEAST
    ]
    left_out = _LeftOut(reading, vector, lambda span: embedded(reading, embedder, [span]), data)
    shown: list[LikelyType] = []
    for value, probability in likely:
        if len(shown) == MOST_TYPES:
            break
        spans = _words_for(value, reading, data)
        # Parts are left out for what is likely alone: each costs an embedding.
        if not spans and probability >= WORTH_PARTS:
            spans = left_out.spans_for(value)
        if spans:
            shown.append(LikelyType(value=value, probability=probability, spans=spans))
    return tuple(shown)


def type_probabilities(reading: Reading, vector: Vector, data: VectorData) -> dict[str, float]:
    """Of each type and of `NONE`; they sum to 1."""
    scores = data.type_weights[ALWAYS].copy()
    for name, value in features(reading.text, reading.concepts).items():
        if (weights := data.type_weights.get(name)) is not None:
            scores += np.float32(value) * weights
    scores += _of_vector(vector, variety_of(reading.language), data)
    powers = np.exp(scores - scores.max())
    return dict(zip(data.types, (powers / powers.sum()).tolist(), strict=True))


def parts_of(text: Text) -> tuple[Span, ...]:
    """The text in at most `MOST_PARTS` parts: sentences and clauses, a long one in two."""
    spans = list(_clauses(text))
    if len(spans) > MOST_PARTS:
        size = math.ceil(len(spans) / MOST_PARTS)
        spans = [(spans[at][0], spans[min(at + size, len(spans)) - 1][1]) for at in range(0, len(spans), size)]
    return tuple(spans)


class _LeftOut:
    """What the text loses for each type when a part of it is left out. Computed once, when it is first asked for."""

    def __init__(self, reading: Reading, vector: Vector, without: Without, data: VectorData) -> None:
        self._reading = reading
        self._vector = vector
        self._without = without
        self._data = data
        self._losses: Mapping[Span, Floats] | None = None

    def spans_for(self, value: str) -> tuple[Span, ...]:
        if self._losses is None:
            self._losses = self._found()
        number = self._data.types.index(value)
        lost = {span: float(losses[number] - losses.mean()) for span, losses in self._losses.items()}
        most = max(lost.values(), default=0.0)
        # Half of the most: other parts only repeat it.
        return tuple(span for span, loss in lost.items() if loss >= SPEAKS_FOR and loss * 2 >= most)

    def _found(self) -> Mapping[Span, Floats]:
        variety = variety_of(self._reading.language)
        whole = _of_vector(self._vector, variety, self._data)
        found: dict[Span, Floats] = {}
        for span in parts_of(self._reading.text):
            rest = self._without(span)
            # Nothing is left without it: all that the text says is in this part.
            found[span] = whole if rest is None else whole - _of_vector(rest, variety, self._data)
        return found


def _words_for(value: str, reading: Reading, data: VectorData) -> tuple[Span, ...]:
    number = data.types.index(value)
    spans: set[Span] = set()
    for concept, of_concept in reading.concepts.items():
        weights = data.type_weights.get(concept)
        if weights is not None and weights[number] - weights.mean() >= SPEAKS_FOR:
            spans.update(of_concept)
    return tuple(sorted(spans))


def _of_vector(vector: Vector, variety: str, data: VectorData) -> Floats:
    scores: Floats = data.centred(vector, variety) @ data.type_vector
    return scores


def _clauses(text: Text) -> Iterator[Span]:
    words = text.words
    first = 0
    for at, word in enumerate(words):
        is_last = at + 1 == len(words)
        if is_last or any(one in ".!?…;,:\n" for one in text.between(word, words[at + 1])):
            middle = (first + at + 1) // 2
            if at - first >= 2 * _STRETCH_WORDS:
                yield words[first].start, words[middle - 1].end
                first = middle
            yield words[first].start, word.end
            first = at + 1
