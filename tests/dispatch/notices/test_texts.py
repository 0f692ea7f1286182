"""The catalogue of notices: complete in three languages, short enough for one SMS, without anything that identifies."""

from string import Formatter

import pytest

from dispatch.model.vocabulary import Skill
from dispatch.notices import texts
from dispatch.notices.ladder import URGENT_KINDS
from dispatch.notices.texts import LANGUAGES, SMS_PART, TextKey, language_of, offered, skill_name, text


def test_every_text_and_every_skill_has_all_languages() -> None:
    assert set(texts._TEXTS) == set(TextKey)
    assert set(texts._SKILLS) == set(Skill)
    for row in (*texts._TEXTS.values(), *texts._SKILLS.values(), texts._OFFERED_SMS):
        assert len(row) == len(LANGUAGES)
        assert all(one.strip() == one and one for one in row)


def test_translations_have_the_same_parts_to_fill_in() -> None:
    for row in (*texts._TEXTS.values(), texts._OFFERED_SMS):
        names = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in row]
        assert names[0] == names[1] == names[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fits_one_sms_in_every_language(language: str) -> None:
    values = {"code": "123456", "skill": "x", "distance": "", "left": "90 s"}
    for key in set(TextKey) - {TextKey.OFFERED}:
        assert len(text(key, language, **values)) <= SMS_PART, key
    for skill in Skill:
        for distance_m in (None, 850.0, 9_900.0, 1_900_000.0):
            for left_ms in (119_000, 86_000_000):
                found = offered(language, skill=skill, distance_m=distance_m, left_ms=left_ms, is_sms=True)
                assert len(found) <= SMS_PART, found


def test_the_urgent_kinds_have_texts() -> None:
    assert set(TextKey) >= URGENT_KINDS


def test_an_offer_says_what_is_needed_how_far_it_is_and_how_long_there_is_to_answer() -> None:
    def said(language: str, *, is_sms: bool = False) -> str:
        return offered(language, skill="first_aid", distance_m=1_840.0, left_ms=89_500, is_sms=is_sms)

    assert said("kk") == "Көмек керек: алғашқы көмек, 1,8 км. Жауап беруге 89 с."
    assert said("ru") == "Нужна помощь: первая помощь, 1,8 км. На ответ 89 с."
    assert said("en", is_sms=True) == "Help: first aid, 1.8 km, 89 s. 1=going 0=no"
    assert offered("en", skill="cpr", distance_m=None, left_ms=600_000) == "Help needed: CPR. 10 min to answer."


def test_a_skill_of_a_deployments_own_plans_keeps_its_word() -> None:
    assert skill_name("horse_rescue", "kk") == "horse rescue"


@pytest.mark.parametrize(
    ("wanted", "spoken", "chosen"),
    [
        ("kk", ("ru",), "kk"),
        (None, ("kk", "ru"), "kk"),
        (None, ("tr", "en"), "en"),
        (None, ("tr",), "ru"),  # neither spoken language is in the catalogue
        (None, (), "ru"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_first_spoken_one(
    wanted: str | None, spoken: tuple[str, ...], chosen: str
) -> None:
    assert language_of(wanted, spoken) == chosen
