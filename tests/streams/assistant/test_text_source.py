"""Which texts a decision names, and which offsets may be committed."""

import asyncio

import pytest
from aiokafka.errors import CommitFailedError

from streams.assistant import text_source
from streams.assistant.text_source import Progress, TextSource
from streams.kafka import clients
from streams.settings import Settings


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


async def test_a_source_whose_commit_was_refused_leaves_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it keeps half of the partitions, and nobody reads their texts."""

    class Refused:
        is_stopped = False

        async def start(self) -> None:
            """Connected."""

        def subscribe(self, *_: object, **__: object) -> None:
            """A member."""

        async def getmany(self, **_: object) -> dict[object, object]:
            await asyncio.sleep(0)
            return {}

        async def commit(self, _: object) -> None:
            raise CommitFailedError

        async def stop(self) -> None:
            self.is_stopped = True

    consumer = Refused()
    monkeypatch.setattr(clients, "group_member", lambda *_, **__: consumer)
    monkeypatch.setattr(text_source, "COMMIT_EVERY_S", 0.0)
    source = TextSource(Settings(), deal_with)
    source._progress[0] = Progress(7)

    with pytest.raises(CommitFailedError):
        await source.follow(lambda: False)

    assert consumer.is_stopped


async def deal_with(_: object) -> None:
    """Nothing to read."""
