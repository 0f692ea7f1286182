"""Phone numbers as they are written in Kazakhstan, and digits that are none."""

import pytest

from dispatch.assistant.phones import phones
from dispatch.assistant.texts import Text


@pytest.mark.parametrize(
    "written",
    [
        "+7 701 000 22 08",
        "+77010002208",
        "87010002208",
        "8 701 000 22 08",
        "8-701-000-22-08",
        "8(701)0002208",
        "8 (701) 000-22-08",
        "+7 (701) 000-22-08",
        "+7-701-000-2208",
        "8 701 0002208",
        "8.701.000.22.08",
        "7 701 000 22 08",
        "+7 701 000–22–08",
        "701 000 22 08",
        "7010002208",
        "(701) 000 22 08",
        "007 701 000 22 08",
    ],
)
@pytest.mark.parametrize(
    "frame", ["{}", "тел {}.", "Нас пятеро, звоните {}, быстрее", "нөмірім {}!", "call me:{} please"]
)
def test_a_number_is_found_in_every_spelling(written: str, frame: str) -> None:
    text = frame.format(written)

    (phone,) = phones(Text(text))

    assert (phone.text, phone.normal) == (written, "+77010002208")
    assert text[slice(*phone.span)] == written


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("8 7172 55 55 12", "+77172555512"),
        ("8 (727) 255-12-34", "+77272551234"),
        ("+7 912 000 11 22", "+79120001122"),
        ("+996 555 000 111", "+996555000111"),
    ],
)
def test_landlines_and_numbers_of_neighbours_are_found(text: str, normal: str) -> None:
    assert [phone.normal for phone in phones(Text(text))] == [normal]


@pytest.mark.parametrize(
    "text", ["тел. 55-12-34", "255-12-34", "телефон 551234", "хабарласыңыз: 2-14-55", "call 255 1234"]
)
def test_a_local_number_has_no_international_form(text: str) -> None:
    (phone,) = phones(Text(text))

    assert phone.normal is None


def test_several_numbers_are_found_in_order() -> None:
    found = phones(Text("8 701 000 22 08 немесе 87470003131"))

    assert [phone.normal for phone in found] == ["+77010002208", "+77470003131"]


@pytest.mark.parametrize(
    "text",
    [
        "112",
        "звонил 103 и 101",
        "ИИН 870101300123",
        "ЖСН 010203500123",
        "43.238949, 76.889709",
        "43,238949 76,889709",
        "A 123 BCD 02",
        "777 ABC 02",
        "12-05-24 в 22:40",
        "12.05.2024",
        "500 000 теңге",
        "с 10 до 16, 25-30 метров",
        "км 1240, столб 1240",
        "4400 4301 2345 6789",
        "",
    ],
)
def test_other_digits_are_no_phones(text: str) -> None:
    assert phones(Text(text)) == ()
