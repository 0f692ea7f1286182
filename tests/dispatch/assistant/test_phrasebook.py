"""Phrases checked by people: the book, what a text says of it, what to ask who is called back, words of the glossary."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant.glossary import MOST as MOST_TERMS
from dispatch.assistant.glossary import built_in_glossary, terms_in
from dispatch.assistant.languages import Language
from dispatch.assistant.missing import Fact
from dispatch.assistant.phrase_finding import MOST, phrases_in
from dispatch.assistant.phrasebook import GENERAL, SPOKEN, Phrase, Speaker, built_in_phrasebook, call_back
from dispatch.assistant.reading import read
from dispatch.plans.book import load_builtin
from tests.dispatch.assistant.test_any_text import HOSTILE
from tests.support.strategies import UNTIMED  # noqa: F401 -- its import sets the profile of Hypothesis

BOOK = built_in_phrasebook()
CODES = [phrase.code for phrase in BOOK.phrases]


def said_in(text: str, **how: object) -> list[str]:
    return [found.phrase.code for found in phrases_in(read(text), **how)]  # type: ignore[arg-type]


def test_the_book_has_enough_phrases_each_once_in_three_languages() -> None:
    assert 150 <= len(CODES) <= 250
    assert len(set(CODES)) == len(CODES)
    for language in SPOKEN:
        texts = [phrase.text(language) for phrase in BOOK.phrases]
        assert all(texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("phrase", BOOK.phrases, ids=lambda one: one.code)
def test_a_question_is_one_in_each_language(phrase: Phrase) -> None:
    assert len({"?" in phrase.text(language) for language in SPOKEN}) == 1


def test_every_group_is_general_or_of_a_type() -> None:
    groups = {name.partition(".")[0] for name in load_builtin().plans}

    assert {phrase.group for phrase in BOOK.phrases} <= {GENERAL, *groups}


@pytest.mark.parametrize("fact", Fact)
def test_every_fact_has_a_question_that_the_dispatcher_asks(fact: Fact) -> None:
    phrase = BOOK.question(fact)

    assert phrase.says is Speaker.DISPATCHER
    assert phrase.fact is fact


def test_a_fact_is_asked_as_the_type_needs_it() -> None:
    assert BOOK.question(Fact.TRAPPED, "road.accident").code == "anybody_trapped_car"
    assert BOOK.question(Fact.TRAPPED, "fire.building").code == "anybody_inside"


def test_phrases_of_a_type_come_before_the_general_ones() -> None:
    phrases = BOOK.for_type("flood")

    assert phrases[0].group == "flood"
    assert phrases[-1].group == GENERAL


@pytest.mark.parametrize("language", SPOKEN)
def test_a_phrase_of_the_book_says_itself(language: Language) -> None:
    """But for a few that are one word or whose language cannot be told from so little."""
    own = [phrase.code in said_in(phrase.text(language)) for phrase in BOOK.phrases]

    assert sum(own) >= 0.93 * len(own)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Он не дышит, приезжайте быстрее!", "he_not_breathing"),
        ("We are on the roof and the water is rising fast", "we_are_on_roof"),
        ("Үйге су кірді, біз шатырдамыз", "water_in_house"),
        ("tynys almai zhatyr ol", "he_not_breathing"),
        ("Где вы сейчас находитесь?", "where_are_you"),
    ],
)
def test_a_phrase_is_found_in_whatever_form_and_letters(text: str, code: str) -> None:
    found = next(one for one in phrases_in(read(text)) if one.phrase.code == code)

    assert 0.6 <= found.probability <= 1
    assert all(text[start:end].strip() for start, end in found.spans)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Он дышит, но без сознания", "he_not_breathing"),
        ("Он не дышит", "he_is_breathing"),
        ("Ол тыныс алып жатыр", "he_not_breathing"),
        ("He is breathing", "is_breathing"),
        ("There are people inside", "nobody_inside"),
        ("Внутри никого нет", "people_inside"),
    ],
)
def test_a_denial_or_question_is_never_taken_for_its_opposite(text: str, never: str) -> None:
    assert never not in said_in(text)


def test_only_the_phrases_of_one_speaker_are_looked_for() -> None:
    assert said_in("Help is on the way", says=Speaker.CALLER) == []
    assert said_in("Help is on the way", says=Speaker.DISPATCHER) == ["help_on_way"]


def test_a_likeness_of_meanings_finds_what_words_do_not() -> None:
    def alike(_clause: str, phrases: Sequence[str]) -> list[float]:
        return [0.9 if phrase == "The water is rising." else 0.1 for phrase in phrases]

    text = "The stream climbs to our doorstep"

    assert "water_rising" not in said_in(text)
    assert "water_rising" in said_in(text, likeness=alike)


def test_a_text_in_another_language_says_nothing_of_the_book() -> None:
    assert said_in("Der Fluss steigt, wir sind auf dem Dach") == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_compared(name: str) -> None:
    assert len(phrases_in(read(HOSTILE[name]))) <= MOST
    assert len(terms_in(read(HOSTILE[name]))) <= MOST_TERMS


@given(text=st.text(max_size=200))
def test_any_text_is_compared(text: str) -> None:
    assert all(0 <= start < end <= len(text) for one in phrases_in(read(text)) for start, end in one.spans)


def test_only_open_questions_are_asked_in_the_language_of_the_caller() -> None:
    called = call_back([read("Пожар, горит дом в Талгаре, улица Абая 5, внутри двое детей, 8 701 555 12 34")])

    assert called.language is Language.RU
    assert [phone.text for phone in called.phones] == ["8 701 555 12 34"]
    asked = [phrase.fact for phrase in called.questions]
    assert Fact.FUEL_OR_GAS in asked
    assert {Fact.PLACE, Fact.PEOPLE, Fact.PHONE}.isdisjoint(asked)


def test_what_one_of_several_texts_answers_is_not_asked() -> None:
    first, second = read("Үй жанып жатыр"), read("В Талгаре горит дом, 8 701 555 12 34, 87015551234")

    called = call_back([first, second])

    assert Fact.PLACE in [phrase.fact for phrase in call_back([first]).questions]
    assert Fact.PLACE not in [phrase.fact for phrase in called.questions]
    assert len(called.phones) == 1


def test_the_type_that_an_operator_stated_decides_what_is_asked() -> None:
    called = call_back([read("Помогите")], type_="search.missing_person")

    assert Fact.LAST_SEEN in [phrase.fact for phrase in called.questions]


def test_without_any_text_there_is_nothing_to_ask() -> None:
    called = call_back([read("🔥")])

    assert called.language is None
    assert called.questions == ()


def test_words_of_the_glossary_are_found_declined() -> None:
    found = {one.term.en: one.spans for one in terms_in(read("Спасатели на крыше, с ними пожарные и раненый"))}

    assert {"rescuer", "roof", "firefighter", "injured"} <= set(found)
    assert found["roof"] == ((13, 18),)


def test_a_short_word_is_no_beginning_of_another() -> None:
    assert "mudflow" not in {one.term.en for one in terms_in(read("Сельский учитель потерялся в лесу"))}


def test_every_term_has_three_languages() -> None:
    assert all(term.text(language) for term in built_in_glossary() for language in SPOKEN)
