"""Names that people say are theirs, and the many words that are no names."""

import pytest

from dispatch.assistant.names import MOST, names_in
from dispatch.assistant.texts import Text
from tests.dispatch.assistant.labelled import messages
from tests.dispatch.assistant.test_any_text import HOSTILE


def named(text: str) -> list[str]:
    found = names_in(Text(text))
    assert all(text[slice(*one.span)] == one.text for one in found)
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Пожар, меня зовут Айгуль Серикова, Абая 10", "Айгуль Серикова"),
        ("зовут меня Иван Петрович Сидоров. Приезжайте", "Иван Петрович Сидоров"),
        ("Моё имя – Анна-Мария", "Анна-Мария"),
        ("Менің атым Әйгерім, үйде өрт", "Әйгерім"),
        ("менин атым Бауыржан Тілеуов", "Бауыржан Тілеуов"),
        ("Мені Нұрлан деп атайды, Талғарданмын", "Нұрлан"),
        ("Менің есімім: Қайрат", "Қайрат"),
        ("salem menin atym Dauren, qar basyp qaldy", "Dauren"),
        ("Hello, my name is Sarah O’Neill and we need help", "Sarah O’Neill"),
        ("my name's Jean-Luc", "Jean-Luc"),
        ("this is Emily Carter speaking, the bridge is gone", "Emily Carter"),
        ("🔥🔥 меня зовут Ержан", "Ержан"),
    ],
)
def test_a_name_is_read_where_somebody_says_it(text: str, name: str) -> None:
    assert named(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        # Addresses and places with the names of people.
        "Абая 10, квартира 5",
        "улица Айгуль Серикова",
        "Жамбыл Жабаев көшесі 12",
        "пожар на Кирова",
        # The same words for something else.
        "меня зовут на помощь соседи",
        "соседи зовут Меня",
        "Менің атым жоқ",
        "атым жығылды",
        "this is Tengiz camp security",
        "this is an emergency speaking plainly",
        "my name is not important",
        "меня зовут не скажу как",
        # Other people than whoever speaks.
        "сына зовут Ержан",
        "её зовут Айгуль",
        # In capitals a capital says nothing.
        "МЕНЯ ЗОВУТ НА ПОМОЩЬ СОСЕДИ",
        "MY NAME IS NOT IMPORTANT",
        "",
    ],
)
def test_what_names_nobody_gives_no_name(text: str) -> None:
    assert named(text) == []


def test_no_labelled_message_introduces_anybody_and_none_gets_a_name() -> None:
    assert [one.text for one in messages() if named(one.text)] == []


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_any_text_is_read_in_bounded_time(text: str) -> None:
    assert len(named(text)) <= MOST


def test_a_name_that_is_said_again_is_told_once_and_a_list_of_people_is_bounded() -> None:
    assert named("меня зовут Анна. Повторяю: меня зовут Анна") == ["Анна"]
    assert len(named(". ".join(f"меня зовут Анна{letter}" for letter in "абвгде"))) == MOST
