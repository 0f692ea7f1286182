"""Language codes: whatever is written for a language is that language, in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.language_codes import LONGER, SHORTER
from dispatch.model.languages import as_shown, canonical, canonicals, is_assigned, primary, shares_language, spellings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("kk", "kk"),
        ("KK", "kk"),
        ("kaz", "kk"),  # ISO 639-2 and -3
        ("KAZ", "kk"),
        ("kz", "kk"),  # the country
        ("kk_KZ", "kk-KZ"),
        ("KK-kz", "kk-KZ"),
        ("kaz-cyrl-kz", "kk-Cyrl-KZ"),
        ("rus", "ru"),
        ("ru_RU", "ru-RU"),
        ("eng", "en"),
        ("us", "en"),
        ("deu", "de"),
        ("ger", "de"),  # the bibliographic code of the same language
        ("cmn-Hans", "zh-Hans"),  # CLDR: Mandarin is what zh means
        ("ua", "uk"),
        ("iw", "he"),  # given up in 1989
        ("uz", "uz"),  # a country and a language
        ("kg", "kg"),  # Kongo, though Kyrgyzstan may be meant
        ("tlh", "tlh"),  # no shorter code
        ("sl-rozaj-biske-1994", "sl-rozaj-biske-1994"),
        ("de-CH-x-Phonebk", "de-CH-x-phonebk"),
    ],
)
def test_a_code_is_kept_in_its_shortest_form_and_usual_case(written: str, meant: str) -> None:
    assert canonical(written) == meant
    assert shares_language([written], [meant.split("-", maxsplit=1)[0]])


@pytest.mark.parametrize(
    "text", ["", "k", "русский", "kk kz", "kk-", "_kk", "kk--KZ", "-", "kk\n", "kazakhlanguage", "k" * 36]
)
def test_what_is_no_tag_has_no_form_and_stays_as_it_is_in_a_record(text: str) -> None:
    assert canonical(text) is None
    assert as_shown(text) == text


@pytest.mark.parametrize("tag", ["zz", "xx", "und", "mul", "qazaq", "kazakh", "abcd"])
def test_a_code_that_names_no_language_is_not_assigned(tag: str) -> None:
    assert not is_assigned(tag)


@pytest.mark.parametrize("tag", ["kk", "kz", "kaz", "ru-RU", "tlh", "yue"])
def test_speakers_of_an_assigned_code_can_be_looked_for(tag: str) -> None:
    assert is_assigned(tag)


def test_the_shorter_code_is_always_one_that_is_assigned() -> None:
    assert len(LONGER) == 184  # ISO 639-1
    assert set(SHORTER.values()) <= set(LONGER)
    assert set(SHORTER).isdisjoint(LONGER)
    assert all(len(code) == 2 for code in LONGER)


def test_each_language_stands_once() -> None:
    assert canonicals(["kaz", "kk", "RU", "kz", "rus", "kk-KZ"]) == ("kk", "ru", "kk-KZ")
    assert canonicals([]) == ()


def test_people_stored_under_an_older_spelling_are_looked_for_as_well() -> None:
    assert spellings(["kk-KZ", "rus"]) == ("kk", "kaz", "kz", "ru", "rus")


@given(st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_][A-Za-z]{2})?", fullmatch=True))
def test_the_form_is_final_and_keeps_the_language(tag: str) -> None:
    form = canonical(tag)

    assert form is not None
    assert canonical(form) == form
    assert primary(form) == primary(tag) == form.split("-", maxsplit=1)[0]
    assert canonical(tag.swapcase().replace("-", "_")) == form
