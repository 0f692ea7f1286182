"""The catalogue of notices: complete in three languages, short enough for one SMS, without anything that identifies."""

from string import Formatter
from typing import Any

import pytest

from dispatch.model.vocabulary import Skill
from dispatch.notices import texts
from dispatch.notices.ladder import URGENT_KINDS
from dispatch.notices.texts import LANGUAGES, SMS_PART, TextKey, language_of, offered, offered_sms, skill_name, text


def test_every_text_and_every_skill_has_all_languages() -> None:
    assert set(texts._TEXTS) == set(TextKey)
    assert set(texts._SKILLS) == set(Skill)
    for row in (*texts._TEXTS.values(), *texts._SKILLS.values(), texts._SMS_DIGITS, texts._SMS_SHORT_DIGITS):
        assert len(row) == len(LANGUAGES)
        assert all(one.strip() == one and one for one in row)


def test_translations_have_the_same_parts_to_fill_in() -> None:
    for row in texts._TEXTS.values():
        names = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in row]
        assert names[0] == names[1] == names[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fits_one_sms_in_every_language(language: str) -> None:
    values = {"code": "123456", "skill": "x", "distance": "", "left": "90 s", "text": ""}
    for key in set(TextKey) - {TextKey.OFFERED}:
        assert len(text(key, language, **values)) <= SMS_PART, key


LINK = "https://komek.kz/v/#o=Ab3dE9fGh2"


def sms(language: str, **changes: Any) -> str:
    given: dict[str, Any] = {
        "skill": "first_aid",
        "distance_m": 1_840.0,
        "left_ms": 89_500,
        "link": LINK,
        "has_replies": True,
    }
    return offered_sms(language, **(given | changes))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("link", [None, LINK, LINK.replace("komek.kz", "komek.region-112.example.kz")])
@pytest.mark.parametrize("has_replies", [True, False])
def test_every_offer_fits_one_sms_and_says_how_to_answer(language: str, link: str | None, has_replies: bool) -> None:
    for skill in (*Skill, "mountain_horse_rescue"):
        for distance_m in (None, 850.0, 9_900.0, 1_900_000.0):
            for left_ms in (119_000, 86_000_000):
                found = sms(
                    language, skill=skill, distance_m=distance_m, left_ms=left_ms, link=link, has_replies=has_replies
                )
                assert len(found) <= SMS_PART, found
                # A link that is cut opens nothing.
                assert "#o=" not in found or found.endswith(LINK[-14:]), found
                assert ("1=" in found) == has_replies, found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("has_replies", [True, False])
def test_a_short_address_has_room_for_the_link_of_every_skill_nearby(language: str, has_replies: bool) -> None:
    for skill in Skill:
        assert "komek.kz/v/#o=Ab3dE9fGh2" in sms(language, skill=skill, has_replies=has_replies)


def test_the_text_by_sms_keeps_digits_before_a_link_that_does_not_fit() -> None:
    assert sms("kk") == "Көмек: алғашқы көмек, ~2 км. 1=иә 0=жоқ komek.kz/v/#o=Ab3dE9fGh2"
    assert sms("kk", has_replies=False) == "Көмек керек: алғашқы көмек, ~2 км. https://komek.kz/v/#o=Ab3dE9fGh2"
    assert sms("ru") == "Помощь: первая помощь, ~2 км. 1=да 0=нет komek.kz/v/#o=Ab3dE9fGh2"
    long = LINK.replace("komek.kz", "komek.region-112.example.kz")
    assert sms("ru", link=long) == "Нужна помощь: первая помощь, ~2 км, 89 с. 1=еду 0=нет"
    assert sms("kk", link=None, has_replies=False) == "Көмек керек: алғашқы көмек, ~2 км, 89 с. Қосымшаны қараңыз."


def test_the_urgent_kinds_have_texts() -> None:
    assert set(TextKey) >= URGENT_KINDS


def test_an_offer_says_what_is_needed_how_far_it_is_and_how_long_there_is_to_answer() -> None:
    def said(language: str) -> str:
        return offered(language, skill="first_aid", distance_m=1_840.0, left_ms=89_500)

    assert said("kk") == "Көмек керек: алғашқы көмек, ~2 км. Жауап беруге 89 с."
    assert said("ru") == "Нужна помощь: первая помощь, ~2 км. На ответ 89 с."
    assert sms("en", link=None) == "Help needed: first aid, ~2 km, 89 s. 1=going 0=no"
    assert offered("en", skill="cpr", distance_m=None, left_ms=600_000) == "Help needed: CPR. 10 min to answer."


@pytest.mark.parametrize(
    ("distance_m", "said"), [(0.0, "~1 km"), (1_200.0, "~1 km"), (2_700.0, "~3 km"), (41_600.0, "~42 km")]
)
def test_a_distance_of_cells_is_never_said_as_if_it_were_exact(distance_m: float, said: str) -> None:
    assert f", {said}." in offered("en", skill="cpr", distance_m=distance_m, left_ms=60_000)
    assert f", {said}, " in sms("en", skill="cpr", distance_m=distance_m, link=None)


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
