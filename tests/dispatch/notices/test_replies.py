"""Replies by SMS and Telegram: yes and no in three languages, and nothing else is ever taken for a yes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.notices.replies import MOST_CHARACTERS, Meaning, is_cry_for_help, meaning

YES = [
    "1", " 1 ", "1.", "Иә", "ИӘ!", "ия", "Ия, барамын", "барамын", "Барамын рахмет", "барам", "баромын", "Да", "да!",
    "Да, еду", "еду", "Еду.", "выезжаю", "выизжаю", "ок", "OK", "yes", "Yes, thanks", "I'm going", "going", "Привет, еду",
    "бара жатырмын", "келісемін", "келисемин",
]  # fmt: skip
NO = [
    "0", "0!", "жоқ", "Жок", "Жоқ, рахмет", "бара алмаймын", "бармаймын", "нет", "Нет, спасибо", "не могу", "Не смогу", "не еду",
    "no", "No thanks", "I can't", "cannot", "отказываюсь", "отказываюс", "занята", "бос емеспін",
]  # fmt: skip
UNCLEAR = [
    "", "   ", "?", "👍", "10", "11", "01", "1 0", "да нет", "нет да", "еду не могу", "да?", "куда ехать?", "Кто это",
    "еду через 10 минут", "не согласен", "не да", "может быть", "буду позже", "иә бірақ", "барамын ба", "Мне нужна помощь",
    "1000", "дада", "барай", "ед", "еда", "нету времени сейчас", "не", "STOP", "стоп", "я не еду, но жена едет к вам",
    "1" * 500, "выезжаб",
]  # fmt: skip
OTHER_FORMS = [
    "барармын", "келермін", "шығармын", "барасың", "келесің", "шығасың", "келісесің", "қабылдайсың", "дайынсың", "шықтың",
    "выезжал", "выезжай", "приедут", "принимал", "принимай", "согласно", "accent",
]  # fmt: skip
"""One letter from a yes, and said of another person, of another time, or of what is not certain."""


@pytest.mark.parametrize("text", YES)
def test_a_yes(text: str) -> None:
    assert meaning(text) is Meaning.YES


@pytest.mark.parametrize("text", NO)
def test_a_no(text: str) -> None:
    assert meaning(text) is Meaning.NO


def test_everything_else_is_for_a_person_to_read() -> None:
    assert {text: meaning(text) for text in UNCLEAR} == dict.fromkeys(UNCLEAR, Meaning.UNCLEAR)


@pytest.mark.parametrize("text", OTHER_FORMS)
def test_another_form_of_a_word_is_no_misspelt_yes(text: str) -> None:
    assert meaning(text) is Meaning.UNCLEAR


@given(st.text(max_size=40))
def test_a_negation_never_becomes_a_yes(text: str) -> None:
    assert meaning(f"не {text}") is not Meaning.YES
    assert meaning(f"жоқ {text}") is not Meaning.YES
    assert meaning(f"no {text}") is not Meaning.YES


@given(st.text(max_size=2 * MOST_CHARACTERS))
def test_any_text_has_a_meaning(text: str) -> None:
    assert meaning(text) in Meaning


CRIES = [
    "SOS", "sos!!!", "СОС", "Help", "help me", "Please help me", "I need help now", "I'm in danger", "mayday", "помогите",
    "ПОМОГИТЕ, мы под завалом", "спасите", "мне нужна помощь", "Я ранен", "көмек", "Көмектесіңіз!", "комектесиниз",
    "маған көмек керек", "құтқарыңыздар", "мен қауіптемін",
]  # fmt: skip
NO_CRIES = [
    "", "1", "0", "да", "барамын", "I will help", "помогу", "көмектесемін", "нужна помощь?", "кому помочь", "help with what",
    "я не ранен", "сосед дома", "не могу помочь", "көмекке барамын",
]  # fmt: skip


@pytest.mark.parametrize("text", CRIES)
def test_a_cry_for_help_is_recognised_and_is_no_answer(text: str) -> None:
    assert is_cry_for_help(text)
    assert meaning(text) is Meaning.UNCLEAR


@pytest.mark.parametrize("text", NO_CRIES)
def test_who_offers_help_or_asks_about_it_does_not_cry_for_it(text: str) -> None:
    assert not is_cry_for_help(text)


@given(st.text(max_size=2 * MOST_CHARACTERS))
def test_any_text_is_a_cry_or_not(text: str) -> None:
    assert is_cry_for_help(text) in (True, False)
