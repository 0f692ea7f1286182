"""Texts are compared without being known."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.text_fingerprint import fingerprint
from streams.wire.client_digests import ClientDigests

DIGESTS = ClientDigests(b"k" * 32)
FIRE = "Горит квартира на третьем этаже, улица Абая 150, из окна идёт дым"


def printed(text: str, digests: ClientDigests = DIGESTS) -> str:
    """The sixteen digits, without the scheme."""
    made = fingerprint(text, digests)
    assert made is not None
    scheme, _, digits = made.rpartition(":")
    assert scheme == digests.scheme
    return digits


def differing(one: str, other: str) -> int:
    here, there = printed(one), printed(other)
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
    assert printed(FIRE) != printed(FIRE, ClientDigests(b"x" * 32))


@pytest.mark.parametrize("text", [None, "", "пожар", "!!!"])
def test_a_text_too_short_has_none(text: str | None) -> None:
    assert fingerprint(text, DIGESTS) is None


@given(text=st.text(max_size=3_000))
def test_any_text_has_sixteen_digits_or_none(text: str) -> None:
    made = fingerprint(text, DIGESTS)

    assert made is None or re.fullmatch(r"k1-[0-9a-f]{8}:[0-9a-f]{16}", made)
