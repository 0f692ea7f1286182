"""Claims of texts, where they contradict each other or what is known, and texts that are used again."""

import pytest

from dispatch.assistant.claims import ClaimedPlace, Claims, checklist, claims_of
from dispatch.assistant.contradictions import Against, Contradiction, contradictions, known_of_incident
from dispatch.assistant.negations import Denied
from dispatch.assistant.reading import read
from dispatch.assistant.report_card import CardCode
from dispatch.assistant.reused_texts import MOST, reused
from dispatch.model.places import Place
from tests.dispatch.assistant.help_figures import HELPS
from tests.dispatch.assistant.labelled import messages, shares
from tests.dispatch.assistant.test_any_text import HOSTILE

TALGAR = Place(lon=77.24, lat=43.30)
SHYMKENT = Place(lon=69.60, lat=42.32)


def between(first: str, second: str) -> list[Contradiction]:
    return list(contradictions(claims_of(read(first)), claims_of(read(second))))


def test_the_checklist_is_what_may_be_true_or_false() -> None:
    lines = checklist(read("В Талгаре горит дом, внутри двое детей, тел 8 701 555 12 34"))

    assert {CardCode.TYPE, CardCode.PLACE, CardCode.PEOPLE} <= {line.code for line in lines}
    assert {CardCode.PHONE, CardCode.MISSING}.isdisjoint(line.code for line in lines)
    assert all(line.spans for line in lines)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("Пожар в Талгаре, горит дом", "A house is on fire in Shymkent", Against.PLACE),
        ("5 адам жараланды", "12 people are injured", Against.COUNT),
        ("Горит дом, пламя из окон, пожар", "Су басып жатыр, үйге су кірді, тасқын", Against.TYPE),
        ("Сейчас вода идёт в село", "Завтра ожидается паводок", Against.TIME),
        # Without a word of time, people tell what goes on; hearsay of what will be is none of that.
        ("Паводок, дом затопило, люди на крыше", "Су тасуы мүмкін, ауыл дайындалсын", Against.TIME),
        ("Flood, people are trapped on a roof", "Говорят, что завтра придёт паводок", Against.TIME),
        ("Горит дом, пострадавших нет", "Горит дом, у бабушки ожоги", Against.DENIAL),
        ("Пожара нет, просто дым от шашлыка", "Горит дом, пламя из окон, пожар", Against.DENIAL),
    ],
)
def test_what_cannot_both_be_right_is_a_contradiction_with_its_words(first: str, second: str, code: Against) -> None:
    found = [one for one in between(first, second) if one.code is code]

    assert found
    assert all(one.first_spans and one.second_spans for one in found)


@pytest.mark.parametrize("code", Against)
def test_turned_round_the_sides_are_exchanged(code: Against) -> None:
    first, second = (
        "Пожар в Талгаре, горит дом, 5 пострадавших",
        "A house is on fire in Shymkent, 12 people, nobody is hurt",
    )

    there = {(one.first, one.second) for one in between(first, second) if one.code is code}

    assert {(one.second, one.first) for one in between(second, first) if one.code is code} == there


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # A town and the district in which it is.
        ("Пожар в Талгаре", "Пожар в Талгарском районе"),
        # About right.
        ("12 человек отравились", "around 14 people are poisoned"),
        # Told later.
        ("Горит дом", "Вчера горел дом, уже потушили"),
        # No number, no contradiction.
        ("Люди внутри", "5 people are inside"),
        ("", "Пожар в Талгаре, 5 пострадавших"),
    ],
)
def test_what_two_careful_people_may_say_is_none(first: str, second: str) -> None:
    assert between(first, second) == []


def test_a_distance_that_is_stated_is_no_contradiction() -> None:
    near = Claims(places=(ClaimedPlace(place=TALGAR, reach_m=700_000.0),))

    assert contradictions(near, Claims(places=(ClaimedPlace(place=SHYMKENT),))) == ()


def test_two_regions_far_apart_contradict_and_one_region_does_not() -> None:
    here = Claims(places=(ClaimedPlace(place=TALGAR, region="KZ19", is_area=True),))

    assert contradictions(here, Claims(places=(ClaimedPlace(place=SHYMKENT, region="KZ79"),)))
    assert not contradictions(here, Claims(places=(ClaimedPlace(place=SHYMKENT, region="KZ19"),)))
    assert not contradictions(here, Claims(places=(ClaimedPlace(place=SHYMKENT),)))


def test_a_text_is_held_against_what_is_known_of_its_incident() -> None:
    text = claims_of(read("Горит дом, пламя из окон, пожар в Талгаре, 5 пострадавших"))
    known = known_of_incident(type_="flood", centre=SHYMKENT, people=40)

    found = {one.code: one for one in contradictions(text, known)}

    assert set(found) == {Against.TYPE, Against.PLACE, Against.COUNT}
    assert found[Against.PLACE].apart_m == pytest.approx(620_000, rel=0.1)
    assert found[Against.COUNT].second == "40"
    assert all(one.second_spans == () for one in found.values())


def test_of_an_incident_without_facts_nothing_is_contradicted() -> None:
    text = claims_of(read("Горит дом, пожар в Талгаре, 5 пострадавших"))

    assert contradictions(text, known_of_incident(type_=None, centre=None)) == ()


def test_a_denial_without_words_has_no_spans() -> None:
    (found,) = contradictions(Claims(denied={Denied.GAS: None}), Claims(threats={"gas": None}))

    assert (found.first_spans, found.second_spans) == ((), ())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_claims_something_or_nothing(name: str) -> None:
    claims = claims_of(read(HOSTILE[name]))

    contradictions(claims, claims)
    assert len(reused(HOSTILE[name], {"other": HOSTILE[name]})) <= 1


LONG = "Срочно! В Талгаре прорвало дамбу, вода идёт на село, передайте всем соседям и родным"


def test_a_text_that_was_passed_on_is_found_with_what_is_the_same() -> None:
    (found,) = reused(
        f"{LONG}. Мне прислали", {"a": LONG.upper(), "b": "В Талгаре всё спокойно, дамба стоит, воды нет"}
    )

    assert found.other == "a"
    assert found.share == 1.0
    assert found.spans == ((0, len(LONG)),)


def test_parts_that_are_used_again_are_told_apart() -> None:
    changed = LONG.replace("дамбу", "плотину ниже")

    (found,) = reused(changed, {"a": LONG})

    assert 0.6 <= found.share < 1
    assert ["плотину" in changed[start:end] for start, end in found.spans] == [False, False]


def test_a_formula_is_no_reuse() -> None:
    assert reused("Приезжайте быстрее, пожалуйста", {"a": "Приезжайте быстрее, пожалуйста"}) == ()


def test_a_likeness_of_meanings_finds_a_translation() -> None:
    (found,) = reused(LONG, {"en": "The dam at Talgar broke"}, likeness=lambda _one, _other: 0.93)

    assert (found.other, found.share, found.spans) == ("en", 0.93, ())


def test_the_most_alike_come_first_and_are_few() -> None:
    others = {f"{number:02}": LONG for number in range(MOST + 5)}

    assert [one.other for one in reused(LONG, others)] == sorted(others)[:MOST]


LEAST = {
    "card: complete": 0.87,
    "contradiction of count: found": 0.7,
    "contradiction of place: none where labels agree": 0.99,
    "contradiction of type: none where labels agree": 0.99,
    "contradiction of count: none where labels agree": 0.98,
    "contradiction of time: none where labels agree": 0.98,
    "contradiction of place: found between events": 0.75,
    "reused text: none in one event": 0.99,
}


def test_the_helps_are_as_good_as_they_were() -> None:
    values = {share.name: share.value for share in shares(HELPS, messages())}

    assert {name: values[name] for name, least in LEAST.items() if values[name] < least} == {}
