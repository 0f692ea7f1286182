"""Sketches show how like two vectors are, to whoever has the key, and nothing else."""

import random

import pytest

from dispatch.assistant.sketches import BITS, Sketcher, kind_of, likeness

NAMES = tuple(f"part{number}" for number in range(600))
SKETCHER = Sketcher(b"k" * 32, "k1-0a0b0c0d", NAMES)


def vector(seed: int) -> dict[str, float]:
    chance = random.Random(seed)
    drawn = [chance.gauss(0, 1) for _ in NAMES]
    length = sum(one * one for one in drawn) ** 0.5
    return {name: one / length for name, one in zip(NAMES, drawn, strict=True)}


def between(one: dict[str, float], other: dict[str, float], share: float) -> dict[str, float]:
    return {name: share * one[name] + (1 - share) * other[name] for name in NAMES}


def made(parts: dict[str, float], kind: str = "e") -> str:
    found = SKETCHER.sketch(kind, parts)
    assert found is not None
    return found


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_the_likeness_of_sketches_is_that_of_the_vectors(share: float) -> None:
    one, other = vector(1), vector(2)
    mixed = between(one, other, share)
    length = sum(value * value for value in mixed.values()) ** 0.5
    cosine = sum(one[name] * mixed[name] for name in NAMES) / length

    assert likeness(made(one), made(mixed)) == pytest.approx(cosine, abs=0.15)


def test_the_same_vector_has_the_same_sketch_whatever_its_length() -> None:
    one = vector(1)

    assert made(one) == made({name: 7 * value for name, value in one.items()})
    assert likeness(made(one), made(one)) == 1.0


def test_a_sketch_is_512_bits_under_the_name_of_its_key_and_kind() -> None:
    scheme, _, digits = made(vector(1), "e1a2b").partition(":")

    assert scheme == "k1-0a0b0c0d-e1a2b"
    assert len(digits) * 4 == BITS
    assert kind_of(made(vector(1), "e1a2b")) == "e1a2b"


def test_sketches_of_two_keys_or_kinds_are_not_comparable() -> None:
    other_key = Sketcher(b"o" * 32, "k1-ffffffff", NAMES).sketch("e", vector(1))

    assert other_key is not None
    assert likeness(made(vector(1)), other_key) is None
    assert likeness(made(vector(1)), made(vector(1), "w")) is None
    # Under another key the bits are no guess at all.
    same = int(made(vector(1)).partition(":")[2], 16) ^ int(other_key.partition(":")[2], 16)
    assert abs(same.bit_count() - BITS / 2) < 80


def test_a_vector_without_parts_has_no_sketch() -> None:
    assert SKETCHER.sketch("e", {}) is None
    assert SKETCHER.sketch("e", {"unknown": 1.0}) is None


@pytest.mark.parametrize("text", ["", "k1-00000000-e", "e:00", "k1:" + "g" * 128, "k1-a-e:" + "0" * 127])
def test_what_is_no_sketch_is_not_comparable(text: str) -> None:
    assert likeness(text, text) is None
