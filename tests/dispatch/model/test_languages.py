"""Language codes: whatever is written for a language is that language, in one form."""

from itertools import product
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.language_codes import ALIASES, FORMER_ALIASES, REGION_FOR_LANGUAGE
from dispatch.model.languages import as_shown, canonical, canonicals, is_assigned, primary, shares_language, spellings
from tests.dispatch.model.test_language_registry import aliases, extended, languages, registry, replaced_tags

_, RECORDS = registry()
CANONICAL = set(languages(RECORDS)) - FORMER_ALIASES.keys()
WRITTEN = CANONICAL | ALIASES.keys()
"""Every code that is accepted."""


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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sh", "sr-Latn"),  # CLDR; the registry only calls it deprecated
        ("hbs", "sr-Latn"),
        ("sh-BA", "sr-Latn-BA"),
        ("sh-Cyrl-RS", "sr-Cyrl-RS"),  # the stated script wins
        ("prs", "fa-AF"),
        ("swc", "sw-CD"),
        ("swc-TZ", "sw-TZ"),
        ("mol", "ro"),
        ("tl", "fil"),
        ("twi", "ak"),
        ("sca", "hle"),  # replaced by another code of three letters
        ("zh-yue-HK", "yue-HK"),  # extended language subtag
        ("zh-cmn-Hans", "zh-Hans"),
        ("ar_arb", "ar"),
        ("sgn-ase", "ase"),
        ("i-klingon", "tlh"),  # grandfathered
        ("I_LUX", "lb"),
        ("zh-min-nan", "nan"),
        ("zh-guoyu", "zh"),
        ("no-nyn", "nn"),
        ("no-bok", "nb"),
        ("art-lojban", "jbo"),
        ("en-GB-oed", "en-GB-oxendict"),
        ("sgn-BE-FR", "sfb"),
    ],
)
def test_a_deprecated_code_or_tag_is_replaced_by_the_language_it_means(written: str, meant: str) -> None:
    assert canonical(written) == meant == canonical(meant)
    assert is_assigned(written)
    assert shares_language([written], [meant])


@pytest.mark.parametrize(
    "tag",
    [
        *("zz", "xx", "zzz", "jjj", "qqq", "zzz-Latn", "i", "kazakh", "qazaq", "abcd"),  # not registered
        *("und", "mul", "mis", "zxx"),
        *("gem", "ber", "sgn", "sgn-KZ"),  # groups of languages
        *("qaa", "qtz", "x-kk", "x-whatever"),  # private use
        *("i-default", "i-mingo", "i-enochian", "i-kazakh", "zh-min", "cel-gaulish"),  # no replacement registered
        *("zh-ase", "kk-yue", "zh-cmn-yue", "kk-abc"),  # no such extended language
        *("", "kk ", "русский"),
    ],
)
def test_what_names_no_language_is_not_assigned(tag: str) -> None:
    assert not is_assigned(tag)


def test_every_registered_language_is_assigned_and_final() -> None:
    assert len(CANONICAL) > 7_900
    assert [code for code in sorted(CANONICAL) if not is_assigned(code) or canonical(code) != code] == []


def test_every_alias_and_replaced_tag_means_an_assigned_language() -> None:
    prefixed = {f"{prefix}-{code}": code for code, prefix in extended(RECORDS).items()}
    meant = {**aliases(), **prefixed, **replaced_tags(RECORDS), **REGION_FOR_LANGUAGE}

    assert [tag for tag in meant if not is_assigned(tag)] == []
    assert {tag: canonical(tag) for tag in meant} == {tag: canonical(code) for tag, code in meant.items()}


def test_every_other_code_of_two_or_three_letters_is_not_assigned() -> None:
    every = ("".join(letters) for length in (2, 3) for letters in product(ascii_lowercase, repeat=length))

    assert [code for code in every if is_assigned(code)] == sorted(WRITTEN, key=lambda code: (len(code), code))


def test_country_codes_never_hide_a_language() -> None:
    registered = {record["Subtag"] for record in RECORDS if record["Type"] == "language"}

    assert registered.isdisjoint(REGION_FOR_LANGUAGE)
    assert {**aliases(), **FORMER_ALIASES, **REGION_FOR_LANGUAGE} == ALIASES


def test_each_language_stands_once() -> None:
    assert canonicals(["kaz", "kk", "RU", "kz", "rus", "kk-KZ"]) == ("kk", "ru", "kk-KZ")
    assert canonicals([]) == ()


def test_people_stored_under_an_older_spelling_are_looked_for_as_well() -> None:
    assert spellings(["kk-KZ", "rus"]) == ("kk", "kaz", "kz", "ru", "rus")
    assert {"sr", "sh", "hbs"} <= set(spellings(["sr-Latn"]))


@given(st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_][A-Za-z]{2})?", fullmatch=True))
def test_the_form_is_final_and_keeps_the_language(tag: str) -> None:
    form = canonical(tag)

    assert form is not None
    assert canonical(form) == form
    assert primary(form) == primary(tag) == form.split("-", maxsplit=1)[0]
    assert canonical(tag.swapcase().replace("-", "_")) == form
