"""Sessions on a real Kafka: two API processes, and one that starts later. No Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from streams import clock
from streams.intake.commands import CommandIntake
from streams.kafka import clients, topic_admin
from streams.sessions.book import SessionBook
from streams.sessions.follower import SessionFollower
from streams.sessions.log import KafkaSessionLog
from streams.sessions.sessions import CodeRefused, OpenSession, Sessions
from streams.settings import Settings
from streams.tokens import Role
from streams.topics import SESSIONS
from streams.wire import Revoked
from tests.support.session_processes import KEY, RING, bearer
from tests.support.waiting import eventually


@pytest.fixture
def settings(kafka: str) -> Settings:
    settings = Settings(kafka=kafka, data_key=KEY)
    topic_admin.apply_topics(settings)
    return settings


@asynccontextmanager
async def process(settings: Settings, ended: list[None] | None = None) -> AsyncIterator[Sessions]:
    book = SessionBook()
    intake = CommandIntake(settings, "test-sessions")
    follower = SessionFollower(
        settings, "test-sessions", book, lambda: (ended if ended is not None else []).append(None)
    )
    await intake.start()
    await follower.start()
    try:
        yield Sessions(book, KafkaSessionLog(intake.send_session, follower), lambda: RING)
    finally:
        await follower.stop()
        await intake.stop()


async def test_a_revocation_is_seen_by_every_process_within_two_seconds_and_by_one_that_starts_later(
    settings: Settings,
) -> None:
    person, ended = f"v-{clock.fresh_id()}", list[None]()
    token = bearer(sub=person, issued_ms=clock.now_ms())

    async with process(settings) as here, process(settings, ended) as there:
        await here.revoke(Revoked.SUBJECT, person)
        await eventually(lambda: there.refuses(token))
        assert here.refuses(token)
        assert ended

    async with process(settings) as later:
        assert later.refuses(token)
        assert not later.refuses(bearer(sub="somebody-else", issued_ms=clock.now_ms()))


async def test_of_many_exchanges_of_one_code_on_two_processes_exactly_one_opens_a_session(settings: Settings) -> None:
    person = f"v-{clock.fresh_id()}"
    async with process(settings) as here, process(settings) as there:
        made = await here.new_code(Role.VOLUNTEER, person, "desk")
        tries = [one.exchange(made.code) for _ in range(5) for one in (here, there)]
        answers = await asyncio.gather(*tries, return_exceptions=True)

    assert [type(one) for one in answers if not isinstance(one, CodeRefused)] == [OpenSession]
    async with process(settings) as later:
        assert len(later.book.sessions(person, clock.now_ms())) == 1
        with pytest.raises(CodeRefused):
            await later.exchange(made.code)


async def test_an_unreadable_record_has_no_effect_and_stops_nothing(settings: Settings) -> None:
    producer = clients.async_producer(settings, "test")
    await producer.start()
    for key, value in ((b"session:x", b"{"), (b"\xff", b"{}"), (None, b"null")):
        await producer.send_and_wait(SESSIONS.name, value, key=key or b"", partition=0)
    await producer.stop()

    async with process(settings) as here:
        assert (await here.open(Role.VOLUNTEER, f"v-{clock.fresh_id()}", "link")).record.role == "volunteer"


async def test_a_flood_of_invented_codes_is_refused_and_a_code_of_another_process_is_found_meanwhile(
    settings: Settings,
) -> None:
    async with process(settings) as here, process(settings) as there:
        flood = [there.exchange(f"invented-{number}") for number in range(100)]
        made = await here.new_code(Role.VOLUNTEER, f"v-{clock.fresh_id()}", "desk")
        *refused, opened = await asyncio.gather(*flood, there.exchange(made.code), return_exceptions=True)

    assert {type(one) for one in refused} == {CodeRefused}
    assert isinstance(opened, OpenSession)
