"""What a report denies, and whether somebody's life is in danger."""

import pytest

from dispatch.assistant.negations import Denied, negations
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text
from dispatch.assistant.threats import life_threat


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("пострадавших нет", Denied.CASUALTIES),
        ("никто не пострадал", Denied.CASUALTIES),
        ("без жертв", Denied.CASUALTIES),
        ("зардап шеккендер жоқ", Denied.CASUALTIES),
        ("ешкім жараланған жоқ", Denied.CASUALTIES),
        ("ешким зардап шеккен жок", Denied.CASUALTIES),
        ("eshkim zhardap shekken zhoq, eshkim kuigen zhoq", Denied.CASUALTIES),
        ("nobody is hurt", Denied.CASUALTIES),
        ("no one was injured", Denied.CASUALTIES),
        ("no casualties", Denied.CASUALTIES),
        ("людей внутри нет", Denied.PEOPLE),
        ("в доме никого", Denied.PEOPLE),
        ("үйде адам жоқ", Denied.PEOPLE),
        ("the house is empty", Denied.PEOPLE),
        ("это не пожар", Denied.FIRE),
        ("өрт емес", Denied.FIRE),
        ("огня нет", Denied.FIRE),
        ("ни огня ни дыма не видно", Denied.FIRE),
        ("түтін жоқ", Denied.FIRE),
        ("no smoke", Denied.FIRE),
        ("газа нет", Denied.GAS),
        ("газом не пахнет", Denied.GAS),
        ("газ иісі жоқ", Denied.GAS),
        ("no gas smell", Denied.GAS),
        ("в дом вода не зашла", Denied.SPREAD),
        ("үйге әлі кірген жоқ", Denied.SPREAD),
        ("the water has not reached the houses", Denied.SPREAD),
        ("разрушений нет", Denied.DAMAGE),
        ("no damage", Denied.DAMAGE),
        ("угрозы нет", Denied.THREAT),
        ("қауіп жоқ", Denied.THREAT),
        ("nothing happened", Denied.THREAT),
        ("ложный вызов", Denied.FALSE),
        ("жалған ақпарат", Denied.FALSE),
        ("it was a false alarm", Denied.FALSE),
        ("не приезжайте", Denied.UNWANTED),
        ("келмеңіздер", Denied.UNWANTED),
        ("please don't come", Denied.UNWANTED),
        ("сами потушили", Denied.OVER),
        ("өзіміз сөндірдік", Denied.OVER),
        ("we put it out", Denied.OVER),
    ],
)
def test_a_denial_is_found_with_what_it_denies(text: str, what: Denied) -> None:
    assert what in {negation.what for negation in negations(Line(Text(text)))}


@pytest.mark.parametrize(
    "text",
    [
        "не дышит",
        "дем алмайды, деми жок",
        "пульса нет",
        "not breathing, no pulse",
        "не отвечает третий день",
        "жауап жоқ, телефон алмайды",
        "скорой до сих пор нет",
        "не могу выйти",
        "шыға алмай жатырмыз",
        "электр жарығы жоқ",
        "воды нет, связи нет, бензина нет",
        "no fuel, no coal, no answer",
        "ешкім зардап шекпесе екен",  # a wish
        "противогазов нету",
        "не могут спуститься с третьего этажа",
        "",
    ],
)
def test_no_beside_something_else_denies_nothing(text: str) -> None:
    assert negations(Line(Text(text))) == ()


@pytest.mark.parametrize(
    "text",
    [
        "дем алмайды",
        "деми жок жатыр",
        "dem almai zhatyr",
        "жүрегі соқпай тұр",
        "есінен танып қалды",
        "мұзға түсіп кетті",
        "адам астында қалды",
        "қан тоқтамай жатыр",
        "шатырда отырмыз",
        "от ішінде қалды, күйіп қалды",
        "газдың иісі шығып тұр",
        "не дышит, пульса нет",
        "мужчина без сознания",
        "сидим на крыше, вода по пояс",
        "тонет человек",
        "людей унесло течением",
        "водитель зажат",
        "под завалом люди",
        "истекает кровью",
        "кровь не останавливается",
        "ребёнок наелся таблеток",
        "сильный ожог",
        "запах газа в подъезде",
        "he is not breathing",
        "she collapsed, no pulse",
        "trapped under the rubble",
        "people on the roof",
        "swept away by the river",
        "he fell through the ice",
        "bleeding heavily",
        "we smell gas",
        "боюсь, что она сделает что-то с собой",
    ],
)
def test_danger_to_life_is_recognised(text: str) -> None:
    found = life_threat(Line(Text(text)))

    assert found.value is True
    assert found.threats


@pytest.mark.parametrize(
    "text",
    [
        "тряхнуло, никто не пострадал",
        "ешкім жараланған жоқ",
        "nobody hurt, no damage",
        "фура перевернулась, водитель жив",
        "көлік аударылып қалды, жүргізушісі аман",
        "был пожар, сами потушили, не приезжайте",
        "car rolled over but the driver is fine",
        "ложный вызов: никто не тонет",
    ],
)
def test_danger_that_is_denied_is_none(text: str) -> None:
    assert life_threat(Line(Text(text))).value is False


@pytest.mark.parametrize("text", ["тушите свет", "Где купить билет?", "су жоқ", "hello", ""])
def test_silence_is_no_denial(text: str) -> None:
    assert life_threat(Line(Text(text))).value is None
