"""Texts of clients are shown, never obeyed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.visible_text import visible, visible_as_json, visible_line

DANGEROUS = [
    *map(chr, (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0))),
    *map(chr, (0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x2028, 0x2029, 0xFEFF)),
    "\ud800",
    "\udfff",
    "\U000e0041",
]


@pytest.mark.parametrize("one", DANGEROUS, ids=lambda one: f"{ord(one):04x}")
def test_a_dangerous_character_becomes_one_visible_character(one: str) -> None:
    shown = visible(f"a{one}b")

    assert len(shown) == 3
    assert shown[0] + shown[2] == "ab"
    assert shown[1].isprintable()
    shown.encode("utf-8")


@pytest.mark.parametrize(
    "text", ["Үйдің 3-қабатынан түтін", "a\nb\tc", "می\u200cخواهم", "👨\u200d👩\u200d👧", "é é", ""]
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_line_has_no_line_ends() -> None:
    assert visible_line("a\nb\tc\r") == "a␊b␉c␍"


@given(st.text(st.characters(exclude_categories=[])))
def test_every_text_is_printable_afterwards_and_as_long(text: str) -> None:
    shown = visible_line(text)

    assert len(shown) == len(text)
    assert not set(shown) & set(DANGEROUS)
    assert visible_line(shown) == shown


@given(st.text(st.characters(exclude_categories=[])))
def test_json_keeps_its_value(text: str) -> None:
    written = visible_as_json(json.dumps({"text": text}, ensure_ascii=False, indent=2))

    assert json.loads(written) == {"text": text}
    assert not set(written) & set(DANGEROUS)
