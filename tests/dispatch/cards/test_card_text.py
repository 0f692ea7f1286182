"""Bytes of strangers: what is read, what is refused, and that one bad card hinders no other."""

import json
from typing import Any

import pytest

from dispatch.cards.card_text import DEEPEST, MAX_BYTES, MAX_CARD_BYTES, cards_in
from dispatch.cards.card_values import text_of
from dispatch.cards.received_card import CardFault
from tests.support.card_samples import national


def faults(raw: bytes, encoding: str = "utf-8") -> list[CardFault]:
    return [one.fault for one in cards_in(raw, encoding).faults]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b'{"card": "' + b"x" * (5 * 1024 * 1024) + b'"}', CardFault.TOO_LARGE),  # 5 MB
        (b" " * (MAX_BYTES + 1), CardFault.TOO_LARGE),
        (b'{"card": {"cardNumber": 1, "cardNumber": 2}}', CardFault.BAD_JSON),  # readers disagree on which one counts
        (b'{"card": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", CardFault.BAD_JSON),
        (b'{"card": {"lat": NaN}}', CardFault.BAD_JSON),
        (b'{"card": {"lat": Infinity}}', CardFault.BAD_JSON),
        (b'{"card": {"n": ' + b"9" * 100_000 + b"}}", CardFault.BAD_JSON),
        (b'{"card": ', CardFault.BAD_JSON),
        (b"", CardFault.BAD_JSON),
        (b"{'card': 1}", CardFault.BAD_JSON),
        ('{"card": "Пожар"}'.encode("cp1251"), CardFault.BAD_ENCODING),
        ('{"card": 1}'.encode("utf-16"), CardFault.BAD_ENCODING),
        (b"[1]", CardFault.UNKNOWN_FORM),
        (b'"card"', CardFault.UNKNOWN_FORM),
    ],
)
def test_what_cannot_be_read_has_its_fault(raw: bytes, fault: CardFault) -> None:
    assert faults(raw) == [fault]


def test_braces_in_a_text_are_no_nesting() -> None:
    assert cards_in(json.dumps({"card": "[{" * 1_000 + '\\"'}).encode()).found == [{"card": "[{" * 1_000 + '\\"'}]
    assert faults(b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST) == []


def test_another_encoding_is_read_where_the_table_states_it() -> None:
    text = json.dumps({"card": "Қостанай, өрт"}, ensure_ascii=False)

    assert cards_in(text.encode("kz1048"), "kz1048").found == [{"card": "Қостанай, өрт"}]
    assert cards_in(b"\xef\xbb\xbf" + text.encode()).found == [{"card": "Қостанай, өрт"}]


def test_an_array_and_lines_hold_several_cards_and_a_bad_one_hinders_no_other() -> None:
    card: dict[str, Any] = national()
    line = json.dumps(card, ensure_ascii=False)
    large = {"card": "x" * MAX_CARD_BYTES}

    lines = cards_in(f"{line}\n\n{{broken}}\n{line}\n".encode())
    array = cards_in(json.dumps([card, large, 7, card]).encode())

    assert (len(lines.found), [one.fault for one in lines.faults]) == (2, [CardFault.BAD_JSON])
    assert (len(array.found), [one.fault for one in array.faults]) == (
        2,
        [CardFault.TOO_LARGE, CardFault.UNKNOWN_FORM],
    )


def test_a_card_over_several_lines_is_one_card() -> None:
    assert cards_in(json.dumps(national(), indent=2).encode()).found == [national()]


def test_no_fault_tells_what_the_card_says() -> None:
    (told,) = cards_in('{"card": "Айгүл +77011112233", "card": 1}'.encode()).faults

    assert "Айгүл" not in str(told)
    assert "7701" not in str(told)


def test_half_a_pair_of_surrogates_hinders_nothing() -> None:
    (alone,) = cards_in(b'{"card": "\\ud83d"}').found
    assert len(cards_in(b'[{"card": "\\ud83d"}, {"card": "\\ud83d\\ude92"}]').found) == 2

    assert text_of(alone["card"]) == "\ufffd"
