"""How many people are affected, in three languages and their spellings; and what is no count of people."""

import json

import pytest

from dispatch.assistant.people import people
from dispatch.assistant.people_groups import Role
from dispatch.assistant.phrases import Line
from dispatch.assistant.texts import Text
from tests.dispatch.assistant.labelled import FILE


def counted(text: str) -> int | None:
    return people(Line(Text(text))).count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        # Kazakh: with its letters, on a Russian keyboard, in chat Latin.
        ("үйде бес адам қалды", 5),
        ("уйде бес адам калды", 5),
        ("uide bes adam qaldy", 5),
        ("үйде жиырма бес адам бар", 25),
        ("жиырма-отыз адам бар", 20),
        ("30 шақты адам қалып қойды", 30),
        ("отызға жуық бала", 30),
        ("қырықтан астам оқушы", 40),
        ("он екі жұмысшы жер астында", 12),
        ("он жұмысшы жер астында", 10),
        ("жүз жиырма тұрғын көшірілді", 120),
        ("екі кішкентай бала үйде жалғыз", 2),
        ("үш жараланған жігіт", 3),
        ("төртеуміз, көліктеміз", 4),
        ("біз үшеуіміз, тоңып жатырмыз", 3),
        ("көлікте бесеуміз", 5),
        ("5-еуміз мұзда қалдық", 5),
        ("балықшылар мұзда, үшеуі суға түсіп кетті", 3),
        ("8 адамбыз", 8),
        ("екі комбайншы күйіп қалды", 2),
        ("шал-кемпір үйде қалды", 2),
        ("шатырда әке мен бала отыр", 2),
        ("екі жүздей адам көшірілуі керек", 200),
        ("ішінде 4 адам бар, екеуі бала", 4),
        # Russian: cases, collective numbers, either order.
        ("на льдине двое рыбаков", 2),
        ("двоих детей надо снять", 2),
        ("нас пятеро", 5),
        ("нас 5", 5),
        ("нас на крыше шестеро", 6),
        ("нас в машине 4", 4),
        ("их трое", 3),
        ("человек двадцать", 20),
        ("человек 20 примерно", 20),
        ("около тридцати человек", 30),
        ("двадцать пять пассажиров", 25),
        ("сто двенадцать человек без света", 112),
        ("с двумя детьми на руках", 2),
        ("пострадавших трое", 3),
        ("пострадавших: 3", 3),
        ("лежачих девять", 9),
        ("пять-шесть человек", 5),
        ("5-6 человек", 5),
        ("от 5 до 7 человек", 5),
        ("семья из пяти человек", 5),
        ("семья из пяти", 5),
        ("внутри 11", 11),
        ("четверо в машине", 4),
        ("двое взрослых и трое детей", 5),
        ("4 чел, двое детей", 4),
        ("мать с ребёнком в воде", 2),
        ("десятка два туристов", 20),
        ("пара рыбаков на льдине", 2),
        ("втроём сидим на дереве", 3),
        ("1 200 человек эвакуируют", 1200),
        ("3 тысячи человек без света", 3000),
        ("шестнадцати пострадавшим", 16),
        # English.
        ("three workers down", 3),
        ("there are five of us", 5),
        ("five of them with a toddler", 5),
        ("a family of five on the roof", 5),
        ("twenty-five passengers", 25),
        ("about forty people", 40),
        ("around 20 injured", 20),
        ("we are six, the water rises", 6),
        ("two old men and a dog", 2),
        ("a couple of hikers are lost", 2),
        ("a dozen kids", 12),
        ("two or three people", 2),
        ("one hundred and twelve guests", 112),
        ("three in the car", 3),
        ("six people burned, two of them badly", 6),
        ("mother and child in the water", 2),
    ],
)
def test_people_are_counted(text: str, count: int) -> None:
    assert counted(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "бабушке 78 лет",
        "ребёнок 4 года",
        "мальчик тринадцати лет",
        "девочка 7 лет в красной куртке",
        "жасы төртте, баланың аты Арман",
        "он екі жасар бала",
        "үш жасар қызым",
        "72 years old man",
        "boy 7, blue jacket",
        "a 9-year-old girl",
        "на пятом этаже, квартира 12",
        "12 үй, 4 пәтер, 5-қабат",
        "third floor, flat 25",
        "в 7 км от города",
        "60 шақырым жерде",
        "аяз минус 27",
        "мороз -31, ветер 25-30 метров",
        "в 22:40, едем с 10 до 16",
        "две бригады скорой и три машины",
        "нужны двое спасателей",
        "екі құтқарушы келді",
        "two ambulances and four firefighters",
        "қырық бас жылқы арғы бетте қалды",
        "5 коров и 12 баранов утонули",
        "two dogs on the ice",
        "газ баллондары бар, екеуі жарылды",
        "двое суток без связи",
        "нас затопило, 5 домов",
        "у нас 5 минут",
        "Ақсай-4, Самал-2, Батыс 2, балам күйді",
        "он упал",
        "he is on the roof",
        "три дома горят",
        "звоните 112 или 103",
        "87010002208 мужчина упал",
        "one of the rooms is on fire",
        "",
    ],
)
def test_what_is_no_count_of_people_is_not_counted(text: str) -> None:
    assert counted(text) is None


def test_the_span_says_the_number_with_its_noun_and_what_makes_it_approximate() -> None:
    text = "Тут около двадцати человек на льдине"

    found = people(Line(Text(text)))

    assert [text[start:end] for start, end in found.spans] == ["около двадцати человек"]
    assert found.is_about


def test_a_range_keeps_both_ends() -> None:
    found = people(Line(Text("внутри 5-6 человек")))

    assert (found.count, found.upper, found.is_about) == (5, 6, True)


def test_those_who_help_are_a_group_but_not_the_answer() -> None:
    found = people(Line(Text("Дед упал. Двое парней делают массаж сердца, едут 3 врача")))

    assert [group.role for group in found.groups] == [Role.HELPING, Role.CREW]
    assert found.count is None


def test_a_part_of_a_larger_group_is_not_the_answer() -> None:
    found = people(Line(Text("Автобус перевернулся, было 30 человек. Двое не двигаются")))

    assert found.count == 30


def test_a_person_without_a_number_is_named_not_counted() -> None:
    text = "У моего мужа болит сердце"

    found = people(Line(Text(text)))

    assert found.count is None
    assert [text[start:end] for start, end in found.lone] == ["моего мужа"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Я и мой друг застряли в подвале", 2),
        ("Мы с мужем застряли в лифте", 2),
        ("вдвоём с братом упали в овраг", 2),
        ("Отец, мать и двое детей отравились", 4),
        ("Әкесі, шешесі және екі баласы уланды", 4),
        ("A couple and their two children are missing", 4),
        ("The driver, his wife and a child are hurt", 3),
        ("Екі баласымен әйел шатырда отыр", 3),
        ("Төрт ер адам мен екі әйел оралмады", 6),
        ("Девять человек в маршрутке, четверо из них дети, все ранены", 9),
        ("Two dozen workers are trapped", 24),
        ("Half a dozen kids fell through the ice", 6),
        # Who calls is not one of those he tells of, and two who saw something are not affected.
        ("Звонит сосед, мать с ребёнком задыхаются", 2),
        ("Брат звонил, сестра тоже слышала хлопок", None),
        ("Мы с мужем слышали хлопок", None),
        # A number names what stands before it, but not across a comma.
        ("Satpayev 5, fifth floor, two kids inside", 2),
        ("дом 5, пятый этаж, двое детей внутри", 2),
        ("third floor 2 kids", None),
    ],
)
def test_people_who_are_named_one_after_the_other_are_one_group(text: str, count: int | None) -> None:
    assert counted(text) == count


def test_people_in_messages_that_were_written_before_the_rules() -> None:
    told = [json.loads(line) for line in FILE.with_name("counted_people.jsonl").read_text("utf-8").splitlines()]
    counts = [(counted(one["text"]), one["people"]) for one in told]

    exact = [found == wanted for found, wanted in counts if (wanted or 0) > 1]
    none = [(found or 0) <= 1 for found, wanted in counts if wanted is None]

    assert sum(exact) >= len(exact) - 2
    assert all(none)
