"""Languages of texts and words. None of these sentences is among those that the table was made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assistant.languages import Language, Variety, language_of
from dispatch.assistant.texts import LONGEST, Text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Үйіміз жанып жатыр, тезірек келіңіздер", "kk"),
        ("Көшеде су көтеріліп кетті, балалар төбеде отыр", "kk"),
        ("уйимиз жанып жатыр, тезирек келиниздер", "kk"),
        ("кошеде су котерилип кетти, балалар тобеде отыр", "kk"),
        ("Uiimiz zhanyp zhatyr, tezirek kelinizder", "kk"),
        ("kóshede sý kóterilip ketti, balalar tóbede otyr", "kk"),
        ("Горит соседний дом, внутри могут быть люди", "ru"),
        ("вода уже во дворе поднимается быстро", "ru"),
        ("У МЕНЯ МАМА УПАЛА И НЕ ДЫШИТ", "ru"),
        ("There is smoke coming out of the school roof", "en"),
        ("my neighbour fell down the stairs and can not move", "en"),
        ("Алло, көшеде үлкен авария, две машины столкнулись, адамдар жатыр, срочно скорую жіберіңіз", "mixed"),
        ("Наш будинок горить, приїжджайте швидше, всередині діти", "other"),
        ("Unser Haus brennt, bitte kommen Sie schnell, es sind noch Kinder drin", "other"),
        ("Evimiz yanıyor, lütfen acele edin, içeride çocuklar var", "other"),
        ("بيتنا يحترق، أرسلوا المساعدة بسرعة", "other"),
        ("我们的房子着火了，请快来", "other"),
        ("", "other"),
        ("🔥🔥🔥 112 +7 700 000 00 00", "other"),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    found = language_of(Text(text))
    assert found.value == language
    assert 0.5 <= found.probability <= 1


def test_each_word_of_a_mixed_text_has_its_language_and_its_span() -> None:
    text = Text("Жұрт, плотина прорвалась, тездетіп көшіңіздер, это не шутка")
    of_words = {word.text: variety.language for word, variety in language_of(text).of_words}
    assert [of_words[word] for word in ("тездетіп", "көшіңіздер")] == [Language.KK] * 2
    assert [of_words[word] for word in ("плотина", "прорвалась", "это", "не", "шутка")] == [Language.RU] * 5
    assert all(text.whole[word.start : word.end] == word.text for word, _ in language_of(text).of_words)


def test_varieties_of_kazakh_are_told_apart() -> None:
    written = (
        "Балалар су астында қалды, көмек керек",
        "Балалар су астында калды, комек керек",
        "Balalar su astynda qaldy, komek kerek",
    )
    found = [{variety for _, variety in language_of(Text(one)).of_words} for one in written]
    assert found[0] == {Variety.KK}
    assert found[1] == {Variety.KK_RUSSIAN_KEYBOARD}
    assert found[2] == {Variety.KK_LATIN}


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    found = language_of(Text(text))
    assert 0 < found.probability <= 1
    assert all(0 <= word.start < word.end <= len(text) for word, _ in found.of_words)


def test_a_novel_costs_no_more_than_its_beginning() -> None:
    sentence = "Вода поднимается, нужна лодка. "
    beginning, novel = Text(sentence * (LONGEST // len(sentence))), Text(sentence * 40_000)
    assert len(novel.words) <= len(beginning.words) + len(Text(sentence).words)
    assert language_of(novel).value == Language.RU
