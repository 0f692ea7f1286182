"""Hand-over notes on a real Kafka: two API processes, and one that starts later. No Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streams import clock
from streams.intake.commands import CommandIntake
from streams.kafka import clients, topic_admin
from streams.readers.handovers import KEPT_MS, HandoverBook, Handovers, note_key, read_key
from streams.settings import Settings
from streams.topics import HANDOVERS
from streams.wire import HandoverNote, HandoverRead
from tests.support.waiting import eventually


@pytest.fixture
def settings(kafka: str) -> Settings:
    settings = Settings(kafka=kafka, data_key=bytes(32))
    topic_admin.apply_topics(settings)
    return settings


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[HandoverBook]:
    handovers = Handovers(settings, "test-handovers")
    await handovers.start()
    try:
        yield handovers.book
    finally:
        await handovers.stop()


@asynccontextmanager
async def intake_of(settings: Settings) -> AsyncIterator[CommandIntake]:
    intake = CommandIntake(settings, "test-handovers")
    await intake.start()
    try:
        yield intake
    finally:
        await intake.stop()


def note(note_id: str, at_ms: int | None = None) -> HandoverNote:
    at_ms = clock.now_ms() if at_ms is None else at_ms
    return HandoverNote(id=note_id, by="op-1", at_ms=at_ms, until_ms=at_ms + KEPT_MS)


def read(note_id: str, by: str = "op-2", at_ms: int = 5) -> HandoverRead:
    return HandoverRead(note_id=note_id, by=by, at_ms=at_ms)


async def test_a_note_its_readers_and_its_end_are_seen_by_every_process(settings: Settings) -> None:
    note_id = str(clock.fresh_id())
    async with intake_of(settings) as intake, process(settings) as here, process(settings) as there:
        await intake.send_in_order(
            [
                intake.handover_message(note_key(note_id), note(note_id)),
                intake.handover_message(read_key(note_id, "оператор|2"), read(note_id, "оператор|2")),
            ]
        )
        await eventually(lambda: all(is_read(book, note_id, "оператор|2") for book in (here, there)))

        async with process(settings) as later:
            assert later.get(note_id) == here.get(note_id) == there.get(note_id)

        await intake.send_in_order([intake.handover_message(key, None) for key in here.keys_of(note_id)])
        await eventually(lambda: here.get(note_id) is None and there.get(note_id) is None)
        assert note_id not in here.ended()


def is_read(book: HandoverBook, note_id: str, by: str) -> bool:
    kept = book.get(note_id)
    return kept is not None and kept.is_read_by(by)


async def test_an_unreadable_record_shows_nothing_and_stops_nothing(settings: Settings) -> None:
    note_id = str(clock.fresh_id())
    producer = clients.async_producer(settings, "test")
    await producer.start()
    other = b'{"id":"other","by":"op-1","at_ms":1,"until_ms":9999999999999}'
    for key, value in ((b"note|x", b"{"), (b"\xff", b"{}"), (b"", b"null"), (b"note|y", other), (b"read|z", b"{}")):
        await producer.send_and_wait(HANDOVERS.name, value, key=key, partition=0)
    await producer.stop()

    async with intake_of(settings) as intake, process(settings) as here:
        await intake.send_in_order([intake.handover_message(note_key(note_id), note(note_id))])
        await eventually(lambda: here.get(note_id) is not None)
        assert [here.get(one) for one in ("x", "y", "z", "other")] == [None] * 4


def test_a_note_ends_by_itself() -> None:
    now_ms = KEPT_MS - 1
    book = HandoverBook(lambda: now_ms)
    book.apply(note_key("a"), note("a", 0))
    book.apply(note_key("b"), note("b", 10))
    assert [kept.note.id for kept in book.in_force()] == ["b", "a"]

    now_ms = KEPT_MS
    assert ([kept.note.id for kept in book.in_force()], book.ended()) == (["b"], ["a"])


def test_who_read_a_note_that_is_not_known_is_forgotten_after_a_week_and_its_note_is_not_ended() -> None:
    now_ms = KEPT_MS
    book = HandoverBook(lambda: now_ms)
    book.apply(read_key("later-version", "op-2"), read("later-version"))
    assert (book.ended(), book.in_force()) == ([], [])

    now_ms = KEPT_MS + 5
    assert book.ended() == ["later-version"]
    assert book.keys_of("later-version") == [read_key("later-version", "op-2")]


def test_tombstones_of_what_is_not_known_change_nothing() -> None:
    book = HandoverBook(lambda: 0)
    for key in ("note|x", "read|x|y", "", "other|x"):
        book.apply(key, None)
    assert (book.in_force(), book.ended(), book.keys_of("x")) == ([], [], [])
