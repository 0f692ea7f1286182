"""The card of a text, exact in three languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant import card_texts
from dispatch.assistant.distances import Direction
from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.languages import Language
from dispatch.assistant.missing import Fact
from dispatch.assistant.negations import Denied
from dispatch.assistant.reading import Reading, read
from dispatch.assistant.report_card import MOST, CardCode, CardLine, card, card_text, rendered
from dispatch.assistant.texts import LONGEST
from dispatch.assistant.threats import KINDS
from dispatch.assistant.times import When
from dispatch.plans.book import load_builtin
from tests.dispatch.assistant.help_figures import read_once
from tests.dispatch.assistant.labelled import Message, messages
from tests.dispatch.assistant.test_any_text import HOSTILE
from tests.support.strategies import UNTIMED  # noqa: F401 -- its import sets the profile of Hypothesis

FIRE = (
    "В 3 км от Талгара горит дом, трасса М-36, внутри двое детей. 15 минут назад. Пострадавших нет. Тел 8 701 555 12 34"
)
DIGITS = re.compile(r"\d+")


def lines_of(text: str, code: CardCode) -> list[CardLine]:
    return [line for line in card(read(text)) if line.code is code]


def shown_of(text: str, code: CardCode, language: str) -> list[str]:
    return [rendered(line, language) for line in lines_of(text, code)]


@pytest.mark.parametrize(
    ("language", "place", "people", "moment", "phone"),
    [
        ("kk", "Орны: Талғар (Талғар ауданы, Алматы облысы), одан 3 км", "Адам саны: 2", "15 мин бұрын", "Телефон"),
        ("ru", "Место: Талгар (Талгарский район, Алматинская область), 3 км от него", "Людей: 2", "15 мин назад", "Телефон"),
        ("en", "Place: Talgar (Talgar District, Almaty Region), 3 km from it", "People: 2", "15 min ago", "Phone"),
    ],
)  # fmt: skip
def test_a_card_says_the_same_in_three_languages(
    language: str, place: str, people: str, moment: str, phone: str
) -> None:
    shown = card_text(card(read(FIRE)), language).splitlines()

    assert place in shown
    assert people in shown
    assert any(line.endswith(moment) for line in shown)
    assert f"{phone}: 8 701 555 12 34" in shown
    assert any(line.endswith("M-36") for line in shown)


def test_the_first_line_is_what_it_may_be() -> None:
    assert shown_of(FIRE, CardCode.TYPE, "en")[0] == "Possibly: building fire"


def test_denials_are_said_as_what_was_said() -> None:
    assert shown_of(FIRE, CardCode.DENIED, "kk") == ["Айтылғаны: зардап шеккен адам жоқ"]


def test_what_is_missing_is_told_last() -> None:
    last = card(read("Пожар, горит дом"))[-1]

    assert last.code is CardCode.MISSING
    assert rendered(last, "ru").startswith("Не сказано: место; точный адрес")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("around 20 people are trapped in the school", "People: about 20"),
        ("5-6 people are injured in the bus crash", "People: 5–6"),
    ],
)
def test_people_are_told_as_exactly_as_the_text_does(text: str, shown: str) -> None:
    assert shown_of(text, CardCode.PEOPLE, "en") == [shown]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("flood, the water came 2 hours ago", "2 h ago"),
        ("the dam will break in 20 minutes", "in 20 min"),
        ("авария в 14:05", "14:05"),
        ("три дня назад ушёл и пропал", "3 d ago"),
        ("үш күннен бері жоқ", "for 3 d"),
    ],
)
def test_times_are_told_in_the_largest_whole_unit(text: str, shown: str) -> None:
    assert shown_of(text, CardCode.MOMENT, "en") == [f"Time stated: {shown}"]


def test_a_place_that_is_not_sure_is_told_so() -> None:
    params = lines_of("Пожар в Талгаре", CardCode.PLACE)[0].params
    line = CardLine(code=CardCode.MAYBE_PLACE, params=params, spans=((0, 1),))

    assert rendered(line, "en").startswith("Perhaps the place: Talgar")


def test_regions_and_districts_are_named_once() -> None:
    region = {"kk": "Ақмола", "ru": "Акмолинская", "en": "Akmola"}
    district = {"kk": "Бурабай", "ru": "Бурабайский", "en": "Burabay"}
    params = {
        "name": region,
        "kind": "region",
        "district": None,
        "region": region,
        "distance_m": None,
        "direction": None,
    }

    assert card_texts.place_text(params, 1) == "Акмолинская область"
    assert card_texts.place_text({**params, "name": district, "kind": "district", "district": district}, 0) == (
        "Бурабай ауданы (Ақмола облысы)"
    )


def test_a_city_that_is_a_region_is_no_region_of_itself() -> None:
    city = {"kk": "Астана", "ru": "Астана", "en": "Astana"}
    params = {"name": city, "kind": "city", "district": None, "region": city, "distance_m": 500.0, "direction": None}

    assert card_texts.place_text(params, 2) == "Astana, 500 m from it"


@pytest.mark.parametrize("direction", [*Direction, None])
def test_every_direction_has_words_with_the_distance(direction: Direction | None) -> None:
    assert all("{far}" in text for text in card_texts.DIRECTIONS[direction])


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("language", Language),
        ("time", When),
        ("threat", KINDS),
        ("denied", Denied),
        ("missing", Fact),
    ],
)
def test_every_value_has_words_in_three_languages(code: str, values: list[str]) -> None:
    assert set(card_texts.VALUES[code]) == {str(value) for value in values}
    assert all(len(set(texts)) >= 1 and all(texts) for texts in card_texts.VALUES[code].values())


def test_every_code_has_a_label() -> None:
    assert set(card_texts.LABELS) == set(CardCode)


def test_every_type_of_the_plans_has_words() -> None:
    assert set(card_texts.TYPES) == set(load_builtin().plans)


def test_a_type_that_a_deployer_added_stands_as_it_is() -> None:
    assert card_texts.value_text("type", "mine.collapse", 0) == "mine.collapse"


def numbers_said(line: CardLine) -> set[str]:
    """The numbers that a line has to show, and no others."""
    params = line.params
    match line.code:
        case CardCode.PHONE | CardCode.ROAD:
            return set(DIGITS.findall(params["value"]))
        case CardCode.PEOPLE:
            return {str(number) for number in (params["count"], params["upper"]) if number is not None}
        case CardCode.PLACE | CardCode.MAYBE_PLACE:
            far = params["distance_m"]
            names = "".join(name for area in ("name", "district", "region") for name in (params[area] or {}).values())
            own = set() if far is None else set(DIGITS.findall(f"{far / 1000 if far >= 1000 else far:g}"))
            return own | set(DIGITS.findall(names))
        case CardCode.MORE:
            return {str(params["count"])}
        case _:
            return set()


def minutes_shown(shown: str) -> int:
    """The minutes that a rendering says, whatever its language."""
    if clock := re.search(r"(\d\d):(\d\d)$", shown):
        return int(clock[1]) * 60 + int(clock[2])
    found = re.search(r"(\d+) (\S+)", shown)
    assert found is not None
    sizes = {"min": 1, "мин": 1, "h": 60, "ч": 60, "сағ": 60, "d": 1440, "сут": 1440, "тәул": 1440}
    return int(found[1]) * sizes[found[2]]


def assert_exact(reading: Reading) -> None:
    """Read back: numbers, phones and names of each rendering are those of the reading."""
    for line in card(reading):
        for at, language in enumerate(card_texts.LANGUAGES):
            shown = rendered(line, language)
            if line.code is CardCode.MOMENT:
                stated = (
                    line.params["minutes"] if line.params["minute_of_day"] is None else line.params["minute_of_day"]
                )
                assert minutes_shown(shown) == abs(stated)
                continue
            assert set(DIGITS.findall(shown)) <= numbers_said(line)
            if line.code in (CardCode.PLACE, CardCode.MAYBE_PLACE):
                assert line.params["name"][card_texts.LANGUAGES[at]] in shown
            elif line.code is not CardCode.MORE:
                assert numbers_said(line) <= set(DIGITS.findall(shown))
            if line.code is CardCode.PHONE:
                assert line.params["value"] in shown
                assert line.params["value"] in reading.text.whole


@pytest.mark.parametrize("message", messages(), ids=lambda one: one.msg)
def test_numbers_phones_and_names_are_the_same_in_each_language(message: Message) -> None:
    assert_exact(read_once(message.text))


@pytest.mark.parametrize("message", messages(), ids=lambda one: one.msg)
def test_only_what_has_a_span_is_on_the_card(message: Message) -> None:
    lines = card(read_once(message.text))

    assert all(line.spans for line in lines if line.code is not CardCode.MISSING)
    assert all(0 <= start < end <= len(message.text) for line in lines for start, end in line.spans)


def test_ten_thousand_phones_are_some_lines_and_the_number_of_the_others() -> None:
    lines = card(read("+7 701 555 12 34, " * 10_000))

    assert len([line for line in lines if line.code is CardCode.PHONE]) == MOST
    more = next(line for line in lines if line.code is CardCode.MORE)
    assert rendered(more, "en") == f"More: Phone: {more.params['count']}"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_has_a_card(name: str) -> None:
    reading = read(HOSTILE[name])

    assert_exact(reading)
    assert len(card(reading)) <= len(CardCode) * (MOST + 1)
    assert all(end <= LONGEST for line in card(reading) for _, end in line.spans)


@given(text=st.text(max_size=200))
def test_any_text_has_a_card(text: str) -> None:
    assert_exact(read(text))


def test_kinds_of_hints_and_lines_share_their_words() -> None:
    """A page that knows the one knows the other."""
    # A card is no line of itself; the others are not read from one text alone, or are none of its facts.
    of_more = {"card", "similar", "contradiction", "reused", "claims", "summary", "draft", "name"}
    assert {kind.value for kind in HintKind} - of_more <= {code.value for code in CardCode}
