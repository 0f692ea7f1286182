"""Types of incident. None of these sentences is among those that the weights were made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant import logistic
from dispatch.assistant.concepts import built_in_lexicon, concepts_of
from dispatch.assistant.incident_types import MOST_TYPES, NONE, built_in_model, likely_types
from dispatch.assistant.texts import Text


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("Горит квартира на пятом этаже, из окна дым", "fire.building"),
        ("Бесінші қабаттағы пәтер өртеніп жатыр, терезеден түтін шығып тұр", "fire.building"),
        ("besinshi qabattagy pater ortenip zhatyr, tutin shygyp tur", "fire.building"),
        ("The steppe is burning behind the village, dry grass, wind towards the houses", "fire.wildland"),
        ("Вода зашла во двор, речка вышла из берегов, топит улицу", "flood"),
        ("озен тасып кетти, су уйлерге кирип жатыр", "flood"),
        ("Сильный запах газа в подъезде, у соседей кружится голова", "hazmat"),
        ("Мама не дышит, пульса нет, делаем массаж сердца", "medical.cardiac_arrest"),
        ("Әкем дем алмай жатыр, жүрегі тоқтап қалды", "medical.cardiac_arrest"),
        ("Two cars collided on the highway, the driver is trapped", "road.accident"),
        ("Автобус аударылып қалды, жүргізуші қысылып қалған", "road.accident"),
        ("Жер сілкінді, қабырға жарылды, люстра шайқалды", "earthquake"),
        ("Буран, стоим на трассе, дорогу замело, бензин кончается", "storm"),
        ("Дед ушёл за грибами вчера утром и не вернулся, телефон вне сети", "search.missing_person"),
        ("Соседка третий день не открывает дверь, живёт одна", "welfare.check"),
    ],
)
def test_a_report_has_its_type_among_three_with_words_that_speak_for_it(text: str, type_: str) -> None:
    read = Text(text)
    found = likely_types(read, concepts_of(read))
    assert type_ in [one.value for one in found]
    assert len(found) <= MOST_TYPES
    assert all(one.spans and all(0 <= start < end <= len(text) for start, end in one.spans) for one in found)
    assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)


@pytest.mark.parametrize(
    "text",
    [
        "Спасибо спасателям, всё хорошо, вчерашний концерт был прекрасен",
        "Продам холодильник, недорого, самовывоз",
        "Той керемет болды, әншілерге рақмет",
        "Lovely film, thanks for the evening",
        "",
        "🙂🙂🙂",
        "Наш будинок горить, приїжджайте швидше, всередині діти",
    ],
)
def test_of_a_text_that_reports_nothing_no_type_is_nearly_certain(text: str) -> None:
    read = Text(text)
    assert all(one.probability < 0.8 for one in likely_types(read, concepts_of(read)))


def test_a_word_is_looked_for_in_its_own_language() -> None:
    """Folded, "сын" (Russian: a son) is the beginning of "сынған" (Kazakh: broken)."""
    assert "pain" not in concepts_of(Text("Мой сын дома, он ждёт меня"))
    assert "pain" in concepts_of(Text("Баланың аяғы сынып қалды"))


def test_every_entry_of_the_lexicon_is_found_in_its_own_words() -> None:
    """An entry that folding leaves without letters, or whose beginning is looked up wrongly, would never be found."""
    lexicon = built_in_lexicon()
    assert all(parts.letters for entries in lexicon.entries() for parts in entries)
    assert set(built_in_model().weights) - {logistic.ALWAYS, "asks"} <= set(lexicon.concepts)
    assert NONE in built_in_model().classes


@given(st.text(max_size=300))
def test_any_text_has_at_most_three_types_with_spans(text: str) -> None:
    read = Text(text)
    found = likely_types(read, concepts_of(read))
    assert len(found) <= MOST_TYPES
    assert sum(one.probability for one in found) <= 1 + 1e-9
    assert all(start < end <= len(text) for one in found for start, end in one.spans)


def test_a_model_learns_what_it_is_shown_and_is_read_as_it_was_written() -> None:
    examples = [({"smoke": 1.0}, {"fire": 1.0}), ({"water": 1.0}, {"flood": 1.0})] * 10
    model = logistic.fitted(examples, ("fire", "flood"), penalty=0.01)
    assert model.probabilities({"smoke": 1.0})["fire"] > 0.9
    assert model.probabilities({})["fire"] == pytest.approx(0.5, abs=0.01)
    again = logistic.read(list(logistic.lines_of(model)))
    assert again.classes == model.classes
    assert again.probabilities({"smoke": 1.0})["fire"] == pytest.approx(
        model.probabilities({"smoke": 1.0})["fire"], abs=1e-3
    )
