"""Numbers in words and digits."""

import pytest

from dispatch.assistant.numerals import Number, numbers
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text


def read(text: str) -> tuple[Number, ...]:
    return numbers(Line(Text(text)))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("жиырма бес", [25]),
        ("он алты, он тоғыз", [16, 19]),
        ("тоқсан тоғыз", [99]),
        ("екі жүз елу", [250]),
        ("мың бес жүз", [1500]),
        ("үш мың", [3000]),
        ("жиырмаға жуық", [20]),
        ("jiyrma bes, tort, segiz", [25, 4, 8]),
        ("кырык уш", [43]),
        ("двадцать пять", [25]),
        ("двадцати пяти, двадцатью пятью", [25, 25]),
        ("сто двенадцать", [112]),
        ("тысяча двести сорок три", [1243]),
        ("пять тысяч", [5000]),
        ("двое, троих, четверым, пятерыми", [2, 3, 4, 5]),
        ("полтора, пара", [1.5, 2]),
        ("twenty-five", [25]),
        ("twenty five", [25]),
        ("one hundred and twelve", [112]),
        ("two thousand", [2000]),
        ("екеу, үшеуміз, төртеуіңіз, бесеуі", [2, 3, 4, 5]),
        ("10 000 теңге, 2,5 км, 1.5 литра", [10000, 2.5, 1.5]),
        ("он ушёл, он дома", []),  # Russian: he
        ("third, пятый, үшінші", []),
        ("№12, 870101300123", []),
        ("", []),
    ],
)
def test_numbers_are_read(text: str, values: list[float]) -> None:
    assert [number.value for number in read(text)] == values


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("5-6", (5, 6)),
        ("5–6", (5, 6)),
        ("от 5 до 6", (5, 6)),
        ("два-три", (2, 3)),
        ("екі-үш", (2, 3)),
        ("two or three", (2, 3)),
        ("5 немесе 6", (5, 6)),
    ],
)
def test_a_range_has_both_ends(text: str, ends: tuple[int, int]) -> None:
    (number,) = read(text)

    assert (number.value, number.upper, number.is_about) == (*ends, True)


@pytest.mark.parametrize(
    "text",
    [
        "30 шақты", "отызға жуық", "шамамен отыз", "отыздан астам", "30-дай", "около тридцати", "примерно 30",
        "30 с лишним", "around thirty", "~30", "30+", "30 or so",
    ],
)  # fmt: skip
def test_a_number_may_be_approximate(text: str) -> None:
    (number,) = read(text)

    assert (number.value, number.is_about, number.span) == (30, True, (0, len(text)))


@pytest.mark.parametrize("text", ["тридцать", "30", "отыз", "thirty"])
def test_a_bare_number_is_exact(text: str) -> None:
    (number,) = read(text)

    assert not number.is_about


def test_spans_are_code_points_of_the_original() -> None:
    text = "🔥🔥 Үйде ЖИЫРМА БЕС адам"

    (number,) = read(text)

    assert text[slice(*number.span)] == "ЖИЫРМА БЕС"
