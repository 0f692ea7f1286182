"""Texts are compared without being known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.text_fingerprint import fingerprint

KEY = b"k" * 32
FIRE = "Горит квартира на третьем этаже, улица Абая 150, из окна идёт дым"


def differing(one: str, other: str) -> int:
    here, there = fingerprint(one, KEY), fingerprint(other, KEY)
    assert here is not None
    assert there is not None
    return (int(here, 16) ^ int(there, 16)).bit_count()


@pytest.mark.parametrize(
    "again",
    [
        "горит КВАРТИРА на третьем этаже - улица Абая, 150! Из окна идёт дым",
        "Горит квартира на третьем этаже, улица Абая 150, из окна идёт чёрный дым",
        "На третьем этаже горит квартира, улица Абая 150, из окна дым идёт",
    ],
)
def test_the_same_told_otherwise_is_nearer_than_something_else(again: str) -> None:
    unrelated = "Человеку плохо на остановке автобуса, упал и не приходит в себя"

    assert differing(FIRE, again) < 16 < differing(FIRE, unrelated)


def test_another_key_gives_another_fingerprint() -> None:
    assert fingerprint(FIRE, KEY) != fingerprint(FIRE, b"x" * 32)


@pytest.mark.parametrize("text", [None, "", "пожар", "!!!"])
def test_a_text_too_short_has_none(text: str | None) -> None:
    assert fingerprint(text, KEY) is None


@given(text=st.text(max_size=3_000))
def test_any_text_has_sixteen_digits_or_none(text: str) -> None:
    made = fingerprint(text, KEY)

    assert made is None or (len(made) == 16 and int(made, 16) >= 0)
