"""Vectors of reports, and the types that are read by them. The embedder of these tests knows words, not sense."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.assistant.embedding import DIMENSION, EmbeddingFailed, Vector
from dispatch.assistant.incident_types import MOST_TYPES
from dispatch.assistant.languages import language_of
from dispatch.assistant.reading import Reading, read
from dispatch.assistant.report_vectors import (
    BY_WORDS,
    WITH_EMBEDDER,
    cosine,
    embedded,
    part_names,
    report_vector,
    said,
    variety_of,
)
from dispatch.assistant.spelling import restored
from dispatch.assistant.texts import Text
from dispatch.assistant.vector_data import built_in_vector_data
from dispatch.assistant.vector_types import MOST_PARTS, parts_of, type_probabilities, vector_types

REPORT = "Горит склад в Шымкенте, валит чёрный дым, внутри двое рабочих"


class Words:
    """Each word has a direction of its own, drawn from its letters. Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def name(self) -> str:
        return "words"

    def vector(self, text: str) -> Vector:
        self.asked += 1
        drawn = [self._direction(word) for word in text.split()]
        if not drawn:
            raise EmbeddingFailed("nothing to read")
        whole = np.sum(drawn, axis=0)
        return np.asarray(whole / np.linalg.norm(whole), dtype=np.float32)

    def _direction(self, word: str) -> Vector:
        seed = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        return np.random.default_rng(int.from_bytes(seed[:8])).normal(size=DIMENSION).astype(np.float32)


def of(text: str) -> tuple[Reading, Vector]:
    reading = read(text)
    vector = embedded(reading, Words())
    assert vector is not None
    return reading, vector


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("уй жанып жатыр тез келиндер", "үй жанып жатыр тез келіңдер"),
        ("su uige kirip zhatyr, bala qorqyp otyr", "су үйге кіріп жатыр, бала қорқып отыр"),
        # Russian and English stay as they are.
        ("Горит дом, приезжайте скорее", "Горит дом, приезжайте скорее"),
        ("The house is burning, please hurry", "The house is burning, please hurry"),
    ],
)
def test_kazakh_gets_its_letters_back(written: str, spelt: str) -> None:
    text = Text(written)
    same = restored(text, dict(language_of(text).of_words)).split()

    assert sum(one == other for one, other in zip(same, spelt.split(), strict=True)) >= len(same) - 1


def test_places_and_what_is_left_out_are_not_said() -> None:
    reading = read(REPORT)
    start = REPORT.index("внутри")

    assert "Шымкент" not in said(reading)
    assert "рабочих" in said(reading)
    assert "внутри" not in said(reading, [(start, start + 6)])


def test_a_vector_has_length_one_and_is_most_like_itself() -> None:
    reading, vector = of(REPORT)
    with_it, by_words = report_vector(reading, vector), report_vector(reading, None)

    for made, kind in ((with_it, WITH_EMBEDDER), (by_words, BY_WORDS)):
        assert made.kind == kind + built_in_vector_data().mark
        assert math.sqrt(sum(value * value for value in made.parts.values())) == pytest.approx(1.0)
        assert cosine(made, made) == pytest.approx(1.0)
        assert set(made.parts) <= set(part_names())
    assert cosine(with_it, by_words) is None


def test_by_words_alone_the_same_details_are_alike_in_every_language() -> None:
    ru, en, kk, other = (
        report_vector(read(text), None)
        for text in (
            "Бабушка упала с лестницы, сломала ногу, кровь",
            "Grandma fell, broken leg, blood on the stairs",
            "Әжем баспалдақтан құлап, аяғы сынып қалды, қан",
            "Машина перевернулась в кювет, водитель зажат",
        )
    )

    assert min(cosine(ru, en) or 0, cosine(ru, kk) or 0, cosine(en, kk) or 0) > (cosine(ru, other) or 0) + 0.2


def test_a_text_that_tells_nothing_has_no_vector() -> None:
    assert report_vector(read("🙂"), None).parts == {}
    assert embedded(read(""), Words()) is None
    assert variety_of(read("").language) == "other"


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_has_at_most_three_types_with_spans_and_few_more_vectors(text: str) -> None:
    reading, embedder = read(text), Words()
    vector = embedded(reading, embedder)
    if vector is None:
        return
    found = vector_types(reading, vector, embedder)

    assert embedder.asked <= 1 + MOST_PARTS
    assert len(found) <= MOST_TYPES
    assert all(one.spans and all(0 <= a < b <= len(text) for a, b in one.spans) for one in found)
    assert sum(type_probabilities(reading, vector, built_in_vector_data()).values()) == pytest.approx(1.0, abs=1e-4)


def test_the_spans_of_a_type_are_the_words_that_speak_for_it() -> None:
    reading, vector = of(REPORT)
    first, *_ = vector_types(reading, vector, Words())

    assert first.value == "fire.building"
    assert REPORT.index("Горит") in [start for start, _ in first.spans]


def test_a_text_is_left_out_in_few_parts() -> None:
    for text in (REPORT, "а, б. " * 500, "слово " * 300):
        parts = parts_of(Text(text))
        assert len(parts) <= MOST_PARTS
        assert all(start < end for start, end in parts)
        assert list(parts) == sorted(parts)
    assert parts_of(Text("")) == ()
