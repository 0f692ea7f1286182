"""A text that was read lately is not read by the model again."""

import numpy as np
import pytest

from dispatch.assistant.embedding import DIMENSION, EmbeddingFailed, Vector
from streams import clock
from streams.assistant.recent_vectors import KEPT_S, MOST, RecentVectors


class Counted:
    name = "counted"

    def __init__(self) -> None:
        self.read: list[str] = []

    def vector(self, text: str) -> Vector:
        self.read.append(text)
        if not text:
            raise EmbeddingFailed("nothing to read")
        return np.full(DIMENSION, len(self.read), dtype=np.float32)


def test_the_same_text_is_read_once_and_another_one_for_itself() -> None:
    counted = Counted()
    vectors = RecentVectors(counted)

    first, again, other = vectors.vector("су"), vectors.vector("су"), vectors.vector("су ")

    assert counted.read == ["су", "су "]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_nobody_can_change_what_the_next_one_gets() -> None:
    with pytest.raises(ValueError, match="read-only"):
        RecentVectors(Counted()).vector("су")[0] = 0


def test_only_the_newest_texts_are_remembered_and_only_for_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 1_000.0
    monkeypatch.setattr(clock, "monotonic_s", lambda: now_s)
    counted = Counted()
    vectors = RecentVectors(counted)
    for number in range(MOST + 1):
        vectors.vector(str(number))
    counted.read.clear()

    vectors.vector(str(MOST))
    vectors.vector("0")
    now_s += KEPT_S + 1
    vectors.vector(str(MOST))

    assert counted.read == ["0", str(MOST)]


def test_a_text_without_a_vector_is_tried_again_and_any_text_may_come() -> None:
    counted = Counted()
    vectors = RecentVectors(counted)

    for _ in range(2):
        with pytest.raises(EmbeddingFailed):
            vectors.vector("")
    vectors.vector("\ud800\x00")

    assert counted.read == ["", "", "\ud800\x00"]
