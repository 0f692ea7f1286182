"""What the data themselves demand: every settlement is found by each of its names, however it is written.

A sample of them, from a seed; DESIGN 145 has the figures of all.
"""

import random
from collections.abc import Callable, Iterable

import pytest

from dispatch.gazetteer.built_in import built_in
from dispatch.gazetteer.records import Kind, Known
from dispatch.model.geo import distance_m
from dispatch.model.places import Place
from tests.dispatch.gazetteer.case_endings import kazakh, russian

GAZETTEER = built_in()
STEP = 61
SETTLEMENTS = [one for one in GAZETTEER._places if one.kind not in (Kind.REGION, Kind.DISTRICT)][::STEP]
PLAIN = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІыйЫЙ", "агкноуухиАГКНОУУХИииИИ")
LETTERS = "абвгдежзиклмнопрстуфхшыі"


def names(known: Known) -> set[str]:
    return {known.name.kk, known.name.ru, known.name.en}


def plain(known: Known) -> set[str]:
    return {name.translate(PLAIN) for name in names(known)}


def misspelt(known: Known) -> Iterable[str]:
    chance = random.Random(known.id)
    for name in sorted({known.name.kk, known.name.ru}):
        if len(name) >= 4:
            at, letter = chance.randrange(len(name)), chance.choice(LETTERS)
            head, tail = name[:at], name[at + 1 :]
            yield chance.choice(
                (head + tail, head + letter + name[at:], head + letter + tail, head + tail[:1] + name[at] + tail[1:])
            )


def in_kazakh_cases(known: Known) -> Iterable[str]:
    return kazakh(known.name.kk)


def in_russian_cases(known: Known) -> Iterable[str]:
    return russian(known.name.ru)


@pytest.mark.parametrize(
    ("written", "share"),
    [(names, 0.99), (plain, 0.99), (misspelt, 0.95), (in_kazakh_cases, 0.95), (in_russian_cases, 0.95)],
    ids=["names", "plain-letters", "one-typo", "kazakh-cases", "russian-cases"],
)
def test_settlements_are_among_the_first_five(written: Callable[[Known], Iterable[str]], share: float) -> None:
    chance = random.Random(7)
    asked = found = 0
    for known in SETTLEMENTS:
        # The operator looks at a map some 10 km away.
        near = Place(lon=known.place.lon + chance.uniform(-0.15, 0.15), lat=known.place.lat + chance.uniform(-0.1, 0.1))
        for text in written(known):
            asked += 1
            found += is_among(known, text, near)

    assert asked > 100
    assert found / asked >= share


def test_the_district_tells_places_of_one_name_apart() -> None:
    for known in SETTLEMENTS:
        if known.district is not None:
            assert is_among(known, f"{known.name.ru}, {known.district.name.ru} район", None), known
            assert is_among(known, f"{known.name.kk} {known.district.name.kk} ауданы", None), known


def is_among(known: Known, text: str, near: Place | None) -> bool:
    found = GAZETTEER.find(text, near=near, limit=5)
    return any(one.known.id == known.id or distance_m(one.known.place, known.place) < 250 for one in found)
