"""Which texts a decision names, and which offsets may be committed."""

from streams.assistant.text_source import Progress


def test_an_offset_is_committed_once_every_text_before_it_is_dealt_with() -> None:
    progress = Progress(10)
    progress.take(10, 1)
    progress.take(11, 0)
    progress.take(12, 2)

    assert progress.committable == 10
    progress.done(12)
    assert progress.committable == 10
    progress.done(10)
    assert progress.committable == 12
    progress.done(12)
    assert progress.committable == 13


def test_decisions_without_texts_hold_nothing_back() -> None:
    progress = Progress(0)
    for offset in range(5):
        progress.take(offset, 0)

    assert progress.committable == 5
