"""Which mode is in force for a kind of work in a language."""

from dispatch.assistant.hint_kinds import HintTask
from streams.readers.assistant_modes import ModeBook, mode_key
from streams.wire import Mode, ModeRecord


def switched(*entries: tuple[HintTask | None, str | None, Mode]) -> ModeBook:
    book = ModeBook()
    for task, language, mode in entries:
        book.apply(mode_key(task, language), ModeRecord(mode=mode, by="o-1", at_ms=1, task=task, language=language))
    return book


def test_without_a_record_everything_is_on() -> None:
    book = switched()

    assert {book.mode(task, language) for task in HintTask for language in (None, "kk")} == {Mode.ON}
    assert not book.is_off


def test_the_strictest_mode_that_applies_is_in_force() -> None:
    book = switched(
        (HintTask.TRANSLATE, "kk", Mode.SHADOW), (None, "kk", Mode.OFF), (HintTask.REPORT, None, Mode.SHADOW)
    )

    assert book.mode(HintTask.TRANSLATE, "kk") is Mode.OFF
    assert book.mode(HintTask.TRANSLATE, "ru") is Mode.ON
    assert book.mode(HintTask.REPORT, "en") is Mode.SHADOW


def test_everything_off_is_off_for_all_work() -> None:
    book = switched((None, None, Mode.OFF), (HintTask.REPORT, "ru", Mode.ON))

    assert book.is_off
    assert book.mode(HintTask.REPORT, "ru") is Mode.OFF


def test_a_tombstone_restores_what_was() -> None:
    book = switched((None, None, Mode.OFF))
    book.apply(mode_key(None, None), None)

    assert book.mode(HintTask.REPORT) is Mode.ON
