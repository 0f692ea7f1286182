"""Everything that is read out of one text."""

import pytest

from dispatch.assistant.languages import Language
from dispatch.assistant.missing import Fact
from dispatch.assistant.people import people
from dispatch.assistant.reading import read
from dispatch.assistant.times import times
from tests.dispatch.assistant.labelled import Message, messages

FLOOD = "Атырау қаласында су басты, үйде 3 адам қалды, телефон 8 701 555 12 34, жарақат алған жоқ"


def test_a_reading_holds_all_that_the_text_says() -> None:
    reading = read(FLOOD)

    assert reading.language.value is Language.KK
    assert reading.types[0].value == "flood"
    assert reading.places[0].known.name.en == "Atyrau"
    assert reading.people.count == 3
    assert [phone.normal for phone in reading.phones] == ["+77015551234"]
    assert reading.negations


def test_what_the_text_says_is_not_asked_for() -> None:
    missing = read(FLOOD).missing

    assert Fact.PLACE not in missing
    assert Fact.PHONE not in missing
    assert Fact.WATER_LEVEL in missing


def test_a_text_without_a_type_asks_for_nothing() -> None:
    assert read("Қайырлы таң").missing == ()


@pytest.mark.parametrize("message", messages(), ids=lambda one: one.msg)
def test_every_value_of_a_reading_has_a_span_in_the_text(message: Message) -> None:
    reading = read(message.text)

    spans = [
        *(span for one in reading.types for span in one.spans),
        *(span for one in reading.places for span in one.spans),
        *reading.people.spans,
        *(phone.span for phone in reading.phones),
        *reading.times.spans,
        *(negation.span for negation in reading.negations),
        *(threat.span for threat in reading.threat.threats),
        *(road.span for road in reading.roads),
    ]
    assert all(one.spans for one in reading.types)
    assert all(one.spans for one in reading.places)
    assert all(0 <= start < end <= len(message.text) for start, end in spans)


def test_latin_letters_that_look_like_cyrillic_ones_do_not_hide_a_report() -> None:
    plain, disguised = read("Алматы, пожар, двое внутри"), read("Aлмaты, пoжap, двoе внутpи")

    assert disguised.language.value is plain.language.value is Language.RU
    assert disguised.types == plain.types
    assert disguised.people == plain.people
    assert [one.known.id for one in disguised.places] == [one.known.id for one in plain.places]
    assert disguised.text.words[1].text == "пoжap"


def test_what_several_parts_of_a_reading_ask_for_is_worked_out_once() -> None:
    reading = read("Алматы, час назад упал мужчина, двое ранены")

    assert times(reading.line) is reading.times
    assert people(reading.line) is reading.people
