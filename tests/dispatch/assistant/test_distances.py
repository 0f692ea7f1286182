"""Distances from places, and numbers of roads."""

import pytest

from dispatch.assistant.distances import Direction, offsets_in, roads_in
from dispatch.assistant.texts import Text


@pytest.mark.parametrize(
    ("text", "span", "metres", "direction"),
    [
        ("авария в 3 км от Талгара", "3 км", 3_000, Direction.FROM),
        ("не доезжая 15 км до Акколя", "15 км", 15_000, Direction.BEFORE),
        ("не доезжая Акколя кил 15", "кил 15", 15_000, Direction.BEFORE),
        ("Ақкөлге 15 шақырым жетпей тұрмыз", "15 шақырым", 15_000, Direction.BEFORE),
        ("Аккольге 15 шакырым жетпей турмыз", "15 шакырым", 15_000, Direction.BEFORE),
        ("Aqkolge 15 shaqyrym zhetpei turmyz", "15 shaqyrym", 15_000, Direction.BEFORE),
        ("Бейнеуден 20 шақырымда соқтығыс болды", "20 шақырымда", 20_000, Direction.FROM),
        ("жеті шақырым қалды", "жеті шақырым", 7_000, Direction.BEFORE),
        ("двадцать километров от города", "двадцать километров", 20_000, Direction.FROM),
        ("about 12 miles out of Beyneu", "12 miles", 19_312, Direction.FROM),
        ("2,5 км севернее Балхаша", "2,5 км", 2_500, Direction.NORTH),
        ("Балқаштан 10 км солтүстікке қарай", "10 км", 10_000, Direction.NORTH),
        ("5-7 км от посёлка", "5-7 км", 5_000, Direction.FROM),
        ("в 500 метрах от заправки", "500 метрах", 500, Direction.FROM),
        ("Балхаш, 12 км", "12 км", 12_000, None),
    ],
)
def test_a_distance_has_its_words(text: str, span: str, metres: float, direction: Direction | None) -> None:
    (found,) = offsets_in(Text(text))

    assert text[slice(*found.span)] == span
    assert (found.metres, found.direction) == (metres, direction)


@pytest.mark.parametrize(
    "text",
    [
        "скорость 120 км в час",
        "ехал 140 км/ч",
        "желдің жылдамдығы 30 метрге жетеді",
        "вода поднялась на 200 метров",
        "глубина 150 м",
        "тел 8 701 000 30 03",
        "видимость 500 м",
        "50 м",
        "9999 км",
        "в 3 км/с",
    ],
)
def test_other_numbers_are_no_distances(text: str) -> None:
    assert offsets_in(Text(text)) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("трасса М-36, 1240 км", ["M-36"]),
        ("M36 бойында", ["M-36"]),
        ("на А-1 и Р4", ["A-1", "P-4"]),
        ("КХ-12", ["KX-12"]),
        ("A 25-year-old man", []),
        ("A 25 year old man", []),
        ("школа А-1.5", []),
        ("температура -31", []),
    ],
)
def test_roads_have_numbers(text: str, codes: list[str]) -> None:
    assert [one.code for one in roads_in(Text(text))] == codes
