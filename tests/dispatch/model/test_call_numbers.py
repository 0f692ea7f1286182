"""Call numbers: their letters, how they are written and how they are read when somebody types them."""

import pytest

from dispatch.model.call_numbers import LETTERS, CallNumber, letters_of, parsed


def test_every_partition_has_letters_of_its_own() -> None:
    letters = [letters_of(partition) for partition in range(256)]

    assert letters[:6] == ["AA", "AK", "AM", "AT", "KA", "KK"]
    assert (letters[15], letters[16], letters[79], letters[80]) == ("TT", "AAA", "TTT", "AAAA")
    assert len(set(letters)) == 256
    assert set("".join(letters)) == set(LETTERS)


@pytest.mark.parametrize(("number", "written"), [(7, "AK-007"), (42, "AK-042"), (1_204, "AK-1204")])
def test_a_number_is_written_with_at_least_three_digits(number: int, written: str) -> None:
    call = CallNumber(day="2026-11-27", letters="AK", number=number)

    assert str(call) == written
    assert parsed(written) == ("AK", number)


@pytest.mark.parametrize("typed", ["AK-042", "ak42", "АК-042", "ак 42", " ак–042 ", "Ak‑42"])
def test_a_number_is_understood_in_both_alphabets(typed: str) -> None:
    assert parsed(typed) == ("AK", 42)


@pytest.mark.parametrize("typed", ["", "42", "A-42", "AB-42", "AK-0", "AK--42", "AK-42-1", "такси", "AK-12345678"])
def test_other_words_are_no_numbers(typed: str) -> None:
    assert parsed(typed) is None
