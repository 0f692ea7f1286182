"""What a report tells, as a vector: texts that tell of one event lie near each other, in whatever language.

Places are left out, since they are compared as places. Kazakh is put into its own letters first (`spelling.py`). A vector has the
numbers of an embedder, without what all texts of a variety have in common and with the directions in which tellings of one event
differ made small; and the concepts and details that the text names, the rarer the longer. Without an embedder the second part is
all there is: likeness by words, which is weaker and of a kind of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.assistant.concepts import DETAIL
from dispatch.assistant.embedding import DIMENSION, Embedder, EmbeddingFailed, Vector
from dispatch.assistant.languages import Language, TextLanguage
from dispatch.assistant.reading import Reading
from dispatch.assistant.spelling import restored
from dispatch.assistant.texts import Span
from dispatch.assistant.vector_data import VectorData, built_in_vector_data

WITH_EMBEDDER, BY_WORDS = "e", "w"
"""How the kinds of vectors begin; the mark of the data follows. Only equal kinds are comparable."""
_CUT = 0.2
"""Probability from which the words of a place are left out."""
SENSE, DETAILS, CONCEPTS = 0.45, 0.45, 0.10
"""Shares of the parts in the square of a vector that has all of them: by cross-validation, in steps of 0.05."""
_NUMBERS = tuple(f"#{number}" for number in range(DIMENSION))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVector:
    """`parts`: the numbers by name, together of length 1; empty for a text that tells nothing."""

    kind: str
    parts: Mapping[str, float]


def embedded(reading: Reading, embedder: Embedder, without: Sequence[Span] = ()) -> Vector | None:
    """The embedder's vector of a text, its places and `without` left out; None: it has nothing to read. May wait, as
    `Embedder.vector` does."""
    try:
        return embedder.vector(said(reading, without))
    except EmbeddingFailed:
        return None


def said(reading: Reading, without: Sequence[Span] = ()) -> str:
    """What the text says beside its places, Kazakh in its own letters."""
    places = [span for place in reading.places if place.probability >= _CUT for span in place.spans]
    return restored(reading.text, dict(reading.language.of_words), [*places, *without])


def variety_of(language: TextLanguage) -> str:
    """By which mean a text is judged: `mixed`, or the variety of most of its words."""
    if language.value in (Language.MIXED, Language.OTHER):
        return language.value.value
    counted = Counter(variety.value for _, variety in language.of_words)
    return counted.most_common(1)[0][0]


def report_vector(reading: Reading, vector: Vector | None, data: VectorData | None = None) -> ReportVector:
    """`vector`: as `embedded` made it; None: by words alone."""
    data = built_in_vector_data() if data is None else data
    details = {name for name in reading.concepts if name.startswith(DETAIL)}
    shares = [(DETAILS, _by_rarity(details, data)), (CONCEPTS, _by_rarity(set(reading.concepts) - details, data))]
    if vector is not None:
        sense = data.centred(vector, variety_of(reading.language)) @ data.whitening
        sense /= max(float(np.linalg.norm(sense)), 1e-6)
        shares.insert(0, (SENSE, dict(zip(_NUMBERS, sense.tolist(), strict=True))))
    parts = {name: share**0.5 * value for share, of_part in shares for name, value in of_part.items()}
    length = sum(value * value for value in parts.values()) ** 0.5
    kind = (BY_WORDS if vector is None else WITH_EMBEDDER) + data.mark
    return ReportVector(kind=kind, parts={name: value / length for name, value in parts.items()})


def part_names(data: VectorData | None = None) -> tuple[str, ...]:
    """Of all parts that a vector may have, as `Sketcher` wants them."""
    data = built_in_vector_data() if data is None else data
    return (*_NUMBERS, *data.rarity)


def cosine(one: ReportVector, other: ReportVector) -> float | None:
    """From -1 to 1; None: of two kinds, or one is empty."""
    if one.kind != other.kind or not one.parts or not other.parts:
        return None
    return sum(value * other.parts.get(name, 0.0) for name, value in one.parts.items())


def _by_rarity(names: set[str], data: VectorData) -> dict[str, float]:
    """Of length 1, in the order of the names."""
    found = {name: data.rarity[name] for name in sorted(names) if name in data.rarity}
    length = sum(value * value for value in found.values()) ** 0.5
    return {name: value / length for name, value in found.items()}
