"""Answered alarms on a real Kafka: two API processes, and one that starts later. No Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streams import clock
from streams.intake.commands import CommandIntake
from streams.kafka import clients, topic_admin
from streams.readers.alarm_answers import AlarmAnswers, AlarmBook, key_of
from streams.settings import Settings
from streams.topics import ALARMS
from streams.wire import AlarmAnswer
from tests.support.waiting import eventually


@pytest.fixture
def settings(kafka: str) -> Settings:
    settings = Settings(kafka=kafka, data_key=bytes(32))
    topic_admin.apply_topics(settings)
    return settings


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[AlarmBook]:
    answers = AlarmAnswers(settings, "test-alarms")
    await answers.start()
    try:
        yield answers.book
    finally:
        await answers.stop()


def answer(ref: str, by: str, **changes: int) -> AlarmAnswer:
    now_ms = clock.now_ms()
    return AlarmAnswer(
        name="severe", ref=ref, by=by, at_ms=now_ms, until_ms=changes.pop("until_ms", now_ms + 60_000), **changes
    )


async def test_one_answer_is_seen_by_every_process_and_its_end_too(settings: Settings) -> None:
    ref = f"test-{clock.fresh_id()}"
    key = key_of("severe", ref)
    intake = CommandIntake(settings, "test-alarms")
    await intake.start()
    async with process(settings) as here, process(settings) as there:
        await intake.send_alarm_answer(key, answer(ref, "op-1"))
        await eventually(lambda: key in here.in_force() and key in there.in_force())

        async with process(settings) as later:
            assert later.in_force()[key] == here.in_force()[key] == there.in_force()[key]

        await intake.send_alarm_answer(key, None)
        await eventually(lambda: key not in here.in_force() and key not in there.in_force())
    await intake.stop()


async def test_an_unreadable_record_silences_nothing_and_stops_nothing(settings: Settings) -> None:
    ref = f"test-{clock.fresh_id()}"
    producer = clients.async_producer(settings, "test")
    await producer.start()
    for key, value in ((b"severe|x", b"{"), (b"\xff", b"{}"), (b"", b"null")):
        await producer.send_and_wait(ALARMS.name, value, key=key, partition=0)
    await producer.stop()
    intake = CommandIntake(settings, "test-alarms")
    await intake.start()

    async with process(settings) as here:
        await intake.send_alarm_answer(key_of("severe", ref), answer(ref, "op-1"))
        await eventually(lambda: key_of("severe", ref) in here.in_force())
        assert "severe|x" not in here.in_force()
    await intake.stop()


def test_an_answer_ends_by_itself_and_a_shelved_one_earlier() -> None:
    now_ms = 0
    book = AlarmBook(lambda: now_ms)
    book.apply("severe|a", answer("a", "op-1", until_ms=1000))
    book.apply("severe|b", answer("b", "op-1", until_ms=1000, shelved_until_ms=500))

    now_ms = 500
    assert (list(book.in_force()), book.ended()) == (["severe|a"], ["severe|b"])
    now_ms = 1000
    assert (book.in_force(), book.ended()) == ({}, ["severe|a", "severe|b"])
