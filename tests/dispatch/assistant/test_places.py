"""Places in reports: none of these sentences is among those that the weights were made from."""

import pytest

from dispatch.assistant.place_ranking import MOST, PlaceInText, places_in
from dispatch.assistant.texts import Text
from dispatch.gazetteer.records import Kind
from dispatch.model.places import Place

BALKHASH = Place(lon=74.98, lat=46.84)


def first(text: str, near: Place | None = None) -> PlaceInText:
    return places_in(Text(text), near=near)[0]


@pytest.mark.parametrize(
    ("text", "name", "span"),
    [
        # Kazakh, in its cases.
        ("Балқашта үй жанып жатыр", "Балхаш", "Балқашта"),
        ("Лисаковскідегі мектепте газ иісі шықты", "Лисаковск", "Лисаковскідегі"),
        ("Риддер қаласында қар көшкіні жүрді", "Риддер", "Риддер"),
        ("балам суға кетті Зайсандамыз тезірек", "Зайсан", "Зайсандамыз"),
        # Without Kazakh letters, and in chat Latin.
        ("Балкашта уй жанып жатыр", "Балхаш", "Балкашта"),
        ("Кызылордадагы базарда орт", "Кызылорда", "Кызылордадагы"),
        ("balqashta ui janyp jatyr tez", "Балхаш", "balqashta"),
        ("Saryagashta su tasydy", "Сарыагаш", "Saryagashta"),
        # Russian, in its cases; earlier names; abbreviations.
        ("пожар в Балхаше на складе", "Балхаш", "Балхаше"),
        ("ДТП под Лисаковском, двое пострадавших", "Лисаковск", "Лисаковском"),
        ("в Гурьеве прорвало трубу, топит подвал", "Атырау", "Гурьеве"),
        ("Усть-Каман, ул. Казахстан, запах газа", "Усть-Каменогорск", "Усть-Каман"),
        ("Усть-Кам., запах газа в подъезде", "Усть-Каменогорск", "Усть-Кам"),
        # English.
        ("House on fire in Balkhash, two people inside", "Балхаш", "Balkhash"),
        ("Avalanche near Ridder, three skiers missing", "Риддер", "Ridder"),
        # Mixed languages, no capitals, a letter wrong.
        ("Балқашта пожар, адамдар внутри қалды", "Балхаш", "Балқашта"),
        ("срочно экибастуз третий этаж дым", "Экибастуз", "экибастуз"),
        ("пожар в Экибастусе на третьем этаже", "Экибастуз", "Экибастусе"),
        ("Пітер емес, Петропавлда өрт", "Петропавловск", "Петропавлда"),
    ],
)
def test_the_place_is_found_as_it_is_written(text: str, name: str, span: str) -> None:
    found = first(text)

    assert found.known.name.ru == name
    assert [text[start:end] for start, end in found.spans] == [span]
    assert found.known.kind in (Kind.CITY, Kind.TOWN)
    assert 0.3 <= found.probability <= 1


@pytest.mark.parametrize(
    ("text", "happens", "also"),
    [
        ("Мы едем из Караганды, перевернулись возле Балхаша", "Балхаш", "Караганда"),
        ("Қарағандыдан шықтық, Балқашта апатқа ұшырадық", "Балхаш", "Караганда"),
        ("I'm in Almaty but my father in Ridder does not answer the phone", "Риддер", "Алматы"),
        ("Мен Алматыдамын, әкем Риддерде телефонын көтермейді", "Риддер", "Алматы"),
        ("не в Балхаше, а в Приозерске горит дом", "Приозёрск", "Балхаш"),
    ],
)
def test_where_it_happens_comes_before_what_else_is_named(text: str, happens: str, also: str) -> None:
    found = places_in(Text(text))

    assert found[0].known.name.ru == happens
    assert all(one.probability < found[0].probability for one in found[1:])
    assert also in [one.known.name.ru for one in found[1:]] or found[0].probability > 0.8


@pytest.mark.parametrize(
    ("area", "region"),
    [
        ("Түркістан облысы", "Туркестанская"),
        ("Туркестанская область", "Туркестанская"),
        ("Turkestan region", "Туркестанская"),
        ("Турк. обл.", "Туркестанская"),
        ("ЗКО", "Западно-Казахстанская"),
    ],
)
def test_an_area_tells_which_of_many_villages_is_meant(area: str, region: str) -> None:
    alone = places_in(Text("Жаңажол ауылында су басты"))
    within = places_in(Text(f"{area}, Жаңажол ауылында су басты"))

    assert len(alone) == MOST
    assert max(one.probability for one in alone) < 0.3
    of_area = [one.probability for one in within if one.known.region and one.known.region.name.ru == region]
    assert within[0].known.name.ru == "Жанажол"
    assert sum(of_area) > 0.6


def test_the_point_of_the_caller_weighs_and_never_filters() -> None:
    text = "Жаңажол ауылында су басты"
    aktobe = Place(lon=57.2, lat=50.28)

    assert first(text, aktobe).probability > first(text).probability
    far = first("В Шымкенте горит склад на рынке", BALKHASH)
    assert far.known.name.ru == "Шымкент"


def test_a_place_that_is_named_twice_is_one_with_two_spans() -> None:
    text = "Балқаш, Балқашта үй жанып жатыр"
    found = places_in(Text(text))

    assert [text[start:end] for start, end in found[0].spans] == ["Балқаш", "Балқашта"]
    assert len({one.known.id for one in found}) == len(found)


def test_a_distance_is_the_radius_around_the_place_it_is_stated_from() -> None:
    text = "ДТП на трассе Караганда — Балхаш, 40 км от Балхаша"
    found = {one.known.name.ru: one for one in places_in(Text(text))}

    assert found["Балхаш"].radius_m == 40_000
    assert found["Балхаш"].radius_span is not None
    assert text[slice(*found["Балхаш"].radius_span)] == "40 км"
    assert all(one.radius_m is None for name, one in found.items() if name != "Балхаш")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🔥🔥🔥",
        "Үй жанып жатыр, тез келіңіздер",
        "Горит дом, внутри дети, приезжайте скорее",
        "there is a fire on the third floor",
        "+7 701 000 00 00",
        "بيتنا يحترق",
    ],
)
def test_a_text_that_names_no_place_has_none(text: str) -> None:
    assert [one for one in places_in(Text(text)) if one.probability >= 0.5] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Трасса в сторону Риддера, 25 км от Усть-Каменогорска, перевернулась машина", "Усть-Каменогорск"),
        ("В направлении Тараза, 12 км от Шымкента, горит фура", "Шымкент"),
        ("Едем в сторону Риддера, не доезжая 7 км до Шемонаихи столкнулись две машины", "Шемонаиха"),
        ("Тараз бағытында, Шымкенттен 12 шақырым, фура жанып жатыр", "Шымкент"),
        ("Taraz jaqqa bara jatyrmyz, Shymkentten 12 shaqyrym, avariya", "Шымкент"),
        ("25 km from Oskemen heading to Ridder a car rolled over", "Усть-Каменогорск"),
        ("a bus bound for Taraz crashed 12 km from Shymkent", "Шымкент"),
    ],
)
def test_where_a_road_leads_is_not_where_it_happens(text: str, name: str) -> None:
    assert first(text).known.name.ru == name
