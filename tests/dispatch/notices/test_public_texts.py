"""Words that end answers, and parts of a long SMS put together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.notices.public_texts import MISSING, SmsPart, is_stop, joined, shortened


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Стоп!", "ТОҚТА", "unsubscribe", "отписаться", "/stop"])
def test_a_word_that_asks_for_silence_is_one(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize("text", ["стоп, у нас пожар", "stop them", "cancel", "", "не останавливайтесь", "STOP STOP"])
def test_whatever_may_be_a_report_asks_for_no_silence(text: str) -> None:
    assert not is_stop(text)


def part(number: int, text: str, *, of: int = 3, reference: str = "7") -> SmsPart:
    return SmsPart(reference=reference, part=number, parts=of, text=text)


@pytest.mark.parametrize(
    ("parts", "texts"),
    [
        ([part(3, "c"), part(1, "a"), part(2, "b")], ["abc"]),
        # The first of two with one number counts: the other is a repeat, or a second message under the same reference.
        ([part(1, "a"), part(1, "x"), part(2, "b"), part(3, "c")], ["abc"]),
        ([part(2, "b")], [f"{MISSING}b{MISSING}"]),
        ([part(1, "a", of=9), part(9, "i", of=9)], [f"a{MISSING}i"]),
        ([part(1, "a"), part(1, "x", reference="8", of=1), part(2, "b"), part(3, "c")], ["abc", "x"]),
        ([part(1, "x", of=1, reference=""), part(1, "x", of=1, reference="")], ["x", "x"]),
        ([], []),
    ],
)
def test_parts_are_joined_by_their_numbers_and_gaps_are_shown(parts: list[SmsPart], texts: list[str]) -> None:
    assert joined(parts) == texts


@given(st.permutations(range(1, 41)), st.integers(1, 40))
def test_the_order_of_delivery_and_repeats_change_nothing(order: list[int], again: int) -> None:
    parts = [part(number, f"<{number}>", of=40) for number in order]

    (text,) = joined([*parts, parts[again - 1]])

    assert text == "".join(f"<{number}>" for number in range(1, 41))


@given(st.text(max_size=200), st.integers(30, 150), st.booleans())
def test_a_shortened_text_says_how_much_it_leaves_out(text: str, most: int, is_more: bool) -> None:
    short = shortened(text, most, is_more=is_more)

    assert len(short) <= most or not is_more
    if len(text) <= most and not is_more:
        assert short == text
    else:
        left = short.rpartition(" [… +")[2].rstrip("…]")
        assert short.startswith(text[: len(text) - int(left)])
        assert ("…]" in short) is is_more
