"""Personal data are replaced before a model of somebody else sees a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant.masking import masked
from tests.dispatch.assistant.labelled import Message, messages


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Позвоните 8 701 555 12 34, горит дом", "555 12 34"),
        ("ИИН 900101300123, адрес Абая 5", "900101300123"),
        ("пишите на a.bek@mail.kz или @aigul_k", "a.bek@mail.kz"),
        ("пишите на a.bek@mail.kz или @aigul_k", "aigul_k"),
        ("Меня зовут Айгуль, я на трассе", "Айгуль"),
        ("Менің атым Ерлан, су басты", "Ерлан"),
        ("my name is John Smith, we are stuck", "John Smith"),
        ("Иванов Сергей Петрович лежит без сознания", "Петрович"),
        ("Нұрлан Серікұлы жоғалды", "Серікұлы"),
        ("пропал Ахметов Данияр 7 лет", "Ахметов Данияр"),
    ],
)
def test_what_identifies_a_person_does_not_leave(text: str, secret: str) -> None:
    assert secret not in masked(text).text


def test_places_and_numbers_of_people_stay_readable() -> None:
    text = masked("Атырау облысы, Құлсары, 12 адам суда қалды, 3 км").text

    assert text == "Атырау облысы, Құлсары, 12 адам суда қалды, 3 км"


def test_positions_lead_back_to_the_original() -> None:
    whole = "тел 8 701 555 12 34 и 8 702 555 12 34, пожар в Караганде"
    text = masked(whole)
    start = text.text.index("Караганде")

    assert text.original(start, start + 9) == (whole.index("Караганде"), whole.index("Караганде") + 9)
    assert text.original(0, len(text.text)) is None
    assert text.original(0, 3) == (0, 3)


@pytest.mark.parametrize("message", [one for one in messages() if one.phone], ids=lambda one: one.msg)
def test_no_phone_of_the_labelled_messages_leaves(message: Message) -> None:
    digits = "".join(one for one in masked(message.text).text if one.isdigit())

    assert message.phone is not None
    assert message.phone.lstrip("+")[1:] not in digits


@given(st.text(max_size=400))
def test_any_text_is_masked_and_every_unmasked_part_is_its_own(whole: str) -> None:
    text = masked(whole)
    at = 0
    for (start, end), _ in [*text.masks, ((len(text.text), len(text.text)), (0, 0))]:
        if at < start:
            own = text.original(at, start)
            assert own is not None
            assert whole[slice(*own)] == text.text[at:start]
        at = end
